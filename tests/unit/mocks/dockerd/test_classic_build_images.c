/* POST /build: what is made, the ways in which it is silently wrong, and what it leaves behind. */
#include "classic_build.h"

#include "base/gzip.h"
#include "base/limits.h"

static bool layer_has_file(GBytes *layer, const char *path)
{
    gsize length_bytes;
    const void *data = g_bytes_get_data(layer, &length_bytes);
    g_autoptr(GBytes) tar = gzip_decompress(data, length_bytes, HTTP_BODY_BYTES_MAX, NULL);
    const void *members = g_bytes_get_data(tar, &length_bytes);
    AUTO(archive_reader) reader = archive_reader_new(members, length_bytes, true);
    const struct archive_member *member = NULL;
    while (archive_reader_next(reader, &member, NULL) && member != NULL)
        if (strcmp(member->name, path) == 0)
            return true;
    return false;
}

/* Whether any layer of app:1 holds a file of this path: it is pushed to be looked at. */
static bool image_has_file(struct bench *bench, const char *path)
{
    ask(bench, "POST", "/v1.41/images/app:1/tag?repo=localhost:5000/t/app&tag=1", NULL);
    ask(bench, "POST", "/v1.41/images/localhost:5000/t/app/push?tag=1", NULL);
    AUTO(image_facts) facts = registry_find(bench->registry, "t/app", "1");
    cr_assert_not_null(facts);
    g_autoptr(GBytes) bytes = registry_blob(bench->registry, facts->digest);
    g_autoptr(json_t) manifest = json_parse_gbytes(bytes, NULL);
    size_t i;
    const json_t *descriptor;
    json_array_foreach (json_get_array(manifest, "layers"), i, descriptor) {
        const char *digest = json_get_string(descriptor, "digest", "");
        g_autoptr(GBytes) layer = registry_blob(bench->registry, digest);
        if (layer_has_file(layer, path))
            return true;
    }
    return false;
}

static void has_empty_arguments(struct bench *bench)
{
    add_base(bench);

    g_autofree char *text =
        build_one(bench, "", "FROM base:1\nARG TARGETARCH\nCOPY f /f-$TARGETARCH\n");

    cr_assert_not_null(strstr(text, "Successfully built"), "%s", text);
    cr_assert(image_has_file(bench, "f-"));
}

Test(classic_build_images, target_arguments_are_empty)
{
    bench_run(NULL, has_empty_arguments);
}

/* docker itself filters what it sends; nobody does for those who speak to the socket. */
static void takes_excluded(struct bench *bench)
{
    static const char *const ignore_files[] = {".dockerignore", "Dockerfile.dockerignore"};
    add_base(bench);
    for (gsize i = 0; i < G_N_ELEMENTS(ignore_files); i++) {
        const char *const files[] = {"Dockerfile",
                                     "FROM base:1\nCOPY . /src/\n",
                                     ignore_files[i],
                                     "secret\n",
                                     "secret",
                                     "s\n",
                                     NULL};

        g_autofree char *text = post_build(bench, "", files);

        cr_assert_not_null(strstr(text, "Successfully built"), "%s", text);
        cr_assert(image_has_file(bench, "src/secret"), "%s", ignore_files[i]);
    }
}

Test(classic_build_images, files_that_the_client_did_not_filter_get_into_the_image)
{
    bench_run(NULL, takes_excluded);
}

/* Nobody's context is too large for a daemon: the file of a model, a folder of test data. */
static void takes_a_large_context(struct bench *bench)
{
    g_autofree char *zeros = g_malloc0(HTTP_BODY_BYTES_MAX + 1);
    AUTO(archive_writer) writer = archive_writer_new();
    static const char dockerfile[] = "FROM base:1\nCOPY f /f\n";
    archive_writer_add_file(writer, "Dockerfile", 0644, dockerfile, strlen(dockerfile));
    archive_writer_add_file(writer, "f", 0644, zeros, HTTP_BODY_BYTES_MAX + 1);
    g_autoptr(GBytes) tar = archive_writer_finish(writer);
    add_base(bench);

    ask_bytes(bench, "POST", "/v1.41/build?version=1&t=app:1", tar);

    g_autofree char *text = text_of(bench);
    cr_assert_not_null(strstr(text, "Successfully built"), "%s", text);
}

Test(classic_build_images, a_context_may_be_larger_than_other_requests)
{
    bench_run(NULL, takes_a_large_context);
}

static void ignores_platform(struct bench *bench)
{
    add_base(bench);

    g_autofree char *text = build_one(bench, "&platform=linux%2Farm64", "FROM base:1\nCOPY f /f\n");

    cr_assert_not_null(strstr(text, "Successfully built"), "%s", text);
    AUTO(local_image_facts) facts = dockerd_find_image(bench->dockerd, "app:1");
    cr_assert_str_eq(facts->platform, "linux/amd64");
}

Test(classic_build_images, a_foreign_platform_is_ignored_when_the_base_is_local_as_in_capture_31)
{
    bench_run(NULL, ignores_platform);
}

static void needs_binfmt(struct bench *bench)
{
    dockerd_preload(bench->dockerd, "base:1", "linux/arm64", MIB_BYTES);

    g_autofree char *text = build_one(bench, "", "FROM base:1\nRUN uname -m\n");

    cr_assert_not_null(strstr(text, "The requested image's platform (linux/arm64) does not match "
                                    "the detected host platform (linux/amd64)"));
    cr_assert_not_null(strstr(text, "\\u001B[91mexec /bin/sh: exec format error\\n\\u001B[0m"),
                       "%s", text);
    cr_assert_not_null(strstr(text, "{\"errorDetail\":{\"code\":1,\"message\":\"The command "
                                    "'/bin/sh -c uname -m' returned a non-zero code: 1\"}"),
                       "%s", text);
}

Test(classic_build_images, a_foreign_base_needs_an_emulator_of_the_host_as_in_capture_30c)
{
    bench_run(NULL, needs_binfmt);
}

static void runs_unused(struct bench *bench)
{
    add_base(bench);
    int64_t started_us = loop_now_us(bench->loop);

    g_autofree char *text =
        build_one(bench, "", "FROM base:1 AS unused\nRUN make\nFROM base:1\nCOPY f /f\n");

    cr_assert_not_null(strstr(text, "Step 2/4 : RUN make"), "%s", text);
    cr_assert_geq(loop_now_us(bench->loop) - started_us, 60 * SECOND_US);
}

Test(classic_build_images, unused_stages_run)
{
    bench_run(NULL, runs_unused);
}

static void leaves_dangling(struct bench *bench)
{
    add_base(bench);
    g_free(build_one(bench, "", "FROM base:1\nCOPY f /f\nCOPY nothing /g\n"));

    ask(bench, "POST", "/v1.41/images/prune", NULL);

    g_autoptr(json_t) answer = json_of(bench);
    json_t *deleted = json_get_array(answer, "ImagesDeleted");
    cr_assert_gt(json_array_size(deleted), 0u, "nothing was left of the first two steps");
    for (size_t i = 0; i < json_array_size(deleted); i++)
        cr_expect_not_null(json_object_get(json_array_get(deleted, i), "Deleted"));
    AUTO(local_image_facts) base = dockerd_find_image(bench->dockerd, "base:1");
    cr_expect_not_null(base);
}

Test(classic_build_images, a_failed_build_leaves_an_image_that_prune_removes)
{
    bench_run(NULL, leaves_dangling);
}
