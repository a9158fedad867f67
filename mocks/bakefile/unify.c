/* One type for several values, as conditionals and lists need it (cty's convert.Unify). */
#include "mocks/bakefile/bakefile_private.h"

#include <string.h>

static bool is_primitive(const struct value *value)
{
    return value->kind == VALUE_STRING || value->kind == VALUE_NUMBER ||
           value->kind == VALUE_BOOLEAN;
}

static bool have_kind(const struct value *const *values, gsize count,
                      bool (*matches)(const struct value *))
{
    for (gsize i = 0; i < count; i++)
        if (values[i]->kind != VALUE_NULL && !matches(values[i]))
            return false;
    return true;
}

static bool unify_primitives(struct bake *bake, const struct value **values, gsize count)
{
    bool has_string = false, is_mixed = false;
    const struct value *first = NULL;
    for (gsize i = 0; i < count; i++) {
        if (values[i]->kind == VALUE_NULL)
            continue;
        has_string = has_string || values[i]->kind == VALUE_STRING;
        is_mixed = is_mixed || (first != NULL && first->kind != values[i]->kind);
        first = first == NULL ? values[i] : first;
    }
    if (!is_mixed)
        return true;
    for (gsize i = 0; has_string && i < count; i++) {
        if (values[i]->kind == VALUE_NULL)
            continue;
        const char *text = value_as_text(bake, values[i]);
        if (text == NULL)
            return false;
        values[i] = value_string(bake, text);
    }
    return has_string;
}

static bool same_shape(const struct value *const *values, gsize count)
{
    const struct value *first = NULL;
    for (gsize i = 0; i < count; i++) {
        const struct value *each = values[i];
        if (each->kind == VALUE_NULL)
            continue;
        first = first == NULL ? each : first;
        if (each->kind != first->kind || each->count != first->count)
            return false;
        for (gsize k = 0; each->keys != NULL && k < each->count; k++)
            if (strcmp(each->keys[k], first->keys[k]) != 0)
                return false;
    }
    return true;
}

static struct value *copy_of(struct bake *bake, const struct value *value, enum value_kind kind)
{
    struct value *copy = bake_take(bake->arena, sizeof *copy);
    *copy = *value;
    copy->kind = kind;
    copy->items = bake_take(bake->arena, value->count * sizeof *copy->items);
    if (value->count > 0)
        memcpy(copy->items, value->items, value->count * sizeof *copy->items);
    return copy;
}

/* Tuples of one length and objects of the same keys: place by place. */
static bool unify_places(struct bake *bake, const struct value **values, gsize count)
{
    gsize places = 0;
    for (gsize i = 0; i < count; i++) {
        if (values[i]->kind == VALUE_NULL)
            continue;
        values[i] = copy_of(bake, values[i], values[i]->kind);
        places = values[i]->count;
    }
    for (gsize place = 0; place < places; place++) {
        g_autoptr(GPtrArray) column = g_ptr_array_new();
        for (gsize i = 0; i < count; i++)
            if (values[i]->kind != VALUE_NULL)
                g_ptr_array_add(column, (struct value *)values[i]->items[place]);
        const struct value **unified =
            values_unify(bake, (const struct value *const *)column->pdata, column->len);
        if (unified == NULL)
            return false;
        for (gsize i = 0, row = 0; i < count; i++)
            if (values[i]->kind != VALUE_NULL)
                values[i]->items[place] = unified[row++];
    }
    return true;
}

/* To lists or maps of one type: all items of all of them. */
static bool unify_items(struct bake *bake, const struct value **values, gsize count,
                        enum value_kind kind)
{
    g_autoptr(GPtrArray) all = g_ptr_array_new();
    for (gsize i = 0; i < count; i++)
        for (gsize k = 0; k < values[i]->count; k++)
            g_ptr_array_add(all, (struct value *)values[i]->items[k]);
    const struct value **unified =
        values_unify(bake, (const struct value *const *)all->pdata, all->len);
    if (unified == NULL)
        return false;
    gsize next = 0;
    for (gsize i = 0; i < count; i++) {
        if (values[i]->kind == VALUE_NULL)
            continue;
        struct value *copy = copy_of(bake, values[i], kind);
        for (gsize k = 0; k < copy->count; k++)
            copy->items[k] = unified[next++];
        values[i] = copy;
    }
    return true;
}

static bool all_of_kind(const struct value *const *values, gsize count, enum value_kind kind)
{
    for (gsize i = 0; i < count; i++)
        if (values[i]->kind != VALUE_NULL && values[i]->kind != kind)
            return false;
    return true;
}

const struct value **values_unify(struct bake *bake, const struct value *const *values, gsize count)
{
    const struct value **unified = bake_take(bake->arena, count * sizeof *unified);
    if (count > 0)
        memcpy(unified, values, count * sizeof *unified);
    bool is_possible = false;
    if (!bake_step(bake))
        return NULL;
    if (have_kind(values, count, is_primitive))
        is_possible = unify_primitives(bake, unified, count);
    else if (all_of_kind(values, count, VALUE_SET))
        is_possible = unify_items(bake, unified, count, VALUE_SET);
    else if (have_kind(values, count, value_is_sequence))
        is_possible = all_of_kind(values, count, VALUE_TUPLE) && same_shape(values, count)
                          ? unify_places(bake, unified, count)
                          : unify_items(bake, unified, count, VALUE_LIST);
    else if (have_kind(values, count, value_is_mapping))
        is_possible = all_of_kind(values, count, VALUE_OBJECT) && same_shape(values, count)
                          ? unify_places(bake, unified, count)
                          : unify_items(bake, unified, count, VALUE_MAP);
    return is_possible ? unified : NULL;
}
