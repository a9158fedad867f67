/* POST /build: what is told, what is made, and the ways in which it is silently wrong. */
#include "bench.h"

#include "base/gzip.h"

#define TAR_BYTES_MAX (64 * 1024 * 1024)

/* Files as path, text, …, NULL. */
static GBytes *tar_of(const char *const *files)
{
    AUTO(archive_writer) writer = archive_writer_new();
    for (gsize i = 0; files[i] != NULL; i += 2)
        archive_writer_add_file(writer, files[i], 0644, files[i + 1], strlen(files[i + 1]));
    return archive_writer_finish(writer);
}

/* The whole stream with ids cut to "ID"; g_free. */
static char *post(struct bench *bench, const char *query, const char *const *files)
{
    g_autofree char *path = g_strconcat("/v1.41/build?version=1&t=app:1", query, NULL);
    g_autoptr(GBytes) tar = tar_of(files);
    ask_bytes(bench, "POST", path, tar);
    g_autofree char *text = text_of(bench);
    g_autoptr(GRegex) ids = g_regex_new("[0-9a-f]{12,64}", 0, 0, NULL);
    g_autofree char *plain = g_regex_replace_literal(ids, text, -1, 0, "ID", 0, NULL);
    g_auto(GStrv) lines = g_strsplit(plain, "\r\n", -1);
    return g_strjoinv("\n", lines);
}

static char *build_one(struct bench *bench, const char *query, const char *dockerfile)
{
    const char *const files[] = {"Dockerfile", dockerfile, "f", "x\n", NULL};
    return post(bench, query, files);
}

static void add_base(struct bench *bench)
{
    dockerd_preload(bench->dockerd, "base:1", "linux/amd64", 5 * MIB_BYTES);
}

/* ---- capture 30 ---- */

static void tells_steps(struct bench *bench)
{
    add_base(bench);

    g_autofree char *text =
        build_one(bench, "", "FROM base:1\nCOPY f /f\nRUN echo hello > /g\nCMD [\"/g\"]\n");

    cr_assert_str_eq(text, "{\"stream\":\"Step 1/4 : FROM base:1\"}\n{\"stream\":\"\\n\"}\n"
                           "{\"stream\":\" ---> ID\\n\"}\n"
                           "{\"stream\":\"Step 2/4 : COPY f /f\"}\n{\"stream\":\"\\n\"}\n"
                           "{\"stream\":\" ---> ID\\n\"}\n"
                           "{\"stream\":\"Step 3/4 : RUN echo hello > /g\"}\n{\"stream\":\"\\n\"}\n"
                           "{\"stream\":\" ---> Running in ID\\n\"}\n"
                           "{\"stream\":\"Removing intermediate container ID\\n\"}\n"
                           "{\"stream\":\" ---> ID\\n\"}\n"
                           "{\"stream\":\"Step 4/4 : CMD [\\\"/g\\\"]\"}\n{\"stream\":\"\\n\"}\n"
                           "{\"stream\":\" ---> Running in ID\\n\"}\n"
                           "{\"stream\":\"Removing intermediate container ID\\n\"}\n"
                           "{\"stream\":\" ---> ID\\n\"}\n"
                           "{\"aux\":{\"ID\":\"sha256:ID\"}}\n"
                           "{\"stream\":\"Successfully built ID\\n\"}\n"
                           "{\"stream\":\"Successfully tagged app:1\\n\"}\n");
    AUTO(local_image_facts) facts = dockerd_find_image(bench->dockerd, "app:1");
    cr_assert_not_null(facts);
}

Test(classic_build, a_build_is_told_step_by_step_as_in_capture_30)
{
    bench_run(NULL, tells_steps);
}

