/* skopeo against registries of the world. Texts, exit codes, requests and pauses are those of
   skopeo 1.13.3, measured against this registry; tests/clients/skopeo_command.sh runs the real one
   beside it. */
#include "image_tools.h"

#define IMAGE  "docker://" API
#define MIRROR "docker://" API_MIRROR

/* ---- copies ---- */

static void system_body(struct bench *bench)
{
    cr_assert_eq(run(bench, "skopeo copy " IMAGE ":1 " MIRROR ":1"), 0);
    cr_assert(printed(bench, "Getting image source signatures\nCopying blob sha256:"));
    cr_assert(printed(bench, "\nWriting manifest to image destination\n"));
    cr_assert_not(printed(bench, "Storing signatures"), "older ones say so");
    AUTO(image_facts) copy = registry_find(bench->mirror, "acme/api", "1");
    cr_assert_not_null(copy);
    cr_assert(copy->is_complete);
    cr_assert_eq(copy->platforms->len, 1);
    cr_assert_eq(assumed_count(bench), 0);
}
Test(skopeo, takes_one_platform_of_an_index_without_all)
{
    bench_run(&with_mirror, system_body);
}

static void all_body(struct bench *bench)
{
    cr_assert_eq(run(bench, "skopeo copy --all " IMAGE ":1 " MIRROR ":1"), 0);
    cr_assert(printed(
        bench,
        "Getting image list signatures\nCopying 2 images generated from 2 images in list\n"));
    cr_assert(printed(bench, "Writing manifest list to image destination\n"));
    cr_assert(printed(bench, "Storing list signatures\n"));
    expect_copy(bench, bench->mirror, "acme/api", "1");
    cr_assert_eq(run(bench, "skopeo copy -q --multi-arch all " IMAGE ":1 " MIRROR ":2"), 0);
    cr_assert_str_eq(bench->out->str, "");
    expect_copy(bench, bench->mirror, "acme/api", "2");
}
Test(skopeo, takes_every_platform_with_all)
{
    bench_run(&with_mirror, all_body);
}

static void platform_body(struct bench *bench)
{
    cr_assert_eq(run(bench, "skopeo copy --override-arch arm64 " IMAGE ":1 " MIRROR ":arm"), 0);
    cr_assert_eq(run(bench, "skopeo inspect " MIRROR ":arm"), 0);
    cr_assert(printed(bench, "    \"Architecture\": \"arm64\",\n    \"Os\": \"linux\",\n"));
    cr_assert_eq(run(bench, "skopeo --override-arch s390x copy " IMAGE ":1 " MIRROR ":none"), 1);
    cr_assert(said(bench, "level=fatal msg=\"choosing an image from manifest list " IMAGE
                          ":1: no image found in image index for architecture s390x, variant "
                          "\\\"\\\", OS linux\"\n"));
    cr_assert_null(registry_find(bench->mirror, "acme/api", "none"));
}
Test(skopeo, takes_another_platform_when_it_is_asked_for)
{
    bench_run(&with_mirror, platform_body);
}

static void convert_body(struct bench *bench)
{
    cr_assert_eq(run(bench, "skopeo copy --format v2s2 --digestfile /home/runner/digest " IMAGE
                            ":1 " MIRROR ":1"),
                 0);
    g_autofree char *digest = get_file(bench, "digest");
    AUTO(image_facts) copy = registry_find(bench->mirror, "acme/api", "1");
    cr_assert_str_eq(digest, copy->digest);
    cr_assert_eq(run(bench, "skopeo inspect --raw " MIRROR ":1"), 0);
    cr_assert(printed(bench, "{\"schemaVersion\":2,\"mediaType\":\"application/vnd.docker."
                             "distribution.manifest.v2+json\",\"config\":"));
    cr_assert_eq(
        run(bench, "skopeo copy --all --preserve-digests --format v2s2 " IMAGE ":1 " MIRROR ":2"),
        1);
    cr_assert(said(bench, "but we cannot modify it: \\\"Instructed to preserve digests\\\""));
}
Test(skopeo, converts_manifests_when_it_may)
{
    bench_run(&with_mirror, convert_body);
}

