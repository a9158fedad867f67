/* Lists of globs of tj-actions/changed-files, as micromatch 4 takes them. */
#include "actions/changed_files.h"
#include "actions/picomatch.h"

#include "doc/doc.h"

#include <string.h>

static void patterns_free(void *data)
{
    struct changed_patterns *patterns = data;
    g_free(patterns->name);
    g_ptr_array_unref(patterns->texts);
    g_free(patterns);
}

static struct changed_patterns *patterns_of(GPtrArray *all, const char *name)
{
    for (guint i = 0; i < all->len; i++) {
        struct changed_patterns *each = all->pdata[i];
        if (strcmp(each->name, name) == 0)
            return each;
    }
    struct changed_patterns *made = g_new0(struct changed_patterns, 1);
    made->name = g_strdup(name);
    made->texts = g_ptr_array_new_with_free_func(g_free);
    g_ptr_array_add(all, made);
    return made;
}

/* What is ignored is a pattern with "!"; of lists of files a folder is all below it. */
static void add_text(struct changed_patterns *patterns, const char *text, bool is_ignored,
                     bool has_folders)
{
    if (*text == '\0')
        return;
    const char *mark = is_ignored && *text != '!' ? "!" : "";
    const char *below = has_folders && g_str_has_suffix(text, "/") ? "**" : "";
    g_ptr_array_add(patterns->texts, g_strconcat(mark, text, below, NULL));
}

static void add_list(struct action_run *run, GPtrArray *all, const char *input,
                     const char *separator_input, bool is_ignored)
{
    const char *text = action_input(run, input);
    const char *separator = action_input(run, separator_input);
    if (*text == '\0')
        return;
    g_auto(GStrv) parts = g_strsplit(text, *separator != '\0' ? separator : "\n", -1);
    for (char **part = parts; *part != NULL; part++)
        add_text(patterns_of(all, ""), *part, is_ignored, /* has_folders= */ true);
}

static void add_node(struct changed_patterns *patterns, const struct node *node, bool is_ignored)
{
    for (gsize i = 0; node->kind == NODE_SEQUENCE && i < node_length(node); i++)
        add_node(patterns, node_item(node, i), is_ignored);
    if (node->text == NULL)
        return;
    g_autofree char *bare = core_trimmed(node->text);
    if (*bare != '\0')
        add_text(patterns, node->text, is_ignored, /* has_folders= */ false);
}

/* A text of several lines is a list of them. */
static void add_value(struct changed_patterns *patterns, const struct node *node, bool is_ignored)
{
    if (node->text == NULL) {
        add_node(patterns, node, is_ignored);
        return;
    }
    g_auto(GStrv) lines = g_strsplit(node->text, "\n", -1);
    bool is_one = lines[0] == NULL || lines[1] == NULL;
    for (char **line = lines; *line != NULL; line++) {
        g_autofree char *bare = core_trimmed(*line);
        if (*bare != '\0')
            add_text(patterns, is_one ? bare : *line, is_ignored, /* has_folders= */ false);
    }
}

static bool add_yaml(struct action_run *run, GPtrArray *all, const char *input, bool is_ignored,
                     bool *is_unknown)
{
    const char *text = action_input(run, input);
    if (*text == '\0')
        return true;
    AUTO(doc) doc = doc_load_text(input, text, strlen(text), DOC_DEFAULT, NULL);
    *is_unknown = doc == NULL || doc_root(doc)->kind != NODE_MAPPING;
    for (gsize i = 0; !*is_unknown && i < node_length(doc_root(doc)); i++) {
        const struct node_entry *entry = node_entry(doc_root(doc), i);
        add_value(patterns_of(all, entry->key), entry->value, is_ignored);
    }
    return !*is_unknown;
}

/* "**" comes first. */
static void put_all_first(GPtrArray *all)
{
    for (guint i = 0; i < all->len; i++) {
        struct changed_patterns *patterns = all->pdata[i];
        for (guint j = 1; *patterns->name == '\0' && j < patterns->texts->len; j++)
            if (strcmp(patterns->texts->pdata[j], "**") == 0)
                g_ptr_array_insert(patterns->texts, 0, g_ptr_array_steal_index(patterns->texts, j));
    }
}

GPtrArray *changed_patterns_new(struct action_run *run, bool *is_unknown)
{
    g_autoptr(GPtrArray) all = g_ptr_array_new_with_free_func(patterns_free);
    *is_unknown = false;
    add_list(run, all, "files", "files_separator", /* is_ignored= */ false);
    add_list(run, all, "files_ignore", "files_ignore_separator", /* is_ignored= */ true);
    put_all_first(all);
    if (!add_yaml(run, all, "files_yaml", /* is_ignored= */ false, is_unknown) ||
        !add_yaml(run, all, "files_ignore_yaml", /* is_ignored= */ true, is_unknown))
        return NULL;
    return g_steal_pointer(&all);
}

/* Here parentheses are no extension of globs (noext): what that makes of them is not modelled. */
static struct picomatch *glob_new(const char *text)
{
    return strpbrk(text, "()") == NULL ? picomatch_new(text) : NULL;
}

/* Of each kind of change by itself; the order of what is left is that of the patterns. */
static bool filter_letter(const struct changed_patterns *patterns, const GPtrArray *files,
                          char letter, GPtrArray *left)
{
    g_autoptr(GPtrArray) kept = g_ptr_array_new();
    g_autoptr(GPtrArray) omitted = g_ptr_array_new();
    guint negated_count = 0;
    for (guint i = 0; i < patterns->texts->len; i++) {
        const char *text = patterns->texts->pdata[i];
        AUTO(picomatch) glob = glob_new(text);
        if (glob == NULL)
            return false;
        bool is_negated = picomatch_is_negated(glob);
        negated_count += is_negated;
        for (guint j = 0; j < files->len; j++) {
            struct repository_change *file = files->pdata[j];
            if (file->letter != letter || picomatch_matches(glob, file->path) == is_negated)
                continue;
            if (is_negated) {
                g_ptr_array_add(omitted, file);
                continue;
            }
            while (g_ptr_array_remove(omitted, file))
                continue;
            if (!g_ptr_array_find(kept, file, NULL))
                g_ptr_array_add(kept, file);
        }
    }
    const GPtrArray *taken = negated_count == patterns->texts->len ? files : kept;
    for (guint i = 0; i < taken->len; i++) {
        const struct repository_change *file = taken->pdata[i];
        if (file->letter == letter && !g_ptr_array_find(omitted, file, NULL))
            g_ptr_array_add(left, taken->pdata[i]);
    }
    return true;
}

GPtrArray *changed_patterns_filter(const struct changed_patterns *patterns, const GPtrArray *files)
{
    static const char letters[] = "ACDMRTUX";
    g_autoptr(GPtrArray) left = g_ptr_array_new();
    for (const char *letter = letters; *letter != '\0'; letter++)
        if (!filter_letter(patterns, files, *letter, left))
            return NULL;
    return g_steal_pointer(&left);
}
