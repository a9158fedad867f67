/* The functions of the strict dialect, one row each. */
#include "base/glob.h"
#include "expr/strict.h"

#include <string.h>

static bool fail_argument(const char *function, gsize index, const struct value *argument,
                          const char *expected, GError **error)
{
    g_set_error(error, BASE_ERROR, BASE_ERROR_INVALID,
                "argument %" G_GSIZE_FORMAT " of '%s' is %s, expected %s", index + 1, function,
                value_kind_text(argument), expected);
    return false;
}

static bool expect_strings(const char *function, const struct value *arguments, gsize count,
                           GError **error)
{
    for (gsize i = 0; i < count; i++)
        if (arguments[i].kind != VALUE_STRING)
            return fail_argument(function, i, &arguments[i], "a string", error);
    return true;
}

static bool array_contains(const struct value *array, const struct value *item, bool *truth,
                           GError **error)
{
    *truth = false;
    for (gsize i = 0; !*truth && i < value_length(array); i++)
        if (!strict_are_equal(value_item(array, i), item, truth, error))
            return false;
    return true;
}

static bool call_contains(void *context, const struct value *arguments, gsize count,
                          struct value *out, GError **error)
{
    bool truth = false;
    (void)context;
    if (arguments[0].kind == VALUE_ARRAY) {
        if (!array_contains(&arguments[0], &arguments[1], &truth, error))
            return false;
    } else if (arguments[0].kind != VALUE_STRING) {
        return fail_argument("contains", 0, &arguments[0], "a string or a list", error);
    } else if (!expect_strings("contains", arguments, count, error)) {
        return false;
    } else {
        truth = strstr(arguments[0].string, arguments[1].string) != NULL;
    }
    *out = value_of_boolean(truth);
    return true;
}

static bool call_contains_all(void *context, const struct value *arguments, gsize count,
                              struct value *out, GError **error)
{
    bool truth = true;
    (void)context;
    for (gsize i = 0; i < count; i++)
        if (arguments[i].kind != VALUE_ARRAY)
            return fail_argument("containsAll", i, &arguments[i], "a list", error);
    for (gsize i = 0; truth && i < value_length(&arguments[1]); i++)
        if (!array_contains(&arguments[0], value_item(&arguments[1], i), &truth, error))
            return false;
    *out = value_of_boolean(truth);
    return true;
}

static bool call_ends_with(void *context, const struct value *arguments, gsize count,
                           struct value *out, GError **error)
{
    (void)context;
    if (!expect_strings("endsWith", arguments, count, error))
        return false;
    *out = value_of_boolean(g_str_has_suffix(arguments[0].string, arguments[1].string));
    return true;
}

static bool call_length(void *context, const struct value *arguments, gsize count,
                        struct value *out, GError **error)
{
    (void)context;
    (void)count;
    if (arguments[0].kind == VALUE_STRING)
        *out = value_of_integer(g_utf8_strlen(arguments[0].string, -1));
    else if (arguments[0].kind == VALUE_ARRAY)
        *out = value_of_integer((int64_t)value_length(&arguments[0]));
    else
        return fail_argument("length", 0, &arguments[0], "a string or a list", error);
    return true;
}

static bool call_matches(void *context, const struct value *arguments, gsize count,
                         struct value *out, GError **error)
{
    (void)context;
    if (!expect_strings("matches", arguments, count, error))
        return false;
    *out = value_of_boolean(glob_match(arguments[1].string, arguments[0].string));
    return true;
}

static bool call_starts_with(void *context, const struct value *arguments, gsize count,
                             struct value *out, GError **error)
{
    (void)context;
    if (!expect_strings("startsWith", arguments, count, error))
        return false;
    *out = value_of_boolean(g_str_has_prefix(arguments[0].string, arguments[1].string));
    return true;
}

const struct expr_function strict_functions[] = {
    {"contains", 2, 2, "whether a text has a part, or a list an item", call_contains},
    {"containsAll", 2, 2, "whether a list has all items of another", call_contains_all},
    {"endsWith", 2, 2, "whether a text ends with another", call_ends_with},
    {"length", 1, 1, "how many characters a text or items a list has", call_length},
    {"matches", 2, 2, "whether a text is as the pattern says; * is any run of characters, ? is one",
     call_matches},
    {"startsWith", 2, 2, "whether a text begins with another", call_starts_with},
    {0},
};
