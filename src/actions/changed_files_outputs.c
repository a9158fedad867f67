/* What tj-actions/changed-files puts out for one list of patterns. */
#include "actions/changed_files.h"
#include "actions/list.h"

#include <string.h>

static bool is_on(const struct action_run *run, const char *input)
{
    return g_ascii_strcasecmp(action_input(run, input), "true") == 0;
}

/* A matrix wants JSON as it is. */
static bool wants_json(const struct action_run *run)
{
    return is_on(run, "json") || is_on(run, "matrix");
}

/* What a shell would take for its own gets a backslash. */
static char *make_safe(const struct action_run *run, const char *text)
{
    GString *safe = g_string_new(NULL);
    bool is_asked = is_on(run, "safe_output");
    for (const char *at = text; *at != '\0'; at = g_utf8_next_char(at)) {
        bool is_special = *at < ' ' || *at > '~' || strchr(":*?<>|;`$()&!", *at) != NULL;
        if (is_asked && is_special)
            g_string_append_c(safe, '\\');
        g_string_append_len(safe, at, g_utf8_next_char(at) - at);
    }
    return g_string_free(safe, FALSE);
}

static char *list_text(const struct action_run *run, const GPtrArray *items)
{
    const char *separator = action_input(run, "separator");
    if (!wants_json(run)) {
        g_autofree char *joined = list_join(items, *separator != '\0' ? separator : " ");
        return make_safe(run, joined);
    }
    g_autoptr(json_t) list = json_array();
    for (guint i = 0; i < items->len; i++)
        json_array_append_new(list, json_text_or_null(items->pdata[i]));
    g_autofree char *plain = json_text(list);
    g_autoptr(GString) text = g_string_new(plain);
    if (is_on(run, "escape_json") && !is_on(run, "matrix"))
        g_string_replace(text, "\"", "\\\"", 0);
    return make_safe(run, text->str);
}

static void set(struct action_run *run, const char *prefix, const char *name, const char *suffix,
                const char *value)
{
    g_autofree char *key = g_strconcat(prefix, *prefix != '\0' ? "_" : "", name, suffix, NULL);
    action_set_output(run, key, value);
}

static void set_list(struct action_run *run, const char *prefix, const char *name,
                     const GPtrArray *items)
{
    g_autofree char *text = list_text(run, items);
    g_autofree char *count = g_strdup_printf("%u", items->len);
    set(run, prefix, name, "", text);
    set(run, prefix, name, "_count", count);
}

static void set_fact(struct action_run *run, const char *prefix, const char *name, bool is_so)
{
    if (name != NULL)
        set(run, prefix, name, "", is_so ? "true" : "false");
}

/* With dir_names the folder, as deep as is asked for; g_free. */
static char *shown_path(const struct action_run *run, const char *path)
{
    if (!is_on(run, "dir_names"))
        return g_strdup(path);
    g_autofree char *folder = g_path_get_dirname(path);
    gint64 depth = g_ascii_strtoll(action_input(run, "dir_names_max_depth"), NULL, 10);
    const char *end = folder;
    for (gint64 i = 0; depth > 0 && i < depth && end != NULL; i++)
        end = strchr(end + (i > 0), '/');
    char *shown =
        depth > 0 && end != NULL ? g_strndup(folder, (gsize)(end - folder)) : g_strdup(folder);
    if (is_on(run, "dir_names_exclude_current_dir") && strcmp(shown, ".") == 0)
        *shown = '\0';
    return shown;
}

/* Each once, kind by kind. */
static GPtrArray *paths_of(const struct action_run *run, const GPtrArray *files,
                           const char *letters)
{
    GPtrArray *paths = g_ptr_array_new_with_free_func(g_free);
    for (; *letters != '\0'; letters++)
        for (guint i = 0; i < files->len; i++) {
            const struct repository_change *change = files->pdata[i];
            g_autofree char *path = shown_path(run, change->path);
            if (change->letter == *letters && *path != '\0')
                list_add_once(paths, path);
        }
    return paths;
}

static GPtrArray *without(const GPtrArray *paths, const GPtrArray *others)
{
    GPtrArray *rest = g_ptr_array_new();
    for (guint i = 0; i < paths->len; i++)
        if (!list_has(others, paths->pdata[i]))
            g_ptr_array_add(rest, paths->pdata[i]);
    return rest;
}

static const struct output {
    const char *name;
    const char *letters; /* of git's, in this order */
    const char *any, *only, *other;
} outputs[] = {
    {"added_files", "A", "any_added", NULL, NULL},
    {"copied_files", "C", NULL, NULL, NULL},
    {"modified_files", "M", NULL, NULL, NULL},
    {"renamed_files", "R", NULL, NULL, NULL},
    {"type_changed_files", "T", NULL, NULL, NULL},
    {"unmerged_files", "U", NULL, NULL, NULL},
    {"unknown_files", "X", NULL, NULL, NULL},
    {"all_changed_and_modified_files", "ACDMRTUX", NULL, NULL, NULL},
    {"all_changed_files", "ACMR", "any_changed", "only_changed", "other_changed_files"},
    {"all_modified_files", "ACMRD", "any_modified", "only_modified", "other_modified_files"},
    {"deleted_files", "D", "any_deleted", "only_deleted", "other_deleted_files"},
};

/* Whether there are any. */
static bool export_output(struct action_run *run, const struct output *output,
                          const struct changed_patterns *patterns, const GPtrArray *all,
                          const GPtrArray *left)
{
    const char *prefix = patterns != NULL ? patterns->name : "";
    g_autoptr(GPtrArray) paths = paths_of(run, left, output->letters);
    set_list(run, prefix, output->name, paths);
    set_fact(run, prefix, output->any, paths->len > 0);
    if (output->other != NULL) {
        g_autoptr(GPtrArray) whole = paths_of(run, all, output->letters);
        g_autoptr(GPtrArray) others = without(whole, paths);
        set_fact(run, prefix, output->only, others->len == 0 && paths->len > 0 && patterns != NULL);
        set_list(run, prefix, output->other, others);
    }
    return paths->len > 0;
}

void changed_files_export(struct action_run *run, const struct changed_patterns *patterns,
                          const GPtrArray *all, const GPtrArray *left, bool *any_changed,
                          bool *any_modified)
{
    for (gsize i = 0; i < G_N_ELEMENTS(outputs); i++) {
        bool has_any = export_output(run, &outputs[i], patterns, all, left);
        if (g_strcmp0(outputs[i].any, "any_changed") == 0)
            *any_changed = has_any;
        if (g_strcmp0(outputs[i].any, "any_modified") == 0)
            *any_modified = has_any;
    }
}

void changed_files_export_keys(struct action_run *run, const char *output, const GPtrArray *keys)
{
    g_autofree char *text = list_text(run, keys);
    action_set_output(run, output, text);
}
