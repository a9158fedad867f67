/* Values: texts, JSON, sharing, objects that are looked up when asked. */
#include "base/units.h"
#include "expr/expr.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

static void expect_text(struct value value, const char *text)
{
    g_autofree char *got = value_text(&value);
    cr_expect_str_eq(got, text);
    value_clear(&value);
}

static struct value from_json(const char *text)
{
    g_autoptr(json_t) json = json_parse_bytes(text, strlen(text), NULL);
    return value_from_json(json);
}

Test(value, is_shown_as_an_expression_would_write_it)
{
    expect_text((struct value){0}, "null");
    expect_text(value_of_string(NULL), "null");
    expect_text(value_of_boolean(false), "false");
    expect_text(value_of_integer(INT64_MIN), "-9223372036854775808");
    expect_text(value_of_number(2.0), "2");
    expect_text(value_of_number(0.1), "0.1");
    expect_text(value_of_number(1.0 / 3), "0.33333333333333331");
    expect_text(value_of_number(1e300), "1e+300");
    expect_text(value_of_number(NAN), "nan");
    expect_text(value_of_string("it's"), "'it''s'");
    expect_text(value_of_duration(90 * SECOND_US), "1min30s");
    expect_text(value_of_size(GIB_BYTES), "1GiB");
    expect_text(from_json("[1, {\"b\": \"x\", \"a\": []}]"), "[1, {b: 'x', a: []}]");
}

Test(value, long_and_deep_ones_are_cut_between_characters)
{
    g_autoptr(GString) umlauts = g_string_new("x");
    for (int i = 0; i < 400; i++)
        g_string_append(umlauts, "\xc3\xbc");
    struct value text = value_of_string(umlauts->str);

    g_autofree char *cut = value_text(&text);

    cr_assert(g_utf8_validate(cut, -1, NULL));
    cr_assert(g_str_has_suffix(cut, "\xc3\xbc\xe2\x80\xa6"));
    cr_assert_leq(strlen(cut), 404);
    expect_text(from_json("[[[[[[1]]]]]]"), "[[[[[\xe2\x80\xa6]]]]]");
    value_clear(&text);
}

Test(value, goes_to_json_and_back)
{
    static const char text[] = "{\"z\":1,\"a\":[true,null,1.5,\"x\"],\"m\":{}}";
    VALUE(value);
    value = from_json(text);

    g_autoptr(json_t) json = value_json(&value);
    g_autofree char *again = json_text(json);

    cr_assert_str_eq(again, text);
}

Test(value, units_are_integers_in_json_and_nan_is_null)
{
    VALUE(list);
    list = value_of_array();
    value_append(&list, value_of_duration(SECOND_US));
    value_append(&list, value_of_size(KIB_BYTES));
    value_append(&list, value_of_number(NAN));

    g_autoptr(json_t) json = value_json(&list);
    g_autofree char *text = json_text(json);

    cr_assert_str_eq(text, "[1000000,1024,null]");
}

Test(value, comes_from_document_nodes)
{
    static const char text[] = "a: [1, x, 2.5, ~, true]\nb: {c: 'd'}\ne: .inf\n";
    AUTO(doc) doc = doc_load_text("a.yaml", text, strlen(text), DOC_DEFAULT, NULL);

    expect_text(value_from_node(doc_root(doc)),
                "{a: [1, 'x', 2.5, null, true], b: {c: 'd'}, e: inf}");
}

Test(value, copies_share_and_outlive_the_original)
{
    struct value map = value_of_map();
    value_set(&map, "list", value_of_strings((const char *const[]){"a", "b", NULL}));

    VALUE(copy);
    copy = value_copy(&map);
    value_clear(&map);

    g_autofree char *text = value_text(&copy);
    cr_assert_str_eq(text, "{list: ['a', 'b']}");
}

Test(value, setting_a_name_again_replaces_its_member)
{
    VALUE(map);
    map = value_of_map();
    value_set(&map, "a", value_of_string("old"));
    value_set(&map, "b", value_of_integer(2));
    value_set(&map, "a", value_of_string("new"));

    g_autofree char *text = value_text(&map);

    cr_assert_str_eq(text, "{a: 'new', b: 2}");
}

Test(value, names_that_ignore_case_keep_their_older_spelling)
{
    VALUE(map);
    map = value_of_folded_map();
    value_set(&map, "Name", value_of_string("old"));
    value_set(&map, "NAME", value_of_string("new"));
    VALUE(member);

    g_autofree char *text = value_text(&map);
    bool is_there = map.type->get(map.self, "nAmE", &member);

    cr_assert_str_eq(text, "{Name: 'new'}");
    cr_assert(is_there);
    cr_assert_str_eq(member.string, "new");
}

Test(value, whole_numbers_are_exact_up_to_53_bits)
{
    cr_assert(value_of_number(9007199254740992.0).is_exact);
    cr_assert_not(value_of_number(9007199254740994.0).is_exact);
    cr_assert_not(value_of_number(0.5).is_exact);
    cr_assert_not(value_of_number(INFINITY).is_exact);
}

/* An object that counts what it is asked. */
struct counter {
    int get_count;
    int reference_count;
};

static bool counter_get(void *self, const char *name, struct value *out)
{
    struct counter *counter = self;
    if (strcmp(name, "asked") != 0)
        return false;
    *out = value_of_integer(++counter->get_count);
    return true;
}

static void counter_list(void *self, GPtrArray *names)
{
    (void)self;
    g_ptr_array_add(names, (gpointer) "asked");
}

static void counter_ref(void *self)
{
    ((struct counter *)self)->reference_count++;
}

static void counter_unref(void *self)
{
    ((struct counter *)self)->reference_count--;
}

static const struct object_type counter_type = {
    .kind_text = "a counter",
    .get = counter_get,
    .list = counter_list,
    .ref = counter_ref,
    .unref = counter_unref,
};

static void evaluate(const char *text, const struct value *names, struct value *out, GError **error)
{
    const struct expr_scope scope = {.names = names};
    AUTO(expr) expr = expr_parse(&dialect_strict, text, (struct position){0}, NULL);
    if (!expr_evaluate(expr, &scope, out, error))
        cr_assert_not_null(error);
}

Test(object, is_asked_only_for_what_the_expression_names)
{
    struct counter used = {0}, unused = {0};
    struct value names = value_of_map();
    value_set(&names, "used", value_of_object(&counter_type, &used));
    value_set(&names, "unused", value_of_object(&counter_type, &unused));
    VALUE(value);

    evaluate("used.asked == 1 && used.asked == 2", &names, &value, NULL);
    value_clear(&names);

    cr_assert(value.boolean);
    cr_assert_eq(used.get_count, 2);
    cr_assert_eq(unused.get_count, 0);
    cr_assert_eq(used.reference_count, 0);
}

Test(object, names_itself_in_errors)
{
    struct counter counter = {0};
    VALUE(names);
    names = value_of_object(&counter_type, &counter);
    struct value outer = value_of_map();
    value_set(&outer, "counter", value_copy(&names));
    g_autoptr(GError) error = NULL;
    VALUE(value);

    evaluate("counter.askd", &outer, &value, &error);
    value_clear(&outer);

    cr_assert_str_eq(error->message, "column 9: a counter has no 'askd'; did you mean 'asked'?");
}
