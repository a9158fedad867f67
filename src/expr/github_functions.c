/* The functions that are everywhere; they look at their arguments when they need them
   (actions-semantics.md 3.6). */
#include "expr/fold.h"
#include "expr/github_private.h"

#include <string.h>

enum {
    ARGUMENTS_MAX = 255
};

enum function_index {
    CASE,
    CONTAINS,
    ENDS_WITH,
    FORMAT,
    FROM_JSON,
    JOIN,
    STARTS_WITH,
    TO_JSON,
    FUNCTION_COUNT,
};

const struct expr_function github_functions[] = {
    [CASE] = {"case", 3, ARGUMENTS_MAX,
              "the value behind the first condition that holds, or the last", NULL},
    [CONTAINS] = {"contains", 2, 2, "whether a text has a part, or an array an item", NULL},
    [ENDS_WITH] = {"endsWith", 2, 2, "whether a text ends with another", NULL},
    [FORMAT] = {"format", 1, ARGUMENTS_MAX, "a text with {0}, {1}, … filled in", NULL},
    [FROM_JSON] = {"fromJSON", 1, 1, "the value a JSON text stands for", NULL},
    [JOIN] = {"join", 1, 2, "the items of an array as one text", NULL},
    [STARTS_WITH] = {"startsWith", 2, 2, "whether a text begins with another", NULL},
    [TO_JSON] = {"toJSON", 1, 1, "a value as JSON text", NULL},
    [FUNCTION_COUNT] = {0},
};

bool github_function_is_case(const struct expr_function *function)
{
    return function == &github_functions[CASE];
}

bool github_call_fail(struct evaluation *evaluation, const struct expr_node *call, GError **error,
                      const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *message = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    return expr_fail(evaluation->expr, BASE_ERROR_INVALID, call->start, error, "%s", message);
}

bool github_builder_append(struct github_builder *builder, const char *text, gssize length_bytes,
                           GError **error)
{
    enum {
        STRING_BASE_BYTES = 26,
        STRING_UNIT_BYTES = 2
    };
    gsize length = length_bytes < 0 ? strlen(text) : (gsize)length_bytes;
    builder->memory_bytes +=
        STRING_BASE_BYTES + STRING_UNIT_BYTES * text_utf16_length(text, length);
    if (builder->memory_bytes > GITHUB_EXPR_MEMORY_MAX)
        return evaluate_fail_memory(builder->evaluation, error);
    g_string_append_len(builder->text, text, (gssize)length);
    return true;
}

static bool argument(struct evaluation *evaluation, const struct expr_node *call, guint index,
                     struct value *out, GError **error)
{
    return evaluate_node(evaluation, g_ptr_array_index(call->children, index), out, error);
}

static bool call_case(struct evaluation *evaluation, const struct expr_node *call,
                      struct value *out, GError **error)
{
    guint last = call->children->len - 1;
    for (guint i = 0; i < last; i += 2) {
        VALUE(predicate);
        if (!argument(evaluation, call, i, &predicate, error))
            return false;
        if (predicate.kind != VALUE_BOOLEAN)
            return github_call_fail(evaluation, call, error,
                                    "case predicate must evaluate to a boolean value");
        if (predicate.boolean)
            return argument(evaluation, call, i + 1, out, error);
    }
    return argument(evaluation, call, last, out, error);
}

/* Two texts in the case that comparisons use; NULL when one is no primitive. The second is looked
   at only when the first is one. */
static bool folded_pair(struct evaluation *evaluation, const struct expr_node *call,
                        const struct value *left, char *folded[2], GError **error)
{
    VALUE(right);
    if (!github_is_primitive(left))
        return true;
    if (!argument(evaluation, call, 1, &right, error))
        return false;
    if (!github_is_primitive(&right))
        return true;
    g_autofree char *left_text = github_value_string(left);
    g_autofree char *right_text = github_value_string(&right);
    folded[0] = text_fold(left_text);
    folded[1] = text_fold(right_text);
    return true;
}

static bool has_part(const char *text, const char *part)
{
    return strstr(text, part) != NULL;
}

static bool has_start(const char *text, const char *part)
{
    return g_str_has_prefix(text, part);
}

static bool has_end(const char *text, const char *part)
{
    return g_str_has_suffix(text, part);
}

static bool call_text_test(struct evaluation *evaluation, const struct expr_node *call,
                           const struct value *left, bool (*test)(const char *, const char *),
                           struct value *out, GError **error)
{
    char *folded[2] = {NULL, NULL};
    if (!folded_pair(evaluation, call, left, folded, error))
        return false;
    *out = value_of_boolean(folded[0] != NULL && test(folded[0], folded[1]));
    g_free(folded[0]);
    g_free(folded[1]);
    return true;
}

