/* What a Dockerfile means for one platform. */
#include "mocks/dockerfile/expand.h"
#include "mocks/dockerfile/mount.h"
#include "mocks/dockerfile/plan.h"

#include <criterion/criterion.h>
#include <string.h>

/* A plan with what it stands on. */
struct made {
    struct dockerfile *dockerfile;
    struct plan *plan;
    GPtrArray *arguments;
    char *error;
};

static struct made make(const char *text, const struct plan_request *more, const char *argument)
{
    struct made made = {.arguments = variables_new()};
    g_autoptr(GError) error = NULL;
    struct plan_request request = more != NULL ? *more : (struct plan_request){0};
    if (argument != NULL)
        g_ptr_array_add(made.arguments, g_strdup(argument));
    request.platform = request.platform != NULL ? request.platform : "linux/arm64";
    request.build_platform = "linux/amd64";
    request.arguments = made.arguments;
    made.dockerfile = dockerfile_parse(text, strlen(text), &error);
    cr_assert_not_null(made.dockerfile, "%s", error != NULL ? error->message : "");
    made.plan = build_plan_new(made.dockerfile, &request, &error);
    for (guint i = 0; made.plan != NULL && error == NULL && i < made.plan->stages->len; i++)
        if (!plan_stage_evaluate(made.plan, g_ptr_array_index(made.plan->stages, i), NULL, &error))
            break;
    made.error = g_strdup(error != NULL ? error->message : "");
    return made;
}

static void made_clear(struct made *made)
{
    build_plan_free(made->plan);
    dockerfile_free(made->dockerfile);
    g_ptr_array_unref(made->arguments);
    g_free(made->error);
}
#define MADE(variable) __attribute__((cleanup(made_clear))) struct made variable

static const struct plan_request buildkit = {.has_platform_arguments = true,
                                             .is_multi_platform = true};

static const struct plan_step *step_at(const struct made *made, guint index)
{
    return g_ptr_array_index(made->plan->target->steps, index);
}

/* Names of all steps that have one, a line each; g_free. */
static char *names_of(const struct made *made)
{
    GString *text = g_string_new(NULL);
    for (guint i = 0; i < made->plan->stages->len; i++) {
        const struct plan_stage *stage = g_ptr_array_index(made->plan->stages, i);
        if (stage->from_name != NULL)
            g_string_append_printf(text, "%s%s\n", stage->from_name, stage->base_name);
        for (guint j = 0; j < stage->steps->len; j++) {
            const struct plan_step *step = g_ptr_array_index(stage->steps, j);
            if (step->name != NULL)
                g_string_append_printf(text, "%s\n", step->name);
        }
    }
    return g_string_free(text, FALSE);
}

Test(dockerfile_plan, steps_are_named_and_counted_as_buildkit_does)
{
    MADE(made) = make("FROM --platform=$BUILDPLATFORM golang:1 AS build\nWORKDIR /src\nENV A=1\n"
                      "RUN echo $A\nARG TARGETARCH\nRUN go build $TARGETARCH\nFROM scratch\n"
                      "COPY --from=build /x /x\n",
                      &buildkit, NULL);

    g_autofree char *names = names_of(&made);

    cr_assert_str_eq(made.error, "");
    cr_assert_str_eq(names, "[linux/amd64 build 1/4] FROM golang:1\n"
                            "[linux/amd64 build 2/4] WORKDIR /src\n"
                            "[linux/amd64 build 3/4] RUN echo 1\n"
                            "[linux/amd64->arm64 build 4/4] RUN go build arm64\n"
                            "[linux/arm64 stage-1 1/1] COPY --from=build /x /x\n");
}

