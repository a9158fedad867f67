/* Compose models over each other (compose-go's override/). */
#include "mocks/bakefile/compose.h"

#include <string.h>

enum merge_rule {
    RULE_PLAIN,    /* mappings key by key, lists one behind the other, scalars by the later */
    RULE_SEQUENCE, /* as lists of texts */
    RULE_HOSTS,    /* the same, each once */
    RULE_BUILD,    /* a text is its context */
};

/* Of a service: how a key merges, and whether each item of its list is there once, by what stands
   in front of "=". */
static const struct merge_row {
    const char *path;
    enum merge_rule rule;
    bool is_unique;
} merge_rows[] = {
    {"build", RULE_BUILD, false},
    {"build.args", RULE_SEQUENCE, true},
    {"build.additional_contexts", RULE_SEQUENCE, true},
    {"build.extra_hosts", RULE_HOSTS, false},
    {"build.labels", RULE_SEQUENCE, true},
    {"build.tags", RULE_PLAIN, true},
    {"environment", RULE_SEQUENCE, true},
    {"env_file", RULE_SEQUENCE, true},
};

static const struct merge_row *row_of(const char *path)
{
    for (gsize i = 0; i < G_N_ELEMENTS(merge_rows); i++)
        if (strcmp(merge_rows[i].path, path) == 0)
            return &merge_rows[i];
    return NULL;
}

static char *path_below(const char *path, const char *key)
{
    return *path == '\0' ? g_strdup(key) : g_strconcat(path, ".", key, NULL);
}

/* ---- merging ---- */

static void append_pair(json_t *list, const char *key, const json_t *value)
{
    g_autofree char *text = compose_scalar(value);
    g_autofree char *pair =
        json_is_null(value) ? g_strdup(key) : g_strconcat(key, "=", text == NULL ? "" : text, NULL);
    json_array_append_new(list, json_text_or_null(pair));
}

