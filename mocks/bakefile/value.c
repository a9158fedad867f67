/* Values as cty has them: kinds, conversions between primitives, equality, mappings. */
#include "mocks/bakefile/bakefile_private.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static struct value *value_new(struct bake *bake, enum value_kind kind)
{
    struct value *value = bake_take(bake->arena, sizeof *value);
    value->kind = kind;
    return value;
}

const struct value *value_null(struct bake *bake)
{
    return value_new(bake, VALUE_NULL);
}

const struct value *value_boolean(struct bake *bake, bool boolean)
{
    struct value *value = value_new(bake, VALUE_BOOLEAN);
    value->boolean = boolean;
    return value;
}

const struct value *value_number(struct bake *bake, long double number)
{
    struct value *value = value_new(bake, VALUE_NUMBER);
    value->number = number == 0 ? 0 : number;
    return value;
}

const struct value *value_text_of(struct bake *bake, const char *text, gsize length)
{
    struct value *value = value_new(bake, VALUE_STRING);
    value->text = bake_take_text(bake->arena, text, length);
    return value;
}

const struct value *value_string(struct bake *bake, const char *text)
{
    return value_text_of(bake, text, strlen(text));
}

const struct value *value_sequence(struct bake *bake, enum value_kind kind,
                                   const struct value *const *items, gsize count)
{
    struct value *value = value_new(bake, kind);
    if (count > BAKE_ITEMS_MAX) {
        bake_fail(bake, BAKEFILE_ERROR_LIMIT, "a list of more than %d items", BAKE_ITEMS_MAX);
        return value;
    }
    value->items = bake_take(bake->arena, count * sizeof *value->items);
    if (count > 0)
        memcpy(value->items, items, count * sizeof *value->items);
    value->count = count;
    if (kind != VALUE_SET || count == 0)
        return value;
    qsort(value->items, count, sizeof *value->items, value_compare);
    gsize kept = 1;
    for (gsize i = 1; i < count; i++)
        if (!value_equal(value->items[kept - 1], value->items[i]))
            value->items[kept++] = value->items[i];
    value->count = kept;
    return value;
}

bool value_is_sequence(const struct value *value)
{
    return value->kind == VALUE_TUPLE || value->kind == VALUE_LIST || value->kind == VALUE_SET;
}

bool value_is_mapping(const struct value *value)
{
    return value->kind == VALUE_OBJECT || value->kind == VALUE_MAP;
}

const struct value *value_get(const struct value *mapping, const char *key)
{
    for (gsize i = 0; i < mapping->count; i++)
        if (strcmp(mapping->keys[i], key) == 0)
            return mapping->items[i];
    return NULL;
}

bool value_equal(const struct value *a, const struct value *b)
{
    if (a->kind != b->kind || a->count != b->count)
        return false;
    switch (a->kind) {
    case VALUE_NULL:
        return true;
    case VALUE_BOOLEAN:
        return a->boolean == b->boolean;
    case VALUE_NUMBER:
        return !(a->number < b->number) && !(a->number > b->number);
    case VALUE_STRING:
        return strcmp(a->text, b->text) == 0;
    case VALUE_OBJECT:
    case VALUE_MAP:
    case VALUE_TUPLE:
    case VALUE_LIST:
    case VALUE_SET:
        break;
    }
    for (gsize i = 0; i < a->count; i++)
        if ((a->keys != NULL && strcmp(a->keys[i], b->keys[i]) != 0) ||
            !value_equal(a->items[i], b->items[i]))
            return false;
    return true;
}

int value_compare(const void *a, const void *b)
{
    const struct value *left = *(const struct value *const *)a;
    const struct value *right = *(const struct value *const *)b;
    if (left->kind != right->kind)
        return (int)left->kind - (int)right->kind;
    if (left->kind == VALUE_STRING)
        return strcmp(left->text, right->text);
    if (left->kind == VALUE_NUMBER)
        return (left->number > right->number) - (left->number < right->number);
    if (left->kind == VALUE_BOOLEAN)
        return (int)left->boolean - (int)right->boolean;
    for (gsize i = 0; i < MIN(left->count, right->count); i++) {
        int order = value_compare(&left->items[i], &right->items[i]);
        if (order != 0)
            return order;
    }
    return (left->count > right->count) - (left->count < right->count);
}

