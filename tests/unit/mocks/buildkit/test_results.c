/* Results of builds that others stand on. */
#include "bench.h"

#include "base/limits.h"

static void keeps(struct bench *bench)
{
    boot_builder(bench);
    put_files(bench, "/ctx/Dockerfile", "FROM scratch\nCOPY f /f\n", "/ctx/f", "x\n", NULL);
    ANSWER(first) = build(bench, "--opt keep-result=one");
    put_files(bench, "/ctx/Dockerfile", "FROM base\nCOPY --from=base /f /g\n", NULL);

    ANSWER(answer) = build(bench, "--opt context:base=input://one --output "
                                  "type=image,name=localhost:5000/o/app:1,push=true");

    cr_assert_eq(first.exit_code, 0, "%s", first.text);
    cr_assert_eq(answer.exit_code, 0, "%s", answer.text);
    cr_assert(image_has_file(bench, "o/app", "1", "f"));
    cr_assert(image_has_file(bench, "o/app", "1", "g"));
}

Test(buildkit_results, a_build_stands_on_the_files_of_another)
{
    bench_run(NULL, keeps);
}

static void misses(struct bench *bench)
{
    boot_builder(bench);
    put_files(bench, "/ctx/Dockerfile", "FROM scratch\nCOPY f /f\n", "/ctx/f", "x\n", NULL);
    ANSWER(first) = build(bench, "--opt keep-result=one");
    put_files(bench, "/ctx/Dockerfile", "FROM scratch\nCOPY --from=base /none /g\n", NULL);

    ANSWER(answer) = build(bench, "--opt context:base=input://one");

    cr_assert_eq(first.exit_code, 0, "%s", first.text);
    cr_assert_eq(answer.exit_code, 1);
    cr_assert(strstr(answer.text, "\"/none\": not found") != NULL, "%s", answer.text);
}

Test(buildkit_results, what_the_other_has_not_is_not_found)
{
    bench_run(NULL, misses);
}

static void fills(struct bench *bench)
{
    boot_builder(bench);
    put_files(bench, "/ctx/Dockerfile", "FROM scratch\nCOPY f /f\n", "/ctx/f", "x\n", NULL);
    for (int i = 0; i < BUILD_RESULTS_MAX; i++) {
        g_autofree char *option = g_strdup_printf("--opt keep-result=r%d", i);
        ANSWER(each) = build(bench, option);
        cr_assert_eq(each.exit_code, 0, "%s", each.text);
    }

    ANSWER(answer) = build(bench, "--opt keep-result=last");

    cr_assert_eq(answer.exit_code, 1);
    cr_assert(strstr(answer.text, "results that other builds use") != NULL, "%s", answer.text);
}

Test(buildkit_results, there_are_only_so_many)
{
    bench_run(NULL, fills);
}
