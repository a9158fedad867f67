/* Type constraints of variables and convert(), and what the environment says of a variable. */
#include "mocks/bakefile/bakefile_private.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    const char *name;
    enum value_kind kind;
} type_names[] = {
    {"string", VALUE_STRING}, {"bool", VALUE_BOOLEAN},  {"number", VALUE_NUMBER},
    {"any", VALUE_NULL},      {"list", VALUE_LIST},     {"set", VALUE_SET},
    {"map", VALUE_MAP},       {"object", VALUE_OBJECT}, {"tuple", VALUE_TUPLE},
};

static struct value_type *type_new(struct bake *bake, enum value_kind kind, gsize count)
{
    struct value_type *type = bake_take(bake->arena, sizeof *type);
    type->kind = kind;
    type->count = count;
    type->items = bake_take(bake->arena, count * sizeof *type->items);
    type->keys = bake_take(bake->arena, count * sizeof *type->keys);
    type->optional = bake_take(bake->arena, count * sizeof *type->optional);
    return type;
}

static struct value_type *type_fails(struct bake *bake, const struct term *term)
{
    return bake_fail_term(bake, term, "Invalid type specification",
                          "This expression is not a valid type.");
}

static struct value_type *object_type(struct bake *bake, const struct term *term)
{
    if (term->kind != TERM_OBJECT)
        return type_fails(bake, term);
    struct value_type *type = type_new(bake, VALUE_OBJECT, term->count / 2);
    for (gsize i = 0; i < type->count; i++) {
        const struct term *key = term->items[2 * i], *value = term->items[2 * i + 1];
        if (key->kind != TERM_KEY)
            return type_fails(bake, key);
        type->keys[i] = key->name;
        if (value->kind == TERM_CALL && strcmp(value->name, "optional") == 0) {
            if (value->count != 1)
                return bake_unknown_term(bake, value, "an optional attribute with a default");
            type->optional[i] = true;
            value = value->items[0];
        }
        if ((type->items[i] = bake_type(bake, value)) == NULL)
            return NULL;
    }
    return type;
}

static struct value_type *tuple_type(struct bake *bake, const struct term *term)
{
    if (term->kind != TERM_TUPLE)
        return type_fails(bake, term);
    struct value_type *type = type_new(bake, VALUE_TUPLE, term->count);
    for (gsize i = 0; i < type->count; i++)
        if ((type->items[i] = bake_type(bake, term->items[i])) == NULL)
            return NULL;
    return type;
}

struct value_type *bake_type(struct bake *bake, const struct term *term)
{
    bool is_call = term->kind == TERM_CALL;
    if (!is_call && term->kind != TERM_VARIABLE)
        return term->source->is_json
                   ? bake_unknown_term(bake, term, "the type of a variable in a JSON file")
                   : type_fails(bake, term);
    for (gsize i = 0; i < G_N_ELEMENTS(type_names); i++) {
        if (strcmp(term->name, type_names[i].name) != 0)
            continue;
        enum value_kind kind = type_names[i].kind;
        bool is_simple = kind <= VALUE_STRING;
        if (is_simple == is_call || (is_call && term->count != 1))
            return type_fails(bake, term);
        if (is_simple)
            return type_new(bake, kind, 0);
        if (kind == VALUE_OBJECT)
            return object_type(bake, term->items[0]);
        if (kind == VALUE_TUPLE)
            return tuple_type(bake, term->items[0]);
        struct value_type *type = type_new(bake, kind, 1);
        type->items[0] = bake_type(bake, term->items[0]);
        return type->items[0] == NULL ? NULL : type;
    }
    return bake_fail_term(bake, term, "Invalid type specification",
                          "The keyword \"%s\" is not a valid type specification.", term->name);
}

const char *bake_type_text(struct bake *bake, const struct value_type *type)
{
    for (gsize i = 0; i < G_N_ELEMENTS(type_names); i++) {
        if (type->kind != type_names[i].kind)
            continue;
        if (type->kind == VALUE_LIST || type->kind == VALUE_SET || type->kind == VALUE_MAP)
            return bake_take_printf(bake->arena, "%s of %s", type_names[i].name,
                                    bake_type_text(bake, type->items[0]));
        return type_names[i].name;
    }
    return "dynamic";
}

