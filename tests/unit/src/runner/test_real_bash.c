/* A real bash in a real sandbox behind the runner: the ladder, files and orphans
   (actions-semantics.md 1.4, 5.3). */
#include "bench.h"
#include "loop/vclock.h"

#include <criterion/criterion.h>
#include <glib/gstdio.h>
#include <string.h>

static int run_sleep(void *self, const struct command_call *call)
{
    struct bench *bench = self;
    const double seconds = g_ascii_strtod(call->arguments[1], NULL);
    return fiber_sleep(bench->loop, (int64_t)(seconds * 1000000), NULL) ? 0 : 1;
}

/* The bench's machine with a sandbox instead of the scripted bash; results of the first job. */
static struct leg_result *run_for_real(const char *steps)
{
    static const char *const names[] = {"sleep", NULL};
    g_autoptr(GError) error = NULL;
    g_autofree char *missing = NULL;
    g_autofree char *stub = sandbox_find_stub();
    g_autofree char *preload_library = sandbox_find_preload_library();
    AUTO(bench) bench = bench_new_steps(steps);
    vclock_bind(bench->loop, VCLOCK_EPOCH_S);
    bench->host = (struct command_host){.names = names, .run = run_sleep, .self = bench};
    const struct sandbox_options options = {.machine = "leg-test",
                                            .directory = bench->directory,
                                            .home = "/home/runner",
                                            .stub = stub,
                                            .preload_library = preload_library,
                                            .host = &bench->host,
                                            .layers = sandbox_probe(&missing),
                                            .seed = 1,
                                            .real_time_us_max = INT64_C(60) * 1000000};
    struct sandbox *sandbox = sandbox_new(bench->loop, &options, &error);
    cr_assert_not_null(sandbox, "%s", error != NULL ? error->message : "");
    g_autofree char *path = g_strconcat("PATH=", sandbox_path(sandbox), NULL);
    const char *const environment[] = {path, NULL};
    bench->machine.shell = NULL;
    bench->machine.sandbox = sandbox;
    bench->machine.home = sandbox_home(sandbox);
    bench->machine.environment = environment;

    struct leg_result *result = bench_run_leg(bench, NULL);

    sandbox_free(sandbox);
    vclock_bind(NULL, 0);
    return result;
}

static const struct step_result *step_at(const struct leg_result *result, guint index)
{
    return result->steps->pdata[index];
}

Test(real_bash, speaks_by_lines_and_files)
{
    AUTO(leg_result)
    result = run_for_real("      - id: x\n"
                          "        run: |\n"
                          "          echo \"value=$((6 * 7))\" >> \"$GITHUB_OUTPUT\"\n"
                          "          echo \"::warning::careful\" >&2\n"
                          "          pwd; echo \"$CI $GITHUB_JOB\"\n"
                          "      - run: echo \"it was ${{ steps.x.outputs.value }}\"; exit 3\n");

    cr_expect_eq(result->result, RESULT_FAILURE);
    cr_expect_eq(result->duration_us, 0);
    cr_expect_not_null(strstr(result->log->str, "\nit was 42\n##[error]Process completed with exit "
                                                "code 3.\n"),
                       "%s", result->log->str);
    cr_expect_not_null(strstr(result->log->str, "##[warning]careful\n"));
    cr_expect_not_null(strstr(result->log->str, "/work/ship/ship\ntrue a\n"));
}

Test(real_bash, finds_the_files_of_its_step_by_expressions_too)
{
    AUTO(leg_result)
    result = run_for_real("      - id: x\n"
                          "        run: |\n"
                          "          printf 'a=1\\0\\nb=2\\n' >> ${{ github.output }}\n"
                          "          echo \"[${GITHUB_ACTION_REF-unset}]\"\n"
                          "      - run: echo 'it was ${{ steps.x.outputs.a }}${{ "
                          "steps.x.outputs.b }}'\n");

    cr_expect_eq(result->result, RESULT_SUCCESS);
    cr_expect_not_null(strstr(result->log->str, "\n[]\n"), "%s", result->log->str);
    cr_expect_not_null(strstr(result->log->str, "\nit was 12\n"), "%s", result->log->str);
}

Test(real_bash, blocked_by_a_child_ends_after_12_and_a_half_seconds)
{
    AUTO(leg_result)
    result = run_for_real("      - {run: sleep 300, timeout-minutes: 1}\n"
                          "      - {if: always(), run: echo next}\n");

    const struct step_result *step = step_at(result, 1);
    cr_expect(step->has_timed_out);
    cr_expect_eq(step->duration_us, 72500000, "%g s", (double)step->duration_us / 1e6);
    cr_expect_not_null(strstr(result->log->str, "Terminate orphan process: pid ("), "%s",
                       result->log->str);
}

Test(real_bash, goes_on_when_its_child_ends_in_time)
{
    AUTO(leg_result)
    result = run_for_real("      - timeout-minutes: 1\n"
                          "        run: |\n"
                          "          sleep 65\n"
                          "          echo went on\n");

    const struct step_result *step = step_at(result, 1);
    cr_expect_eq(step->outcome, RESULT_FAILURE);
    cr_expect_eq(step->duration_us, 65000000, "%g s", (double)step->duration_us / 1e6);
    cr_expect_not_null(strstr(result->log->str, "\nwent on\n"), "%s", result->log->str);
}

Test(real_bash, masks_a_failing_pipe_unless_the_shell_is_named)
{
    AUTO(leg_result)
    result = run_for_real("      - run: 'false | cat; echo after'\n"
                          "      - {shell: bash, run: 'false | cat; echo after'}\n");

    cr_expect_eq(step_at(result, 1)->outcome, RESULT_SUCCESS);
    cr_expect_eq(step_at(result, 2)->outcome, RESULT_FAILURE);
}
