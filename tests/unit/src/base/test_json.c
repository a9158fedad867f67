/* JSON on the wire: parsing with ceilings, printing, getters. */
#include "base/json.h"
#include "base/limits.h"

#include <criterion/criterion.h>
#include <string.h>

static json_t *parse(const char *text, GError **error)
{
    return json_parse_bytes(text, strlen(text), error);
}

Test(json, prints_compactly_and_in_the_order_of_setting)
{
    g_autoptr(json_t) value =
        parse("{\"z\": 1, \"a\": [true, null, 1.5], \"m\": \"\\u00fc\"}", NULL);

    g_autofree char *text = json_text(value);

    cr_assert_str_eq(text, "{\"z\":1,\"a\":[true,null,1.5],\"m\":\"\xc3\xbc\"}");
}

Test(json, pretty_text_indents_by_two_and_ends_its_line)
{
    g_autoptr(json_t) value = parse("{\"a\":[1]}", NULL);

    g_autofree char *text = json_pretty_text(value);

    cr_assert_str_eq(text, "{\n  \"a\": [\n    1\n  ]\n}\n");
}

Test(json, bytes_are_the_compact_text)
{
    g_autoptr(json_t) value = parse("[1]", NULL);

    g_autoptr(GBytes) bytes = json_bytes(value);
    g_autoptr(json_t) again = json_parse_gbytes(bytes, NULL);

    cr_assert_eq(g_bytes_get_size(bytes), 3);
    cr_assert(json_equal(value, again));
}

Test(json, takes_a_lone_value_and_the_last_of_equal_keys)
{
    g_autoptr(json_t) lone = parse(" 7 ", NULL);
    g_autoptr(json_t) twice = parse("{\"a\":1,\"a\":2}", NULL);

    cr_assert_eq(json_integer_value(lone), 7);
    cr_assert_eq(json_get_integer(twice, "a", 0), 2);
}

Test(json, refuses_what_is_broken_with_its_place)
{
    const char *const texts[] = {"", "{", "{\"a\":}", "[1] x", "{'a':1}", "\"\xff\"", "[1,]"};

    for (gsize i = 0; i < G_N_ELEMENTS(texts); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(json_t) value = parse(texts[i], &error);
        cr_expect_null(value, "%s", texts[i]);
        cr_expect(g_error_matches(error, BASE_ERROR, BASE_ERROR_INVALID), "%s", texts[i]);
        cr_expect(g_str_has_prefix(error->message, "JSON line "), "%s", error->message);
    }
}

static json_t *parse_nested(int depth, GError **error)
{
    g_autoptr(GString) text = g_string_new(NULL);
    for (int i = 0; i < depth; i++)
        g_string_append_c(text, '[');
    for (int i = 0; i < depth; i++)
        g_string_append_c(text, ']');
    return json_parse_bytes(text->str, text->len, error);
}

Test(json, nests_up_to_its_ceiling_and_no_deeper)
{
    g_autoptr(GError) error = NULL;

    g_autoptr(json_t) deepest = parse_nested(JSON_DEPTH_MAX, NULL);
    g_autoptr(json_t) deeper = parse_nested(JSON_DEPTH_MAX + 1, &error);

    cr_assert_not_null(deepest);
    cr_assert_null(deeper);
    cr_assert(g_error_matches(error, BASE_ERROR, BASE_ERROR_LIMIT));
    cr_assert_str_eq(error->message, "JSON nested deeper than 200");
}

Test(json, brackets_inside_strings_do_not_count_as_depth)
{
    g_autoptr(GString) text = g_string_new("\"\\\"");
    for (int i = 0; i < 2 * JSON_DEPTH_MAX; i++)
        g_string_append_c(text, '[');
    g_string_append(text, "\"");

    g_autoptr(json_t) value = json_parse_bytes(text->str, text->len, NULL);

    cr_assert(json_is_string(value));
}

Test(json, refuses_more_bytes_than_its_ceiling)
{
    g_autofree char *text = g_malloc0(JSON_BYTES_MAX + 1);
    g_autoptr(GError) error = NULL;

    g_autoptr(json_t) value = json_parse_bytes(text, JSON_BYTES_MAX + 1, &error);

    cr_assert_null(value);
    cr_assert(g_error_matches(error, BASE_ERROR, BASE_ERROR_LIMIT));
    cr_assert_str_eq(error->message, "JSON of more than 67108864 bytes");
}

Test(json, getters_answer_the_default_for_missing_and_foreign_kinds)
{
    g_autoptr(json_t) value = parse("{\"s\":\"x\",\"i\":5,\"b\":true,\"o\":{},\"a\":[]}", NULL);

    cr_assert_str_eq(json_get_string(value, "s", "-"), "x");
    cr_assert_str_eq(json_get_string(value, "i", "-"), "-");
    cr_assert_null(json_get_string(NULL, "s", NULL));
    cr_assert_eq(json_get_integer(value, "i", 9), 5);
    cr_assert_eq(json_get_integer(value, "s", 9), 9);
    cr_assert(json_get_boolean(value, "b", false));
    cr_assert_not(json_get_boolean(value, "none", false));
    cr_assert_not_null(json_get_object(value, "o"));
    cr_assert_null(json_get_object(value, "a"));
    cr_assert_not_null(json_get_array(value, "a"));
    cr_assert_null(json_get_array(value, "o"));
}
