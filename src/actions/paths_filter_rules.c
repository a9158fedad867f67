/* The filters of dorny/paths-filter: named lists of globs (src/filter.ts). */
#include "actions/paths_filter.h"
#include "actions/picomatch.h"

#include "base/regular_file.h"
#include "doc/doc.h"

#include <string.h>

/* Without a line's end or a colon it is a file's name. */
bool paths_filters_read(const struct action_run *run, const char *directory, char **yaml,
                        GError **error)
{
    const char *input = action_input(run, "filters");
    if (*input == '\0')
        return core_throw(error, "Input required and not supplied: filters");
    if (strpbrk(input, "\n:") != NULL) {
        *yaml = g_strdup(input);
        return true;
    }
    g_autofree char *path = g_canonicalize_filename(
        input, directory != NULL ? directory : action_variable(run, "GITHUB_WORKSPACE"));
    g_autofree char *here = action_host_path(run, path);
    if (here == NULL || !g_file_test(here, G_FILE_TEST_EXISTS))
        return core_throw(error, "Configuration file '%s' not found", input);
    if (g_file_test(here, G_FILE_TEST_IS_SYMLINK) || !regular_file_read(here, yaml, NULL, NULL))
        return core_throw(error, "'%s' is not a file.", input);
    return true;
}

/* Patterns of which one is enough, for files of these statuses. */
struct rule {
    GPtrArray *statuses; /* char *; NULL: any */
    GPtrArray *patterns; /* struct picomatch */
};

static void rule_free(void *data)
{
    struct rule *rule = data;
    if (rule->statuses != NULL)
        g_ptr_array_unref(rule->statuses);
    g_ptr_array_unref(rule->patterns);
    g_free(rule);
}

static void filter_free(void *data)
{
    struct paths_filter *filter = data;
    g_free(filter->name);
    g_ptr_array_unref(filter->rules);
    g_free(filter);
}

static void pattern_free(void *data)
{
    picomatch_free(data);
}

static struct rule *add_rule(struct paths_filter *filter)
{
    struct rule *rule = g_new0(struct rule, 1);
    rule->patterns = g_ptr_array_new_with_free_func(pattern_free);
    g_ptr_array_add(filter->rules, rule);
    return rule;
}

static bool invalid(GError **error, const char *detail)
{
    return core_throw(error, "Invalid filter YAML format: %s.", detail);
}

/* typeof, of what is no string. */
static const char *type_of(const struct node *node)
{
    switch (node->kind) {
    case NODE_BOOLEAN:
        return "boolean";
    case NODE_INTEGER:
    case NODE_FLOAT:
        return "number";
    case NODE_STRING:
        return "string";
    case NODE_NULL:
    case NODE_SEQUENCE:
    case NODE_MAPPING:
        return "object";
    }
    g_assert_not_reached();
}

/* picomatch(pattern): a text, or a list of such. */
static bool add_pattern(struct paths_filter *filter, struct rule *rule, const struct node *node,
                        GError **error)
{
    for (gsize i = 0; node->kind == NODE_SEQUENCE && i < node_length(node); i++)
        if (!add_pattern(filter, rule, node_item(node, i), error))
            return false;
    if (node->kind == NODE_SEQUENCE)
        return true;
    if (node->kind != NODE_STRING || *node->text == '\0')
        return core_throw(error, "Expected pattern to be a non-empty string");
    struct picomatch *pattern = picomatch_new(node->text);
    if (pattern == NULL)
        filter->is_unknown = true;
    else
        g_ptr_array_add(rule->patterns, pattern);
    return true;
}

static GPtrArray *statuses_of(const char *key)
{
    GPtrArray *statuses = g_ptr_array_new_with_free_func(g_free);
    g_auto(GStrv) words = g_strsplit(key, "|", -1);
    for (char **word = words; *word != NULL; word++)
        if (*g_strstrip(*word) != '\0')
            g_ptr_array_add(statuses, g_ascii_strdown(*word, -1));
    return statuses;
}

