/* Attributes of targets: one row each, and values of HCL to data and back. */
#include "mocks/bakefile/bakefile_private.h"

#include <string.h>

/* The order of buildx's struct Target, which is that of `--print`. */
static const struct attribute_row rows[] = {
    {"description", ATTRIBUTE_TEXT, MERGE_REPLACES, false},
    {"inherits", ATTRIBUTE_TEXTS, MERGE_ADDS, false},
    {"annotations", ATTRIBUTE_TEXTS, MERGE_ADDS, true},
    {"attest", ATTRIBUTE_ATTESTS, MERGE_ADDS, false},
    {"context", ATTRIBUTE_TEXT, MERGE_REPLACES, false},
    {"contexts", ATTRIBUTE_MAP, MERGE_MAPS, false},
    {"dockerfile", ATTRIBUTE_TEXT, MERGE_REPLACES, false},
    {"dockerfile-inline", ATTRIBUTE_TEXT, MERGE_REPLACES, true},
    {"args", ATTRIBUTE_NULL_MAP, MERGE_MAPS, true},
    {"labels", ATTRIBUTE_NULL_MAP, MERGE_MAPS, true},
    {"tags", ATTRIBUTE_TEXTS, MERGE_REPLACES, false},
    {"cache-from", ATTRIBUTE_CACHES, MERGE_ADDS, false},
    {"cache-to", ATTRIBUTE_CACHES, MERGE_REPLACES, false},
    {"target", ATTRIBUTE_TEXT, MERGE_REPLACES, false},
    {"secret", ATTRIBUTE_SECRETS, MERGE_ADDS, false},
    {"ssh", ATTRIBUTE_SSH, MERGE_ADDS, false},
    {"platforms", ATTRIBUTE_TEXTS, MERGE_REPLACES, false},
    {"output", ATTRIBUTE_OUTPUTS, MERGE_REPLACES, false},
    {"pull", ATTRIBUTE_BOOLEAN, MERGE_REPLACES, false},
    {"no-cache", ATTRIBUTE_BOOLEAN, MERGE_REPLACES, false},
    {"network", ATTRIBUTE_TEXT, MERGE_REPLACES, false},
    {"no-cache-filter", ATTRIBUTE_TEXTS, MERGE_ADDS, false},
    {"shm-size", ATTRIBUTE_TEXT, MERGE_REPLACES, false},
    {"ulimits", ATTRIBUTE_TEXTS, MERGE_ADDS, false},
    {"call", ATTRIBUTE_TEXT, MERGE_REPLACES, false},
    {"entitlements", ATTRIBUTE_TEXTS, MERGE_ADDS, false},
    {"extra-hosts", ATTRIBUTE_NULL_MAP, MERGE_MAPS, true},
};

const struct attribute_row *bake_attribute_rows(gsize *count)
{
    *count = G_N_ELEMENTS(rows);
    return rows;
}

const struct attribute_row *bake_attribute_row(const char *name)
{
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++)
        if (strcmp(rows[i].name, name) == 0)
            return &rows[i];
    return NULL;
}

static json_t *unsuitable(struct bake *bake, const struct term *term, const char *what)
{
    return bake_fail_start(bake, term, "Unsuitable value type", "Unsuitable value: %s required",
                           what);
}

static json_t *text_json(struct bake *bake, const struct value *value, const struct term *term,
                         const char *what)
{
    const char *text = value_as_text(bake, value);
    return text == NULL ? unsuitable(bake, term, what) : json_string(text);
}

static json_t *texts_json(struct bake *bake, const struct value *value, const struct term *term)
{
    if (!value_is_sequence(value))
        return unsuitable(bake, term, "list of string");
    g_autoptr(json_t) list = json_array();
    for (gsize i = 0; i < value->count; i++) {
        g_autofree char *what = g_strdup_printf("element %zu: string", (size_t)i);
        json_t *text = text_json(bake, value->items[i], term, what);
        if (text == NULL)
            return NULL;
        json_array_append_new(list, text);
    }
    return g_steal_pointer(&list);
}

static json_t *map_json(struct bake *bake, const struct value *value, const struct term *term,
                        bool allows_null)
{
    if (!value_is_mapping(value))
        return unsuitable(bake, term, "map of string");
    g_autoptr(json_t) map = json_object();
    for (gsize i = 0; i < value->count; i++) {
        json_t *text = allows_null && value->items[i]->kind == VALUE_NULL
                           ? json_null()
                           : text_json(bake, value->items[i], term, "map of string");
        if (text == NULL)
            return NULL;
        json_object_set_new(map, value->keys[i], text);
    }
    return g_steal_pointer(&map);
}

