/* Contexts that BuildKit clones. */
#include "bench.h"

static void loses_repository(struct bench *bench)
{
    static const struct {
        const char *context;
        const char *before;
    } cases[] = {
        {"https://github.com/o/r.git#4f2c1d6b8a0e9f735d1c2b3a49586776655443a2:sub", ""},
        {"https://github.com/o/r.git#refs/heads/main", "failed to load cache key: "},
    };
    boot_builder(bench);
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *options = g_strconcat("--opt context=", cases[i].context, NULL);
        g_autofree char *expected = g_strdup_printf(
            "error: failed to solve: failed to read dockerfile: %sfailed to fetch remote "
            "https://github.com/o/r.git: git stderr:\nfatal: unable to access "
            "'https://github.com/o/r.git/': ",
            cases[i].before);

        ANSWER(answer) = build(bench, options);

        cr_assert_eq(answer.exit_code, 1);
        cr_assert_not_null(strstr(answer.text, expected), "%s", answer.text);
    }
}

/* BuildKit asks once; a checkout tries three times. */
Test(buildkit_git, an_outage_of_github_reaches_a_context_that_buildkit_clones)
{
    static const struct plan plan = {
        .rules = "- {id: g, match: {subject: 'fetch https://github.com/o/r'}, "
                 "do: {kind: git-fails}}\n"};
    bench_run(&plan, loses_repository);
}
