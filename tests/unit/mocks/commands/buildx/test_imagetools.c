/* imagetools: its templates, of which buildx v0.26.1 printed what is expected here, and create. */
#include "bench.h"

static void push_two(struct bench *bench)
{
    write_context(bench);
    run_well(bench, "docker buildx create --name X --use --bootstrap");
    run_well(bench, "docker buildx build --platform linux/amd64,linux/arm64 --push -t "
                    "localhost:5000/o/app:1 .");
}

static char *ask(struct bench *bench, const char *format)
{
    g_autofree char *line = g_strdup_printf(
        "docker buildx imagetools inspect localhost:5000/o/app:1 --format '%s'", format);
    OUTCOME(outcome) = run_line(bench, line);
    return g_strconcat(outcome.out, outcome.err, NULL);
}

static void formats_body(struct bench *bench)
{
    static const struct {
        const char *format;
        const char *start;
    } cases[] = {
        {"{{.Name}}", "localhost:5000/o/app:1"},
        {"{{json .Name}}", "\"localhost:5000/o/app:1\""},
        {"d={{.Manifest.Digest}}", "d=sha256:"},
        {"{{json .Manifest.Digest}}", "\"sha256:"},
        {"{{range .Manifest.Manifests}}{{.Platform.OS}}/{{.Platform.Architecture}},{{end}}",
         "linux/amd64,linux/arm64,unknown/unknown,unknown/unknown,"},
        {"{{json .Manifest}}",
         "{\n  \"schemaVersion\": 2,\n  \"mediaType\": \"application/vnd.oci"},
        {"{{json .Image}}", "{\n  \"linux/amd64\": {\n    \"architecture\": \"amd64\","},
        {"{{.Foo}}", "ERROR: template: :1:2: executing \"\" at <.Foo>: can't evaluate field Foo in "
                     "type imagetools.tplInputs\n"},
        {"{{foo}}", "ERROR: template: :1: function \"foo\" not defined\n"},
        {"{{.Manifest.Digest}}", "Name:      localhost:5000/o/app:1\nMediaType: application/"},
    };
    push_two(bench);
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *text = ask(bench, cases[i].format);
        cr_expect(g_str_has_prefix(text, cases[i].start), "%s: %s", cases[i].format, text);
    }
}

Test(imagetools, templates_see_the_manifest_and_the_configs)
{
    bench_run(NULL, formats_body);
}

static char *metadata_of(struct bench *bench, const char *options)
{
    g_autofree char *line = g_strdup_printf(
        "docker buildx build %s --push -t localhost:5000/o/app:1 --metadata-file m.json .",
        options);
    run_well(bench, line);
    return read_file(bench, "/src/m.json");
}

static void index_body(struct bench *bench)
{
    write_context(bench);
    run_well(bench, "docker buildx create --name X --use --bootstrap");
    g_autofree char *index = metadata_of(bench, "");
    g_autofree char *manifest = metadata_of(bench, "--provenance=false");

    cr_assert_null(strstr(index, "containerimage.config.digest"), "%s", index);
    cr_assert_not_null(strstr(manifest, "containerimage.config.digest"), "%s", manifest);
}

Test(imagetools, an_index_of_one_image_has_no_config)
{
    bench_run(NULL, index_body);
}

static void annotations_body(struct bench *bench)
{
    write_context(bench);
    run_well(bench, "docker buildx create --name X --use --bootstrap");
    OUTCOME(single) = run_line(bench, "docker buildx build --load --annotation index:a=b .");
    OUTCOME(index) = run_line(bench, "docker buildx build --push -t localhost:5000/o/app:1 "
                                     "--annotation index:a=b .");

    cr_assert_not_null(strstr(single.err, "failed to solve: index annotations not supported for "
                                          "single platform export\n"),
                       "%s", single.err);
    cr_assert_eq(index.exit_code, 0, "%s", index.err);
}

Test(imagetools, annotations_of_an_index_need_one)
{
    bench_run(NULL, annotations_body);
}

