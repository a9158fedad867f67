/* Documents: what is read, what libfyaml would let pass and is refused, positions, ceilings. */
#include "base/limits.h"
#include "doc/doc.h"

#include "loopless.h"

#include <criterion/criterion.h>
#include <criterion/redirect.h>
#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

static struct doc *load_named(const char *name, const char *text, GError **error)
{
    return doc_load_text(name, text, strlen(text), DOC_DEFAULT, error);
}

static struct doc *load(const char *text)
{
    g_autoptr(GError) error = NULL;
    struct doc *doc = load_named("a.yaml", text, &error);
    cr_assert_not_null(doc, "%s", error != NULL ? error->message : "");
    return doc;
}

/* The first line of the message with which the text is refused. */
static char *refusal(const char *text, gsize length_bytes)
{
    g_autoptr(GError) error = NULL;
    AUTO(doc) doc = doc_load_text("a.yaml", text, length_bytes, DOC_DEFAULT, &error);
    if (doc != NULL)
        return g_strdup("taken");
    return g_strndup(error->message, strcspn(error->message, "\n"));
}

static void expect_refusal(const char *text, const char *message)
{
    g_autofree char *got = refusal(text, strlen(text));
    cr_expect_str_eq(got, message);
}

static char *json_of(const char *text)
{
    AUTO(doc) doc = load(text);
    g_autoptr(json_t) value = node_json(doc_root(doc));
    return json_text(value);
}

