/* `run` steps: the shell and its command line, the script's file, the header in the log
   (actions-semantics.md 1.8, 5.1; the runner's ScriptHandler.cs). */
#include "runner/arguments.h"
#include "runner/leg.h"
#include "runner/touch.h"
#include "workflow/literal.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>

struct shell_row {
    const char *name;
    const char *arguments;
    const char *suffix;
};

static const struct shell_row shells[] = {
    {"bash", "--noprofile --norc -e -o pipefail {0}", ".sh"},
    {"sh", "-e {0}", ".sh"},
    {"python", "{0}", ".py"},
    {"pwsh", "-command \". '{0}'\"", ".ps1"},
    {"powershell", "-command \". '{0}'\"", ".ps1"},
    {"cmd", "/D /E:ON /V:OFF /S /C \"CALL \"{0}\"\"", ".cmd"},
};

/* Without a shell: no pipefail, no --noprofile. In a container the runner does not look for bash.
 */
static const struct shell_row unspecified = {"bash", "-e {0}", ".sh"};
static const struct shell_row unspecified_in_container = {"sh", "-e {0}", ".sh"};

struct script {
    char *text;
    char *command; /* "bash" */
    char *format;  /* "-e {0}" */
    const char *suffix;
    char *directory;       /* without . and .. */
    char *directory_given; /* as the runner joins it */
};

static void script_clear(struct script *script)
{
    g_free(script->text);
    g_free(script->command);
    g_free(script->format);
    g_free(script->directory);
    g_free(script->directory_given);
}

static const struct shell_row *find_shell(const char *name)
{
    for (gsize i = 0; i < G_N_ELEMENTS(shells); i++)
        if (g_ascii_strcasecmp(shells[i].name, name) == 0)
            return &shells[i];
    return NULL;
}

static void take_format(struct script *script, const char *text)
{
    const char *space = strchr(text, ' ');
    script->command = g_strndup(text, space != NULL ? (gsize)(space - text) : strlen(text));
    const struct shell_row *row = find_shell(script->command);
    const char *format = space != NULL ? space + 1 : row != NULL ? row->arguments : "";
    script->suffix = row != NULL ? row->suffix : "";
    script->format = g_strdup(format);
}

static bool is_in_container(const struct step_run *step)
{
    return step->leg->job_container != NULL;
}

/* None of the job's defaults counts inside a composite action (actions-semantics.md 2.5). */
static char *default_of(const struct step_run *step, const char *text)
{
    return step->scope->is_composite ? NULL : g_strdup(text);
}

static bool read_shell(const struct step_run *step, struct script *script, GError **error)
{
    const struct node *node = step->step->shell;
    g_autofree char *text = NULL;
    if (node != NULL && !step_evaluate_text(step, node, &text, error))
        return false;
    if (text == NULL || text[0] == '\0') {
        g_free(text);
        text = default_of(step, step->leg->default_shell);
    }
    if (text != NULL && text[0] != '\0') {
        take_format(script, text);
        return true;
    }
    const struct shell_row *row = is_in_container(step) ? &unspecified_in_container : &unspecified;
    script->command = g_strdup(row->name);
    script->format = g_strdup(row->arguments);
    script->suffix = row->suffix;
    return true;
}

/* Path.Combine() of the workspace and what is given. */
static char *joined_directory(const struct step_run *step, const char *given)
{
    if (given == NULL || given[0] == '\0')
        return g_strdup(step->leg->workspace);
    return given[0] == '/' ? g_strdup(given) : g_strconcat(step->leg->workspace, "/", given, NULL);
}

static bool read_directory(const struct step_run *step, struct script *script, GError **error)
{
    const struct node *node = step->step->working_directory;
    g_autofree char *text = NULL;
    if (node != NULL && !step_evaluate_text(step, node, &text, error))
        return false;
    if (node == NULL)
        text = default_of(step, step->leg->default_directory);
    script->directory_given = joined_directory(step, text);
    script->directory = g_canonicalize_filename(script->directory_given, "/");
    return true;
}

static bool read_script(const struct step_run *step, struct script *script, GError **error)
{
    bool is_fine = step_evaluate_text(step, step->step->run, &script->text, error) &&
                   read_directory(step, script, error) && read_shell(step, script, error);
    leg_assume_unknown(step->leg, step, /* may_touch= */ true, /* with_doubts= */ false);
    return is_fine;
}

void print_environment(struct step_run *step)
{
    const char *name;
    json_t *value;
    if (json_object_size(step->environment) > 0)
        step_print(step, "env:");
    json_object_foreach (step->environment, name, value)
        step_print(step, "  %s: %s", name, json_string_value(value));
}

