/* The functions of runner/action.h by which an action asks and tells, over the test's run. */
#include "fake_run_private.h"

#include "base/glob.h"

#include <criterion/criterion.h>
#include <string.h>

/* ---- what it is asked ---- */

unsigned action_major(const struct action_run *run)
{
    const struct action *action = run->action;
    guint64 major = *run->ref == 'v' ? g_ascii_strtoull(run->ref + 1, NULL, 10) : 0;
    bool is_known = major >= action->first_major && major <= action->last_major;
    return is_known ? (unsigned)major : action->last_major;
}

const char *action_ref(const struct action_run *run)
{
    return run->ref;
}

bool action_reads_unknown(const struct action_run *run)
{
    return run->reads_unknown;
}

static const char *lend(const struct action_run *run, char *text)
{
    g_ptr_array_add(run->lent, text);
    return text;
}

const char *action_input(const struct action_run *run, const char *name)
{
    g_autofree char *folded = g_ascii_strdown(name, -1);
    const char *value = g_hash_table_lookup(run->inputs, folded);
    const struct action_input *input = run->action->inputs;
    while (input->name != NULL && strcmp(input->name, name) != 0)
        input++;
    cr_assert_not_null(input->name, "the row has no input '%s'", name);
    if (value != NULL)
        return lend(run, g_strstrip(g_strdup(value)));
    if (strcmp(input->standard, "${{ github.token }}") == 0)
        return "ghs_token";
    if (strcmp(input->standard, "${{ github.repository }}") == 0)
        return action_context(run, "github.repository");
    return input->standard;
}

bool action_input_is_given(const struct action_run *run, const char *name)
{
    return *action_input(run, name) != '\0';
}

bool action_input_boolean(struct action_run *run, const char *name, bool *value)
{
    static const char *const yes[] = {"true", "True", "TRUE", NULL};
    static const char *const no[] = {"false", "False", "FALSE", NULL};
    const char *text = action_input(run, name);
    *value = g_strv_contains(yes, text);
    if (*value || g_strv_contains(no, text))
        return true;
    action_fail(run,
                "Input does not meet YAML 1.2 \"Core Schema\" specification: %s\nSupport boolean "
                "input list: `true | True | TRUE | false | False | FALSE`",
                name);
    return false;
}

GPtrArray *action_input_lines(const struct action_run *run, const char *name)
{
    GPtrArray *lines = g_ptr_array_new_with_free_func(g_free);
    g_auto(GStrv) parts = g_strsplit(action_input(run, name), "\n", -1);
    for (char **part = parts; *part != NULL; part++)
        if (*g_strstrip(*part) != '\0')
            g_ptr_array_add(lines, g_strdup(*part));
    return lines;
}

const char *action_state(const struct action_run *run, const char *name)
{
    const char *value = g_hash_table_lookup(run->states, name);
    return value != NULL ? value : "";
}

const char *action_variable(const struct action_run *run, const char *name)
{
    return g_hash_table_lookup(run->variables, name);
}

static const json_t *context_at(const struct action_run *run, const char *path)
{
    const json_t *value = run->contexts;
    g_auto(GStrv) names = g_strsplit(path, ".", -1);
    for (char **name = names; *name != NULL; name++)
        value = json_object_get(value, *name);
    return value;
}

const char *action_context(const struct action_run *run, const char *path)
{
    const json_t *value = context_at(run, path);
    if (json_is_string(value))
        return json_string_value(value);
    if (json_is_boolean(value))
        return json_is_true(value) ? "true" : "false";
    if (json_is_integer(value))
        return lend(run, g_strdup_printf("%" JSON_INTEGER_FORMAT, json_integer_value(value)));
    return "";
}

json_t *action_context_json(const struct action_run *run, const char *path)
{
    const json_t *value = context_at(run, path);
    return value != NULL ? json_deep_copy(value) : NULL;
}

char *action_host_path(const struct action_run *run, const char *path)
{
    if (*path == '/')
        return g_strconcat(run->root, path, NULL);
    return g_strconcat(run->root, "/home/runner/work/app/app/", path, NULL);
}

struct loop *action_loop(const struct action_run *run)
{
    (void)run;
    return NULL;
}

char *action_random_hex(struct action_run *run, unsigned digits)
{
    static const char hex[] = "0123456789abcdef";
    char *text = g_malloc0(digits + 1);
    for (unsigned i = 0; i < digits; i++)
        text[i] = hex[(run->chance * 7 + i) % 16];
    run->chance++;
    return text;
}

