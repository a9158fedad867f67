/* nick-fields/retry and Wandalen/wretry.action. */
#include "actions/actions.h"

#include "base/units.h"

#include "fake_run.h"

#include <criterion/criterion.h>
#include <string.h>

/* ---- nick-fields/retry ---- */

static void set_up(struct action_run *run)
{
    fake_input(run, "command", "make push");
    fake_input(run, "timeout_minutes", "1");
    fake_input(run, "max_attempts", "3");
}

static void fail(struct action_run *run, int code, unsigned times)
{
    fake_answer(run, (struct fake_answer){
                         .pattern = "bash -c make push", .exit_code = code, .times = times});
}

Test(retry, runs_the_command_once_when_it_succeeds)
{
    FAKE_RUN(run, &action_retry, "v3");
    set_up(run);

    fake_main(run);

    fake_expect_text(fake_commands(run), "bash -c make push\n");
    fake_expect_text(fake_output(run, "total_attempts"), "1");
    fake_expect_text(fake_output(run, "exit_code"), "0");
    fake_expect_part(fake_log(run), "::group::Attempt 1\n");
    fake_expect_part(fake_log(run), "Command completed after 1 attempt(s).\n::endgroup::\n");
    cr_expect_eq(fake_slept_us(run), SECOND_US, "it looks after a second at the earliest");
}

Test(retry, tries_again_after_a_wait)
{
    FAKE_RUN(run, &action_retry, "v3");
    set_up(run);
    fail(run, 7, 2);

    fake_main(run);

    cr_expect_null(fake_failure(run));
    fake_expect_text(fake_output(run, "total_attempts"), "3");
    fake_expect_text(fake_warnings(run),
                     "Attempt 1 failed. Reason: Child_process exited with error code 7\n"
                     "Attempt 2 failed. Reason: Child_process exited with error code 7\n");
    cr_expect_eq(fake_slept_us(run), 23 * SECOND_US);
}

Test(retry, fails_with_the_last_exit_code)
{
    FAKE_RUN(run, &action_retry, "v3");
    set_up(run);
    fail(run, 7, 0);

    fake_main(run);

    fake_expect_text(fake_failure(run),
                     "Final attempt failed. Child_process exited with error code 7");
    fake_expect_text(fake_output(run, "exit_error"), fake_failure(run));
    fake_expect_text(fake_output(run, "exit_code"), "7");
}

Test(retry, tells_a_time_out_in_milliseconds)
{
    FAKE_RUN(run, &action_retry, "v3");
    set_up(run);
    fake_input(run, "max_attempts", "1");
    fake_answer(run, (struct fake_answer){.pattern = "bash*", .has_timed_out = true});

    fake_main(run);

    fake_expect_text(fake_failure(run), "Final attempt failed. Timeout of 60000ms hit");
    fake_expect_text(fake_output(run, "exit_code"), "1");
}

