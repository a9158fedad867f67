/* Commands inside containers: output, exit codes, cuts, deadlines, kills. */
#include "engine_answers.h"

#include "base/units.h"

#include <criterion/criterion.h>
#include <string.h>

static void note_line(void *context, int stream, const char *line)
{
    struct scripted_site *site = context;
    g_string_append_printf(site->log, "%d:%s\n", stream, line);
}

static void run_command(struct scripted_site *site)
{
    static const char *const command[] = {"buildctl", "debug", "workers", NULL};
    static const char *const environment[] = {"DOCKER_CONFIG=/cfg", NULL};
    const struct docker_exec_options options = {.command = command,
                                                .environment = environment,
                                                .working_directory = "/build",
                                                .output = note_line,
                                                .output_context = site};
    AUTO(docker) docker = engine_of(site);
    g_autoptr(GError) error = NULL;
    struct docker_exec_result result = {0};
    if (docker_exec(docker, "b0", &options, &result, &error))
        g_string_append_printf(site->log, "%d [%s] %d ms\n", result.exit_code, result.output,
                               (int)(loop_now_us(site->loop) / MILLISECOND_US));
    else
        note_error(site, error);
    g_free(result.output);
}

#define CREATED  ANSWER("201 Created", "{\"Id\":\"f4bb\"}")
#define RUNNING  ANSWER("200 OK", "{\"Running\":true,\"ExitCode\":null}")
#define ENDED    ANSWER("200 OK", "{\"Running\":false,\"ExitCode\":7}")
#define EXEC_LOG "1:eo\n2:ee\n"

static void run_command_and_show(struct scripted_site *site)
{
    run_command(site);
    note_targets(site);
    g_string_append_printf(site->log, "%s\n%s\n", body_of(site, 1), body_of(site, 2));
}

Test(exec, streams_the_output_of_an_upgraded_connection)
{
    static const struct scripted_answer answers[] = {
        PING, CREATED, BYTES(UPGRADED FRAMES), ENDED, {0}};

    g_autofree char *log = scripted_site_run(answers, run_command_and_show);

    cr_assert_str_eq(log, EXEC_LOG
                     "7 [eo\nee\n] 0 ms\nHEAD /_ping\nPOST /v1.41/containers/b0/exec\n"
                     "POST /v1.41/exec/f4bb/start\nGET /v1.41/exec/f4bb/json\n"
                     "{\"AttachStdin\":false,\"AttachStdout\":true,\"AttachStderr\":true,"
                     "\"Tty\":false,\"Env\":[\"DOCKER_CONFIG=/cfg\"],\"Cmd\":[\"buildctl\","
                     "\"debug\",\"workers\"],\"WorkingDir\":\"/build\"}\n"
                     "{\"Detach\":false,\"Tty\":false}\n");
}

Test(exec, takes_an_engine_that_does_not_upgrade_too)
{
    static const struct scripted_answer answers[] = {
        PING, CREATED, BYTES(NOT_UPGRADED FRAMES), ENDED, {0}};

    g_autofree char *log = scripted_site_run(answers, run_command);

    cr_assert_str_eq(log, EXEC_LOG "7 [eo\nee\n] 0 ms\n");
}

Test(exec, may_have_no_output_at_all)
{
    static const struct scripted_answer upgraded[] = {PING, CREATED, BYTES(UPGRADED), ENDED, {0}};
    static const struct scripted_answer others[] = {PING, CREATED, BYTES(NOT_UPGRADED), ENDED, {0}};

    g_autofree char *log = scripted_site_run(upgraded, run_command);
    g_autofree char *other_log = scripted_site_run(others, run_command);

    cr_assert_str_eq(log, "7 [] 0 ms\n");
    cr_assert_str_eq(other_log, log);
}

