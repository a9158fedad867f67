/* Documents: what is read, and where it stands. */
#include "src/doc/doc_bench.h"

#include <glib/gstdio.h>
#include <math.h>

static char *place(const struct node *node)
{
    return position_text(node->position);
}

Test(doc, yaml_and_json_give_the_same_tree)
{
    expect_json("a: 1\nb:\n  - x\n  - {y: z}\nc:\n",
                "{\"a\":1,\"b\":[\"x\",{\"y\":\"z\"}],\"c\":null}");
    expect_json("{\"a\": 1, \"b\": [\"x\", {\"y\": \"z\"}], \"c\": null}",
                "{\"a\":1,\"b\":[\"x\",{\"y\":\"z\"}],\"c\":null}");
}

Test(doc, plain_scalars_follow_the_core_schema)
{
    expect_json("[yes, no, on, off, True, TRUE, false, tRUE]",
                "[\"yes\",\"no\",\"on\",\"off\",true,true,false,\"tRUE\"]");
    expect_json("[~, null, Null, NULL, nULL, '', 'null']",
                "[null,null,null,null,\"nULL\",\"\",\"null\"]");
    expect_json("[0, -1, +7, 012, 0x1F, 0o17, 08, 1_000, 0b1]",
                "[0,-1,7,12,31,15,8,\"1_000\",\"0b1\"]");
    expect_json("[1.5, -.5, 1., 1e3, 1E-2, 1e, .e1, ., +, 1.2.3, 0x, 0o8]",
                "[1.5,-0.5,1.0,1000.0,0.01,\"1e\",\".e1\",\".\",\"+\",\"1.2.3\",\"0x\","
                "\"0o8\"]");
    expect_json("[.inf, -.INF, .nan, inf, 9223372036854775807, '12', \"true\"]",
                "[\".inf\",\"-.INF\",\".nan\",\"inf\",9223372036854775807,\"12\",\"true\"]");
    expect_json("[12:30, 30s, 2001-01-01, '<<']", "[\"12:30\",\"30s\",\"2001-01-01\",\"<<\"]");
}

Test(doc, integers_beyond_64_bits_become_floats)
{
    AUTO(doc) doc = load("[9223372036854775808, -9223372036854775809, 0xFFFFFFFFFFFFFFFF]");
    const struct node *root = doc_root(doc);

    for (gsize i = 0; i < 3; i++)
        cr_expect_eq(node_item(root, i)->kind, NODE_FLOAT);
    cr_expect_eq(node_item(root, 0)->number, 9223372036854775808.0);
    cr_expect_eq(node_item(root, 1)->number, -9223372036854775808.0);
    cr_expect_eq(node_item(root, 2)->number, 18446744073709551615.0);
}

Test(doc, scalars_keep_their_text_beside_their_value)
{
    AUTO(doc) doc = load("[1.20, 0x1F, ~]");
    const struct node *root = doc_root(doc);

    cr_assert_str_eq(node_item(root, 0)->text, "1.20");
    cr_assert_eq(node_item(root, 0)->number, 1.2);
    cr_assert_str_eq(node_item(root, 1)->text, "0x1F");
    cr_assert_eq(node_item(root, 1)->integer, 31);
    cr_assert_eq(node_item(root, 1)->number, 31);
    cr_assert_str_eq(node_item(root, 2)->text, "~");
}

Test(doc, known_tags_decide_and_unknown_ones_are_refused)
{
    expect_json("[!!str 12, !!int 12, !!float 1, !!bool true, !!null ~, !!seq [], !!map {}, ! 1]",
                "[\"12\",12,1,true,null,[],{},\"1\"]");
    expect_refusal("a: !!int x\n", "a.yaml:1:10: is a string, which is no !!int");
    expect_refusal("a: !secret x\n", "a.yaml:1:12: tag '!secret' is not known here");
    expect_refusal("a: !!binary x\n", "a.yaml:1:13: tag '!!binary' is not known here");
    expect_refusal("a: !!map [1]\n", "a.yaml:1:10: is a list, which is no !!map");
}

Test(doc, styles_are_told_apart)
{
    AUTO(doc)
    doc = load("- plain\n- 'single'\n- \"double\"\n- |\n  block\n- >\n  folded\n"
               "- [flow]\n- - block\n- {a: b}\n- [c: d]\n");
    const enum node_style styles[] = {NODE_PLAIN, NODE_QUOTED, NODE_QUOTED, NODE_BLOCK, NODE_BLOCK,
                                      NODE_FLOW,  NODE_PLAIN,  NODE_FLOW,   NODE_FLOW};
    const struct node *root = doc_root(doc);

    for (gsize i = 0; i < G_N_ELEMENTS(styles); i++)
        cr_expect_eq(node_item(root, i)->style, styles[i], "item %zu", i);
    cr_expect_eq(node_item(node_item(root, 8), 0)->style, NODE_PLAIN);
}