Test(dockerfile_plan, platforms_are_written_as_images_have_them)
{
    static const char *const rows[][2] = {
        {"arm64", "linux/arm64"},         {"linux/arm64/v8", "linux/arm64"},
        {"linux/arm", "linux/arm/v7"},    {"linux/x86_64", "linux/amd64"},
        {"linux/arm/v6", "linux/arm/v6"}, {"linux/s390x", "linux/s390x"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *text = g_strdup_printf("FROM --platform=%s a:1\n", rows[i][0]);
        MADE(made) = make(text, &buildkit, NULL);
        cr_assert_str_eq(made.error, "");
        cr_expect_str_eq(made.plan->target->platform, rows[i][1]);
    }
}

Test(dockerfile_plan, one_stage_and_one_platform_need_no_names)
{
    static const struct plan_request one = {.has_platform_arguments = true};
    MADE(made) = make("FROM a:1 AS base\nRUN b\n", &one, NULL);

    g_autofree char *names = names_of(&made);

    cr_assert_str_eq(names, "[1/2] FROM a:1\n[2/2] RUN b\n");
}

Test(dockerfile_plan, a_lone_stage_with_mounts_is_told_by_its_number)
{
    static const struct plan_request one = {.has_platform_arguments = true};
    MADE(made) = make("FROM a:1\nRUN --mount=type=cache,target=/c b\n", &one, NULL);

    g_autofree char *names = names_of(&made);

    cr_assert_str_eq(names, "[stage-0 1/2] FROM a:1\n"
                            "[stage-0 2/2] RUN --mount=type=cache,target=/c b\n");
}

Test(dockerfile_plan, triggers_run_in_the_stages_that_stand_on_theirs)
{
    static const struct plan_request one = {.has_platform_arguments = true};
    MADE(made) = make("FROM a:1 AS base\nONBUILD RUN b\nFROM base AS next\nRUN c\nFROM next\n"
                      "RUN d\n",
                      &one, NULL);

    g_autofree char *names = names_of(&made);

    cr_assert_str_eq(made.error, "");
    cr_assert_str_eq(names, "[base 1/1] FROM a:1\n[next 1/2] ONBUILD RUN b\n[next 2/2] RUN c\n"
                            "[stage-2 1/1] RUN d\n");
}

Test(dockerfile_plan, stages_are_found_by_what_their_user_may_say)
{
    static const struct plan_request one = {.has_platform_arguments = true};
    MADE(made) = make("FROM a AS Base\nFROM Base\nCOPY --from=BASE /x /x\nCOPY --from=0 /y /y\n"
                      "RUN --mount=from=0,target=/z q\n",
                      &one, NULL);

    cr_assert_str_eq(made.error, "");
    cr_assert_str_eq(made.plan->target->base_name, "Base");
    cr_assert_eq(step_at(&made, 0)->from_stage, 0);
    cr_assert_eq(step_at(&made, 1)->from_stage, 0);
    const struct run_mount *mount = g_ptr_array_index(step_at(&made, 2)->mounts, 0);
    cr_assert_eq(mount->from_stage, STAGE_NONE);
}

/* ---- releases of the frontend ---- */

static const struct {
    const char *image;
    const char *text;
    const char *error;
} releases[] = {
    {"docker/dockerfile:1.4", "FROM a\nCOPY --link b c\n", ""},
    {"docker/dockerfile:1.3", "FROM a\nCOPY --link b c\n",
     "dockerfile parse error on line 2: unknown flag: --link"},
    {"docker/dockerfile:1", "FROM a\nCOPY --parents --exclude=x b c\n", ""},
    {"docker/dockerfile:1.18", "FROM a\nCOPY --exclude=x b c\n",
     "dockerfile parse error on line 2: unknown flag: --exclude"},
    {"docker.io/docker/dockerfile:1.7-labs", "FROM a\nCOPY --parents b c\n", ""},
    {"docker/dockerfile:1", "FROM a\nRUN --device=d b\n",
     "dockerfile parse error on line 2: unknown flag: --device"},
    {"docker/dockerfile:1-labs@sha256:0", "FROM a\nRUN --device=d b\n", ""},
    {"docker/dockerfile:1.2", "FROM a\nRUN <<EOF\necho b\nEOF\n",
     "dockerfile parse error on line 3: unknown instruction: echo"},
    {"docker/dockerfile:1.13", "FROM a\nCOPY --chmod=u+x b c\n", "invalid chmod parameter: 'u+x'"},
};

Test(dockerfile_plan, a_release_of_the_frontend_knows_what_it_had)
{
    for (gsize i = 0; i < G_N_ELEMENTS(releases); i++) {
        struct frontend frontend = {0};
        g_autoptr(GError) error = NULL;
        AUTO(dockerfile)
        dockerfile = dockerfile_parse(releases[i].text, strlen(releases[i].text), NULL);

        cr_assert(frontend_of_image(releases[i].image, &frontend), "%s", releases[i].image);
        bool is_known = dockerfile_check_frontend(dockerfile, &frontend, &error);

        cr_assert_eq(is_known, *releases[i].error == '\0', "%s", releases[i].image);
        cr_assert(is_known || g_str_has_prefix(error->message, releases[i].error), "%s",
                  error->message);
    }
}

Test(dockerfile_plan, buildkit_has_the_frontend_of_its_release)
{
    struct frontend frontend = {0};

    cr_assert_eq(frontend_of_buildkit("v0.11.7+d3e6c1360f6e").minor, 5);
    cr_assert_eq(frontend_of_buildkit("v0.20.2").minor, 14);
    cr_assert_eq(frontend_of_buildkit("buildx-stable-1").minor, FRONTEND_NEWEST);
    cr_assert_not(frontend_of_image("ghcr.io/acme/frontend:1", &frontend));
}

Test(dockerfile_plan, only_stages_that_the_target_needs_are_needed)
{
    static const char text[] = "FROM a AS one\nRUN x\nFROM b AS two\nRUN y\nFROM c AS three\n"
                               "COPY --from=one /x /x\n";
    static const struct plan_request classic = {.needs_all_stages = true};
    MADE(lazy) = make(text, &buildkit, NULL);
    MADE(eager) = make(text, &classic, NULL);

    for (guint i = 0; i < 3; i++) {
        const struct plan_stage *stage = g_ptr_array_index(lazy.plan->stages, i);
        const struct plan_stage *same = g_ptr_array_index(eager.plan->stages, i);
        cr_assert_eq(stage->is_needed, i != 1);
        cr_assert(same->is_needed);
    }
}

static const char *variable(const struct made *made, const char *name)
{
    const struct plan_stage *stage = made->plan->target;
    const char *value = variables_get(stage->variables, name);
    return value != NULL ? value : "(unset)";
}

Test(dockerfile_plan, arguments_come_from_the_request_then_defaults_then_before_from)
{
    static const char text[] = "ARG G=global\nARG H\nFROM a\nARG G\nARG P=own\nARG TARGETARCH\n"
                               "ARG NONE\nENV E=$P\n";
    MADE(plain) = make(text, &buildkit, NULL);
    MADE(given) = make(text, &buildkit, "P=given");
    MADE(classic) = make(text, NULL, NULL);

    cr_assert_str_eq(variable(&plain, "G"), "global");
    cr_assert_str_eq(variable(&plain, "E"), "own");
    cr_assert_str_eq(variable(&given, "E"), "given");
    cr_assert_str_eq(variable(&plain, "TARGETARCH"), "arm64");
    cr_assert_str_eq(variable(&classic, "TARGETARCH"), "(unset)");
    cr_assert_str_eq(variable(&plain, "NONE"), "(unset)");
}

Test(dockerfile_plan, the_config_of_the_image_comes_out)
{
    MADE(made) = make("FROM a\nENV A=1 B=\"two words\"\nENV OLD some text\nLABEL l=v\nUSER me\n"
                      "WORKDIR /a\nWORKDIR b\nEXPOSE 80 53/udp\nVOLUME /v\nENTRYPOINT [\"e\"]\n"
                      "CMD run it\nSTOPSIGNAL TERM\n",
                      &buildkit, NULL);

    g_autofree char *config = json_text(made.plan->target->config);

    cr_assert_str_eq(
        config, "{\"Env\":[\"A=1\",\"B=two words\",\"OLD=some text\"],\"Labels\":{\"l\":\"v\"},"
                "\"User\":\"me\",\"WorkingDir\":\"/a/b\",\"ExposedPorts\":{\"80/tcp\":{},"
                "\"53/udp\":{}},\"Volumes\":{\"/v\":{}},\"Entrypoint\":[\"e\"],\"Cmd\":["
                "\"/bin/sh\",\"-c\",\"run it\"],\"StopSignal\":\"TERM\"}");
}

Test(dockerfile_plan, commands_are_run_as_written_by_the_shell_in_force)
{
    MADE(made) = make("FROM a\nARG X=1\nRUN echo $X\nRUN [\"b\", \"c\"]\nSHELL [\"/bin/bash\", "
                      "\"-ec\"]\nRUN d\nRUN <<EOF\nline\nEOF\n",
                      &buildkit, NULL);

    cr_assert_str_eq(step_at(&made, 1)->command, "/bin/sh -c echo $X");
    cr_assert_str_eq(step_at(&made, 1)->text, "RUN echo 1");
    cr_assert_str_eq(step_at(&made, 2)->command, "b c");
    cr_assert_str_eq(step_at(&made, 4)->command, "/bin/bash -ec d");
    cr_assert_str_eq(step_at(&made, 5)->command, "/bin/bash -ec line\n");
}

Test(dockerfile_plan, copies_know_sources_destination_and_origin)
{
    MADE(made) = make("FROM a AS one\nFROM b\nWORKDIR /w\nARG F=f\nCOPY $F g ./\nCOPY --from=one "
                      "/x /y\nCOPY --from=0 /x /z\nCOPY --from=busybox:1 /bin/sh /sh\n",
                      &buildkit, NULL);

    cr_assert_str_eq(step_at(&made, 2)->sources[0], "f");
    cr_assert_str_eq(step_at(&made, 2)->destination, "/w/./");
    cr_assert_eq(step_at(&made, 2)->from_stage, STAGE_NONE);
    cr_assert_eq(step_at(&made, 3)->from_stage, 0);
    cr_assert_eq(step_at(&made, 4)->from_stage, 0);
    cr_assert_str_eq(step_at(&made, 5)->from_image, "busybox:1");
}

static const struct {
    const char *text;
    const char *target;
    const char *error;
} refusals[] = {
    {"FROM a\n", "x", "target stage \"x\" could not be found"},
    {"ARG A\nFROM $A\n", NULL, "base name ($A) should not be blank"},
    {"FROM --platform=$NONE a\n", NULL, "empty platform value from expression $NONE"},
    {"FROM --platform=a/b/c/d a\n", NULL,
     "failed to parse platform a/b/c/d: \"a/b/c/d\": cannot parse platform specifier"},
    {"FROM a\nRUN --mount=type=cache,target=/x,uid=y z\n", NULL, "invalid value y for uid"},
    {"FROM a\nRUN --mount=type=cache,target=/x,mode=0999 z\n", NULL, "invalid value 0999 for mode"},
    {"FROM a\nRUN --mount=type=bind,target=/x,mode=0755 z\n", NULL,
     "mode not allowed for \"bind\" type mounts"},
    {"FROM a\nRUN --mount=type=tmpfs,target=/x,size=big z\n", NULL, "invalid value for size: big"},
    {"FROM a\nRUN --mount=type=secret,id=x,sharing=shared z\n", NULL,
     "secret mount should not define sharing"},
    {"FROM a\nRUN --mount=type=cache,targt=/x z\n", NULL,
     "unexpected key 'targt' in 'targt=/x' (did you mean target?)"},
    {"FROM a\nRUN --mount=type=cache,\"target=/x,y\" z\n", NULL,
     "invalid field 'y' must be a key=value pair"},
    {"FROM a AS x\nRUN --mount=from=x,target=/y z\n", NULL,
     "circular dependency detected on stage: x"},
    {"FROM a AS x\nRUN --mount=from=y,target=/y z\nFROM a AS y\nFROM x\n", NULL,
     "cannot mount from stage \"y\" to \"/y\", stage needs to be defined before"},
    {"FROM a AS x\nCOPY --from=y /f /f\nFROM x AS y\nFROM a\n", NULL,
     "circular dependency detected on stage: x"},
    {"FROM a\nCOPY --chmod=abc x y\n", NULL, "invalid syntax"},
    {"FROM a\nADD --checksum=md5:0 https://b/c /d\n", NULL, "unsupported digest algorithm"},
    {"FROM a\nADD --checksum=sha256:0 https://b/c /d\n", NULL, "invalid checksum digest length"},
    {"FROM a\nSTOPSIGNAL FOO\n", NULL, "invalid signal: FOO"},
    {"FROM a AS x\nONBUILD FOO\nFROM x\n", NULL, "unknown instruction: FOO (did you mean FROM?)"},
    {"ARG F=x\nFROM a AS x\nFROM a\nCOPY --from=$F /f /f\n", NULL,
     "variable expansion is not supported for --from, "},
    {"FROM a\nCOPY --from=3 /f /f\n", NULL, "invalid stage index 3"},
    {"FROM a AS x\nCOPY --from=y /f /f\nFROM a AS y\nFROM x\n", NULL,
     "cannot copy from stage \"y\", it needs to be defined before current stage \"x\""},
    {"FROM a AS x\nCOPY --from=x /f /f\n", NULL, "circular dependency detected on stage: x"},
    {"FROM a\nCOPY --chmod=999 f /f\n", NULL, "invalid chmod parameter: '999'. "},
    {"FROM a\nCOPY https://example.com/f /f\n", NULL, "source can't be a URL for COPY"},
    {"FROM a\nADD --checksum=x https://example.com/f /f\n", NULL, "invalid checksum digest format"},
    {"FROM alpine:3\nRUN --mount=type=cache x\n", NULL, "invalid mount target \"/\""},
    {"FROM a\nWORKDIR /\nRUN --mount=type=cache x\n", NULL, "invalid mount target \"/\""},
    {"FROM a\nRUN --mount=type=bind,target=/ x\n", NULL, "invalid mount target \"/\""},
    {"FROM a\nEXPOSE web\n", NULL, "invalid containerPort: web"},
    {"FROM a\nEXPOSE 90-80\n", NULL, "invalid containerPort: 90-80"},
    {"FROM a\nEXPOSE 80/http\n", NULL, "invalid port: \"80/http\": invalid proto: http"},
    {"FROM a\nWORKDIR ${X:?needed}\n", NULL, "failed to process \"${X:?needed}\": X: needed"},
};

Test(dockerfile_plan, what_makes_no_sense_is_refused_in_buildkits_words)
{
    for (gsize i = 0; i < G_N_ELEMENTS(refusals); i++) {
        struct plan_request request = buildkit;
        request.target = refusals[i].target;
        MADE(made) = make(refusals[i].text, &request, NULL);
        cr_assert(g_str_has_prefix(made.error, refusals[i].error), "%s: %s", refusals[i].text,
                  made.error);
    }
}

Test(dockerfile_plan, a_mount_may_stand_where_the_image_of_another_begins)
{
    MADE(plain) = make("FROM acme/docs\nRUN --mount=type=bind,target=. x\n", &buildkit, NULL);
    MADE(staged) =
        make("FROM acme/docs AS a\nFROM a\nRUN --mount=type=bind,target=. x\n", &buildkit, NULL);

    cr_assert_str_eq(plain.error, "");
    cr_assert_str_eq(staged.error, "");
}

Test(dockerfile_plan, text_is_quoted_as_go_does)
{
    g_autofree char *quoted = build_go_quote("echo \"a\\b\"\n\tc");

    cr_assert_str_eq(quoted, "\"echo \\\"a\\\\b\\\"\\n\\tc\"");
}

/* A0 of 1000 bytes, then lines of two of the one before. */
static char *doubling(const char *keyword, int count)
{
    g_autofree char *start = g_strnfill(1000, 'a');
    GString *text = g_string_new("FROM scratch\n");
    g_string_append_printf(text, "%s A0=%s\n", keyword, start);
    for (int i = 1; i <= count; i++)
        g_string_append_printf(text, "%s A%d=$A%d$A%d\n", keyword, i, i - 1, i - 1);
    return g_string_free(text, FALSE);
}

Test(dockerfile_plan, variables_may_double_up_to_the_ceiling_of_a_word)
{
    static const char *const keywords[] = {"ARG", "ENV", "ONBUILD LABEL A=1\nARG"};
    for (gsize i = 0; i < G_N_ELEMENTS(keywords); i++) {
        g_autofree char *at_text = doubling(keywords[i], 10);
        g_autofree char *over_text = doubling(keywords[i], 11);

        MADE(at) = make(at_text, NULL, NULL);
        MADE(over) = make(over_text, NULL, NULL);

        cr_assert_str_eq(at.error, "");
        cr_assert(g_str_has_suffix(over.error, "the word has more than 1048576 bytes"), "%s",
                  over.error);
    }
}

Test(dockerfile_plan, all_words_of_a_file_have_a_ceiling_together)
{
    g_autofree char *doubled = doubling("ARG", 10);
    GString *text = g_string_new(doubled);
    for (int i = 0; i < 130; i++)
        g_string_append(text, "LABEL a=$A10\n");
    g_autofree char *many = g_string_free(text, FALSE);

    MADE(made) = make(many, NULL, NULL);

    cr_assert_str_eq(made.error,
                     "the words and variables of the Dockerfile take more than 134217728 bytes");
}