int64_t action_date_ms(const struct action_run *run)
{
    return run->date_ms;
}

struct fetch_attempt action_git_fetch(struct action_run *run, const char *url)
{
    bool fails = run->git_failure_count > 0;
    (void)url;
    run->git_failure_count -= fails;
    return (struct fetch_attempt){.error = fails ? "The requested URL returned error: 500" : NULL};
}

bool action_resolve(struct action_run *run, const char *name, char **reference, char **commit)
{
    (void)run, (void)name, (void)reference, (void)commit;
    return false;
}

bool action_has_commit(const struct action_run *run, const char *commit)
{
    (void)commit;
    return run->changes != NULL;
}

static void free_change(void *data)
{
    struct repository_change *change = data;
    g_free(change->path);
    g_free(change);
}

GPtrArray *action_changes(const struct action_run *run, const char *base, const char *head)
{
    (void)base, (void)head;
    if (run->changes == NULL)
        return NULL;
    GPtrArray *changes = g_ptr_array_new_with_free_func(free_change);
    g_auto(GStrv) lines = g_strsplit(run->changes, "\n", -1);
    for (char **line = lines; *line != NULL && **line != '\0'; line++) {
        struct repository_change *change = g_new0(struct repository_change, 1);
        *change = (struct repository_change){.letter = **line, .path = g_strdup(*line + 2)};
        g_ptr_array_add(changes, change);
    }
    return changes;
}

bool action_checkout(struct action_run *run, const struct action_checkout *checkout, GError **error)
{
    (void)error;
    g_string_append_printf(run->commands, "(checkout to %s)\n", checkout->path);
    return true;
}

/* ---- what it says ---- */

#define TEXT_OF(format)                                                                            \
    va_list values;                                                                                \
    va_start(values, format);                                                                      \
    g_autofree char *text = g_strdup_vprintf(format, values);                                      \
    va_end(values)

void action_log(struct action_run *run, const char *format, ...)
{
    TEXT_OF(format);
    g_string_append_printf(run->log, "%s\n", text);
}

void action_group(struct action_run *run, const char *title)
{
    g_string_append_printf(run->log, "::group::%s\n", title);
}

void action_group_end(struct action_run *run)
{
    g_string_append(run->log, "::endgroup::\n");
}

void action_warn(struct action_run *run, const char *format, ...)
{
    TEXT_OF(format);
    g_string_append_printf(run->log, "::warning::%s\n", text);
    g_string_append_printf(run->warnings, "%s\n", text);
}

void action_notice(struct action_run *run, const char *format, ...)
{
    TEXT_OF(format);
    g_string_append_printf(run->log, "::notice::%s\n", text);
}

void action_error(struct action_run *run, const char *format, ...)
{
    TEXT_OF(format);
    g_string_append_printf(run->log, "::error::%s\n", text);
}

void action_fail(struct action_run *run, const char *format, ...)
{
    TEXT_OF(format);
    g_string_append_printf(run->log, "::error::%s\n", text);
    g_free(run->failure);
    run->failure = g_strdup(text);
    run->has_failed = true;
}

bool action_has_failed(const struct action_run *run)
{
    return run->has_failed;
}

void action_set_output(struct action_run *run, const char *name, const char *value)
{
    g_hash_table_replace(run->outputs, g_strdup(name), g_strdup(value));
}

void action_set_unknown_output(struct action_run *run, const char *name)
{
    g_string_append_printf(run->unknown, "%s\n", name);
}

void action_save_state(struct action_run *run, const char *name, const char *value)
{
    g_hash_table_replace(run->saved, g_strdup(name), g_strdup(value));
}

void action_export_variable(struct action_run *run, const char *name, const char *value)
{
    g_hash_table_replace(run->exported, g_strdup(name), g_strdup(value));
}

void action_add_path(struct action_run *run, const char *path)
{
    g_string_append_printf(run->path, "%s%s", run->path->len > 0 ? ":" : "", path);
}

bool action_put_program(struct action_run *run, const char *folder, const char *name)
{
    g_autofree char *path = g_build_filename(folder, name, NULL);
    g_autofree char *place = action_host_path(run, path);
    return place != NULL && g_file_set_contents(place, "", -1, NULL);
}

void action_mask(struct action_run *run, const char *secret)
{
    g_string_append_printf(run->masked, "%s\n", secret);
}

void action_summarize(struct action_run *run, const char *markdown)
{
    g_string_append_printf(run->log, "(summary) %s\n", markdown);
}
