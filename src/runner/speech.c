/* Workflow commands: what a step says in its output and the runner does (actions-semantics.md 5.4;
   the runner's ActionCommandManager.cs). */
#include "base/limits.h"
#include "runner/command_line.h"
#include "runner/leg.h"

#include <string.h>

/* A command; false with words when it cannot be done, which fails the step. */
typedef bool speak_fn(struct step_run *step, const struct command_line *line, GError **error);

struct speech {
    const char *name;
    bool is_silent; /* never echoed */
    speak_fn *act;
};

#define DEPRECATED                                                                                 \
    "The `%s` command is deprecated and will be disabled soon. Please upgrade to using "           \
    "Environment Files. For more information see: https://github.blog/changelog/"                  \
    "2022-10-11-github-actions-deprecating-save-state-and-set-output-commands/"
#define DISABLED                                                                                   \
    "The `%s` command is disabled. Please upgrade to using Environment Files or opt into "         \
    "unsecure command execution by setting the `ACTIONS_ALLOW_UNSECURE_COMMANDS` environment "     \
    "variable to `true`. For more information see: https://github.blog/changelog/"                 \
    "2020-10-01-github-actions-deprecating-set-env-and-add-path-commands/"
#define STOP_TOKEN                                                                                 \
    "You cannot use a endToken that is an empty string, the string 'pause-logging', or another "   \
    "workflow command. For more information see: "                                                 \
    "https://docs.github.com/actions/learn-github-actions/workflow-commands-for-github-actions"    \
    "#example-stopping-and-starting-workflow-commands or opt into insecure command execution by "  \
    "setting the `ACTIONS_ALLOW_UNSECURE_STOPCOMMAND_TOKENS` environment variable to `true`."

static bool fail(GError **error, const char *format, ...) G_GNUC_PRINTF(2, 3);

static bool fail(GError **error, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *message = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    g_set_error_literal(error, BASE_ERROR, BASE_ERROR_INVALID, message);
    return false;
}

/* A script may go on for as long as it likes; the ceiling is told once. */
static void complain_once(struct step_run *step, const char *message)
{
    if (!step->has_complained)
        step_error(step, "%s", message);
    step->has_complained = true;
}

void step_set_output(struct step_run *step, const char *name, const char *value)
{
    gsize length = strlen(name) + strlen(value);
    if (step->outputs_bytes + length > RUNNER_OUTPUTS_BYTES_MAX) {
        complain_once(step, "outputs of a step are over RUNNER_OUTPUTS_BYTES_MAX");
        return;
    }
    step->outputs_bytes += length;
    json_object_set_new(step->result->outputs, name, json_text_or_null(value));
    scope_record(step->scope, step->result, /* has_ended= */ false);
}

void step_set_variable(struct step_run *step, const char *name, const char *value)
{
    struct leg_run *leg = step->leg;
    gsize length = strlen(name) + strlen(value);
    if (leg->written_environment_bytes + length > RUNNER_ENVIRONMENT_BYTES_MAX) {
        complain_once(step, "the environment is over RUNNER_ENVIRONMENT_BYTES_MAX");
        return;
    }
    leg->written_environment_bytes += length;
    if (step->has_gap)
        unknown_doubt(&leg->unknown_environment, name);
    else if (leg->unknown_environment != NULL)
        json_object_del(leg->unknown_environment, name);
    json_object_set_new(leg->environment, name, json_text_or_null(value));
    for (struct step_run *each = step; each != NULL; each = each->outer)
        if (each->environment != NULL)
            json_object_set_new(each->environment, name, json_text_or_null(value));
}

void leg_add_path(struct leg_run *leg, const char *path)
{
    leg_may_bring(leg);
    guint index = 0;
    if (g_ptr_array_find_with_equal_func(leg->path, path, g_str_equal, &index))
        g_ptr_array_remove_index(leg->path, index);
    g_ptr_array_add(leg->path, g_strdup(path));
}

static bool annotate(struct step_run *step, enum annotation_level level,
                     const struct command_line *line)
{
    step_annotate(step, level, command_line_property(line, "title"), line->data);
    return true;
}

static bool speak_error(struct step_run *step, const struct command_line *line, GError **error)
{
    (void)error;
    return annotate(step, ANNOTATION_ERROR, line);
}

static bool speak_warning(struct step_run *step, const struct command_line *line, GError **error)
{
    (void)error;
    return annotate(step, ANNOTATION_WARNING, line);
}

static bool speak_notice(struct step_run *step, const struct command_line *line, GError **error)
{
    (void)error;
    return annotate(step, ANNOTATION_NOTICE, line);
}

