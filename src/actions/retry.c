/*
 * nick-fields/retry: a command under a shell, again and again (src/index.ts of v2 to v4). It looks
 * only every polling_interval_seconds whether the command has ended, and waits retry_wait_seconds
 * after every failure, the last one too. `shell: bash` means `bash -c`: neither -e nor pipefail.
 */
#include "actions/actions.h"
#include "actions/core.h"

#include "base/limits.h"
#include "base/units.h"

#include <string.h>

struct retry {
    struct action_run *run;
    int64_t attempts_max, wait_s, polling_s;
    int64_t limit_us;        /* as asked for */
    int64_t retried_code;    /* 0: any */
    const char *retried_end; /* "any", "timeout", "error" */
    bool is_warning, is_tolerant;
    /* Of the attempt. */
    int exit_code;
    bool has_ended;
};

/* A number as parseInt reads it; what is otherwise for an input that is "" (or 0). */
static bool read_number(struct action_run *run, const char *name, int64_t otherwise,
                        int64_t *number, GError **error)
{
    const char *text = action_input(run, name);
    char *end = NULL;
    *number = g_ascii_strtoll(text, &end, 10);
    if (*text != '\0' && end == text)
        return core_throw(error, "Input %s only accepts numbers.  Received %s", name, text);
    const int64_t number_max = VIRTUAL_TIME_US_MAX / SECOND_US;
    *number = *number == 0 ? otherwise : CLAMP(*number, -number_max, number_max);
    return true;
}

static bool read_limit(struct retry *retry, GError **error)
{
    int64_t minutes = 0, seconds = 0;
    if (!read_number(retry->run, "timeout_minutes", 0, &minutes, error) ||
        !read_number(retry->run, "timeout_seconds", 0, &seconds, error))
        return false;
    if ((minutes == 0) == (seconds == 0))
        return core_throw(error, "Must specify either timeout_minutes or timeout_seconds inputs");
    retry->limit_us = minutes != 0 ? minutes * MINUTE_US : seconds * SECOND_US;
    return true;
}

static bool read_inputs(struct retry *retry, GError **error)
{
    struct action_run *run = retry->run;
    const char *tolerant = action_input(run, "continue_on_error");
    if (!read_number(run, "max_attempts", 3, &retry->attempts_max, error) ||
        !read_number(run, "retry_wait_seconds", 10, &retry->wait_s, error) ||
        !read_number(run, "polling_interval_seconds", 1, &retry->polling_s, error) ||
        !read_number(run, "retry_on_exit_code", 0, &retry->retried_code, error))
        return false;
    retry->is_tolerant = g_ascii_strcasecmp(tolerant, "true") == 0;
    if (!retry->is_tolerant && g_ascii_strcasecmp(tolerant, "false") != 0)
        return core_throw(
            error, "Input continue_on_error only accepts boolean values.  Received %s", tolerant);
    if (!action_input_is_given(run, "command"))
        return core_throw(error, "Input required and not supplied: command");
    retry->is_warning = g_ascii_strcasecmp(action_input(run, "warning_on_retry"), "true") == 0;
    retry->retried_end =
        action_input_is_given(run, "retry_on") ? action_input(run, "retry_on") : "any";
    return read_limit(retry, error);
}

static bool find_shell(const struct retry *retry, const char **shell, GError **error)
{
    static const char *const shells[] = {"bash", "python", "pwsh", "sh", NULL};
    const char *given = action_input(retry->run, "shell");
    g_autofree char *name = g_strndup(given, strcspn(given, " "));
    *shell = *given != '\0' ? given : "bash";
    if (*given == '\0' || g_strv_contains(shells, name))
        return true;
    if (strcmp(name, "cmd") == 0 || strcmp(name, "powershell") == 0)
        return core_throw(error, "Shell %s not allowed on OS linux", name);
    return core_throw(error,
                      "Shell %s not supported.  See https://docs.github.com/en/actions/"
                      "using-workflows/workflow-syntax-for-github-actions#jobsjob_idstepsshell "
                      "for supported shells",
                      name);
}

/* The next moment of looking at or after us, and at least one interval. */
static int64_t polled_us(const struct retry *retry, int64_t us)
{
    int64_t interval_us = MAX(retry->polling_s, 1) * SECOND_US;
    return MAX((us + interval_us - 1) / interval_us, 1) * interval_us;
}

