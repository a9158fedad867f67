/*
 * Wandalen/wretry.action: another action, or a command under bash -eo pipefail, until it succeeds
 * (src/Retry.js of v3). Commands say nothing before they run; a failure is told at the end alone.
 */
#include "actions/actions.h"
#include "actions/core.h"

#include "base/limits.h"
#include "base/units.h"
#include "doc/doc.h"

#include <string.h>

struct wretry {
    struct action_run *run;
    int64_t attempts_max, delay_us;
    int64_t limit_us; /* of all attempts together; 0: none */
    int64_t begun_ms;
    json_t *inputs; /* of the wrapped action */
    json_t *outputs;
    char *message; /* of the last failure */
};

static int64_t number_of(const struct action_run *run, const char *name, int64_t otherwise)
{
    int64_t number = g_ascii_strtoll(action_input(run, name), NULL, 10);
    const int64_t number_max = VIRTUAL_TIME_US_MAX / MILLISECOND_US;
    return number != 0 ? CLAMP(number, -number_max, number_max) : otherwise;
}

/* "key: value" lines, which the real one reads by hand and we as YAML. */
static bool read_with(struct wretry *wretry, GError **error)
{
    const char *text = action_input(wretry->run, "with");
    wretry->inputs = json_object();
    if (*text == '\0')
        return true;
    g_autoptr(GError) failure = NULL;
    AUTO(doc) doc = doc_load_text("with", text, strlen(text), DOC_DEFAULT, &failure);
    if (doc == NULL)
        return core_throw(error, "%s", failure->message);
    const struct node *map = doc_root(doc);
    for (gsize i = 0; map->kind == NODE_MAPPING && i < node_length(map); i++) {
        const struct node_entry *entry = node_entry(map, i);
        const char *value = entry->value->text;
        json_object_set_new(wretry->inputs, entry->key,
                            json_text_or_null(value != NULL ? value : ""));
    }
    return true;
}

static int64_t left_us(const struct wretry *wretry)
{
    int64_t spent_us = (action_date_ms(wretry->run) - wretry->begun_ms) * MILLISECOND_US;
    return wretry->limit_us - spent_us;
}

static bool run_lines(struct wretry *wretry, const char *input, bool *has_succeeded, GError **error)
{
    struct action_run *run = wretry->run;
    const char *given = action_input(run, "current_path");
    g_autofree char *directory = *given != '\0' ? core_absolute_path(run, given) : NULL;
    const char *const arguments[] = {
        "bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", action_input(run, input), NULL};
    const struct action_exec exec = {
        .arguments = arguments,
        .directory = directory,
        .is_plain = true,
        .limit_us = wretry->limit_us > 0 ? MAX(left_us(wretry), 1) : 0,
    };
    ACTION_EXEC_RESULT(result);
    if (!core_spawn(run, &exec, &result, error))
        return false;
    *has_succeeded = result.exit_code == 0 && !result.has_timed_out;
    g_free(wretry->message);
    wretry->message = result.has_timed_out
                          ? g_strdup("Process returned reason::time")
                          : g_strdup_printf("Process returned exit code %d", result.exit_code);
    return true;
}

static bool run_action(struct wretry *wretry, bool *has_succeeded, GError **error)
{
    struct action_run *run = wretry->run;
    const struct action_nested nested = {
        .uses = action_input(run, "action"),
        .inputs = wretry->inputs,
    };
    __attribute__((cleanup(action_nested_result_clear))) struct action_nested_result result = {0};
    if (!action_nested(run, &nested, &result, error))
        return false;
    *has_succeeded = result.has_succeeded;
    g_clear_pointer(&wretry->outputs, json_decref);
    wretry->outputs = g_steal_pointer(&result.outputs);
    g_free(wretry->message);
    wretry->message = g_strdup("Process returned exit code 1");
    return true;
}

