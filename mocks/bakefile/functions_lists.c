/* Functions over lists, tuples and sets. */
#include "mocks/bakefile/bakefile_private.h"

#include <string.h>

static const struct value *sequence(struct call *call, enum value_kind kind, const GPtrArray *items)
{
    return value_sequence(call->bake, kind, (const struct value *const *)items->pdata, items->len);
}

static void add_all(GPtrArray *items, const struct value *list)
{
    for (gsize i = 0; i < list->count; i++)
        g_ptr_array_add(items, (struct value *)list->items[i]);
}

static bool fits(struct call *call, gsize count)
{
    if (count <= BAKE_ITEMS_MAX)
        return true;
    bake_fail(call->bake, BAKEFILE_ERROR_LIMIT, "%s() of more than %d items", call->term->name,
              BAKE_ITEMS_MAX);
    return false;
}

static const struct value *run_concat(struct call *call)
{
    g_autoptr(GPtrArray) items = g_ptr_array_new();
    bool are_lists = true;
    for (gsize i = 0; i < call->count; i++) {
        if (!value_is_sequence(call->args[i]))
            return call_argument_fails(call, (int)i,
                                       "all arguments must be lists or tuples; got %s",
                                       value_type_text(call->args[i]));
        are_lists = are_lists && call->args[i]->kind != VALUE_TUPLE;
        add_all(items, call->args[i]);
        if (!fits(call, items->len))
            return NULL;
    }
    if (call->count == 0)
        return call_fails(call, "at least one argument is required");
    return sequence(call, are_lists ? VALUE_LIST : VALUE_TUPLE, items);
}

static const struct value *run_contains(struct call *call)
{
    for (gsize i = 0; i < call->args[0]->count; i++)
        if (value_equal(call->args[0]->items[i], call->args[1]))
            return value_boolean(call->bake, true);
    if (!value_is_sequence(call->args[0]))
        return call_argument_fails(call, 0, "argument must be list, tuple, or set");
    return value_boolean(call->bake, false);
}

static const struct value *run_coalesce(struct call *call)
{
    const struct value **values = values_unify(call->bake, call->args, call->count);
    if (values == NULL)
        return call_fails(call, "all arguments must have the same type");
    for (gsize i = 0; i < call->count; i++)
        if (values[i]->kind != VALUE_NULL)
            return values[i];
    return call_fails(call, "no non-null arguments");
}

static const struct value *run_coalescelist(struct call *call)
{
    for (gsize i = 0; i < call->count; i++)
        if (value_is_sequence(call->args[i]) && call->args[i]->count > 0)
            return call->args[i];
    return call_fails(call, "no non-null arguments");
}

static const struct value *run_compact(struct call *call)
{
    g_autoptr(GPtrArray) items = g_ptr_array_new();
    for (gsize i = 0; i < call->args[0]->count; i++) {
        const struct value *item = call->args[0]->items[i];
        if (item->kind == VALUE_NULL)
            continue;
        const char *text = value_as_text(call->bake, item);
        if (text == NULL)
            return call_argument_fails(call, 0, "list of string required");
        if (*text != '\0')
            g_ptr_array_add(items, (struct value *)value_string(call->bake, text));
    }
    return sequence(call, VALUE_LIST, items);
}

static const struct value *run_distinct(struct call *call)
{
    g_autoptr(GPtrArray) items = g_ptr_array_new();
    for (gsize i = 0; i < call->args[0]->count; i++) {
        bool is_new = true;
        for (guint k = 0; is_new && k < items->len && bake_step(call->bake); k++)
            is_new = !value_equal(items->pdata[k], call->args[0]->items[i]);
        if (is_new)
            g_ptr_array_add(items, (struct value *)call->args[0]->items[i]);
    }
    return sequence(call, VALUE_LIST, items);
}

static const struct value *run_element(struct call *call)
{
    const struct value *list = call->args[0];
    if (!value_is_sequence(list) || list->kind == VALUE_SET)
        return call_argument_fails(call, 0, "cannot read elements from %s", value_type_text(list));
    if (list->count == 0)
        return call_fails(call, "cannot use element function with an empty list");
    if (call->args[1]->number < 0 || call->args[1]->number > 1e15L)
        return call_argument_fails(call, 1, "cannot use element function with a negative index");
    return list->items[(gsize)call->args[1]->number % list->count];
}

static bool flatten(struct call *call, GPtrArray *items, const struct value *list)
{
    for (gsize i = 0; i < list->count; i++) {
        if (!bake_step(call->bake))
            return false;
        if (!value_is_sequence(list->items[i]))
            g_ptr_array_add(items, (struct value *)list->items[i]);
        else if (!flatten(call, items, list->items[i]))
            return false;
    }
    return fits(call, items->len);
}

static const struct value *run_flatten(struct call *call)
{
    g_autoptr(GPtrArray) items = g_ptr_array_new();
    if (!value_is_sequence(call->args[0]))
        return call_argument_fails(call, 0, "can only flatten lists, sets and tuples");
    return flatten(call, items, call->args[0]) ? sequence(call, VALUE_TUPLE, items) : NULL;
}

static const struct value *run_index(struct call *call)
{
    const char *problem = NULL;
    const struct value *item = bake_index(call->bake, call->args[0], call->args[1], &problem);
    return item != NULL ? item : call_fails(call, "invalid index");
}