Test(doc, positions_count_lines_and_characters_from_one)
{
    AUTO(doc) doc = load("gr\xc3\xbc\xc3\x9f: [x, \xc3\xbc, y]\nb:\n  c: 'q'\n");
    const struct node *root = doc_root(doc);

    g_autofree char *y = place(node_item(node_get(root, "gr\xc3\xbc\xc3\x9f"), 2));
    g_autofree char *q = place(node_get(node_get(root, "b"), "c"));
    g_autofree char *key = position_text(node_find(root, "b")->key_position);

    cr_assert_str_eq(y, "a.yaml:1:14");
    cr_assert_str_eq(q, "a.yaml:3:6");
    cr_assert_str_eq(key, "a.yaml:2:1");
}

Test(doc, a_null_without_text_stands_at_its_key_or_its_dash)
{
    AUTO(doc) doc = load("a: 1\nb:\nc:\n  - x\n  # - no\n  -\n  - z\n");
    const struct node *root = doc_root(doc);

    g_autofree char *value = place(node_get(root, "b"));
    g_autofree char *item = place(node_item(node_get(root, "c"), 1));

    cr_assert_str_eq(value, "a.yaml:2:1");
    cr_assert_str_eq(item, "a.yaml:6:3");
}

Test(doc, a_block_scalar_stands_at_its_first_line)
{
    AUTO(doc) doc = load("run: |\n\n  first\n  second\n");

    const struct node *run = node_get(doc_root(doc), "run");
    g_autofree char *at = place(run);

    cr_assert_str_eq(at, "a.yaml:2:1");
    cr_assert_str_eq(run->text, "\nfirst\nsecond\n");
}

Test(doc, block_scalars_fold_and_chomp_as_yaml_says)
{
    const struct {
        const char *text;
        const char *value;
    } rows[] = {
        {"a: |\n  x\n   y\n\n  z\n\n", "x\n y\n\nz\n"},
        {"a: |-\n  x\n  y\n\n", "x\ny"},
        {"a: |+\n  x\n\n\nb: 1", "x\n\n\n"},
        {"a: |\n  x", "x"},
        {"a: >\n  x\n  y\n", "x y\n"},
        {"a: >\n  x\n\n  y\n", "x\ny\n"},
        {"a: >-\n  x\n    y\n    z\n  w\n", "x\n  y\n  z\nw"},
        {"a: >\n  x\n\n  \ty\n", "x\n\n\ty\n"},
        {"a: >\n   w\n   \n    z\n   w\n   ", "w\n\n z\nw\n"},
        {"a: >+\n  x\n \n   w\n", "x\n\n w\n"},
        {"a: >-\n\n  x\n", "\nx"},
        {"a: >\n", ""},
        {"a: >+\n", ""},
        {"a: >+\n\n\nb: 1\n", "\n\n"},
        {"a: > # > - 2\n  x\n", "x\n"},
        {"a: !!str >-\n  x\n  # no comment\n# a comment\n", "x # no comment"},
        {"a: |\r\n  x\r\n  y\r\nb: 1\r\n", "x\ny\n"},
        {"a: |2-\n   x\n  y\n", " x\ny"},
        {"a: &b |\n  x\n", "x\n"},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        AUTO(doc) doc = load(rows[i].text);
        cr_expect_str_eq(node_get(doc_root(doc), "a")->text, rows[i].value, "%s", rows[i].text);
    }
}

Test(doc, block_scalars_in_lists_and_keys_with_brackets_are_found)
{
    expect_json("- >-\n  a\n  b\n- \"x > y\": |\n    c\n  d: |-\n    e\n",
                "[\"a b\",{\"x > y\":\"c\\n\",\"d\":\"e\"}]");
}

Test(doc, a_block_of_blank_lines_that_swallows_its_siblings_is_refused)
{
    const char *message = "a block of blank lines alone cannot stand before other lines; write ''";
    g_autofree char *entry = g_strconcat("a.yaml:3:1: ", message, NULL);
    g_autofree char *item = g_strconcat("a.yaml:2:1: ", message, NULL);

    expect_refusal("b:\n  k: |\n\n  l: 1\n", entry);
    expect_refusal("- - >+\n\n  - z\n", item);
    expect_json("- >+\n\n- z\n", "[\"\\n\",\"z\"]");
    expect_json("b:\n  k: |\n\n   l\n", "{\"b\":{\"k\":\"\\nl\\n\"}}");
}

Test(doc, a_null_written_out_is_a_document)
{
    expect_json("~", "null");
}