static void inline_body(struct bench *bench)
{
    write_context(bench);
    run_well(bench, "docker buildx create --name X --use --bootstrap");
    OUTCOME(usual) = run_line(bench, "docker buildx build --output type=oci,dest=x.tar .");
    OUTCOME(asked) =
        run_line(bench, "docker buildx build --output type=oci,dest=x.tar --provenance=true .");

    cr_assert_null(strstr(usual.err, "exporting attestation manifest"), "%s", usual.err);
    cr_assert_not_null(strstr(asked.err, "exporting attestation manifest"), "%s", asked.err);
}

Test(imagetools, what_is_attested_by_default_makes_no_index_of_a_layout)
{
    bench_run(NULL, inline_body);
}

static void tags_body(struct bench *bench)
{
    static const struct {
        const char *tag;
        int exit_code;
    } cases[] = {{"once", 0}, {"always", 1}, {"busy", 0}};
    push_two(bench);
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *line = g_strdup_printf("docker buildx imagetools create "
                                                "-t localhost:5000/o/app:%s localhost:5000/o/app:1",
                                                cases[i].tag);
        OUTCOME(outcome) = run_line(bench, line);

        cr_expect_eq(outcome.exit_code, cases[i].exit_code, "%s: %s", line, outcome.err);
    }
}

Test(imagetools, a_tag_is_tried_as_often_as_containerd_does)
{
    static const struct plan plan = {
        .rules = "- {id: once, match: {path: '*/manifests/once', method: PUT}, when: {first: 1}, "
                 "do: {kind: status, code: 503}}\n"
                 "- {id: always, match: {path: '*/manifests/always', method: PUT}, "
                 "do: {kind: status, code: 503}}\n"
                 "- {id: busy, match: {path: '*/manifests/busy', method: PUT}, when: {first: 5}, "
                 "do: {kind: status, code: 429}}\n"};
    bench_run(&plan, tags_body);
}

static void network_body(struct bench *bench)
{
    static const struct {
        const char *tag;
        const char *error;
    } cases[] = {
        {"reset", "ERROR: failed to do request: Put "
                  "\"http://localhost:5000/v2/o/app/manifests/reset\": read tcp "},
        {"closed", "ERROR: failed to do request: Put "
                   "\"http://localhost:5000/v2/o/app/manifests/closed\": EOF\n"},
        {"gateway", "ERROR: unexpected status from PUT request to "
                    "http://localhost:5000/v2/o/app/manifests/gateway: 502 Bad Gateway\n"},
    };
    push_two(bench);
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *line = g_strdup_printf("docker buildx imagetools create "
                                                "-t localhost:5000/o/app:%s localhost:5000/o/app:1",
                                                cases[i].tag);
        OUTCOME(outcome) = run_line(bench, line);

        cr_expect_eq(outcome.exit_code, 1, "%s", line);
        cr_expect(strstr(outcome.err, cases[i].error) != NULL, "%s", outcome.err);
    }
}

Test(imagetools, a_tag_fails_in_gos_words)
{
    static const struct plan plan = {
        .rules = "- {id: a, match: {path: '*/manifests/reset', method: PUT}, do: {kind: reset}}\n"
                 "- {id: b, match: {path: '*/manifests/closed', method: PUT}, do: {kind: close}}\n"
                 "- {id: c, match: {path: '*/manifests/gateway', method: PUT}, "
                 "do: {kind: status, code: 502}}\n"};
    bench_run(&plan, network_body);
}

static void copies_body(struct bench *bench)
{
    static const struct {
        const char *repository;
        int exit_code;
    } cases[] = {{"mended", 0}, {"manifest", 0}, {"broken", 1}};
    push_two(bench);
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *line = g_strdup_printf("docker buildx imagetools create "
                                                "-t localhost:5000/o/%s:1 localhost:5000/o/app:1",
                                                cases[i].repository);
        OUTCOME(outcome) = run_line(bench, line);

        cr_expect_eq(outcome.exit_code, cases[i].exit_code, "%s: %s", line, outcome.err);
    }
}

/* buildkit util/contentutil/copy.go: each part of a copy is tried four times, what the tag is put
   with but once. */
Test(imagetools, a_copy_to_another_repository_is_tried_as_often_as_buildkit_does)
{
    static const struct plan plan = {
        .rules = "- {id: a, match: {path: '/v2/o/mended/blobs/*', method: POST}, when: {first: 3}, "
                 "do: {kind: reset}}\n"
                 "- {id: b, match: {path: '/v2/o/manifest/manifests/sha256:*', method: PUT}, "
                 "when: {first: 1}, do: {kind: reset}}\n"
                 "- {id: c, match: {path: '/v2/o/broken/blobs/*', method: POST}, when: {first: 4}, "
                 "do: {kind: reset}}\n"};
    bench_run(&plan, copies_body);
}