static bool add_with_status(struct paths_filter *filter, const struct node_entry *entry,
                            GError **error)
{
    const struct node *value = entry->value;
    if (value->kind != NODE_STRING && value->kind != NODE_SEQUENCE) {
        g_autofree char *detail = g_strdup_printf(
            "Expected [key:string]= pattern:string | string[], but [%s:string]= %s:%s found",
            entry->key, value->text != NULL ? value->text : "[object Object]", type_of(value));
        return invalid(error, detail);
    }
    struct rule *rule = add_rule(filter);
    rule->statuses = statuses_of(entry->key);
    return add_pattern(filter, rule, value, error);
}

static bool add_item(struct paths_filter *filter, const struct node *node, GError **error)
{
    switch (node->kind) {
    case NODE_SEQUENCE:
        for (gsize i = 0; i < node_length(node); i++)
            if (!add_item(filter, node_item(node, i), error))
                return false;
        return true;
    case NODE_STRING:
        return add_pattern(filter, add_rule(filter), node, error);
    case NODE_MAPPING:
        for (gsize i = 0; i < node_length(node); i++)
            if (!add_with_status(filter, node_entry(node, i), error))
                return false;
        return true;
    case NODE_NULL:
        return core_throw(error, "Cannot convert undefined or null to object");
    case NODE_BOOLEAN:
    case NODE_INTEGER:
    case NODE_FLOAT: {
        g_autofree char *detail = g_strdup_printf("Unexpected element type '%s'", type_of(node));
        return invalid(error, detail);
    }
    }
    g_assert_not_reached();
}

static bool read_filters(const struct node *root, GPtrArray *filters, GError **error)
{
    for (gsize i = 0; i < node_length(root); i++) {
        const struct node_entry *entry = node_entry(root, i);
        struct paths_filter *filter = g_new0(struct paths_filter, 1);
        filter->name = g_strdup(entry->key);
        filter->rules = g_ptr_array_new_with_free_func(rule_free);
        g_ptr_array_add(filters, filter);
        if (!add_item(filter, entry->value, error))
            return false;
    }
    return true;
}

/* What js-yaml takes and we do not: merge keys, and a list at the root, whose indices are names. */
GPtrArray *paths_filters_new(const char *yaml, bool *is_unknown, GError **error)
{
    g_autoptr(GError) wrong = NULL;
    g_autoptr(GPtrArray) filters = g_ptr_array_new_with_free_func(filter_free);
    *is_unknown = false;
    if (*yaml == '\0')
        return g_steal_pointer(&filters);
    AUTO(doc) doc = doc_load_text("filters", yaml, strlen(yaml), DOC_DEFAULT, &wrong);
    *is_unknown = doc != NULL ? doc_root(doc)->kind == NODE_SEQUENCE : strstr(yaml, "<<") != NULL;
    if (*is_unknown)
        return NULL;
    if (doc == NULL) {
        core_throw(error, "%s", wrong->message);
        return NULL;
    }
    const struct node *root = doc_root(doc);
    if (root->kind == NODE_NULL)
        core_throw(error, "Cannot convert undefined or null to object");
    else if (root->kind != NODE_MAPPING)
        invalid(error, "Root element is not an object");
    else if (read_filters(root, filters, error))
        return g_steal_pointer(&filters);
    return NULL;
}

static bool rule_takes(const struct rule *rule, const struct changed_file *file)
{
    bool has_status = rule->statuses == NULL;
    for (guint i = 0; !has_status && file->status != NULL && i < rule->statuses->len; i++)
        has_status = g_str_equal(rule->statuses->pdata[i], file->status);
    for (guint i = 0; has_status && i < rule->patterns->len; i++)
        if (picomatch_matches(rule->patterns->pdata[i], file->path))
            return true;
    return false;
}

bool paths_filter_takes(const struct paths_filter *filter, const struct changed_file *file,
                        bool wants_every)
{
    for (guint i = 0; i < filter->rules->len; i++)
        if (rule_takes(filter->rules->pdata[i], file) != wants_every)
            return !wants_every;
    return wants_every;
}
