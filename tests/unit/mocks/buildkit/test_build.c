/* Builds that go well: what is printed, pushed, cached, and how long it takes. */
#include "bench.h"

#define RUN_DOCKERFILE "FROM alpine:3\nCOPY f /f\nRUN echo hello > /g\n"

static void put_simple(struct bench *bench)
{
    put_files(bench, "/ctx/Dockerfile", RUN_DOCKERFILE, "/ctx/f", "content\n", NULL);
}

static void pushes_both_platforms(struct bench *bench)
{
    boot_builder(bench);
    put_simple(bench);

    ANSWER(answer) = build_two(bench, "");

    cr_assert_eq(answer.exit_code, 0, "%s", answer.text);
    AUTO(image_facts) facts = registry_find(bench->local, "o/app", "1");
    cr_assert_not_null(facts, "%s", answer.text);
    cr_assert(facts->is_complete);
    cr_assert_eq(facts->platforms->len, 2);
    cr_assert_str_eq(g_ptr_array_index(facts->platforms, 0), "linux/amd64");
    cr_assert_str_eq(g_ptr_array_index(facts->platforms, 1), "linux/arm64");
    g_autofree char *metadata = file_text(bench, "/meta.json");
    cr_assert_not_null(strstr(metadata, facts->digest), "%s", metadata);
}

Test(buildkit_build, a_build_for_two_platforms_is_pushed_whole)
{
    bench_run(NULL, pushes_both_platforms);
}