static bool call_contains(struct evaluation *evaluation, const struct expr_node *call,
                          struct value *out, GError **error)
{
    VALUE(left);
    VALUE(right);
    if (!argument(evaluation, call, 0, &left, error))
        return false;
    if (left.kind != VALUE_ARRAY)
        return call_text_test(evaluation, call, &left, has_part, out, error);
    *out = value_of_boolean(false);
    if (value_length(&left) == 0)
        return true;
    if (!argument(evaluation, call, 1, &right, error))
        return false;
    for (gsize i = 0; !out->boolean && i < value_length(&left); i++)
        out->boolean = github_are_equal(&right, value_item(&left, i));
    return true;
}

static bool call_ends_with(struct evaluation *evaluation, const struct expr_node *call,
                           struct value *out, GError **error)
{
    VALUE(left);
    return argument(evaluation, call, 0, &left, error) &&
           call_text_test(evaluation, call, &left, has_end, out, error);
}

static bool call_starts_with(struct evaluation *evaluation, const struct expr_node *call,
                             struct value *out, GError **error)
{
    VALUE(left);
    return argument(evaluation, call, 0, &left, error) &&
           call_text_test(evaluation, call, &left, has_start, out, error);
}

static bool call_from_json(struct evaluation *evaluation, const struct expr_node *call,
                           struct value *out, GError **error)
{
    VALUE(source);
    if (!argument(evaluation, call, 0, &source, error))
        return false;
    g_autofree char *text = github_value_string(&source);
    return github_json_read(text, GITHUB_JSON_DEPTH_MAX, out, NULL) ||
           github_call_fail(evaluation, call, error, "Error parsing fromJson");
}

static bool call_to_json(struct evaluation *evaluation, const struct expr_node *call,
                         struct value *out, GError **error)
{
    VALUE(value);
    if (!argument(evaluation, call, 0, &value, error))
        return false;
    g_autoptr(GString) text = g_string_new(NULL);
    struct github_builder builder = {.evaluation = evaluation, .text = text};
    if (!github_json_write(&builder, &value, error))
        return false;
    *out = value_of_string(text->str);
    return true;
}

/* The second argument counts only between two items, and only when it is a primitive. */
static bool separator_of(struct evaluation *evaluation, const struct expr_node *call,
                         const struct value *items, char **separator, GError **error)
{
    VALUE(given);
    if (value_length(items) > 1 && call->children->len > 1 &&
        !argument(evaluation, call, 1, &given, error))
        return false;
    bool is_given =
        value_length(items) > 1 && call->children->len > 1 && github_is_primitive(&given);
    *separator = is_given ? github_value_string(&given) : g_strdup(",");
    return true;
}

static bool append_items(struct github_builder *builder, const struct value *items,
                         const char *separator, GError **error)
{
    for (gsize i = 0; i < value_length(items); i++) {
        g_autofree char *item = github_value_string(value_item(items, i));
        if ((i > 0 && !github_builder_append(builder, separator, -1, error)) ||
            !github_builder_append(builder, item, -1, error))
            return false;
    }
    return true;
}

static bool call_join(struct evaluation *evaluation, const struct expr_node *call,
                      struct value *out, GError **error)
{
    VALUE(items);
    g_autofree char *separator = NULL;
    if (!argument(evaluation, call, 0, &items, error))
        return false;
    if (items.kind != VALUE_ARRAY) {
        g_autofree char *text = github_is_primitive(&items) ? github_value_string(&items) : NULL;
        *out = value_of_string(text != NULL ? text : "");
        return true;
    }
    g_autoptr(GString) text = g_string_new(NULL);
    struct github_builder builder = {.evaluation = evaluation, .text = text};
    if (!separator_of(evaluation, call, &items, &separator, error) ||
        !append_items(&builder, &items, separator, error))
        return false;
    *out = value_of_string(text->str);
    return true;
}

bool github_call(struct evaluation *evaluation, const struct expr_node *node, struct value *out,
                 GError **error)
{
    static bool (*const calls[])(struct evaluation *, const struct expr_node *, struct value *,
                                 GError **) = {
        [CASE] = call_case,
        [CONTAINS] = call_contains,
        [ENDS_WITH] = call_ends_with,
        [FORMAT] = github_call_format,
        [FROM_JSON] = call_from_json,
        [JOIN] = call_join,
        [STARTS_WITH] = call_starts_with,
        [TO_JSON] = call_to_json,
    };
    return calls[node->function - github_functions](evaluation, node, out, error);
}