/* Every line in bright cyan, as GitHub shows scripts. */
static void print_text(struct step_run *step, const char *text)
{
    g_auto(GStrv) pieces = g_strsplit(text, "\r\n", -1);
    g_autofree char *plain = g_strjoinv("\n", pieces);
    for (gsize length = strlen(plain); length > 0 && plain[length - 1] == '\n'; length--)
        plain[length - 1] = '\0';
    g_auto(GStrv) lines = g_strsplit(plain, "\n", -1);
    if (lines[0] == NULL)
        step_print(step, "\033[36;1m\033[0m");
    for (char **line = lines; *line != NULL; line++)
        step_print(step, "\033[36;1m%s\033[0m", *line);
}

/* Where a shell is on a hosted machine. */
static char *shell_path(const char *command)
{
    if (strchr(command, '/') != NULL ||
        (find_shell(command) == NULL && strcmp(command, "perl") != 0))
        return g_strdup(command);
    return g_strconcat("/usr/bin/", command, NULL);
}

static void print_header(struct step_run *step, const struct script *script)
{
    const char *start = script->text + strspn(script->text, " \t\r\n");
    g_autofree char *path =
        is_in_container(step) ? g_strdup(script->command) : shell_path(script->command);
    step_print(step, "##[group]Run %.*s", (int)strcspn(start, "\r\n"), start);
    print_text(step, script->text);
    step_print(step, "shell: %s %s", path, script->format);
    print_environment(step);
    step_print(step, "##[endgroup]");
}

static char *wrapped(const struct script *script)
{
    if (g_ascii_strcasecmp(script->command, "pwsh") != 0)
        return g_strdup(script->text);
    return g_strconcat("$ErrorActionPreference = 'stop'\n", script->text,
                       "\nif ((Test-Path -LiteralPath variable:\\LASTEXITCODE)) { exit "
                       "$LASTEXITCODE }",
                       NULL);
}

/* The path of the script's file as processes see it; g_free. */
static char *write_file(struct step_run *step, const struct script *script, GError **error)
{
    g_autofree char *id = leg_uuid(step->leg);
    g_autofree char *path = g_strconcat(step->leg->temp, "/", id, script->suffix, NULL);
    g_autofree char *here = leg_host_path(step->leg, path);
    g_autofree char *text = wrapped(script);
    if (here != NULL && !g_file_set_contents(here, text, -1, error))
        return NULL;
    return g_steal_pointer(&path);
}

/* The command line; g_strfreev. NULL: an error. */
static char **arguments_of(const struct script *script, const char *path, GError **error)
{
    g_autofree char *line = NULL;
    if (strstr(script->format, "{0}") == NULL) {
        g_set_error_literal(error, BASE_ERROR, BASE_ERROR_INVALID,
                            "Invalid shell option. Shell must be a valid built-in (bash, sh, cmd, "
                            "powershell, pwsh) or a format string containing '{0}'");
        return NULL;
    }
    line = arguments_format(script->format, path, error);
    if (line == NULL)
        return NULL;
    GPtrArray *arguments = g_ptr_array_new();
    g_ptr_array_add(arguments, g_strdup(script->command));
    arguments_split(line, arguments);
    g_ptr_array_add(arguments, NULL);
    return (char **)g_ptr_array_free(arguments, FALSE);
}

static bool check_directory(const struct step_run *step, const struct script *script,
                            GError **error)
{
    g_autofree char *here = leg_host_path(step->leg, script->directory);
    if (here == NULL || g_file_test(here, G_FILE_TEST_IS_DIR))
        return true;
    g_autofree char *path = shell_path(script->command);
    g_set_error(error, BASE_ERROR, BASE_ERROR_INVALID,
                "An error occurred trying to start process '%s' with working directory '%s'. %s",
                path, script->directory_given,
                g_strerror(g_file_test(here, G_FILE_TEST_EXISTS) ? ENOTDIR : ENOENT));
    return false;
}

/* What the machine has counted. */
struct counts {
    guint64 failures, gaps, words, images;
};

static guint64 ask(const struct command_host *host, guint64 (*count)(void *self))
{
    return count != NULL ? count(host->self) : 0;
}

static struct counts counts_of(const struct step_run *step)
{
    const struct command_host *host = step->leg->machine->host;
    if (host == NULL)
        return (struct counts){0};
    return (struct counts){
        .failures = ask(host, host->failure_count),
        .gaps = ask(host, host->gap_count),
        .words = ask(host, host->unknown_word_count),
        .images = ask(host, host->image_command_count),
    };
}

/* It may stand on what commands did not say that nothing models; where the script reckoned with
   that, it surely does. */
