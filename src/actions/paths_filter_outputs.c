/* What dorny/paths-filter puts out: a verdict, a count and a list for each filter (src/main.ts). */
#include "actions/paths_filter.h"

#include <string.h>

static char *escape_csv(const char *path)
{
    if (g_regex_match_simple("^[a-zA-Z0-9._+:@%/-]+$", path, G_REGEX_MULTILINE, 0))
        return g_strdup(path);
    g_autoptr(GString) text = g_string_new(path);
    g_string_replace(text, "\"", "\"\"", 0);
    return g_strdup_printf("\"%s\"", text->str);
}

static char *escape_backslash(const char *path)
{
    GString *text = g_string_new(NULL);
    for (const char *at = path; *at != '\0'; at = g_utf8_next_char(at)) {
        if (!g_ascii_isalnum(*at) && strchr(",._+:@%/-", *at) == NULL)
            g_string_append_c(text, '\\');
        g_string_append_len(text, at, g_utf8_next_char(at) - at);
    }
    return g_string_free(text, FALSE);
}

static char *escape_shell(const char *path)
{
    if (g_regex_match_simple("^[a-zA-Z0-9,._+:@%/-]*$", path, G_REGEX_MULTILINE, 0))
        return g_strdup(path);
    if (strchr(path, '\'') == NULL)
        return g_strdup_printf("'%s'", path);
    if (g_regex_match_simple("^[a-zA-Z0-9,._+:@%/'\\s-]+$", path, G_REGEX_MULTILINE, 0))
        return g_strdup_printf("\"%s\"", path);
    g_auto(GStrv) parts = g_strsplit(path, "'", -1);
    for (char **part = parts; *part != NULL; part++) {
        char *escaped = escape_shell(*part);
        g_free(*part);
        *part = escaped;
    }
    return g_strjoinv("\\'", parts);
}

struct paths_format {
    const char *name;
    char *(*escape)(const char *path); /* NULL: JSON */
    const char *separator;
};

static const struct paths_format formats[] = {
    {"csv", escape_csv, ","},
    {"json", NULL, NULL},
    {"shell", escape_shell, " "},
    {"escape", escape_backslash, " "},
};

static char *format_files(const struct paths_format *format, const GPtrArray *files)
{
    g_autoptr(json_t) list = json_array();
    g_autoptr(GString) text = g_string_new(NULL);
    for (guint i = 0; i < files->len; i++) {
        const struct changed_file *file = files->pdata[i];
        g_autofree char *escaped = format->escape != NULL ? format->escape(file->path) : NULL;
        if (escaped == NULL)
            json_array_append_new(list, json_text_or_null(file->path));
        else
            g_string_append_printf(text, "%s%s", i > 0 ? format->separator : "", escaped);
    }
    return format->escape != NULL ? g_strdup(text->str) : json_text(list);
}

bool paths_format_find(const struct action_run *run, const struct paths_format **format,
                       GError **error)
{
    g_autofree char *name = g_ascii_strdown(action_input(run, "list-files"), -1);
    *format = NULL;
    for (gsize i = 0; i < G_N_ELEMENTS(formats); i++)
        if (strcmp(formats[i].name, name) == 0)
            *format = &formats[i];
    return *format != NULL || *name == '\0' || strcmp(name, "none") == 0 ||
           core_throw(error, "Input parameter 'list-files' is set to invalid value '%s'", name);
}

/* Its outputs by their suffixes. */
static char *output_name(const struct paths_filter *filter, const char *suffix)
{
    return g_strconcat(filter->name, suffix, NULL);
}

static void set_unknown(struct action_run *run, const struct paths_filter *filter)
{
    static const char *const suffixes[] = {"", "_count", "_files"};
    for (gsize i = 0; i < G_N_ELEMENTS(suffixes); i++) {
        g_autofree char *name = output_name(filter, suffixes[i]);
        action_set_unknown_output(run, name);
    }
}

static void export_filter(struct action_run *run, const struct paths_filter *filter,
                          const GPtrArray *matching, const struct paths_format *format)
{
    const char *verdict = matching->len > 0 ? "true" : "false";
    g_autofree char *title = g_strdup_printf("Filter %s = %s", filter->name, verdict);
    g_autofree char *count_name = output_name(filter, "_count");
    g_autofree char *count = g_strdup_printf("%u", matching->len);
    CORE_GROUP(run, title);
    action_log(run, matching->len > 0 ? "Matching files:" : "Matching files: none");
    for (guint i = 0; i < matching->len; i++) {
        const struct changed_file *file = matching->pdata[i];
        action_log(run, "%s [%s]", file->path, file->status != NULL ? file->status : "undefined");
    }
    action_set_output(run, filter->name, verdict);
    action_set_output(run, count_name, count);
    if (format != NULL) {
        g_autofree char *files_name = output_name(filter, "_files");
        g_autofree char *files = format_files(format, matching);
        action_set_output(run, files_name, files);
    }
}

static GPtrArray *matching_files(const struct action_run *run, const GPtrArray *files,
                                 const struct paths_filter *filter)
{
    bool wants_every =
        action_major(run) >= 3 && strcmp(action_input(run, "predicate-quantifier"), "every") == 0;
    GPtrArray *matching = g_ptr_array_new();
    for (guint i = 0; i < files->len; i++)
        if (paths_filter_takes(filter, files->pdata[i], wants_every))
            g_ptr_array_add(matching, files->pdata[i]);
    return matching;
}

static void export_changes(struct action_run *run, const json_t *changes, bool is_taken,
                           bool is_unknown)
{
    g_autofree char *text = json_text(changes);
    if (is_taken) {
        action_log(run, "Cannot set changes output variable - name already used by filter output");
        return;
    }
    if (is_unknown) {
        action_set_unknown_output(run, "changes");
        return;
    }
    action_log(run, "Changes output set to %s", text);
    action_set_output(run, "changes", text);
}

bool paths_filters_export(struct action_run *run, const GPtrArray *files, const GPtrArray *filters,
                          const struct paths_format *format, GError **error)
{
    g_autoptr(json_t) changes = json_array();
    bool is_taken = false;
    bool is_unknown = false;
    action_log(run, "Detected %u changed files", files->len);
    action_log(run, "Results:");
    for (guint i = 0; i < filters->len; i++) {
        const struct paths_filter *filter = filters->pdata[i];
        g_autoptr(GPtrArray) matching = matching_files(run, files, filter);
        is_taken |= strcmp(filter->name, "changes") == 0;
        is_unknown |= filter->is_unknown;
        if (filter->is_unknown) {
            set_unknown(run, filter);
            continue;
        }
        if (matching->len > 0)
            json_array_append_new(changes, json_text_or_null(filter->name));
        export_filter(run, filter, matching, format);
    }
    export_changes(run, changes, is_taken, is_unknown);
    return !is_unknown || action_assume(run, "what a pattern matches that is not modelled",
                                        /* duration_us= */ 0, error);
}