static bool run_command(struct retry *retry, int64_t attempt, GError **error)
{
    struct action_run *run = retry->run;
    const char *other = action_input(run, "new_command_on_retry");
    const char *command = attempt > 1 && *other != '\0' ? other : action_input(run, "command");
    const char *shell = NULL;
    retry->exit_code = 0;
    retry->has_ended = false;
    if (!find_shell(retry, &shell, error))
        return false;
    const char *const arguments[] = {shell, "-c", command, NULL};
    const struct action_exec exec = {
        .arguments = arguments,
        .is_plain = true,
        .limit_us = polled_us(retry, retry->limit_us),
    };
    ACTION_EXEC_RESULT(result);
    int64_t begun_ms = action_date_ms(run);
    if (!core_spawn(run, &exec, &result, error))
        return false;
    int64_t spent_us = (action_date_ms(run) - begun_ms) * MILLISECOND_US;
    if (!result.has_timed_out) {
        if (!action_sleep(run, polled_us(retry, spent_us) - spent_us, error))
            return false;
        retry->has_ended = true;
        retry->exit_code = result.exit_code;
        if (result.exit_code == 0)
            return true;
    }
    if (!action_sleep(run, retry->wait_s * SECOND_US, error))
        return false;
    if (result.has_timed_out)
        return core_throw(error, "Timeout of %" G_GINT64_FORMAT "ms hit",
                          retry->limit_us / MILLISECOND_US);
    return core_throw(error, "Child_process exited with error code %d", result.exit_code);
}

/* on_retry_command runs under the system's shell, and its failure is only told. */
static bool run_between(struct retry *retry, GError **error)
{
    const char *command = action_input(retry->run, "on_retry_command");
    if (*command == '\0')
        return true;
    const char *const arguments[] = {"/bin/sh", "-c", command, NULL};
    const struct action_exec exec = {.arguments = arguments, .is_plain = true};
    ACTION_EXEC_RESULT(result);
    if (!core_spawn(retry->run, &exec, &result, error))
        return false;
    if (result.exit_code != 0)
        action_log(retry->run, "WARNING: Retry command threw the error Command failed: %s",
                   command);
    return true;
}

static bool may_retry(const struct retry *retry)
{
    bool is_code = retry->retried_code == 0 || retry->retried_code == retry->exit_code;
    if (!retry->has_ended && g_strcmp0(retry->retried_end, "error") == 0)
        return false;
    return is_code && (retry->exit_code == 0 || g_strcmp0(retry->retried_end, "timeout") != 0);
}

/* One attempt; *is_over: no further one. */
static bool try_once(struct retry *retry, int64_t attempt, bool *is_over, GError **error)
{
    struct action_run *run = retry->run;
    g_autofree char *title = g_strdup_printf("Attempt %" G_GINT64_FORMAT, attempt);
    g_autofree char *count = g_strdup_printf("%" G_GINT64_FORMAT, attempt);
    CORE_GROUP(run, title);
    action_set_output(run, "total_attempts", count);
    GError *thrown = NULL;
    if (run_command(retry, attempt, &thrown)) {
        action_log(run, "Command completed after %s attempt(s).", count);
        *is_over = true;
        return true;
    }
    g_autofree char *message = NULL;
    if (!core_catch(thrown, &message, error))
        return false;
    if (attempt >= retry->attempts_max)
        return core_throw(error, "Final attempt failed. %s", message);
    if (!may_retry(retry))
        return core_throw(error, "%s", message);
    if (!run_between(retry, error))
        return false;
    if (retry->is_warning)
        action_warn(run, "Attempt %s failed. Reason: %s", count, message);
    else
        action_log(run, "Attempt %s failed. Reason: %s", count, message);
    return true;
}

static bool try_all(struct retry *retry, GError **error)
{
    bool is_over = false;
    for (int64_t attempt = 1; attempt <= retry->attempts_max && !is_over; attempt++)
        if (!try_once(retry, attempt, &is_over, error))
            return false;
    return true;
}

static bool perform(struct action_run *run, GError **error)
{
    struct retry retry = {.run = run};
    GError *thrown = NULL;
    g_autofree char *message = NULL;
    if (read_inputs(&retry, &thrown) && try_all(&retry, &thrown)) {
        action_set_output(run, "exit_code", "0");
        return true;
    }
    if (!core_catch(thrown, &message, error))
        return false;
    g_autofree char *code = g_strdup_printf("%d", retry.exit_code > 0 ? retry.exit_code : 1);
    if (retry.is_tolerant)
        action_warn(run, "%s", message);
    else
        action_fail(run, "%s", message);
    action_set_output(run, "exit_error", message);
    action_set_output(run, "exit_code", code);
    return true;
}

static bool main_phase(struct action_run *run, GError **error)
{
    return core_run(run, perform, error);
}

static const struct action_input inputs[] = {
    {"timeout_minutes", "", false},
    {"timeout_seconds", "", false},
    {"max_attempts", "3", true},
    {"command", "", true},
    {"retry_wait_seconds", "10", false},
    {"shell", "", false},
    {"polling_interval_seconds", "1", false},
    {"retry_on", "", false},
    {"warning_on_retry", "true", false},
    {"on_retry_command", "", false},
    {"continue_on_error", "false", false},
    {"new_command_on_retry", "", false},
    {"retry_on_exit_code", "", false},
    {NULL, NULL, false},
};

const struct action action_retry = {
    .name = "nick-fields/retry",
    .summary = "Runs a command until it succeeds, with a limit for each attempt.",
    .first_major = 2,
    .last_major = 4,
    .inputs = inputs,
    .main = main_phase,
    .touches_images = true,
};
