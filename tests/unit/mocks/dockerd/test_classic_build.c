/* POST /build: what its stream tells of steps, of the cache and of failures. */
#include "classic_build.h"

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

    g_autofree char *text = post_build(bench, "", files);

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
