/* Bake with checks in a build's place, by flag and by what a target says. */
#include "bench.h"

static const char two_targets[] = "target \"app\" {}\n"
                                  "target \"worker\" {\n"
                                  "  dockerfile = \"worker.Dockerfile\"\n"
                                  "  call = \"check\"\n"
                                  "}\n";

static void checks_body(struct bench *bench)
{
    write_context(bench);
    write_file(bench, "/src/docker-bake.hcl", two_targets);
    write_file(bench, "/src/worker.Dockerfile", "FROM alpine:3\nRUN true\nENV a b\n");
    run_well(bench, "docker buildx create --name X --driver docker-container --use --bootstrap");

    OUTCOME(both) = run_line(bench, "docker buildx bake --check worker app");
    OUTCOME(one) = run_line(bench, "docker buildx bake worker");
    OUTCOME(clean) = run_line(bench, "docker buildx bake --call=check app");

    cr_assert_eq(both.exit_code, 1, "%s", both.err);
    cr_assert(g_str_has_prefix(both.out, "app\n\nCheck complete, no warnings found.\n\nworker\n\n"),
              "%s", both.out);
    cr_assert_not_null(strstr(both.out, "LegacyKeyValueFormat"), "%s", both.out);
    cr_assert_eq(one.exit_code, 1, "%s", one.err);
    cr_assert_null(strstr(one.err, "RUN true"), "%s", one.err);
    cr_assert_eq(clean.exit_code, 0, "%s", clean.err);
    cr_assert_str_eq(bench->assumed->str, "");
}

Test(bake_checks, targets_are_told_by_name_and_any_warning_fails_it)
{
    bench_run(NULL, checks_body);
}
