/* Groups and targets of all files together, and how targets of one name merge (bake.go). */
#include "mocks/bakefile/bakefile_private.h"

#include <string.h>

static void group_free(gpointer item)
{
    struct bake_group *group = item;
    g_free(group->name);
    g_free(group->description);
    g_ptr_array_unref(group->targets);
    g_free(group);
}

static void raw_free(gpointer item)
{
    struct bake_raw *raw = item;
    g_free(raw->name);
    json_decref(raw->attributes);
    g_free(raw);
}

void bake_config_init(struct bake_config *config)
{
    config->groups = g_ptr_array_new_with_free_func(group_free);
    config->targets = g_ptr_array_new_with_free_func(raw_free);
}

void bake_config_finish(struct bake_config *config)
{
    g_ptr_array_unref(config->groups);
    g_ptr_array_unref(config->targets);
}

struct bake_group *bake_config_group(const struct bake_config *config, const char *name)
{
    for (guint i = 0; i < config->groups->len; i++) {
        struct bake_group *group = config->groups->pdata[i];
        if (strcmp(group->name, name) == 0)
            return group;
    }
    return NULL;
}

struct bake_raw *bake_config_target(const struct bake_config *config, const char *name)
{
    for (guint i = 0; i < config->targets->len; i++) {
        struct bake_raw *raw = config->targets->pdata[i];
        if (strcmp(raw->name, name) == 0)
            return raw;
    }
    return NULL;
}

struct bake_group *bake_group_add(struct bake_config *config, const char *name)
{
    struct bake_group *group = g_new0(struct bake_group, 1);
    group->name = g_strdup(name);
    group->targets = g_ptr_array_new_with_free_func(g_free);
    g_ptr_array_add(config->groups, group);
    return group;
}

void bake_names_add(GPtrArray *names, const char *name)
{
    if (!g_ptr_array_find_with_equal_func(names, name, g_str_equal, NULL))
        g_ptr_array_add(names, g_strdup(name));
}

void bake_target_add(struct bake_config *config, const char *name, json_t *attributes)
{
    struct bake_raw *raw = bake_config_target(config, name);
    if (raw != NULL) {
        bake_target_merge(raw->attributes, attributes);
        json_decref(attributes);
        return;
    }
    raw = g_new0(struct bake_raw, 1);
    raw->name = g_strdup(name);
    raw->attributes = attributes;
    g_ptr_array_add(config->targets, raw);
}

static void merge_map(json_t *target, const char *name, json_t *other)
{
    json_t *map = json_object_get(target, name);
    const char *key;
    json_t *value;
    if (map == NULL) {
        map = json_object();
        json_object_set_new(target, name, map);
    }
    json_object_foreach (other, key, value)
        if (!json_is_null(value))
            json_object_set(map, key, value);
}

static void merge_list(json_t *target, const struct attribute_row *row, json_t *other)
{
    json_t *before = json_object_get(target, row->name);
    json_t *list = before == NULL ? json_array() : json_copy(before);
    json_array_extend(list, other);
    if (row->kind >= ATTRIBUTE_CACHES)
        bake_entries_normalize(row->kind, list);
    json_object_set_new(target, row->name, list);
}

void bake_target_merge(json_t *target, const json_t *other)
{
    gsize count = 0;
    const struct attribute_row *rows = bake_attribute_rows(&count);
    for (gsize i = 0; i < count; i++) {
        json_t *value = json_object_get(other, rows[i].name);
        if (value == NULL ||
            (strcmp(rows[i].name, "description") == 0 && json_string_length(value) == 0))
            continue;
        if (rows[i].merge == MERGE_MAPS)
            merge_map(target, rows[i].name, value);
        else if (rows[i].merge == MERGE_ADDS)
            merge_list(target, &rows[i], value);
        else
            json_object_set_new(target, rows[i].name, json_deep_copy(value));
    }
}

static void normalize_texts(json_t *list)
{
    for (gsize i = 0; i < json_array_size(list);) {
        bool is_kept = json_string_length(json_array_get(list, i)) > 0;
        for (gsize k = 0; is_kept && k < i; k++)
            is_kept = !json_equal(json_array_get(list, i), json_array_get(list, k));
        if (is_kept)
            i++;
        else
            json_array_remove(list, i);
    }
}

static void normalize_contexts(json_t *contexts)
{
    const char *key;
    json_t *value;
    void *next;
    json_object_foreach_safe(contexts, next, key, value) if (json_string_length(value) == 0)
        json_object_del(contexts, key);
}

void bake_target_normalize(json_t *target)
{
    gsize count = 0;
    const struct attribute_row *rows = bake_attribute_rows(&count);
    if (strcmp(json_get_string(target, "network", ""), "host") == 0) {
        g_autoptr(json_t) host = json_pack("{s:[s]}", "entitlements", "network.host");
        bake_target_merge(target, host);
    }
    for (gsize i = 0; i < count; i++) {
        json_t *value = json_object_get(target, rows[i].name);
        if (value == NULL || strcmp(rows[i].name, "inherits") == 0)
            continue;
        if (rows[i].kind == ATTRIBUTE_TEXTS)
            normalize_texts(value);
        else if (rows[i].kind == ATTRIBUTE_MAP)
            normalize_contexts(value);
        else if (rows[i].kind >= ATTRIBUTE_CACHES)
            bake_entries_normalize(rows[i].kind, value);
    }
}
