/* GITHUB_ENV, GITHUB_OUTPUT and so on: made empty before a step, read after it
   (actions-semantics.md 5.3; the runner's FileCommandManager.cs). */
#include "base/limits.h"
#include "base/regular_file.h"
#include "runner/file_command.h"
#include "runner/leg.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

/* In the order in which the runner reads them. */
static const struct {
    const char *context_name;
    const char *file_prefix;
} kinds[] = {
    {"path", "add_path_"},    {"env", "set_env_"},       {"step_summary", "step_summary_"},
    {"state", "save_state_"}, {"output", "set_output_"},
};

const char *const files_context_names[] = {"path", "env", "step_summary", "state", "output", NULL};

char *files_path(const struct step_run *step, const char *context_name)
{
    for (gsize i = 0; i < G_N_ELEMENTS(kinds); i++)
        if (strcmp(kinds[i].context_name, context_name) == 0 && step->files_id != NULL)
            return g_strdup_printf("%s/_runner_file_commands/%s%s", step->leg->temp,
                                   kinds[i].file_prefix, step->files_id);
    return NULL;
}

/* A file that nobody has made before, mostly in a folder that is there. */
static bool make_file(struct step_run *step, const char *path, GError **error)
{
    struct sandbox *sandbox = step->leg->machine->sandbox;
    int fd =
        sandbox == NULL ? -1 : sandbox_open(sandbox, path, O_WRONLY | O_CREAT | O_EXCL, 0644, NULL);
    if (fd >= 0) {
        close(fd);
        return true;
    }
    g_autofree char *here = leg_host_path(step->leg, path);
    if (here == NULL)
        return true; /* a machine without files */
    g_autofree char *folder = g_path_get_dirname(here);
    g_mkdir_with_parents(folder, 0755);
    return g_file_set_contents(here, "", 0, error);
}

bool files_create(struct step_run *step, GError **error)
{
    g_free(step->files_id);
    step->files_id = leg_uuid(step->leg);
    for (gsize i = 0; i < G_N_ELEMENTS(kinds); i++) {
        g_autofree char *path = files_path(step, kinds[i].context_name);
        if (!make_file(step, path, error))
            return false;
    }
    return true;
}

static void take_output(void *step, const char *name, const char *value)
{
    step_set_output(step, name, value);
}

static void take_state(void *step, const char *name, const char *value)
{
    step_set_state(step, name, value);
}

static void take_variable(void *argument, const char *name, const char *value)
{
    struct step_run *step = argument;
    if (g_ascii_strcasecmp(name, "NODE_OPTIONS") == 0)
        step_error(step, "Can't store NODE_OPTIONS output parameter using '$GITHUB_ENV' command.");
    else
        step_set_variable(step, name, value);
}

static void take_path(struct step_run *step, const char *text)
{
    g_auto(GStrv) lines = g_strsplit_set(text, "\r\n", -1);
    for (char **line = lines; *line != NULL; line++) {
        if (step->leg->path->len >= RUNNER_PATHS_MAX) {
            step_error(step, "more than %d folders in the path (RUNNER_PATHS_MAX)",
                       RUNNER_PATHS_MAX);
            step->has_complained = true;
            return;
        }
        if (**line != '\0')
            leg_add_path(step->leg, *line);
    }
}

void step_add_summary(struct step_run *step, const char *markdown)
{
    enum {
        KIB = 1024
    };
    gsize length = strlen(markdown);
    if (length > RUNNER_SUMMARY_BYTES_MAX) {
        step_error(step,
                   "$GITHUB_STEP_SUMMARY upload aborted, supports content up to a size of %dk, got "
                   "%" G_GSIZE_FORMAT "k. For more information see: "
                   "https://docs.github.com/actions/using-workflows/workflow-commands-for-github-"
                   "actions#adding-a-markdown-summary",
                   RUNNER_SUMMARY_BYTES_MAX / KIB, length / KIB);
        return;
    }
    if (step->leg->summary->len + length <= RUNNER_LOG_BYTES_MAX)
        g_string_append_printf(step->leg->summary, "%s%s", markdown,
                               length == 0 || g_str_has_suffix(markdown, "\n") ? "" : "\n");
}

static bool take(struct step_run *step, const char *context_name, const char *text, GError **error)
{
    if (strcmp(context_name, "path") == 0)
        take_path(step, text);
    else if (strcmp(context_name, "step_summary") == 0)
        step_add_summary(step, text);
    else if (strcmp(context_name, "env") == 0)
        return file_command_read(text, take_variable, step, error);
    else if (strcmp(context_name, "state") == 0)
        return file_command_read(text, take_state, step, error);
    else
        return file_command_read(text, take_output, step, error);
    return true;
}

/* The byte order mark, which File.ReadAllText() takes for none of the text. */
#define MARK "\xEF\xBB\xBF"

/* Zeros stay in a value of the runner's, and no shell makes anything of them. */
static gsize without_zeros(char *bytes, gsize length_bytes)
{
    gsize kept = 0;
    for (gsize i = 0; i < length_bytes; i++)
        if (bytes[i] != '\0')
            bytes[kept++] = bytes[i];
    return kept;
}

/* The file's text; "" when it is gone, which the runner ignores. g_free. */
static char *read_file(struct step_run *step, const char *context_name, GError **error)
{
    g_autofree char *path = files_path(step, context_name);
    g_autofree char *here = path != NULL ? leg_host_path(step->leg, path) : NULL;
    GStatBuf status;
    char *bytes = NULL;
    gsize length = 0;
    if (here == NULL || g_lstat(here, &status) != 0 || !S_ISREG(status.st_mode))
        return g_strdup("");
    if (status.st_size > RUNNER_FILE_BYTES_MAX) {
        g_set_error(error, BASE_ERROR, BASE_ERROR_LIMIT,
                    "more than %d bytes (RUNNER_FILE_BYTES_MAX)", RUNNER_FILE_BYTES_MAX);
        return NULL;
    }
    if (!regular_file_read(here, &bytes, &length, NULL))
        return g_strdup("");
    gsize begin =
        length >= strlen(MARK) && memcmp(bytes, MARK, strlen(MARK)) == 0 ? strlen(MARK) : 0;
    gsize kept = without_zeros(bytes + begin, length - begin);
    char *text = g_utf8_make_valid(bytes + begin, (gssize)kept);
    g_free(bytes);
    return text;
}

void files_take(struct step_run *step)
{
    for (gsize i = 0; i < G_N_ELEMENTS(kinds) && step->files_id != NULL; i++) {
        g_autoptr(GError) error = NULL;
        g_autofree char *text = read_file(step, kinds[i].context_name, &error);
        if (text != NULL && take(step, kinds[i].context_name, text, &error))
            continue;
        g_assert(error != NULL);
        step_error(step, "Unable to process file command '%s' successfully.",
                   kinds[i].context_name);
        step_error(step, "%s", error->message);
        step->has_complained = true;
    }
}