const char *value_type_text(const struct value *value)
{
    switch (value->kind) {
    case VALUE_NULL:
        return "dynamic";
    case VALUE_BOOLEAN:
        return "bool";
    case VALUE_NUMBER:
        return "number";
    case VALUE_STRING:
        return "string";
    case VALUE_TUPLE:
        return "tuple";
    case VALUE_LIST:
        return "list";
    case VALUE_SET:
        return "set";
    case VALUE_OBJECT:
        return "object";
    case VALUE_MAP:
        return "map";
    }
    return "";
}

/* big.Float's 'f' with as many digits as it takes; more than 18 would be guesses. */
static const char *number_text(struct bake *bake, long double number)
{
    if (fabsl(number) < 1e18L && floorl(number) >= number && floorl(number) <= number)
        return bake_take_printf(bake->arena, "%.0Lf", number);
    g_autofree char *digits = g_strdup_printf("%.17Le", number);
    char *exponent = strchr(digits, 'e');
    if (exponent == NULL || exponent[-1] != '0')
        return bake_fail(bake, BAKEFILE_ERROR_UNKNOWN,
                         "not modelled: a number of more than 17 digits");
    int places = 17 - (int)strtol(exponent + 1, NULL, 10);
    for (const char *digit = exponent - 1; *digit == '0' && places > 0; digit--)
        places--;
    return bake_take_printf(bake->arena, "%.*Lf", MAX(places, 0), number);
}

const char *value_as_text(struct bake *bake, const struct value *value)
{
    if (value->kind == VALUE_STRING)
        return value->text;
    if (value->kind == VALUE_BOOLEAN)
        return value->boolean ? "true" : "false";
    if (value->kind == VALUE_NUMBER)
        return number_text(bake, value->number);
    return NULL;
}

bool value_as_boolean(const struct value *value, bool *boolean)
{
    if (value->kind == VALUE_BOOLEAN)
        *boolean = value->boolean;
    else if (value->kind == VALUE_STRING &&
             (strcmp(value->text, "true") == 0 || strcmp(value->text, "1") == 0))
        *boolean = true;
    else if (value->kind == VALUE_STRING &&
             (strcmp(value->text, "false") == 0 || strcmp(value->text, "0") == 0))
        *boolean = false;
    else
        return false;
    return true;
}

bool value_as_number(const struct value *value, long double *number)
{
    if (value->kind == VALUE_NUMBER) {
        *number = value->number;
        return true;
    }
    if (value->kind != VALUE_STRING || value->text[0] == '\0' ||
        strspn(value->text, "0123456789.eE+-") != strlen(value->text) || value->text[0] == '+')
        return false;
    char *end = NULL;
    *number = strtold(value->text, &end);
    return *end == '\0' && isfinite(*number);
}

void pairs_init(struct pairs *pairs)
{
    pairs->keys = g_ptr_array_new();
    pairs->values = g_ptr_array_new();
}

void pairs_add(struct pairs *pairs, const char *key, const struct value *value)
{
    g_ptr_array_add(pairs->keys, (char *)key);
    g_ptr_array_add(pairs->values, (struct value *)value);
}

struct pair {
    const char *key;
    const struct value *value;
    gsize index;
};

static int pair_compare(const void *a, const void *b)
{
    const struct pair *left = a, *right = b;
    int order = strcmp(left->key, right->key);
    return order != 0 ? order : (left->index > right->index) - (left->index < right->index);
}

const struct value *pairs_end(struct bake *bake, struct pairs *pairs, enum value_kind kind)
{
    gsize count = MIN(pairs->keys->len, BAKE_ITEMS_MAX);
    if (pairs->keys->len > BAKE_ITEMS_MAX)
        bake_fail(bake, BAKEFILE_ERROR_LIMIT, "a map of more than %d items", BAKE_ITEMS_MAX);
    g_autofree struct pair *sorted = g_new0(struct pair, count + 1);
    for (gsize i = 0; i < count; i++)
        sorted[i] = (struct pair){pairs->keys->pdata[i], pairs->values->pdata[i], i};
    qsort(sorted, count, sizeof *sorted, pair_compare);
    struct value *value = value_new(bake, kind);
    value->keys = bake_take(bake->arena, count * sizeof *value->keys);
    value->items = bake_take(bake->arena, count * sizeof *value->items);
    for (gsize i = 0; i < count; i++) {
        if (i + 1 < count && strcmp(sorted[i].key, sorted[i + 1].key) == 0)
            continue;
        value->keys[value->count] =
            bake_take_text(bake->arena, sorted[i].key, strlen(sorted[i].key));
        value->items[value->count++] = sorted[i].value;
    }
    g_ptr_array_unref(pairs->keys);
    g_ptr_array_unref(pairs->values);
    return value;
}