static const struct value *convert_primitive(struct bake *bake, const struct value *value,
                                             enum value_kind kind, const char **problem)
{
    bool boolean = false;
    long double number = 0;
    const char *text = NULL;
    if (value->kind == kind)
        return value;
    if (kind == VALUE_STRING && (text = value_as_text(bake, value)) != NULL)
        return value_string(bake, text);
    if (kind == VALUE_BOOLEAN && value_as_boolean(value, &boolean))
        return value_boolean(bake, boolean);
    if (kind == VALUE_NUMBER && value_as_number(value, &number))
        return value_number(bake, number);
    *problem = kind == VALUE_STRING ? "string required"
               : kind == VALUE_BOOLEAN
                   ? (value->kind == VALUE_STRING ? "a bool is required" : "bool required")
               : value->kind == VALUE_STRING ? "a number is required"
                                             : "number required";
    return NULL;
}

static const struct value *convert_items(struct bake *bake, const struct value *value,
                                         const struct value_type *type, const char **problem)
{
    struct value *copy = bake_take(bake->arena, sizeof *copy);
    *copy = *value;
    copy->kind = type->kind;
    copy->items = bake_take(bake->arena, value->count * sizeof *copy->items);
    for (gsize i = 0; i < value->count; i++) {
        const struct value_type *item = type->items[type->kind == VALUE_TUPLE ? i : 0];
        if ((copy->items[i] = bake_convert(bake, value->items[i], item, problem)) == NULL)
            return NULL;
    }
    if (type->kind == VALUE_SET)
        return value_sequence(bake, VALUE_SET, copy->items, copy->count);
    return copy;
}

static const struct value *convert_object(struct bake *bake, const struct value *value,
                                          const struct value_type *type, const char **problem)
{
    struct pairs pairs;
    pairs_init(&pairs);
    for (gsize i = 0; i < type->count && *problem == NULL; i++) {
        const struct value *item = value_get(value, type->keys[i]);
        if (item == NULL && !type->optional[i])
            *problem = bake_take_printf(bake->arena, "attribute \"%s\" is required", type->keys[i]);
        else if (item == NULL)
            item = value_null(bake);
        else
            item = bake_convert(bake, item, type->items[i], problem);
        if (item != NULL)
            pairs_add(&pairs, type->keys[i], item);
    }
    const struct value *object = pairs_end(bake, &pairs, VALUE_OBJECT);
    return *problem == NULL ? object : NULL;
}

const struct value *bake_convert(struct bake *bake, const struct value *value,
                                 const struct value_type *type, const char **problem)
{
    if (type->kind == VALUE_NULL || value->kind == VALUE_NULL)
        return value;
    if (type->kind <= VALUE_STRING)
        return convert_primitive(bake, value, type->kind, problem);
    bool is_mapping = type->kind == VALUE_MAP || type->kind == VALUE_OBJECT;
    if ((is_mapping ? !value_is_mapping(value) : !value_is_sequence(value)) ||
        (type->kind == VALUE_TUPLE && type->count != value->count)) {
        *problem = bake_take_printf(bake->arena, "%s required", bake_type_text(bake, type));
        return NULL;
    }
    return type->kind == VALUE_OBJECT ? convert_object(bake, value, type, problem)
                                      : convert_items(bake, value, type, problem);
}

/* Go's strconv.ParseBool. */
static bool parse_bool(const char *text, bool *boolean)
{
    static const char *const words[] = {"1", "t", "T", "TRUE",  "true",  "True",
                                        "0", "f", "F", "FALSE", "false", "False"};
    for (gsize i = 0; i < G_N_ELEMENTS(words); i++) {
        if (strcmp(text, words[i]) != 0)
            continue;
        *boolean = i < G_N_ELEMENTS(words) / 2;
        return true;
    }
    return false;
}

static const struct value *override_primitive(struct bake *bake, const char *name, const char *text,
                                              enum value_kind kind)
{
    bool boolean = false;
    if (kind == VALUE_STRING || kind == VALUE_NULL)
        return value_string(bake, text);
    if (kind == VALUE_BOOLEAN) {
        if (parse_bool(text, &boolean))
            return value_boolean(bake, boolean);
        return bake_fail(bake, BAKEFILE_ERROR_INVALID,
                         "failed to parse %s as bool: strconv.ParseBool: parsing \"%s\": invalid "
                         "syntax",
                         name, text);
    }
    char *end = NULL;
    double number = g_ascii_strtod(text, &end);
    if (text[0] == '\0' || g_ascii_isspace(text[0]) || *end != '\0' || !isfinite(number))
        return bake_fail(bake, BAKEFILE_ERROR_INVALID,
                         "failed to parse %s as number: strconv.ParseFloat: parsing \"%s\": "
                         "invalid syntax",
                         name, text);
    /* What a double prints as, not its exact value. */
    g_autofree char *digits = g_strdup_printf("%.17g", number);
    for (int precision = 15; precision < 17; precision++) {
        g_autofree char *shorter = g_strdup_printf("%.*g", precision, number);
        if (g_ascii_strtod(shorter, NULL) >= number && g_ascii_strtod(shorter, NULL) <= number)
            return value_number(bake, strtold(shorter, NULL));
    }
    return value_number(bake, strtold(digits, NULL));
}

