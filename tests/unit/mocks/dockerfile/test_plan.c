/* What a Dockerfile means for one platform. */
#include "made.h"

#include "mocks/dockerfile/expand.h"

static const struct plan_step *step_at(const struct made *made, guint index)
{
    return g_ptr_array_index(made->plan->target->steps, index);
}

/* ---- steps and stages ---- */

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

static const struct {
    const char *what;
    const struct plan_request *request;
    const char *text;
    const char *names;
} named[] = {
    {"each step with its stage and its platforms", &buildkit,
     "FROM --platform=$BUILDPLATFORM golang:1 AS build\nWORKDIR /src\nENV A=1\nRUN echo $A\n"
     "ARG TARGETARCH\nRUN go build $TARGETARCH\nFROM scratch\nCOPY --from=build /x /x\n",
     "[linux/amd64 build 1/4] FROM golang:1\n"
     "[linux/amd64 build 2/4] WORKDIR /src\n"
     "[linux/amd64 build 3/4] RUN echo 1\n"
     "[linux/amd64->arm64 build 4/4] RUN go build arm64\n"
     "[linux/arm64 stage-1 1/1] COPY --from=build /x /x\n"},
    {"one stage and one platform need no names", &buildkit_of_one, "FROM a:1 AS base\nRUN b\n",
     "[1/2] FROM a:1\n[2/2] RUN b\n"},
    {"a lone stage with mounts is told by its number", &buildkit_of_one,
     "FROM a:1\nRUN --mount=type=cache,target=/c b\n",
     "[stage-0 1/2] FROM a:1\n[stage-0 2/2] RUN --mount=type=cache,target=/c b\n"},
    {"triggers run in the stages that stand on theirs", &buildkit_of_one,
     "FROM a:1 AS base\nONBUILD RUN b\nFROM base AS next\nRUN c\nFROM next\nRUN d\n",
     "[base 1/1] FROM a:1\n[next 1/2] ONBUILD RUN b\n[next 2/2] RUN c\n[stage-2 1/1] RUN d\n"},
};

Test(dockerfile_plan, steps_are_named_and_counted_as_buildkit_does)
{
    for (gsize i = 0; i < G_N_ELEMENTS(named); i++) {
        MADE(made) = make(named[i].text, named[i].request, NULL);

        g_autofree char *names = names_of(&made);

        cr_expect_str_eq(made.error, "", "%s: %s", named[i].what, made.error);
        cr_expect_str_eq(names, named[i].names, "%s: %s", named[i].what, names);
    }
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

Test(dockerfile_plan, stages_are_found_by_what_their_user_may_say)
{
    MADE(made) = make("FROM a AS Base\nFROM Base\nCOPY --from=BASE /x /x\nCOPY --from=0 /y /y\n"
                      "RUN --mount=from=0,target=/z q\n",
                      &buildkit_of_one, NULL);

    cr_assert_str_eq(made.error, "");
    cr_assert_str_eq(made.plan->target->base_name, "Base");
    cr_assert_eq(step_at(&made, 0)->from_stage, 0);
    cr_assert_eq(step_at(&made, 1)->from_stage, 0);
    const struct run_mount *mount = g_ptr_array_index(step_at(&made, 2)->mounts, 0);
    cr_assert_eq(mount->from_stage, STAGE_NONE);
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

/* ---- what an image is made of ---- */

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