static void folders_body(struct bench *bench)
{
    cr_assert_eq(run(bench, "skopeo copy --all " IMAGE ":1 dir:image"), 0);
    cr_assert_eq(run(bench, "skopeo copy --all dir:image " MIRROR ":dir"), 0);
    expect_copy(bench, bench->mirror, "acme/api", "dir");
    cr_assert_eq(run(bench, "skopeo copy --all " IMAGE ":1 oci-archive:image.tar:one"), 0);
    cr_assert_eq(run(bench, "skopeo copy --all oci-archive:image.tar:one " MIRROR ":tar"), 0);
    expect_copy(bench, bench->mirror, "acme/api", "tar");
    cr_assert_eq(run(bench, "skopeo copy oci-archive:image.tar:two " MIRROR ":tar"), 1);
    cr_assert(said(bench, "no descriptor found for reference \\\"two\\\"\"\n"));
    cr_assert_eq(run(bench, "skopeo copy " IMAGE ":1 docker-archive:saved.tar:acme/api:1"), 0);
    cr_assert_eq(run(bench, "skopeo copy docker-archive:saved.tar " MIRROR ":saved"), 0);
    AUTO(image_facts) copy = registry_find(bench->mirror, "acme/api", "saved");
    cr_assert(copy->is_complete);
    cr_assert_eq(copy->platforms->len, 1);
    cr_assert_eq(run(bench, "skopeo copy -a " IMAGE ":1 docker-archive:other.tar"), 1);
    cr_assert(said(bench, "does not support copying multiple images as a group"));
    cr_assert_eq(run(bench, "skopeo copy " IMAGE ":1 dir:."), 1);
    cr_assert(said(bench, "not a containers image directory, don't want to overwrite "));
}
Test(skopeo, copies_by_folders_and_archives)
{
    bench_run(&with_mirror, folders_body);
}

static void mount_body(struct bench *bench)
{
    cr_assert_eq(run(bench, "skopeo copy -a " IMAGE ":1 dir:image"), 0);
    cr_assert_eq(run(bench, "skopeo copy -a " IMAGE ":1 docker://reg.example/acme/copy:1"), 0);
    expect_copy(bench, bench->registry, "acme/copy", "1");
}

/* Only the configs, a few hundred bytes each, are sent: layers would be patches, too. */
static bool refuse_layers(void *context, struct exchange *exchange)
{
    int *patch_count = context;
    bool is_patch = strcmp(exchange_method(exchange), "PATCH") == 0;
    if (!is_patch || ++*patch_count <= 2)
        return false;
    exchange_reply_text(exchange, 500, "text/plain", "no\n");
    return true;
}

Test(skopeo, mounts_what_it_has_seen_in_another_repository)
{
    int patch_count = 0;
    run_in_weather(refuse_layers, &patch_count, mount_body);
}

/* ---- what is known ---- */

static void inspect_body(struct bench *bench)
{
    AUTO(image_facts) image = registry_find(bench->registry, "acme/api", "1");
    g_autofree char *digest = g_strconcat(image->digest, "\n", NULL);
    cr_assert_eq(run(bench, "skopeo inspect --format {{.Digest}} " IMAGE ":1"), 0);
    cr_assert_str_eq(bench->out->str, digest);
    cr_assert_eq(run(bench, "skopeo inspect " IMAGE ":1"), 0);
    cr_assert(g_str_has_prefix(bench->out->str, "{\n    \"Name\": \"reg.example/acme/api\",\n"));
    cr_assert(printed(bench, "    \"RepoTags\": [\n        \"1\"\n    ],\n"));
    cr_assert_eq(run(bench, "skopeo inspect --config " IMAGE ":1"), 0);
    cr_assert(printed(bench, "    \"architecture\": \"amd64\",\n"));
    cr_assert_eq(run(bench, "skopeo inspect " IMAGE ":none"), 1);
    cr_assert(said(bench, "level=fatal msg=\"Error parsing image name \\\"" IMAGE
                          ":none\\\": reading manifest none in reg.example/acme/api: manifest "
                          "unknown\"\n"));
}
Test(skopeo, inspects)
{
    bench_run(&with_mirror, inspect_body);
}

static void tags_body(struct bench *bench)
{
    cr_assert_eq(run(bench, "skopeo copy -a " IMAGE ":1 " IMAGE ":stable"), 0);
    cr_assert_eq(run(bench, "skopeo list-tags " IMAGE), 0);
    cr_assert_str_eq(bench->out->str,
                     "{\n    \"Repository\": \"reg.example/acme/api\",\n    "
                     "\"Tags\": [\n        \"1\",\n        \"stable\"\n    ]\n}\n");
    cr_assert_eq(run(bench, "skopeo delete " IMAGE ":stable"), 0);
    cr_assert_null(registry_find(bench->registry, "acme/api", "1"), "the same manifest");
    cr_assert_eq(run(bench, "skopeo delete " IMAGE ":stable"), 1);
    cr_assert(said(bench, "msg=\"Unable to delete reg.example/acme/api:stable. Image may not "
                          "exist or is not stored with a v2 Schema in a v2 registry\"\n"));
}
Test(skopeo, deletes_what_a_tag_names_and_so_its_other_tags)
{
    bench_run(&with_mirror, tags_body);
}