/* {"type": "registry", "ref": …} as it is written in HCL. */
static json_t *entry_of_mapping(struct bake *bake, enum attribute_kind kind,
                                const struct value *value, const struct term *term)
{
    if (kind == ATTRIBUTE_SSH || kind == ATTRIBUTE_SECRETS) {
        static const char *const names[] = {"id", "src", "env", "paths"};
        g_autoptr(json_t) entry = json_object();
        for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
            const struct value *item = value_get(value, names[i]);
            bool fits = (i == 0) || (kind == ATTRIBUTE_SSH) == (i == 3);
            if (item == NULL || item->kind == VALUE_NULL || !fits)
                continue;
            json_t *json =
                i == 3 ? texts_json(bake, item, term) : text_json(bake, item, term, "string");
            if (json == NULL)
                return NULL;
            json_object_set_new(entry, names[i], json);
        }
        return g_steal_pointer(&entry);
    }
    g_autoptr(json_t) entry = json_object();
    for (gsize i = 0; i < value->count; i++) {
        if (value->items[i]->kind == VALUE_NULL)
            continue;
        json_t *json = text_json(bake, value->items[i], term, "map of string");
        if (json == NULL)
            return NULL;
        json_object_set_new(entry, value->keys[i], json);
    }
    const char *disabled = json_get_string(entry, "disabled", NULL);
    if (kind == ATTRIBUTE_ATTESTS && disabled != NULL) {
        bool is_disabled = strcmp(disabled, "true") == 0;
        json_object_del(entry, "disabled");
        if (is_disabled)
            json_object_set_new(entry, "disabled", json_true());
    }
    if (kind != ATTRIBUTE_ATTESTS && json_get_string(entry, "type", "")[0] == '\0')
        return bake_fail_start(bake, term, "Unsuitable value type", "Unsuitable value: %s",
                               kind == ATTRIBUTE_CACHES ? "type required form"
                                                        : "type is required for output");
    return g_steal_pointer(&entry);
}

static bool add_text_entries(struct bake *bake, enum attribute_kind kind, const char *text,
                             const struct term *term, json_t *list)
{
    g_autofree char *problem = NULL;
    g_autoptr(json_t) texts = json_pack("[s]", text);
    g_autoptr(json_t) entries = bake_entries_parse(kind, texts, &problem);
    if (entries == NULL)
        return bake_fail_start(bake, term, "Unsuitable value type", "Unsuitable value: %s",
                               problem) != NULL;
    json_array_extend(list, entries);
    return true;
}

static json_t *entries_json(struct bake *bake, enum attribute_kind kind, const struct value *value,
                            const struct term *term)
{
    if (!value_is_sequence(value) || value->kind == VALUE_SET)
        return unsuitable(bake, term,
                          kind == ATTRIBUTE_SSH || kind == ATTRIBUTE_SECRETS ? "list of object"
                                                                             : "list of map of "
                                                                               "string");
    g_autoptr(json_t) list = json_array();
    for (gsize i = 0; i < value->count; i++) {
        const struct value *item = value->items[i];
        if (item->kind == VALUE_STRING) {
            if (!add_text_entries(bake, kind, item->text, term, list))
                return NULL;
            continue;
        }
        json_t *entry = value_is_mapping(item) ? entry_of_mapping(bake, kind, item, term)
                                               : unsuitable(bake, term, "map of string");
        if (entry == NULL)
            return NULL;
        json_array_append_new(list, entry);
    }
    return g_steal_pointer(&list);
}

json_t *bake_attribute_json(struct bake *bake, const struct attribute_row *row,
                            const struct value *value, const struct term *term)
{
    bool boolean = false;
    if (value->kind == VALUE_NULL)
        return json_null();
    switch (row->kind) {
    case ATTRIBUTE_TEXT:
        return text_json(bake, value, term, "string");
    case ATTRIBUTE_BOOLEAN:
        return value_as_boolean(value, &boolean) ? json_boolean(boolean)
                                                 : unsuitable(bake, term, "bool");
    case ATTRIBUTE_TEXTS:
        return texts_json(bake, value, term);
    case ATTRIBUTE_MAP:
    case ATTRIBUTE_NULL_MAP:
        return map_json(bake, value, term, row->kind == ATTRIBUTE_NULL_MAP);
    case ATTRIBUTE_CACHES:
    case ATTRIBUTE_OUTPUTS:
    case ATTRIBUTE_SECRETS:
    case ATTRIBUTE_SSH:
    case ATTRIBUTE_ATTESTS:
        return entries_json(bake, row->kind, value, term);
    }
    return NULL;
}

static const struct value *json_value(struct bake *bake, const json_t *json)
{
    if (json_is_boolean(json))
        return value_boolean(bake, json_is_true(json));
    if (json_is_string(json))
        return value_string(bake, json_string_value(json));
    if (json_is_object(json)) {
        struct pairs pairs;
        const char *key;
        json_t *item;
        pairs_init(&pairs);
        json_object_foreach ((json_t *)json, key, item)
            pairs_add(&pairs, bake_take_text(bake->arena, key, strlen(key)),
                      json_value(bake, item));
        return pairs_end(bake, &pairs, VALUE_MAP);
    }
    if (!json_is_array(json))
        return value_null(bake);
    g_autoptr(GPtrArray) items = g_ptr_array_new();
    for (gsize i = 0; i < json_array_size(json); i++)
        g_ptr_array_add(items, (struct value *)json_value(bake, json_array_get(json, i)));
    return value_sequence(bake, VALUE_LIST, (const struct value *const *)items->pdata, items->len);
}

const struct value *bake_attribute_value(struct bake *bake, const struct attribute_row *row,
                                         const json_t *json)
{
    if (json == NULL && row->kind >= ATTRIBUTE_CACHES)
        return value_sequence(bake, VALUE_LIST, NULL, 0);
    if (json == NULL && strcmp(row->name, "description") == 0)
        return value_string(bake, "");
    return json == NULL ? value_null(bake) : json_value(bake, json);
}