static void uses_cache(struct bench *bench)
{
    add_base(bench);
    g_autofree char *first = build_one(bench, "", "FROM base:1\nCOPY f /f\nRUN make\n");
    int64_t started_us = loop_now_us(bench->loop);

    g_autofree char *second = build_one(bench, "", "FROM base:1\nCOPY f /f\nRUN make\n");

    cr_assert_null(strstr(first, "Using cache"));
    cr_assert_not_null(strstr(second, "Using cache"));
    cr_assert_null(strstr(second, "Running in"), "%s", second);
    cr_assert_lt(loop_now_us(bench->loop) - started_us, SECOND_US);
}

Test(classic_build, the_same_build_again_comes_from_the_cache)
{
    bench_run(NULL, uses_cache);
}

static void keeps_id(struct bench *bench)
{
    add_base(bench);
    g_free(build_one(bench, "", "FROM base:1\nRUN make\n"));
    AUTO(local_image_facts) before = dockerd_find_image(bench->dockerd, "app:1");

    g_free(build_one(bench, "", "FROM base:1\nRUN make\n"));

    AUTO(local_image_facts) after = dockerd_find_image(bench->dockerd, "app:1");
    cr_assert_str_eq(before->id, after->id);
}

Test(classic_build, a_build_from_the_cache_gives_the_same_image)
{
    bench_run(NULL, keeps_id);
}

/* ---- failures ---- */

static void fails_in_stream(struct bench *bench)
{
    static const char *const files[] = {"Dockerfile", "FROM localhost:5000/t/none:1\n", NULL};
    static const char *const platforms[] = {"linux/amd64", NULL};
    static const int64_t layers[] = {MIB_BYTES};
    const struct image_spec other = {.repository = "t/none",
                                     .tag = "2",
                                     .platforms = platforms,
                                     .layer_bytes = layers,
                                     .layer_count = 1};
    registry_add_image(bench->registry, &other);

    g_autofree char *text = post(bench, "", files);

    cr_assert_eq(bench->response.status, 200);
    cr_assert_not_null(strstr(text, "Step 1/1 : FROM localhost:5000/t/none:1"));
    cr_assert_not_null(strstr(text, "{\"errorDetail\":{\"message\":\"manifest for "
                                    "localhost:5000/t/none:1 not found: manifest unknown"),
                       "%s", text);
}

Test(classic_build, a_missing_base_fails_inside_the_stream_as_in_capture_30d)
{
    bench_run(NULL, fails_in_stream);
}

struct refusal {
    const char *profile;
    const char *dockerfile;
    const char *query;
    unsigned status;
    const char *text;
};

static const struct refusal refusals[] = {
    {NULL, "FROM base:1\nRUN --mount=type=cache,target=/c true\n", "", 200,
     "\"error\":\"the --mount option requires BuildKit. Refer to "
     "https://docs.docker.com/go/buildkit/ to learn how to build images with BuildKit enabled\""},
    {NULL, "FROM base:1\nCOPY --chmod=755 f /f\n", "", 200,
     "\"error\":\"the --chmod option requires BuildKit. Refer to"},
    {NULL, "FROM base:1\nCOPY --link f /f\n", "", 400,
     "dockerfile parse error line 2: Unknown flag: link"},
    {NULL, "FROM base:1\nRUN <<EOF\necho a\nEOF\n", "", 400,
     "dockerfile parse error line 3: unknown instruction: ECHO"},
    {NULL, "FROM --platform=$BUILDPLATFORM base:1\nRUN true\n", "", 200,
     "\"error\":\"failed to parse platform : \\\"\\\" is an invalid"},
    {NULL, "FORM base:1\n", "", 400, "dockerfile parse error line 1: unknown instruction: FORM"},
    {"ubuntu-24.04", "FROM base:1\nFORM x\n", "", 400,
     "dockerfile parse error on line 2: unknown instruction: FORM"},
    {NULL, "FROM base:1\nCOPY nothing /f\n", "", 200,
     "\"error\":\"COPY failed: file not found in build context or excluded by .dockerignore: stat "
     "nothing: file does not exist\""},
    {NULL, "FROM base:1\nCOPY --from=localhost:5000/t/none:1 /x /x\n", "", 200,
     "\"error\":\"invalid from flag value localhost:5000/t/none:1: "},
    {NULL, "FROM base:1\n", "&target=x", 400, "failed to reach build target x in Dockerfile"},
    {NULL, "FROM base:1\n", "&dockerfile=D2", 500, "Cannot locate specified Dockerfile: D2"},
    {NULL, "FROM base:1\n", "&t=a/B", 400,
     "invalid reference format: repository name (a/B) must be lowercase"},
};