static void login_body(struct bench *bench)
{
    bench->input = "secret\n";
    cr_assert_eq(run(bench, "skopeo login -u me --password-stdin reg.example"), 0);
    cr_assert_str_eq(bench->out->str, "Login Succeeded!\n");
    cr_assert_eq(run(bench, "skopeo login --get-login reg.example"), 0);
    cr_assert_str_eq(bench->out->str, "me\n");
    cr_assert_eq(run(bench, "skopeo logout reg.example"), 0);
    cr_assert_eq(run(bench, "skopeo logout reg.example"), 1);
    cr_assert(said(bench, "msg=\"not logged into reg.example\"\n"));
    put_file(bench, ".docker/config.json", "{\"auths\":{\"reg.example\":{\"auth\":\"eW91OnB3\"}}}");
    cr_assert_eq(run(bench, "skopeo login --get-login reg.example"), 0);
    cr_assert_str_eq(bench->out->str, "you\n", "docker login's are read too");
}
Test(skopeo, logs_in_and_out)
{
    bench_run(&with_mirror, login_body);
}

static void wrong_body(struct bench *bench)
{
    cr_assert_eq(run(bench, "skopeo inspect reg.example/acme/api:1"), 1);
    cr_assert(said(bench, "unknown transport \\\"reg.example/acme/api\\\"\"\n"));
    cr_assert_eq(run(bench, "skopeo copy " IMAGE ":1 docker:mirror.example/x"), 1);
    cr_assert(said(bench, "msg=\"Invalid destination name docker:mirror.example/x: docker: "
                          "image reference mirror.example/x does not start with //\"\n"));
    cr_assert_eq(run(bench, "skopeo bogus"), 1);
    cr_assert(said(bench, "msg=\"Unrecognized command `skopeo bogus`\\nTry 'skopeo --help' for "
                          "more information\"\n"));
    cr_assert_eq(run(bench, "skopeo copy " IMAGE ":1 docker://localhost:5000/acme/api:1"), 1);
    cr_assert(said(bench, "pinging container registry localhost:5000: Get "
                          "\\\"https://localhost:5000/v2/\\\": http: server gave HTTP response "
                          "to HTTPS client\"\n"));
    cr_assert_eq(assumed_count(bench), 0);
}
Test(skopeo, says_what_is_wrong)
{
    bench_run(&with_mirror, wrong_body);
}

/* ---- what is not modelled ---- */

static void doubt_body(struct bench *bench)
{
    static const struct {
        const char *line;
        int exit_code;
        guint uses;
    } rows[] = {
        {"skopeo inspect -n --format {{.Digest}} " IMAGE ":1", 0, 0},
        {"skopeo inspect --raw " IMAGE ":1", 0, 0},
        {"skopeo inspect -n --format {{.Env}} " IMAGE ":1", 0, 1},
        {"skopeo inspect -n " IMAGE ":1", 0, 2},
        {"skopeo inspect --config " IMAGE ":1", 0, 3},
        {"skopeo list-tags docker://reg.example/own/nothing", 1, 4},
    };
    const struct command_host *host = command_set_host(bench->set);
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        host->begin_step(host->self, i);
        cr_assert_eq(run(bench, rows[i].line), rows[i].exit_code, "%s", rows[i].line);
        cr_assert_eq(assumed_count(bench), rows[i].uses, "%s", rows[i].line);
        if (assumed_count(bench) > 0)
            cr_assert(assumed_at(bench, assumed_count(bench) - 1)->touches_images);
    }
}
Test(skopeo, tells_what_a_real_registry_may_answer_otherwise)
{
    static const struct plan others = {.has_registry = true, .own = "own/"};
    bench_run(&others, doubt_body);
}

static void assumed_body(struct bench *bench)
{
    cr_assert_eq(run(bench, "skopeo sync --src docker --dest dir reg.example/acme/api out"), 0);
    cr_assert_eq(run(bench, "skopeo copy --sign-by key " IMAGE ":1 " MIRROR ":2"), 0);
    cr_assert_eq(run(bench, "skopeo copy " IMAGE ":1 containers-storage:api"), 0);
    cr_assert_eq(run(bench, "skopeo copy " IMAGE ":1"), 0);
    cr_assert_eq(run(bench, "skopeo inspect --help"), 0);
    expect_touching(bench, "yes yes no");
    cr_assert_null(registry_find(bench->mirror, "acme/api", "2"));
}
Test(skopeo, assumes_what_nobody_models)
{
    bench_run(&with_mirror, assumed_body);
}
