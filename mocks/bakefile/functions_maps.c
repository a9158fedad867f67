/* Functions over sets and mappings. */
#include "mocks/bakefile/bakefile_private.h"

#include <string.h>

static const struct value *run_keys(struct call *call)
{
    const struct value *map = call->args[0];
    g_autoptr(GPtrArray) items = g_ptr_array_new();
    if (!value_is_mapping(map))
        return call_argument_fails(call, 0, "must have map or object type");
    for (gsize i = 0; i < map->count; i++)
        g_ptr_array_add(items, (struct value *)value_string(call->bake, map->keys[i]));
    return value_sequence(call->bake, map->kind == VALUE_MAP ? VALUE_LIST : VALUE_TUPLE,
                          (const struct value *const *)items->pdata, items->len);
}

static const struct value *run_values(struct call *call)
{
    const struct value *map = call->args[0];
    if (!value_is_mapping(map))
        return call_argument_fails(call, 0, "must have map or object type");
    return value_sequence(call->bake, map->kind == VALUE_MAP ? VALUE_LIST : VALUE_TUPLE, map->items,
                          map->count);
}

static const struct value *run_lookup(struct call *call)
{
    const struct value *map = call->args[0];
    if (!value_is_mapping(map))
        return call_argument_fails(call, 0, "lookup() requires a map as the first argument");
    const struct value *item = value_get(map, call->args[1]->text);
    return item != NULL ? item : call->args[2];
}

static const struct value *run_merge(struct call *call)
{
    struct pairs pairs;
    bool are_maps = true;
    pairs_init(&pairs);
    for (gsize i = 0; i < call->count; i++) {
        const struct value *map = call->args[i];
        if (map->kind != VALUE_NULL && !value_is_mapping(map))
            call_fails(call, "arguments must be maps or objects, got \"%s\"", value_type_text(map));
        are_maps = are_maps && map->kind != VALUE_OBJECT;
        for (gsize k = 0; value_is_mapping(map) && k < map->count; k++)
            pairs_add(&pairs, map->keys[k], map->items[k]);
    }
    const struct value *merged =
        pairs_end(call->bake, &pairs, are_maps && call->count > 0 ? VALUE_MAP : VALUE_OBJECT);
    return call->problem == NULL ? merged : NULL;
}

static const struct value *run_zipmap(struct call *call)
{
    const struct value *keys = call->args[0], *values = call->args[1];
    if (!value_is_sequence(values))
        return call_argument_fails(call, 1, "values argument must be a list or tuple value");
    if (keys->count != values->count)
        return call_fails(call, "number of keys (%zu) does not match number of values (%zu)",
                          (size_t)keys->count, (size_t)values->count);
    struct pairs pairs;
    pairs_init(&pairs);
    for (gsize i = 0; i < keys->count; i++) {
        const char *key = value_as_text(call->bake, keys->items[i]);
        if (key == NULL)
            call_argument_fails(call, 0, "list of string required");
        else
            pairs_add(&pairs, key, values->items[i]);
    }
    const struct value *map =
        pairs_end(call->bake, &pairs, values->kind == VALUE_TUPLE ? VALUE_OBJECT : VALUE_MAP);
    return call->problem == NULL ? map : NULL;
}

/* Every choice of one item of each list; the last list runs fastest. */
static const struct value *run_setproduct(struct call *call)
{
    gsize total = 1;
    bool are_ordered = true;
    if (call->count < 2)
        return call_fails(call, "at least two arguments are required");
    for (gsize i = 0; i < call->count; i++) {
        if (!value_is_sequence(call->args[i]))
            return call_argument_fails(call, (int)i, "a set or a list is required");
        are_ordered = are_ordered && call->args[i]->kind != VALUE_SET;
        total *= call->args[i]->count;
        if (total > BAKE_ITEMS_MAX)
            return bake_fail(call->bake, BAKEFILE_ERROR_LIMIT, "setproduct() of more than %d items",
                             BAKE_ITEMS_MAX);
    }
    g_autoptr(GPtrArray) all = g_ptr_array_new();
    for (gsize index = 0; index < total && bake_step(call->bake); index++) {
        g_autofree const struct value **row = g_new0(const struct value *, call->count);
        gsize rest = index;
        for (gsize i = call->count; i > 0; i--) {
            row[i - 1] = call->args[i - 1]->items[rest % call->args[i - 1]->count];
            rest /= call->args[i - 1]->count;
        }
        g_ptr_array_add(all,
                        (struct value *)value_sequence(call->bake, VALUE_TUPLE, row, call->count));
    }
    return value_sequence(call->bake, are_ordered ? VALUE_LIST : VALUE_SET,
                          (const struct value *const *)all->pdata, all->len);
}

static bool holds(const struct value *list, const struct value *item)
{
    for (gsize i = 0; i < list->count; i++)
        if (value_equal(list->items[i], item))
            return true;
    return false;
}

enum set_operation {
    SET_UNION,
    SET_INTERSECTION,
    SET_SUBTRACTION,
};

static const struct value *set_of(struct call *call, enum set_operation operation)
{
    g_autoptr(GPtrArray) items = g_ptr_array_new();
    for (gsize i = 0; i < call->args[0]->count && bake_step(call->bake); i++) {
        bool is_kept = true;
        for (gsize k = 1; operation != SET_UNION && k < call->count; k++)
            is_kept = is_kept && holds(call->args[k], call->args[0]->items[i]) ==
                                     (operation == SET_INTERSECTION);
        if (is_kept)
            g_ptr_array_add(items, (struct value *)call->args[0]->items[i]);
    }
    for (gsize k = 1; operation == SET_UNION && k < call->count; k++)
        for (gsize i = 0; i < call->args[k]->count; i++)
            g_ptr_array_add(items, (struct value *)call->args[k]->items[i]);
    return value_sequence(call->bake, VALUE_SET, (const struct value *const *)items->pdata,
                          items->len);
}

static const struct value *run_setunion(struct call *call)
{
    return set_of(call, SET_UNION);
}

static const struct value *run_setintersection(struct call *call)
{
    return set_of(call, SET_INTERSECTION);
}

static const struct value *run_setsubtract(struct call *call)
{
    return set_of(call, SET_SUBTRACTION);
}

const struct function_row functions_mappings[] = {
    {"keys", "*inputMap", run_keys},
    {"values", "*mapping", run_values},
    {"lookup", "*inputMap skey ?default", run_lookup},
    {"merge", "+?maps", run_merge},
    {"zipmap", "lkeys *values", run_zipmap},
    {NULL, NULL, NULL},
};

const struct function_row functions_sets[] = {
    {"setproduct", "+*sets", run_setproduct},
    {"setunion", "lfirst_set +lother_sets", run_setunion},
    {"setintersection", "lfirst_set +lother_sets", run_setintersection},
    {"setsubtract", "la lb", run_setsubtract},
    {NULL, NULL, NULL},
};
