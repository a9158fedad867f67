/* Merge keys: who wins, and what they may stand on. */
#include "doc/merge.h"

#include <criterion/criterion.h>
#include <string.h>

static char *merged(const char *text)
{
    g_autoptr(GError) error = NULL;
    AUTO(doc) doc = doc_load_text("a.yaml", text, strlen(text), DOC_KEYS_ARE_FREE, &error);
    cr_assert_not_null(doc);
    if (!doc_merge_keys(doc, &error))
        return g_strdup(error->message);
    g_autoptr(json_t) json = node_json(doc_root(doc));
    return json_text(json);
}

Test(merge, a_key_of_the_mapping_itself_wins_wherever_it_stands)
{
    g_autofree char *text = merged("a: &a {x: 1, y: 2}\nb: {<<: *a, x: 3}\nc: {x: 3, <<: *a}\n");
    cr_expect_str_eq(text, "{\"a\":{\"x\":1,\"y\":2},\"b\":{\"x\":3,\"y\":2},"
                           "\"c\":{\"x\":3,\"y\":2}}");
}

Test(merge, of_a_list_the_first_wins)
{
    g_autofree char *text =
        merged("a: &a {x: 1}\nb: &b {x: 2, y: 2}\nc: {<<: [*a, *b]}\nd: {<<: *b, <<: *a}\n");
    cr_expect_str_eq(text, "{\"a\":{\"x\":1},\"b\":{\"x\":2,\"y\":2},\"c\":{\"x\":1,\"y\":2},"
                           "\"d\":{\"x\":2,\"y\":2}}");
}

Test(merge, reaches_through_what_is_merged_itself_and_is_shallow)
{
    g_autofree char *text = merged("a: &a {x: {p: 1}}\nb: &b {<<: *a, y: 2}\n"
                                   "c: {<<: *b, x: {q: 2}}\nd: {<<: {<<: *a}}\n");
    cr_expect_str_eq(text, "{\"a\":{\"x\":{\"p\":1}},\"b\":{\"y\":2,\"x\":{\"p\":1}},"
                           "\"c\":{\"x\":{\"q\":2},\"y\":2},\"d\":{\"x\":{\"p\":1}}}");
}

Test(merge, of_anything_else_is_refused_at_its_place)
{
    g_autofree char *text = merged("a: 1\nb:\n  <<: [x]\n");
    cr_expect_not_null(strstr(text, "a.yaml:3:3: map merge requires map or sequence of maps as the "
                                    "value"),
                       "%s", text);
}

Test(merge, of_as_many_keys_as_there_may_be_takes_no_time)
{
    GString *text = g_string_new("a: &a\n");
    for (int i = 0; i < 10000; i++)
        g_string_append_printf(text, "  k%d: 1\n", i);
    g_string_append(text, "b:\n  <<: *a\n  k0: 2\n");
    g_autoptr(GError) error = NULL;

    AUTO(doc) doc = doc_load_text("a.yaml", text->str, text->len, DOC_KEYS_ARE_FREE, &error);

    cr_assert(doc_merge_keys(doc, &error));
    cr_expect_eq(node_length(node_get(doc_root(doc), "b")), 10000);
    g_string_free(text, TRUE);
}
