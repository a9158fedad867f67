/* Exceptions, groups, command lines and small texts of JavaScript actions. */
#include "actions/core.h"

#include <string.h>

GQuark core_error_quark(void)
{
    return g_quark_from_static_string("seatrial-core-error");
}

bool core_throw(GError **error, const char *format, ...)
{
    va_list values;
    va_start(values, format);
    g_autofree char *message = g_strdup_vprintf(format, values);
    va_end(values);
    g_set_error_literal(error, CORE_ERROR, CORE_ERROR_THROWN, message);
    return false;
}

bool core_run(struct action_run *run, action_fn *body, GError **error)
{
    GError *thrown = NULL;
    if (body(run, &thrown))
        return true;

    g_autofree char *message = NULL;
    if (g_error_matches(thrown, CORE_ERROR, CORE_ERROR_SAID)) {
        g_error_free(thrown);
        return true;
    }
    if (!core_catch(thrown, &message, error))
        return false;
    action_fail(run, "%s", message);
    return true;
}

bool core_catch(GError *thrown, char **message, GError **error)
{
    if (!g_error_matches(thrown, CORE_ERROR, CORE_ERROR_THROWN)) {
        g_propagate_error(error, thrown);
        return false;
    }
    *message = g_strdup(thrown->message);
    g_error_free(thrown);
    return true;
}

static bool throw_said(GError **error)
{
    g_set_error_literal(error, CORE_ERROR, CORE_ERROR_SAID, "the step has failed");
    return false;
}

bool core_input_boolean(struct action_run *run, const char *name, bool *value, GError **error)
{
    return action_input_boolean(run, name, value) || throw_said(error);
}

struct core_group core_group_begin(struct action_run *run, const char *title)
{
    action_group(run, title);
    return (struct core_group){run};
}

void core_group_finish(struct core_group *group)
{
    action_group_end(group->run);
}

static void add_all(GPtrArray *arguments, va_list values)
{
    for (const char *text = va_arg(values, const char *); text != NULL;
         text = va_arg(values, const char *))
        g_ptr_array_add(arguments, g_strdup(text));
}

GPtrArray *core_arguments(const char *first, ...)
{
    GPtrArray *arguments = g_ptr_array_new_with_free_func(g_free);
    g_ptr_array_add(arguments, g_strdup(first));
    va_list values;
    va_start(values, first);
    add_all(arguments, values);
    va_end(values);
    return arguments;
}

void core_arguments_add(GPtrArray *arguments, ...)
{
    va_list values;
    va_start(values, arguments);
    add_all(arguments, values);
    va_end(values);
}

void core_arguments_add_each(GPtrArray *arguments, const char *option, const GPtrArray *values)
{
    for (guint i = 0; i < values->len; i++)
        core_arguments_add(arguments, option, g_ptr_array_index(values, i), NULL);
}

bool core_exec_failed(const struct action_exec_result *result)
{
    return result->exit_code != 0 && result->errors != NULL && *result->errors != '\0';
}

static bool judge(const struct core_command *command, const struct action_exec_result *result,
                  GError **error)
{
    switch (command->judgement) {
    case CORE_ANY_END:
        return true;
    case CORE_LAST_LINE: {
        g_autofree char *line = core_last_line(result->errors);
        return !core_exec_failed(result) || core_throw(error, "%s", line);
    }
    case CORE_ALL_LINES: {
        g_autofree char *lines = core_trimmed(result->errors);
        return !core_exec_failed(result) || core_throw(error, "%s", lines);
    }
    case CORE_EXIT_CODE:
        return result->exit_code == 0 ||
               core_throw(error, "The process '/usr/bin/%s' failed with exit code %d",
                          (const char *)g_ptr_array_index(command->arguments, 0),
                          result->exit_code);
    }
    g_assert_not_reached();
}

bool core_spawn(struct action_run *run, const struct action_exec *exec,
                struct action_exec_result *result, GError **error)
{
    return action_exec(run, exec, result, error) &&
           (!action_has_failed(run) || throw_said(error)); /* no such program */
}

bool core_exec(struct action_run *run, const struct core_command *command,
               struct action_exec_result *result, GError **error)
{
    ACTION_EXEC_RESULT(own);
    struct action_exec_result *filled = result != NULL ? result : &own;
    g_autofree const char **arguments = g_new0(const char *, command->arguments->len + 1);
    for (guint i = 0; i < command->arguments->len; i++)
        arguments[i] = g_ptr_array_index(command->arguments, i);
    const struct action_exec exec = {
        .arguments = arguments,
        .environment = command->environment,
        .directory = command->directory,
        .input = command->input,
        .is_silent = command->is_silent,
    };
    return core_spawn(run, &exec, filled, error) && judge(command, filled, error);
}

char *core_trimmed(const char *text)
{
    return g_strstrip(g_strdup(text != NULL ? text : ""));
}

char *core_last_line(const char *text)
{
    g_autofree char *trimmed = core_trimmed(text);
    const char *line = trimmed;
    for (const char *c = trimmed; *c != '\0'; c++)
        if (*c == '\n' || *c == '\r')
            line = c + 1;
    return core_trimmed(line);
}

bool core_parse_bool(const char *text, bool *value, GError **error)
{
    static const char *const yes[] = {"1", "t", "T", "true", "TRUE", "True", NULL};
    static const char *const no[] = {"0", "f", "F", "false", "FALSE", "False", NULL};
    *value = g_strv_contains(yes, text);
    return *value || g_strv_contains(no, text) ||
           core_throw(error, "parseBool syntax error: %s", text);
}

bool core_variable_boolean(const struct action_run *run, const char *name, bool otherwise,
                           bool *value, GError **error)
{
    const char *text = action_variable(run, name);
    *value = otherwise;
    return text == NULL || *text == '\0' || core_parse_bool(text, value, error);
}

char *core_absolute_path(const struct action_run *run, const char *path)
{
    const char *workspace = action_variable(run, "GITHUB_WORKSPACE");
    return g_canonicalize_filename(path, workspace != NULL ? workspace : "/");
}

char *core_uuid(struct action_run *run)
{
    static const char variants[] = "89ab";
    g_autofree char *digits = action_random_hex(run, 32);
    digits[12] = '4';
    digits[16] = variants[g_ascii_xdigit_value(digits[16]) & 3];
    return g_strdup_printf("%.8s-%.4s-%.4s-%.4s-%.12s", digits, digits + 8, digits + 12,
                           digits + 16, digits + 20);
}

char *core_iso_date(int64_t date_ms)
{
    g_autoptr(GDateTime) date = g_date_time_new_from_unix_utc(date_ms / 1000);
    g_autofree char *text = g_date_time_format(date, "%Y-%m-%dT%H:%M:%S");
    return g_strdup_printf("%s.%03dZ", text, (int)(date_ms % 1000));
}

char *core_pretty_json(const json_t *value)
{
    return g_strchomp(json_pretty_text(value));
}

void core_log_lines(struct action_run *run, const char *text)
{
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    for (char **line = lines; *line != NULL; line++)
        action_log(run, "%s", *line);
}