static const struct value *override_list(struct bake *bake, const char *name, const char *text,
                                         const struct value_type *type)
{
    g_autoptr(GPtrArray) fields = bake_csv_fields(text, ',');
    if (fields == NULL)
        return bake_fail(bake, BAKEFILE_ERROR_INVALID, "failed to parse %s as CSV", text);
    if (type->kind == VALUE_TUPLE || type->kind == VALUE_MAP || type->items[0]->count > 0)
        return bake_fail(bake, BAKEFILE_ERROR_UNKNOWN,
                         "not modelled: %s of type %s from the environment", name,
                         bake_type_text(bake, type));
    g_autoptr(GPtrArray) items = g_ptr_array_new();
    for (guint i = 0; i < fields->len; i++) {
        const struct value *item =
            override_primitive(bake, name, fields->pdata[i], type->items[0]->kind);
        if (item == NULL)
            return NULL;
        g_ptr_array_add(items, (struct value *)item);
    }
    return value_sequence(bake, type->kind, (const struct value *const *)items->pdata, items->len);
}

static const struct value *override_json(struct bake *bake, const char *name, const char *text,
                                         const struct value_type *type)
{
    const char *problem = NULL;
    const struct value *value = bake_json_decode(bake, text, &problem);
    if (value != NULL)
        value = bake_convert(bake, value, type, &problem);
    if (value == NULL)
        return bake_fail(bake, BAKEFILE_ERROR_INVALID,
                         "failed to convert variable %s from JSON: %s", name, problem);
    return value;
}

/* The environment's text for a name: NAME, or NAME_JSON which typed variables prefer. */
static const char *override_text(struct bake *bake, const char *name, bool prefers_json,
                                 bool *is_json)
{
    const struct bake_request *request = bake->request;
    g_autofree char *json_name = g_strdup_printf("%s_JSON", name);
    const char *text =
        request->environment == NULL ? NULL : request->environment(name, request->context);
    const char *json =
        request->environment == NULL || g_hash_table_contains(bake->variables, json_name)
            ? NULL
            : request->environment(json_name, request->context);
    *is_json = json != NULL && (text == NULL || prefers_json);
    text = *is_json ? json : text;
    if (text == NULL)
        return NULL;
    char *valid = g_utf8_make_valid(text, -1);
    text = bake_take_text(bake->arena, valid, strlen(valid));
    g_free(valid);
    return text;
}

bool bake_override(struct bake *bake, const char *name, struct term *type_term,
                   const struct value **value, bool has_default)
{
    struct value_type *type = NULL;
    bool is_json = false;
    const char *problem = NULL;
    if (type_term != NULL &&
        !(type_term->kind == TERM_LITERAL && type_term->literal->kind == VALUE_NULL) &&
        (type = bake_type(bake, type_term)) == NULL)
        return false;
    const char *text = override_text(bake, name, type != NULL, &is_json);
    if (has_default && type != NULL) {
        const struct value *converted = bake_convert(bake, *value, type, &problem);
        if (converted == NULL)
            return bake_fail(bake, BAKEFILE_ERROR_INVALID,
                             "invalid type %s for variable %s default value: %s",
                             bake_type_text(bake, type), name, problem) != NULL;
        *value = converted;
    }
    if (text == NULL) {
        if (!has_default)
            *value = type == NULL ? value_string(bake, "") : value_null(bake);
        return true;
    }
    if (type != NULL && is_json)
        *value = override_json(bake, name, text, type);
    else if (type != NULL && type->kind != VALUE_OBJECT && type->kind > VALUE_STRING)
        *value = override_list(bake, name, text, type);
    else if (type != NULL ? type->kind > VALUE_STRING || type->kind == VALUE_NULL
                          : has_default && (*value)->kind > VALUE_STRING)
        return bake_fail(bake, BAKEFILE_ERROR_INVALID, "unsupported type %s for variable %s",
                         type != NULL ? bake_type_text(bake, type) : value_type_text(*value),
                         name) != NULL;
    else
        *value = override_primitive(bake, name, text,
                                    type != NULL  ? type->kind
                                    : has_default ? (*value)->kind
                                                  : VALUE_STRING);
    return *value != NULL;
}