static bool attempt(struct wretry *wretry, int64_t number, bool *has_succeeded, bool *is_over,
                    GError **error)
{
    struct action_run *run = wretry->run;
    bool is_ready = true;
    if (number > 1 && action_input_is_given(run, "pre_retry_command")) {
        if (!run_lines(wretry, "pre_retry_command", &is_ready, error))
            return false;
        *is_over = !is_ready; /* one more try, and no further one */
    }
    return action_input_is_given(run, "action")
               ? run_action(wretry, has_succeeded, error)
               : run_lines(wretry, "command", has_succeeded, error);
}

static bool attempt_all(struct wretry *wretry, GError **error)
{
    bool has_succeeded = false, is_over = false;
    int64_t number = 1;
    for (; number <= wretry->attempts_max; number++) {
        if (number > 1 && !action_sleep(wretry->run, wretry->delay_us, error))
            return false;
        if (!attempt(wretry, number, &has_succeeded, &is_over, error))
            return false;
        bool is_late = wretry->limit_us > 0 && left_us(wretry) <= 0;
        if (has_succeeded)
            return true;
        if (is_over || is_late)
            break;
    }
    return core_throw(error, "Attempts exhausted, made %" G_GINT64_FORMAT " attempts\n%s",
                      MIN(number, wretry->attempts_max), wretry->message);
}

static void set_outputs(struct action_run *run, const json_t *outputs)
{
    const char *name;
    json_t *value;
    g_autoptr(json_t) empty = json_object();
    json_object_foreach ((json_t *)outputs, name, value)
        action_set_output(run, name, json_string_value(value));
    g_autofree char *text = core_pretty_json(outputs != NULL ? outputs : empty);
    action_set_output(run, "outputs", text);
}

static bool perform(struct action_run *run, GError **error)
{
    struct wretry wretry = {
        .run = run,
        .attempts_max = number_of(run, "attempt_limit", 2),
        .delay_us = number_of(run, "attempt_delay", 0) * MILLISECOND_US,
        .limit_us = number_of(run, "time_out", 0) * MILLISECOND_US,
        .begun_ms = action_date_ms(run),
    };
    bool has_action = action_input_is_given(run, "action");
    bool has_command = action_input_is_given(run, "command");
    bool is_done = has_action && has_command
                       ? core_throw(error, "Expects Github action name or command, but not both.")
                       : read_with(&wretry, error) && attempt_all(&wretry, error);
    set_outputs(run, wretry.outputs);
    json_decref(wretry.inputs);
    json_decref(wretry.outputs);
    g_free(wretry.message);
    return is_done;
}

static bool main_phase(struct action_run *run, GError **error)
{
    return core_run(run, perform, error);
}

/* The wrapped action's post phase comes when this step's does. */
static bool end(struct action_run *run, GError **error)
{
    if (!action_input_is_given(run, "action"))
        return true;
    struct wretry wretry = {.run = run};
    __attribute__((cleanup(action_nested_result_clear))) struct action_nested_result result = {0};
    bool is_done = read_with(&wretry, error);
    const struct action_nested nested = {
        .uses = action_input(run, "action"),
        .inputs = wretry.inputs,
        .is_post = true,
    };
    is_done = is_done && action_nested(run, &nested, &result, error);
    json_decref(wretry.inputs);
    if (is_done && !result.has_succeeded)
        action_fail(run, "Process returned exit code 1");
    return is_done;
}

static bool post_phase(struct action_run *run, GError **error)
{
    return core_run(run, end, error);
}

static const struct action_input inputs[] = {
    {"action", "", false},
    {"command", "", false},
    {"pre_retry_command", "", false},
    {"with", "", false},
    {"current_path", "", false},
    {"steps_context", "{}", false},
    {"attempt_limit", "2", false},
    {"attempt_delay", "0", false},
    {"time_out", "false", false},
    {"retry_condition", "true", false},
    {"github_token", "", false},
    {NULL, NULL, false},
};

const struct action action_wretry = {
    .name = "Wandalen/wretry.action",
    .summary = "Runs another action, or a command, until it succeeds.",
    .first_major = 1,
    .last_major = 3,
    .inputs = inputs,
    .main = main_phase,
    .post = post_phase,
    .touches_images = true,
};