static void expect_json(const char *text, const char *json)
{
    g_autofree char *got = json_of(text);
    cr_expect_str_eq(got, json);
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

static char *place(const struct node *node)
{
    return position_text(node->position);
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

Test(doc, an_empty_file_is_refused)
{
    expect_refusal("", "a.yaml: the file is empty");
    expect_refusal("# only a comment\n", "a.yaml: the file is empty");
    expect_refusal("---\n", "a.yaml: the file is empty");
    expect_refusal("\xef\xbb\xbf", "a.yaml: the file is empty");
}

Test(doc, libfyaml_never_writes_to_stderr, .init = cr_redirect_stderr)
{
    const char *const texts[] = {"", "# x", "a: [", "%FOO\na: b", "a: b: c", "\ta"};

    for (gsize i = 0; i < G_N_ELEMENTS(texts); i++) {
        g_autofree char *ignored = refusal(texts[i], strlen(texts[i]));
    }
    fflush(stderr);

    cr_assert_stderr_eq_str("");
}

Test(doc, a_null_written_out_is_a_document)
{
    expect_json("~", "null");
}

Test(doc, a_second_document_is_refused)
{
    expect_refusal("a: 1\n---\nb: 2\n",
                   "a.yaml:2:1: a second document begins here; a file holds one");
    expect_refusal("a: 1\n...\nb: 2\n",
                   "a.yaml:3:1: a second document begins here; a file holds one");
}

Test(doc, markers_round_one_document_are_fine)
{
    expect_json("%YAML 1.2\n---\na: 1\n...\n", "{\"a\":1}");
}

Test(doc, a_key_that_appears_twice_names_both_places)
{
    expect_refusal("time: 1\nother: 2\ntime: 3\n",
                   "a.yaml:3:1: key 'time' is already there, in line 1, column 1");
    expect_refusal("{a: 1, \"a\": 2}\n",
                   "a.yaml:1:8: key 'a' is already there, in line 1, column 2");
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

Test(doc, keys_that_are_no_scalars_are_refused)
{
    expect_refusal("? [1]\n: 2\n", "a.yaml:1:3: a key must be a plain text");
    expect_refusal("- &a x\n- *a : 2\n", "a.yaml:2:4: a key must be a plain text");
    expect_refusal(": 2\n", "a.yaml:1:1: a key must be a plain text");
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

Test(doc, unknown_and_recursive_aliases_are_refused)
{
    expect_refusal("a: *x\n", "a.yaml:1:5: no anchor '&x' stands before this alias");
    expect_refusal("a: &x [1, *x]\n", "a.yaml:1:12: alias '*x' stands inside its own anchor");
    expect_refusal("[*x, &x 1]\n", "a.yaml:1:3: no anchor '&x' stands before this alias");
}

Test(doc, an_alias_bomb_hits_the_ceiling_at_once, .timeout = 20)
{
    g_autoptr(GString) text = g_string_new("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for (int i = 1; i < 30; i++)
        g_string_append_printf(text, "a%d: &a%d [*a%d, *a%d, *a%d, *a%d, *a%d, *a%d]\n", i, i,
                               i - 1, i - 1, i - 1, i - 1, i - 1, i - 1);

    g_autofree char *got = refusal(text->str, text->len);

    cr_assert(g_str_has_suffix(got, ": more than 50000 values, with aliases expanded"), "%s", got);
}

static char *nested(int depth)
{
    GString *text = g_string_new(NULL);
    for (int i = 0; i < depth; i++)
        g_string_append_c(text, '[');
    for (int i = 0; i < depth; i++)
        g_string_append_c(text, ']');
    return g_string_free(text, FALSE);
}

Test(doc, nests_up_to_its_ceiling_and_no_deeper)
{
    g_autofree char *deepest = nested(DOC_DEPTH_MAX);
    g_autofree char *deeper = nested(DOC_DEPTH_MAX + 1);
    g_autofree char *much_deeper = nested(5000);

    AUTO(doc) doc = load(deepest);
    expect_refusal(deeper, "a.yaml:1:51: nested deeper than 50");
    expect_refusal(much_deeper, "a.yaml:1:51: nested deeper than 50");

    cr_assert_eq(doc_root(doc)->height, DOC_DEPTH_MAX);
}

Test(doc, aliases_cannot_go_round_the_depth_ceiling)
{
    g_autofree char *half = nested(30);
    g_autofree char *outer = g_strnfill(22, '[');
    g_autofree char *text = g_strconcat("a: &a ", half, "\nb: ", outer, "*a", NULL);

    g_autofree char *got = refusal(text, strlen(text));

    cr_assert_str_eq(got, "a.yaml:2:27: nested deeper than 50");
}

Test(doc, holds_as_many_values_as_its_ceiling_and_no_more)
{
    g_autoptr(GString) text = g_string_new("[");
    for (int i = 0; i < DOC_NODES_MAX - 1; i++)
        g_string_append(text, "1,\n");
    g_autofree char *most = g_strconcat(text->str, "]", NULL);
    g_autofree char *more = g_strconcat(text->str, "1]", NULL);

    AUTO(doc) doc = load(most);
    expect_refusal(more, "a.yaml:50000:1: more than 50000 values, with aliases expanded");

    cr_assert_eq(doc_root(doc)->node_count, DOC_NODES_MAX);
}

Test(doc, refuses_more_bytes_than_its_ceiling)
{
    g_autofree char *text = g_strnfill(DOC_BYTES_MAX + 1, ' ');

    expect_refusal(text, "a.yaml: has 4194305 bytes, at most 4194304 are read");
}

Test(doc, invalid_utf8_is_refused_wherever_it_stands)
{
    expect_refusal("a: 1\nb: \xff\n", "a.yaml:2:4: byte 0xff is no UTF-8");
    expect_refusal("%\xff\n", "a.yaml:1:2: byte 0xff is no UTF-8");
    expect_refusal("# \xc3\xbc \xc0\x80", "a.yaml:1:5: byte 0xc0 is no UTF-8");
    expect_refusal("a: \xed\xa0\x80", "a.yaml:1:4: byte 0xed is no UTF-8");
}

Test(doc, nul_characters_are_refused_raw_and_escaped)
{
    g_autofree char *raw = refusal("a: 1\nb: \0c\n", 11);

    cr_assert_str_eq(raw, "a.yaml:2:4: a NUL character cannot be here");
    expect_refusal("a: \"x\\0y\"\n", "a.yaml:1:4: a NUL character cannot be here");
}

Test(doc, half_a_surrogate_pair_is_refused)
{
    expect_refusal("a: \"x\\ud800y\"\n",
                   "a.yaml:1:6: double-quoted scalar has invalid UTF8 escape");
}

/* libfyaml's text of this one ends with a byte that was never written. */
Test(doc, a_whole_file_that_is_one_block_of_text_is_refused)
{
    expect_refusal(">-\na: &x [1, \"two\", *x]\nb: |\n  x\n?$c\n",
                   "a.yaml:2:1: a file cannot be one block of text");
    expect_refusal("|\n  x\n", "a.yaml:2:1: a file cannot be one block of text");
}

Test(doc, an_unclosed_bracket_is_named_where_it_opened)
{
    expect_refusal("a: [1,\n  2\nb: 3\n",
                   "a.yaml:4:1: flow sequence without a closing bracket; the '[' of line 1, column "
                   "4 is still open");
    expect_refusal("a:\n  b: {c: 1,\n",
                   "a.yaml:3:1: did not find expected node content; the '{' of "
                   "line 2, column 6 is still open");
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

Test(doc, json_files_take_only_json)
{
    const struct {
        const char *text;
        const char *message;
    } rows[] = {
        {"{\"a\": 1,}", "a.json:1:9: string or '}' expected near '}'"},
        {"{a: 1}", "a.json:1:2: string or '}' expected near 'a'"},
        {"# x\n{}", "a.json:1:1: invalid token near '#'"},
        {"{\"a\": 1, \"a\": 2}", "a.json:1:10: key 'a' is already there, in line 1, column 2"},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GError) error = NULL;
        AUTO(doc) doc = load_named("a.json", rows[i].text, &error);
        cr_expect_null(doc);
        g_autofree char *line = g_strndup(error->message, strcspn(error->message, "\n"));
        cr_expect_str_eq(line, rows[i].message);
    }
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

Test(doc, no_prefix_and_no_changed_byte_of_a_file_crashes)
{
    static const char text[] =
        "%YAML 1.2\n---\na: &x [1, 'two', \"thr\\u00e9e\", *z]\nb: |\n  x\n  y\n"
        "? c\n: {d: ~, e: !!str 5} # end\n";
    const char replacements[] = "\n\t :-[]{}&*!|>'\"%@`#,?~<\\";
    g_autofree char *copy = g_strdup(text);

    for (gsize i = 0; i < sizeof text; i++) {
        g_autofree char *cut = refusal(text, i);
        for (gsize k = 0; k + 1 < sizeof replacements && i + 1 < sizeof text; k++) {
            copy[i] = replacements[k];
            g_autofree char *changed = refusal(copy, sizeof text - 1);
            copy[i] = text[i];
        }
    }
}