/* ---- create ---- */

static void tools_body(struct bench *bench)
{
    write_context(bench);
    run_well(bench, "docker buildx create --name X --use --bootstrap");
    run_well(bench, "docker buildx build --provenance=false --platform linux/amd64 --push -t "
                    "localhost:5000/o/app:amd64 .");
    run_well(bench, "docker buildx build --provenance=false --platform linux/arm64 --push -t "
                    "localhost:5000/o/app:arm64 .");
    run_well(bench, "docker buildx imagetools create -t localhost:5000/o/app:1 "
                    "localhost:5000/o/app:amd64 localhost:5000/o/app:arm64");
    run_well(bench, "docker buildx imagetools create -t localhost:5000/o/copy:1 "
                    "localhost:5000/o/app:1");
    OUTCOME(inspect) = run_line(bench, "docker buildx imagetools inspect localhost:5000/o/app:1");
    OUTCOME(raw) = run_line(bench, "docker buildx imagetools inspect --raw localhost:5000/o/app:1");
    OUTCOME(none) = run_line(bench, "docker buildx imagetools inspect localhost:5000/o/app:9");
    g_autofree char *platforms = platforms_of(bench, "o/app", "1");
    AUTO(image_facts) copy = registry_find(bench->local, "o/copy", "1");

    cr_assert_str_eq(platforms, "linux/amd64 linux/arm64");
    cr_assert_not_null(copy);
    cr_assert(copy->is_complete);
    cr_assert(g_str_has_prefix(inspect.out, "Name:      localhost:5000/o/app:1\n"
                                            "MediaType: application/vnd.oci.image.index.v1+json\n"
                                            "Digest:    sha256:"),
              "%s", inspect.out);
    cr_assert(strstr(inspect.out, "\n           \nManifests: \n  Name:      localhost:5000/o/app:1"
                                  "@sha256:") != NULL,
              "%s", inspect.out);
    cr_assert(strstr(inspect.out, "  Platform:  linux/arm64\n") != NULL, "%s", inspect.out);
    cr_assert(g_str_has_prefix(raw.out, "{\n  \"schemaVersion\": 2,"), "%s", raw.out);
    cr_assert_eq(none.exit_code, 1);
    cr_assert_str_eq(none.err, "ERROR: localhost:5000/o/app:9: not found\n");
}

Test(imagetools, two_images_become_one_index_and_are_copied_and_shown)
{
    bench_run(NULL, tools_body);
}

static void tools_errors_body(struct bench *bench)
{
    OUTCOME(sources) = run_line(bench, "docker buildx imagetools create -t localhost:5000/o/app:1");
    OUTCOME(tags) = run_line(bench, "docker buildx imagetools create localhost:5000/o/app:1");

    cr_assert_str_eq(sources.err, "ERROR: no sources specified\n");
    cr_assert_str_eq(tags.err, "ERROR: can't push with no tags specified, please set --tag or "
                               "--dry-run\n");
}

Test(imagetools, what_cannot_be_done_is_refused)
{
    bench_run(NULL, tools_errors_body);
}

static void tools_login_body(struct bench *bench)
{
    write_context(bench);
    write_file(bench, "/home/u/.docker/config.json",
               "{\"auths\":{\"localhost:5000\":{\"auth\":\"dTpwdw==\"}}}");
    run_well(bench, "docker buildx build --push -t localhost:5000/o/app:1 .");
    OUTCOME(outcome) = run_line(bench, "docker buildx imagetools create -t localhost:5000/o/app:2 "
                                       "localhost:5000/o/app:1");
    AUTO(image_facts) facts = registry_find(bench->local, "o/app", "2");

    cr_assert_eq(outcome.exit_code, 0, "%s", outcome.err);
    cr_assert_not_null(facts);
}

Test(imagetools, credentials_of_the_cli_are_used)
{
    const struct plan plan = {.user = "u"};
    bench_run(&plan, tools_login_body);
}