static const struct value *run_hasindex(struct call *call)
{
    const char *problem = NULL;
    return value_boolean(call->bake,
                         bake_index(call->bake, call->args[0], call->args[1], &problem) != NULL);
}

static const struct value *run_indexof(struct call *call)
{
    if (!value_is_sequence(call->args[0]))
        return call_fails(call, "argument must be a list or tuple");
    for (gsize i = 0; i < call->args[0]->count; i++)
        if (value_equal(call->args[0]->items[i], call->args[1]))
            return value_number(call->bake, (long double)i);
    return call_fails(call,
                      call->args[0]->count == 0 ? "cannot search an empty list" : "item not found");
}

static const struct value *run_length(struct call *call)
{
    const struct value *value = call->args[0];
    if (!value_is_sequence(value) && value->kind != VALUE_MAP)
        return call_fails(call, "collection must be a list, a map or a tuple");
    return value_number(call->bake, (long double)value->count);
}

static const struct value *run_range(struct call *call)
{
    long double start = 0, end = 0, step = 1;
    if (call->count == 0 || call->count > 3)
        return call_fails(call, "must have one, two, or three arguments");
    end = call->args[call->count > 1 ? 1 : 0]->number;
    if (call->count > 1)
        start = call->args[0]->number;
    if (call->count > 2)
        step = call->args[2]->number;
    else if (end < start)
        step = -1;
    if ((step >= 0 && step <= 0) || (step > 0 ? end < start : end > start))
        return call_fails(call, "step has the wrong sign or is zero");
    g_autoptr(GPtrArray) items = g_ptr_array_new();
    for (long double at = start; (step > 0 ? at < end : at > end) && fits(call, items->len);
         at += step)
        g_ptr_array_add(items, (struct value *)value_number(call->bake, at));
    return sequence(call, VALUE_LIST, items);
}

static const struct value *run_reverselist(struct call *call)
{
    g_autoptr(GPtrArray) items = g_ptr_array_new();
    if (!value_is_sequence(call->args[0]))
        return call_argument_fails(call, 0, "can only reverse list or tuple values");
    for (gsize i = call->args[0]->count; i > 0; i--)
        g_ptr_array_add(items, (struct value *)call->args[0]->items[i - 1]);
    return sequence(call, call->args[0]->kind == VALUE_TUPLE ? VALUE_TUPLE : VALUE_LIST, items);
}

static const struct value *run_slice(struct call *call)
{
    const struct value *list = call->args[0];
    long double start = call->args[1]->number, end = call->args[2]->number;
    if (!value_is_sequence(list))
        return call_argument_fails(call, 0, "cannot slice a value that is no list");
    if (start < 0 || start > end)
        return call_argument_fails(call, 1, "start index must not be greater than end index");
    if (end > (long double)list->count)
        return call_argument_fails(call, 2,
                                   "end index must not be greater than the length of the list");
    return value_sequence(call->bake, list->kind == VALUE_TUPLE ? VALUE_TUPLE : VALUE_LIST,
                          list->items + (gsize)start, (gsize)end - (gsize)start);
}

static int by_text(gconstpointer a, gconstpointer b)
{
    const struct value *left = *(const struct value *const *)a;
    const struct value *right = *(const struct value *const *)b;
    return strcmp(left->text, right->text);
}

static const struct value *run_sort(struct call *call)
{
    g_autoptr(GPtrArray) items = g_ptr_array_new();
    for (gsize i = 0; i < call->args[0]->count; i++) {
        const char *text = value_as_text(call->bake, call->args[0]->items[i]);
        if (text == NULL)
            return call_argument_fails(call, 0, "list of string required");
        g_ptr_array_add(items, (struct value *)value_string(call->bake, text));
    }
    g_ptr_array_sort(items, by_text);
    return sequence(call, VALUE_LIST, items);
}

static const struct value *run_chunklist(struct call *call)
{
    const struct value *list = call->args[0];
    long double size = call->args[1]->number;
    if (size < 0 || size > BAKE_ITEMS_MAX)
        return call_argument_fails(call, 1, "the size argument must be positive");
    gsize step = size < 1 ? MAX(list->count, 1) : (gsize)size;
    g_autoptr(GPtrArray) items = g_ptr_array_new();
    for (gsize at = 0; at < list->count; at += step)
        g_ptr_array_add(items,
                        (struct value *)value_sequence(call->bake, VALUE_LIST, list->items + at,
                                                       MIN(step, list->count - at)));
    return sequence(call, VALUE_LIST, items);
}

const struct function_row functions_lists[] = {
    {"concat", "+*seqs", run_concat},
    {"contains", "*list ?value", run_contains},
    {"coalesce", "+?vals", run_coalesce},
    {"coalescelist", "+?vals", run_coalescelist},
    {"compact", "llist", run_compact},
    {"distinct", "llist", run_distinct},
    {"element", "*list nindex", run_element},
    {"flatten", "*list", run_flatten},
    {"index", "*collection *key", run_index},
    {"hasindex", "*collection *key", run_hasindex},
    {"indexof", "*list *value", run_indexof},
    {"length", "*collection", run_length},
    {"range", "+nparams", run_range},
    {"reverselist", "*list", run_reverselist},
    {"slice", "*list nstart_index nend_index", run_slice},
    {"sort", "llist", run_sort},
    {"chunklist", "llist nsize", run_chunklist},
    {NULL, NULL, NULL},
};