static bool speak_debug(struct step_run *step, const struct command_line *line, GError **error)
{
    (void)error;
    step_debug(step, "%s", line->data);
    return true;
}

static bool speak_group(struct step_run *step, const struct command_line *line, GError **error)
{
    (void)error;
    step_print(step, "##[group]%s", line->data);
    return true;
}

static bool speak_endgroup(struct step_run *step, const struct command_line *line, GError **error)
{
    (void)error;
    step_print(step, "##[endgroup]%s", line->data);
    return true;
}

static bool speak_mask(struct step_run *step, const struct command_line *line, GError **error)
{
    if (line->data[strspn(line->data, " \t\r\n")] == '\0') {
        step_warning(step, "Can't add secret mask for empty string in ##[add-mask] command.");
        return true;
    }
    if (step->is_echoing)
        step_print(step, "::add-mask::***");
    return masks_add(step->leg->masks, line->data) ||
           fail(error, "more than %d secrets to mask (RUNNER_MASKS_MAX)", RUNNER_MASKS_MAX);
}

static bool speak_echo(struct step_run *step, const struct command_line *line, GError **error)
{
    g_autofree char *word = g_strstrip(g_strdup(line->data));
    bool is_on = g_ascii_strcasecmp(word, "on") == 0;
    if (!is_on && g_ascii_strcasecmp(word, "off") != 0)
        return fail(error,
                    "Invalid echo command value. Possible values can be: 'on', 'off'. Current "
                    "value is: '%s'.",
                    line->data);
    step->is_echoing = is_on;
    return true;
}

/* The name property, or NULL with the runner's words. */
static const char *name_of(const struct command_line *line, const char *command, GError **error)
{
    const char *name = command_line_property(line, "name");
    if (name == NULL || name[0] == '\0')
        fail(error, "Required field 'name' is missing in ##[%s] command.", command);
    return name == NULL || name[0] == '\0' ? NULL : name;
}

static bool speak_set_output(struct step_run *step, const struct command_line *line, GError **error)
{
    const char *name = name_of(line, "set-output", error);
    step_warning(step, DEPRECATED, "set-output");
    if (name != NULL)
        step_set_output(step, name, line->data);
    return name != NULL;
}

static bool speak_save_state(struct step_run *step, const struct command_line *line, GError **error)
{
    const char *name = name_of(line, "save-state", error);
    step_warning(step, DEPRECATED, "save-state");
    if (name != NULL)
        step_set_state(step, name, line->data);
    return name != NULL;
}

/* The environment may allow what is no longer done, that of the job or of the step. */
static bool is_opted_in(const struct step_run *step, const char *name)
{
    const char *text = json_get_string(step->environment, name, "false");
    return g_ascii_strcasecmp(text, "true") == 0;
}

static bool allows_unsecure(const struct step_run *step)
{
    return is_opted_in(step, "ACTIONS_ALLOW_UNSECURE_COMMANDS");
}

static bool speak_set_env(struct step_run *step, const struct command_line *line, GError **error)
{
    if (!allows_unsecure(step))
        return fail(error, DISABLED, "set-env");
    const char *name = name_of(line, "set-env", error);
    if (name != NULL && g_ascii_strcasecmp(name, "NODE_OPTIONS") == 0)
        step_error(step,
                   "Can't update NODE_OPTIONS environment variable using ::set-env:: command.");
    else if (name != NULL)
        step_set_variable(step, name, line->data);
    return name != NULL;
}

static bool speak_add_path(struct step_run *step, const struct command_line *line, GError **error)
{
    if (!allows_unsecure(step))
        return fail(error, DISABLED, "add-path");
    if (line->data[0] == '\0')
        return fail(error, "Value cannot be null. (Parameter 'path')");
    leg_add_path(step->leg, line->data);
    return true;
}

static bool has_gap(const struct leg_run *leg)
{
    for (guint i = 0; i < leg->result->assumptions->len; i++)
        if (((const struct assumption *)leg->result->assumptions->pdata[i])->leaves_gap)
            return true;
    return false;
}

/* Problem matchers only colour the log, but the file of one must be there
   (AddMatcherCommandExtension in ActionCommandManager.cs; the words are .NET's). */
static bool find_matcher(struct step_run *step, const char *file, GError **error)
{
    const struct leg_run *leg = step->leg;
    g_autofree char *path =
        file[0] == '/' ? g_strdup(file) : g_strconcat(leg->workspace, "/", file, NULL);
    g_autofree char *here = leg->job_container == NULL ? leg_host_path(leg, path) : NULL;
    g_autofree char *folder = here != NULL ? g_path_get_dirname(here) : NULL;
    if (here == NULL || g_file_test(here, G_FILE_TEST_EXISTS))
        return true;
    if (has_gap(leg)) {
        leg_assume_gap(step->leg, step, /* touches_images= */ false, "problem matcher %s", file);
        return true;
    }
    return fail(error,
                g_file_test(folder, G_FILE_TEST_IS_DIR) ? "Could not find file '%s'."
                                                        : "Could not find a part of the path '%s'.",
                path);
}