Test(retry, retries_only_what_it_is_told_to)
{
    static const struct {
        const char *on, *code;
        bool has_timed_out;
        const char *message;
    } cases[] = {
        {"error", "", true, "Timeout of 60000ms hit"},
        {"timeout", "", false, "Child_process exited with error code 7"},
        {"any", "3", false, "Child_process exited with error code 7"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        FAKE_RUN(run, &action_retry, "v3");
        set_up(run);
        fake_input(run, "retry_on", cases[i].on);
        fake_input(run, "retry_on_exit_code", cases[i].code);
        fake_answer(run, (struct fake_answer){.pattern = "bash*",
                                              .exit_code = 7,
                                              .has_timed_out = cases[i].has_timed_out});
        fake_main(run);
        fake_expect_text(fake_failure(run), cases[i].message);
        fake_expect_text(fake_output(run, "total_attempts"), "1");
    }
}

Test(retry, runs_other_commands_between_and_after)
{
    FAKE_RUN(run, &action_retry, "v3");
    set_up(run);
    fake_input(run, "on_retry_command", "docker system prune -f");
    fake_input(run, "new_command_on_retry", "make push-slow");
    fake_input(run, "warning_on_retry", "false");
    fail(run, 1, 1);
    fake_fails(run, "/bin/sh*", 1, "");

    fake_main(run);

    fake_expect_text(fake_commands(run), "bash -c make push\n/bin/sh -c docker system prune -f\n"
                                         "bash -c make push-slow\n");
    fake_expect_part(fake_log(run), "WARNING: Retry command threw the error Command failed: "
                                    "docker system prune -f\nAttempt 1 failed. Reason: ");
}

Test(retry, can_be_told_to_go_on_after_failing)
{
    FAKE_RUN(run, &action_retry, "v3");
    set_up(run);
    fake_input(run, "continue_on_error", "true");
    fake_input(run, "max_attempts", "1");
    fail(run, 9, 0);

    fake_main(run);

    cr_expect_null(fake_failure(run));
    fake_expect_part(fake_warnings(run), "Final attempt failed. ");
    fake_expect_text(fake_output(run, "exit_code"), "9");
}

Test(retry, refuses_inputs_that_make_no_sense)
{
    static const struct {
        const char *input, *value, *message;
    } cases[] = {
        {"timeout_seconds", "5", "Must specify either timeout_minutes or timeout_seconds inputs"},
        {"timeout_minutes", "", "Must specify either timeout_minutes or timeout_seconds inputs"},
        {"max_attempts", "x", "Input max_attempts only accepts numbers.  Received x"},
        {"continue_on_error", "x",
         "Input continue_on_error only accepts boolean values.  "
         "Received x"},
        {"command", "", "Input required and not supplied: command"},
        {"shell", "cmd", "Final attempt failed. Shell cmd not allowed on OS linux"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        FAKE_RUN(run, &action_retry, "v3");
        set_up(run);
        fake_input(run, cases[i].input, cases[i].value);
        fake_main(run);
        fake_expect_text(fake_failure(run), cases[i].message);
    }
}

Test(retry, ends_at_once_without_its_shell)
{
    FAKE_RUN(run, &action_retry, "v3");
    set_up(run);
    fake_input(run, "shell", "pwsh");
    fake_answer(run,
                (struct fake_answer){.pattern = "pwsh*", .exit_code = 127, .is_missing = true});

    fake_main(run);

    fake_expect_part(fake_failure(run), "Unable to locate executable file: pwsh.");
    fake_expect_text(fake_output(run, "total_attempts"), "1");
}

/* ---- Wandalen/wretry.action ---- */

Test(wretry, runs_a_command_until_it_succeeds)
{
    FAKE_RUN(run, &action_wretry, "v3");
    fake_input(run, "command", "make push");
    fake_input(run, "attempt_limit", "3");
    fake_input(run, "attempt_delay", "2000");
    fake_answer(run, (struct fake_answer){.pattern = "bash*", .exit_code = 1, .times = 2});

    fake_main(run);

    cr_expect_null(fake_failure(run));
    cr_expect_eq(fake_slept_us(run), 4 * SECOND_US);
    fake_expect_part(fake_commands(run), "bash --noprofile --norc -eo pipefail -c make push\n");
}

Test(wretry, gives_up_after_the_last_attempt)
{
    FAKE_RUN(run, &action_wretry, "v3");
    fake_input(run, "command", "make push");
    fake_fails(run, "bash*", 4, "");

    fake_main(run);

    fake_expect_text(fake_failure(run),
                     "Attempts exhausted, made 2 attempts\nProcess returned exit code 4");
}

Test(wretry, wraps_another_action)
{
    FAKE_RUN(run, &action_wretry, "v3");
    fake_input(run, "action", "docker/build-push-action@v6");
    fake_input(run, "with", "context: .\npush: true\ntags: |\n  a/b:1\n  a/b:2\n");
    fake_nested(run, "01");

    fake_main(run);

    cr_expect_null(fake_failure(run));
    fake_expect_text(fake_commands(run), "(uses docker/build-push-action@v6)\n"
                                         "(uses docker/build-push-action@v6)\n");
    fake_expect_text(fake_nested_inputs(run),
                     "{\"context\":\".\",\"push\":\"true\",\"tags\":\"a/b:1\\na/b:2\"}");
    fake_expect_text(fake_output(run, "digest"), "sha256:1");
    fake_expect_text(fake_output(run, "outputs"), "{\n  \"digest\": \"sha256:1\"\n}");
    fake_post(run);
    fake_expect_text(fake_commands(run), "(uses docker/build-push-action@v6, post)\n");
}

Test(wretry, takes_an_action_or_a_command)
{
    FAKE_RUN(run, &action_wretry, "v3");
    fake_input(run, "action", "a/b@v1");
    fake_input(run, "command", "x");

    fake_main(run);

    fake_expect_text(fake_failure(run), "Expects Github action name or command, but not both.");
}

Test(wretry, stops_when_its_time_is_over)
{
    FAKE_RUN(run, &action_wretry, "v3");
    fake_input(run, "command", "x");
    fake_input(run, "attempt_limit", "100");
    fake_input(run, "attempt_delay", "1000");
    fake_input(run, "time_out", "3500");
    fake_fails(run, "bash*", 1, "");

    fake_main(run);

    fake_expect_text(fake_failure(run),
                     "Attempts exhausted, made 5 attempts\nProcess returned exit code 1");
}

Test(wretry, runs_a_command_between_attempts)
{
    FAKE_RUN(run, &action_wretry, "v3");
    fake_input(run, "command", "make");
    fake_input(run, "pre_retry_command", "clean");
    fake_answer(run, (struct fake_answer){.pattern = "*make", .exit_code = 1, .times = 1});

    fake_main(run);

    cr_expect_null(fake_failure(run));
    fake_expect_part(fake_commands(run), "-c make\nbash --noprofile --norc -eo pipefail -c clean"
                                         "\nbash --noprofile --norc -eo pipefail -c make\n");
}