static void doubt_outputs(struct step_run *step)
{
    const char *name;
    json_t *value;
    void (*mark)(json_t * *unknown, const char *name) =
        step->has_stumbled ? unknown_add : unknown_doubt;
    mark(&step->result->unknown, "*");
    json_object_foreach (step->result->outputs, name, value)
        mark(&step->result->unknown, name);
}

/* A script that speaks of images, has waited for a word that nobody knows, and then has called none
   of the commands about images, or reckoned with it: the word may have decided what it did. */
static void doubt_what_is_left_out(struct step_run *step, const struct script *script,
                                   const struct counts *before)
{
    const struct counts after = counts_of(step);
    bool is_in_doubt =
        step->has_stumbled || (after.words > before->words && after.images == before->images);
    if (is_in_doubt && script_touches_images(script->text))
        leg_assume(step->leg, step, /* touches_images= */ true,
                   "what its script makes of a word that nobody knows");
}

static void fail_of_itself(struct step_run *step, const struct script *script, int exit_code,
                           bool has_failing_command)
{
    if (step->missing_module != NULL)
        leg_assume_gap(step->leg, step, /* touches_images= */ false, "that there is no %s",
                       step->missing_module);
    step_error(step, "Process completed with exit code %d.", exit_code);
    step->outcome = RESULT_FAILURE;
    if (!has_failing_command) {
        script_blame_secrets(step, script->text);
        script_blame_tag(step);
    }
}

/* GitHub's machines have many a shell that this one lacks, and a step may have installed more;
   those of Windows alone are surely not there. */
static bool is_shell_here(const struct script *script, const GError *error)
{
    return !g_error_matches(error, G_FILE_ERROR, G_FILE_ERROR_NOENT) ||
           g_ascii_strcasecmp(script->command, "cmd") == 0 ||
           g_ascii_strcasecmp(script->command, "powershell") == 0;
}

static void assume_script(struct step_run *step, const struct script *script)
{
    step->result->is_assumed = true;
    unknown_add(&step->result->unknown, "*");
    leg_assume_gap(step->leg, step, script_touches_images(script->text), "a script of %s",
                   script->command);
}

/* GitHub's machines have python by that name as well; this one may have python3 alone. */
static bool start(struct step_run *step, const struct script *script, const char *path,
                  int *exit_code, GError **error)
{
    g_auto(GStrv) arguments = arguments_of(script, path, error);
    g_auto(GStrv) environment = step_environment(step, NULL, NULL);
    g_autoptr(GError) wrong = NULL;

    if (arguments == NULL)
        return false;
    if (process_run(step, (const char *const *)arguments, environment, script->directory, exit_code,
                    &wrong))
        return true;
    if (!g_error_matches(wrong, G_FILE_ERROR, G_FILE_ERROR_NOENT) ||
        strcmp(script->command, "python") != 0) {
        g_propagate_error(error, g_steal_pointer(&wrong));
        return false;
    }
    g_free(arguments[0]);
    arguments[0] = g_strdup("python3");
    return process_run(step, (const char *const *)arguments, environment, script->directory,
                       exit_code, error);
}

static bool perform(struct step_run *step, const struct script *script, const char *path,
                    GError **error)
{
    const struct counts before = counts_of(step);
    int exit_code = 0;
    g_autoptr(GError) wrong = NULL;
    if (start(step, script, path, &exit_code, &wrong)) {
        if (exit_code != 0 && !step_is_interrupted(step))
            fail_of_itself(step, script, exit_code, counts_of(step).failures > before.failures);
        return true;
    }
    if (is_shell_here(script, wrong)) {
        g_propagate_error(error, g_steal_pointer(&wrong));
        return false;
    }
    assume_script(step, script);
    return true;
}

static bool run_script(struct step_run *step, const struct script *script, GError **error)
{
    if (step->leg->shell.type == NULL) {
        const char *why = step->leg->machine->why_no_sandbox;
        g_set_error_literal(error, BASE_ERROR, BASE_ERROR_INVALID,
                            why != NULL ? why : "no process can start on this machine");
        return false;
    }
    if (!check_directory(step, script, error))
        return false;
    g_autofree char *path = write_file(step, script, error);
    return path != NULL && perform(step, script, path, error);
}

void script_work(struct step_run *step)
{
    const struct counts before = counts_of(step);
    g_autoptr(GError) error = NULL;
    struct script script = {0};
    bool is_fine = files_create(step, &error) && read_script(step, &script, &error);
    if (is_fine) {
        print_header(step, &script);
        is_fine = run_script(step, &script, &error);
    }
    if (!is_fine)
        step_fail(step, error);
    step->has_gap = counts_of(step).gaps > before.gaps;
    files_take(step);
    if (step->has_gap)
        doubt_outputs(step);
    doubt_what_is_left_out(step, &script, &before);
    script_clear(&script);
}