static bool speak_add_matcher(struct step_run *step, const struct command_line *line,
                              GError **error)
{
    if (line->data[0] != '\0')
        return find_matcher(step, line->data, error);
    step_warning(step, "File path must be specified.");
    return true;
}

static bool speak_remove_matcher(struct step_run *step, const struct command_line *line,
                                 GError **error)
{
    const char *owner = command_line_property(line, "owner");
    bool has_owner = owner != NULL && owner[0] != '\0';
    bool has_file = line->data[0] != '\0';
    if (has_owner && has_file)
        step_warning(step, "Either specify an owner name or a file path in ##[remove-matcher] "
                           "command. Both values cannot be set.");
    else if (!has_owner && !has_file)
        step_warning(step, "Either an owner name or a file path must be specified in "
                           "##[remove-matcher] command.");
    else if (has_file)
        return find_matcher(step, line->data, error);
    return true;
}

static const struct speech speeches[] = {
    {"error", true, speak_error},
    {"warning", true, speak_warning},
    {"notice", true, speak_notice},
    {"debug", true, speak_debug},
    {"group", true, speak_group},
    {"endgroup", true, speak_endgroup},
    {"add-mask", true, speak_mask},
    {"echo", true, speak_echo},
    {"set-output", false, speak_set_output},
    {"save-state", false, speak_save_state},
    {"set-env", false, speak_set_env},
    {"add-path", false, speak_add_path},
    {"add-matcher", false, speak_add_matcher},
    {"remove-matcher", false, speak_remove_matcher},
};
enum {
    SPEECH_COUNT = G_N_ELEMENTS(speeches)
};

static const char stop_commands[] = "stop-commands";

static const char *const command_names[] = {
    "error",       "warning",        "notice",      "debug",      "group",   "endgroup",
    "add-mask",    "echo",           "set-output",  "save-state", "set-env", "add-path",
    "add-matcher", "remove-matcher", stop_commands, NULL,
};

static bool is_word(const char *left, const char *right)
{
    return g_ascii_strcasecmp(left, right) == 0;
}

static void stop(struct step_run *step, const struct command_line *line, const char *input)
{
    const char *token = line->data;
    bool is_taken = token[0] == '\0' || is_word(token, "pause-logging");
    for (const char *const *name = command_names; *name != NULL; name++)
        is_taken = is_taken || is_word(token, *name);
    if (is_taken && !is_opted_in(step, "ACTIONS_ALLOW_UNSECURE_STOPCOMMAND_TOKENS")) {
        step_error(step, "%s", STOP_TOKEN);
        step->has_complained = true;
        return;
    }
    enum {
        MASKED_TOKEN_BYTES_MIN = 7
    };
    step->stop_token = g_strdup(token);
    if (strlen(token) >= MASKED_TOKEN_BYTES_MIN)
        masks_add(step->leg->masks, token);
    step_print_text(step, input);
    step_debug(step, "Paused processing commands until the token you called ::stopCommands:: with "
                     "is received");
}

/* Until the token comes back, commands are plain output. */
static bool resume(struct step_run *step, const struct command_line *line, const char *input)
{
    if (!is_word(line->name, step->stop_token))
        return false;
    step_print_text(step, input);
    step_debug(step, "Resume processing commands");
    g_clear_pointer(&step->stop_token, g_free);
    return true;
}

static void act(struct step_run *step, const struct speech *speech, const struct command_line *line,
                const char *input)
{
    g_autoptr(GError) error = NULL;
    if (step->is_echoing && !speech->is_silent)
        step_print_text(step, input);
    if (speech->act(step, line, &error))
        return;
    step_error(step, "Unable to process command '%s' successfully.",
               speech->is_silent ? speech->name : input);
    step_error(step, "%s", error->message);
    step->has_complained = true;
}

bool step_obey(struct step_run *step, const char *input)
{
    COMMAND_LINE(line);
    if (!command_line_read(input, command_names, step->stop_token, &line))
        return false;
    if (step->stop_token != NULL)
        return resume(step, &line, input);
    if (is_word(line.name, stop_commands)) {
        stop(step, &line, input);
        return true;
    }
    for (gsize i = 0; i < SPEECH_COUNT; i++)
        if (is_word(speeches[i].name, line.name))
            act(step, &speeches[i], &line, input);
    return true;
}