Test(exec, waits_a_moment_for_the_exit_code_after_the_output)
{
    static const struct scripted_answer answers[] = {
        PING, CREATED, BYTES(UPGRADED FRAMES), RUNNING, RUNNING, ENDED, {0}};

    g_autofree char *log = scripted_site_run(answers, run_command);

    cr_assert_str_eq(log, EXEC_LOG "7 [eo\nee\n] 100 ms\n");
}

Test(exec, whose_output_ends_while_it_runs_on_was_cut)
{
    struct scripted_answer answers[256] = {PING, CREATED, BYTES(UPGRADED FRAMES)};
    for (int i = 3; i < 255; i++)
        answers[i] = (struct scripted_answer)RUNNING;

    g_autofree char *log = scripted_site_run(answers, run_command);

    cr_assert_str_eq(log, EXEC_LOG "docker 1: the output of the command was cut; it still runs\n");
}

Test(exec, that_the_engine_refuses_says_why)
{
    static const struct scripted_answer answers[] = {
        PING,
        CREATED,
        ANSWER("409 Conflict", "{\"message\":\"container b0 is not running\"}"),
        {0}};

    g_autofree char *log = scripted_site_run(answers, run_command);

    cr_assert_str_eq(log, "docker 409: container b0 is not running\n");
}

Test(exec, that_ends_without_a_code_makes_no_sense)
{
    static const struct scripted_answer answers[] = {
        PING,
        CREATED,
        BYTES(UPGRADED FRAMES),
        ANSWER("200 OK", "{\"Running\":false,\"ExitCode\":null}"),
        {0}};

    g_autofree char *log = scripted_site_run(answers, run_command);

    cr_assert_str_eq(log,
                     EXEC_LOG "docker 2: the Engine says the command has ended, but not how\n");
}

static void run_within_a_minute(struct scripted_site *site)
{
    DEADLINE(limit);
    deadline_begin(site->loop, &limit, "build", MINUTE_US);
    run_command(site);
}

Test(exec, obeys_the_deadline_while_the_command_is_silent)
{
    static const struct scripted_answer answers[] = {PING,
                                                     CREATED,
                                                     {.text = UPGRADED FRAMES,
                                                      .length_bytes = sizeof(UPGRADED FRAMES) - 1,
                                                      .is_kept_open = true},
                                                     {0}};

    g_autofree char *log = scripted_site_run(answers, run_within_a_minute);

    cr_assert_str_eq(log, EXEC_LOG "seatrial-fiber-error 0: build timed out after 1min\n");
}

static void kill_command(struct scripted_site *site)
{
    AUTO(docker) docker = engine_of(site);
    g_autoptr(GError) error = NULL;
    if (docker_exec_kill(docker, "b0", "/build/leg-7", &error))
        g_string_append(site->log, "killed\n");
    else
        note_error(site, error);
    g_string_append(site->log, strstr(body_of(site, 1), "\"Cmd\""));
}

static char *kill_with(int exit_code)
{
    g_autofree char *ended = g_strdup_printf("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n"
                                             "{\"Running\":false,\"ExitCode\":%d}",
                                             exit_code);
    const struct scripted_answer answers[] = {
        PING, CREATED, BYTES(UPGRADED FRAMES), {.text = ended}, {0}};
    return scripted_site_run(answers, kill_command);
}

#define KILL_COMMAND "\"Cmd\":[\"pkill\",\"-KILL\",\"-f\",\"/build/leg-7\"]}"

Test(exec, kills_what_another_left_behind_by_its_command_line)
{
    g_autofree char *killed = kill_with(0);
    g_autofree char *nothing = kill_with(1);
    g_autofree char *no_pkill = kill_with(126);

    cr_assert_str_eq(killed, "killed\n" KILL_COMMAND);
    cr_assert_str_eq(nothing, "killed\n" KILL_COMMAND);
    cr_assert_str_eq(no_pkill, "docker 3: pkill ended with code 126: eo\nee\n" KILL_COMMAND);
}