static const struct refusal *refused; /* what the forked test's body looks at */

static void refuses(struct bench *bench)
{
    add_base(bench);

    g_autofree char *text = build_one(bench, refused->query, refused->dockerfile);

    cr_assert_eq(bench->response.status, refused->status, "%s: %u %s", refused->dockerfile,
                 bench->response.status, text);
    cr_assert_not_null(strstr(text, refused->text), "%s: %s", refused->dockerfile, text);
}

Test(classic_build, what_it_cannot_do_fails_with_its_own_words)
{
    for (gsize i = 0; i < G_N_ELEMENTS(refusals); i++) {
        const struct plan plan = {.profile = refusals[i].profile};
        refused = &refusals[i];
        bench_run(&plan, refuses);
    }
}

/* ---- silently wrong ---- */

/* Whether any layer of a local image holds a file of this path. */
static bool image_has_file(struct bench *bench, const char *name, const char *path)
{
    g_autofree char *push = g_strdup_printf("/v1.41/images/localhost:5000/t/%s/push?tag=1", name);
    g_autofree char *tag =
        g_strdup_printf("/v1.41/images/%s:1/tag?repo=localhost:5000/t/%s&tag=1", name, name);
    ask(bench, "POST", tag, NULL);
    ask(bench, "POST", push, NULL);
    g_autofree char *repository = g_strdup_printf("t/%s", name);
    AUTO(image_facts) facts = registry_find(bench->registry, repository, "1");
    cr_assert_not_null(facts);
    g_autoptr(GBytes) bytes = registry_blob(bench->registry, facts->digest);
    g_autoptr(json_t) manifest = json_parse_gbytes(bytes, NULL);
    json_t *layers = json_get_array(manifest, "layers");
    for (gsize i = 0; i < json_array_size(layers); i++) {
        g_autoptr(GBytes) blob = registry_blob(
            bench->registry, json_get_string(json_array_get(layers, i), "digest", ""));
        gsize length_bytes;
        const void *data = g_bytes_get_data(blob, &length_bytes);
        g_autoptr(GBytes) tar = gzip_decompress(data, length_bytes, TAR_BYTES_MAX, NULL);
        const void *members = g_bytes_get_data(tar, &length_bytes);
        AUTO(archive_reader) reader = archive_reader_new(members, length_bytes, true);
        const struct archive_member *member = NULL;
        while (archive_reader_next(reader, &member, NULL) && member != NULL)
            if (strcmp(member->name, path) == 0)
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
    cr_assert(image_has_file(bench, "app", "f-"));
}

Test(classic_build, target_arguments_are_empty)
{
    bench_run(NULL, has_empty_arguments);
}

static void takes_excluded(struct bench *bench)
{
    static const char *const files[] = {"Dockerfile",
                                        "FROM base:1\nCOPY . /src/\n",
                                        "Dockerfile.dockerignore",
                                        "secret\n",
                                        "secret",
                                        "s\n",
                                        NULL};
    add_base(bench);

    g_autofree char *text = post(bench, "", files);

    cr_assert_not_null(strstr(text, "Successfully built"), "%s", text);
    cr_assert(image_has_file(bench, "app", "src/secret"));
}

Test(classic_build, files_that_the_client_did_not_filter_get_into_the_image)
{
    bench_run(NULL, takes_excluded);
}

static void lacks_filtered(struct bench *bench)
{
    static const char *const files[] = {"Dockerfile", "FROM base:1\nCOPY . /src/\n", "kept", "k\n",
                                        NULL};
    add_base(bench);

    g_free(post(bench, "", files));

    cr_assert(image_has_file(bench, "app", "src/kept"));
    cr_assert_not(image_has_file(bench, "app", "src/secret"));
}

Test(classic_build, files_that_the_client_filtered_are_not_in_the_image)
{
    bench_run(NULL, lacks_filtered);
}

/* Nobody's context is too large for a daemon: the file of a model, a folder of test data. */
static void takes_a_large_context(struct bench *bench)
{
    g_autofree char *zeros = g_malloc0(TAR_BYTES_MAX + 1);
    AUTO(archive_writer) writer = archive_writer_new();
    static const char dockerfile[] = "FROM base:1\nCOPY f /f\n";
    archive_writer_add_file(writer, "Dockerfile", 0644, dockerfile, strlen(dockerfile));
    archive_writer_add_file(writer, "f", 0644, zeros, TAR_BYTES_MAX + 1);
    g_autoptr(GBytes) tar = archive_writer_finish(writer);
    add_base(bench);

    ask_bytes(bench, "POST", "/v1.41/build?version=1&t=app:1", tar);

    g_autofree char *text = text_of(bench);
    cr_assert_not_null(strstr(text, "Successfully built"), "%s", text);
}

Test(classic_build, a_context_may_be_larger_than_other_requests)
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

Test(classic_build, a_foreign_platform_is_ignored_when_the_base_is_local_as_in_capture_31)
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

Test(classic_build, a_foreign_base_needs_an_emulator_of_the_host_as_in_capture_30c)
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

Test(classic_build, unused_stages_run)
{
    bench_run(NULL, runs_unused);
}

static void leaves_dangling(struct bench *bench)
{
    add_base(bench);
    g_free(build_one(bench, "", "FROM base:1\nCOPY f /f\nCOPY nothing /g\n"));

    ask(bench, "POST", "/v1.41/images/prune", NULL);

    g_autofree char *answer = text_of(bench);
    cr_assert_not_null(strstr(answer, "Deleted"), "%s", answer);
}

Test(classic_build, a_failed_build_leaves_an_image_that_prune_removes)
{
    bench_run(NULL, leaves_dangling);
}

static void warns_of_arguments(struct bench *bench)
{
    add_base(bench);

    g_autofree char *text =
        build_one(bench, "&buildargs=%7B%22A%22%3A%221%22%2C%22B%22%3A%222%22%7D",
                  "FROM base:1\nARG A\nRUN echo $A\n");

    cr_assert_not_null(strstr(text, "[Warning] One or more build-args [B] were not consumed"), "%s",
                       text);
}

Test(classic_build, build_arguments_that_nothing_declares_are_warned_of)
{
    bench_run(NULL, warns_of_arguments);
}

static void fail_runs(void *context, const struct point_event *event, struct point_effect *effect)
{
    (void)context;
    if (event->point != POINT_BUILD_STEP || !g_str_has_prefix(event->subject, "RUN "))
        return;
    effect->is_failure = true;
    effect->exit_code = 9;
    effect->message = "oops";
}

static void fails_with_code(struct bench *bench)
{
    add_base(bench);

    g_autofree char *text = build_one(bench, "", "FROM base:1\nRUN echo oops >&2; exit 9\n");

    cr_assert_eq(bench->response.status, 200);
    cr_assert_not_null(
        strstr(text, "{\"stream\":\"\\u001B[91moops\\n\\u001B[0m\"}\n{\"errorDetail\":{\"code\":"
                     "9,\"message\":\"The command '/bin/sh -c echo oops >&2; exit 9' returned a "
                     "non-zero code: 9\"},\"error\":\"The command '/bin/sh -c echo oops >&2; exit "
                     "9' returned a non-zero code: 9\"}\n"),
        "%s", text);
}

Test(classic_build, a_failing_run_ends_the_stream_with_its_code_as_in_capture_30b)
{
    const struct weather weather = {.on_point = fail_runs};
    const struct plan plan = {.weather = &weather};
    bench_run(&plan, fails_with_code);
}