static int by_text(gconstpointer a, gconstpointer b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* convertIntoSequence(): of a mapping, sorted. A new reference. */
static json_t *sequence_of(json_t *value)
{
    if (json_is_array(value))
        return json_deep_copy(value);
    json_t *list = json_array();
    if (json_is_string(value))
        json_array_append(list, value);
    g_autoptr(GPtrArray) keys = g_ptr_array_new();
    const char *key;
    json_t *item;
    json_object_foreach (value, key, item)
        g_ptr_array_add(keys, (char *)key);
    g_ptr_array_sort(keys, by_text);
    for (guint i = 0; i < keys->len; i++) {
        json_t *values = json_object_get(value, keys->pdata[i]);
        if (!json_is_array(values))
            append_pair(list, keys->pdata[i], values);
        for (gsize k = 0; json_is_array(values) && k < json_array_size(values); k++)
            append_pair(list, keys->pdata[i], json_array_get(values, k));
    }
    return list;
}

static bool has_item(const json_t *list, const json_t *item)
{
    for (gsize i = 0; i < json_array_size(list); i++)
        if (json_equal(json_array_get(list, i), item))
            return true;
    return false;
}

static json_t *sequences_merged(json_t *base, json_t *over, bool is_once)
{
    json_t *list = sequence_of(base);
    g_autoptr(json_t) more = sequence_of(over);
    for (gsize i = 0; i < json_array_size(more); i++)
        if (!is_once || !has_item(list, json_array_get(more, i)))
            json_array_append(list, json_array_get(more, i));
    return list;
}

static json_t *merged(struct bake *bake, json_t *base, json_t *over, const char *path);

static json_t *mappings_merged(struct bake *bake, json_t *base, json_t *over, const char *path)
{
    g_autoptr(json_t) all = json_copy(base);
    const char *key;
    json_t *value;
    json_object_foreach (over, key, value) {
        json_t *before = json_object_get(all, key);
        g_autofree char *inner = path_below(path, key);
        json_t *both = before == NULL ? json_incref(value) : merged(bake, before, value, inner);
        if (both == NULL)
            return NULL;
        json_object_set_new(all, key, both);
    }
    return g_steal_pointer(&all);
}

static json_t *as_build(json_t *value)
{
    if (json_is_object(value))
        return json_incref(value);
    return json_is_string(value) ? json_pack("{s:O}", "context", value) : json_object();
}

static json_t *builds_merged(struct bake *bake, json_t *base, json_t *over, const char *path)
{
    g_autoptr(json_t) first = as_build(base), second = as_build(over);
    return mappings_merged(bake, first, second, path);
}

/* A new reference; NULL with an error. */
static json_t *merged(struct bake *bake, json_t *base, json_t *over, const char *path)
{
    const struct merge_row *row = row_of(path);
    if (row != NULL && row->rule == RULE_BUILD)
        return builds_merged(bake, base, over, path);
    if (row != NULL && row->rule != RULE_PLAIN)
        return sequences_merged(base, over, row->rule == RULE_HOSTS);
    if (json_is_null(over))
        return json_incref(base);
    if (json_is_object(base) && json_is_object(over))
        return mappings_merged(bake, base, over, path);
    if (json_is_array(base) && json_is_array(over))
        return sequences_merged(base, over, /* is_once= */ false);
    if (json_is_object(base) || json_is_array(base))
        return bake_fail(bake, BAKEFILE_ERROR_INVALID, "cannot override services.x.%s", path);
    return json_incref(over);
}

bool compose_merge_service(struct bake *bake, json_t *base, const json_t *over)
{
    g_autoptr(json_t) both = mappings_merged(bake, base, (json_t *)over, "");
    return both != NULL && json_object_clear(base) == 0 && json_object_update(base, both) == 0;
}

static bool merge_services(struct bake *bake, json_t *base, const json_t *over)
{
    const char *name;
    json_t *service;
    json_object_foreach ((json_t *)over, name, service) {
        json_t *before = json_object_get(base, name);
        if (json_is_object(before) && json_is_object(service)) {
            if (!compose_merge_service(bake, before, service))
                return false;
        } else if (before == NULL || !json_is_null(service)) {
            json_object_set(base, name, service);
        }
    }
    return true;
}

bool compose_merge_models(struct bake *bake, json_t *base, const json_t *over)
{
    const char *key;
    json_t *value;
    json_object_foreach ((json_t *)over, key, value) {
        json_t *before = json_object_get(base, key);
        if (strcmp(key, "services") == 0 && json_is_object(before) && json_is_object(value)) {
            if (!merge_services(bake, before, value))
                return false;
        } else if (json_is_object(before) && json_is_object(value)) {
            json_object_update(before, value);
        } else if (before == NULL || !json_is_null(value)) {
            json_object_set(base, key, value);
        }
    }
    return true;
}

/* ---- one of a name ---- */

static const char *name_of_item(const json_t *item)
{
    return json_is_object(item) ? json_get_string(item, "path", "") : json_string_value(item);
}

static bool have_one_name(const json_t *left, const json_t *right, bool is_path)
{
    const char *a = name_of_item(left), *b = name_of_item(right);
    gsize length = a == NULL ? 0 : is_path ? strlen(a) : strcspn(a, "=");
    return a != NULL && b != NULL && length == (is_path ? strlen(b) : strcspn(b, "=")) &&
           strncmp(a, b, length) == 0;
}

static json_t *each_once(const json_t *list, bool is_path)
{
    json_t *kept = json_array();
    for (gsize i = 0; i < json_array_size(list); i++) {
        json_t *item = json_array_get(list, i);
        gsize k = 0;
        while (k < json_array_size(kept) && !have_one_name(json_array_get(kept, k), item, is_path))
            k++;
        if (k < json_array_size(kept))
            json_array_set(kept, k, item);
        else
            json_array_append(kept, item);
    }
    return kept;
}

static void unify_below(json_t *object, const char *path)
{
    const char *key;
    json_t *value;
    void *next;
    json_object_foreach_safe(object, next, key, value)
    {
        g_autofree char *inner = path_below(path, key);
        const struct merge_row *row = row_of(inner);
        if (json_is_array(value) && row != NULL && row->is_unique)
            json_object_set_new(object, key, each_once(value, strcmp(inner, "env_file") == 0));
        else if (strcmp(inner, "build") == 0)
            unify_below(value, inner);
    }
}

void compose_unify(json_t *model)
{
    const char *name;
    json_t *service;
    json_object_foreach (json_object_get(model, "services"), name, service)
        unify_below(service, "");
}