Test(doc, markers_round_one_document_are_fine)
{
    expect_json("%YAML 1.2\n---\na: 1\n...\n", "{\"a\":1}");
}

Test(doc, keys_differ_by_case_unless_asked_otherwise)
{
    g_autoptr(GError) error = NULL;
    const char *text = "run: 1\nRUN: 2\n";

    AUTO(doc) exact = doc_load_text("a.yaml", text, strlen(text), DOC_DEFAULT, NULL);
    AUTO(doc) folded = doc_load_text("a.yaml", text, strlen(text), DOC_KEYS_IGNORE_CASE, &error);

    cr_assert_not_null(exact);
    cr_assert_null(folded);
    cr_assert(g_str_has_prefix(error->message,
                               "a.yaml:2:1: key 'RUN' is already there, in line 1, column 1"));
}

Test(doc, ten_thousand_keys_take_no_quadratic_time, .timeout = 20)
{
    g_autoptr(GString) text = g_string_new(NULL);
    for (int i = 0; i < 10000; i++)
        g_string_append_printf(text, "key-%d: %d\n", i, i);

    AUTO(doc) doc = load(text->str);

    cr_assert_eq(node_length(doc_root(doc)), 10000);
}

Test(doc, merge_keys_are_refused)
{
    expect_refusal("a: &a {b: 1}\nc:\n  <<: *a\n",
                   "a.yaml:3:3: merge keys ('<<') are not supported; repeat the keys, or use an "
                   "alias for the whole value");
    expect_json("'<<': 1", "{\"<<\":1}");
}

Test(doc, aliases_are_expanded)
{
    expect_json("a: &x [1, 2]\nb: *x\nc: {d: *x}\n",
                "{\"a\":[1,2],\"b\":[1,2],\"c\":{\"d\":[1,2]}}");
    expect_json("[&x 1, *x, &x 2, *x, &e , *e]", "[1,1,2,2,null,null]");
}

Test(doc, syntax_errors_have_their_place_and_line)
{
    g_autoptr(GError) error = NULL;

    AUTO(doc) doc = load_named("a.yaml", "a: b: c\n", &error);

    cr_assert_null(doc);
    cr_assert_str_eq(error->message, "a.yaml:1:5: invalid nested block mapping on the same line\n"
                                     "    a: b: c\n"
                                     "        ^");
}

Test(doc, json_escapes_and_surrogate_pairs_are_undone)
{
    expect_json("[\"\\ud83d\\udea2 \\u00fc\\t\\/\"]", "[\"\xf0\x9f\x9a\xa2 \xc3\xbc\\t/\"]");
}

Test(doc, a_file_is_read_under_its_path)
{
    g_autofree char *folder = g_dir_make_tmp("seatrial-XXXXXX", NULL);
    g_autofree char *path = g_build_filename(folder, "x.yaml", NULL);
    cr_assert(g_file_set_contents(path, "a: 1\n", -1, NULL));

    AUTO(doc) doc = doc_load_file(path, DOC_DEFAULT, NULL);
    g_remove(path);
    g_rmdir(folder);

    cr_assert_eq(node_get(doc_root(doc), "a")->integer, 1);
    cr_assert_str_eq(doc_source(doc)->name, path);
}

Test(doc, a_missing_file_says_so)
{
    g_autoptr(GError) error = NULL;

    AUTO(doc) doc = doc_load_file("/nonexistent/x.yaml", DOC_DEFAULT, &error);

    cr_assert_null(doc);
    cr_assert_str_eq(error->message, "/nonexistent/x.yaml: No such file or directory");
}

Test(doc, asking_a_node_for_what_it_has_not_gives_nothing)
{
    AUTO(doc) doc = load("a: 1\n");
    const struct node *scalar = node_get(doc_root(doc), "a");

    cr_assert_null(node_get(doc_root(doc), "A"));
    cr_assert_null(node_get(scalar, "a"));
    cr_assert_null(node_get(NULL, "a"));
    cr_assert_eq(node_length(scalar), 0);
    cr_assert_str_eq(node_kind_text(scalar), "an integer");
}

Test(doc, keys_may_repeat_and_merge_when_the_caller_judges_them)
{
    const char *text = "a: 1\n<<: 2\na: 3\n";
    g_autoptr(GError) error = NULL;

    AUTO(doc) doc = doc_load_text("a.yaml", text, strlen(text), DOC_KEYS_ARE_FREE, &error);

    cr_assert_not_null(doc);
    cr_expect_eq(node_length(doc_root(doc)), 3);
    cr_expect_str_eq(node_entry(doc_root(doc), 1)->key, "<<");
    cr_expect_eq(node_entry(doc_root(doc), 2)->value->integer, 3);
}
