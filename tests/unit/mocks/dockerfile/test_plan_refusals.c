/* What a Dockerfile may not say: before its release of the frontend, at all, or above a ceiling. */
#include "made.h"

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

Test(dockerfile_refusals, a_release_of_the_frontend_knows_what_it_had)
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

Test(dockerfile_refusals, buildkit_has_the_frontend_of_its_release)
{
    struct frontend frontend = {0};

    cr_assert_eq(frontend_of_buildkit("v0.11.7+d3e6c1360f6e").minor, 5);
    cr_assert_eq(frontend_of_buildkit("v0.20.2").minor, 14);
    cr_assert_eq(frontend_of_buildkit("buildx-stable-1").minor, FRONTEND_NEWEST);
    cr_assert_not(frontend_of_image("ghcr.io/acme/frontend:1", &frontend));
}

/* ---- refusals ---- */

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

Test(dockerfile_refusals, what_makes_no_sense_is_refused_in_buildkits_words)
{
    for (gsize i = 0; i < G_N_ELEMENTS(refusals); i++) {
        struct plan_request request = buildkit;
        request.target = refusals[i].target;
        MADE(made) = make(refusals[i].text, &request, NULL);
        cr_assert(g_str_has_prefix(made.error, refusals[i].error), "%s: %s", refusals[i].text,
                  made.error);
    }
}

/* ---- ceilings ---- */

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

Test(dockerfile_refusals, variables_may_double_up_to_the_ceiling_of_a_word)
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

Test(dockerfile_refusals, all_words_of_a_file_have_a_ceiling_together)
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
