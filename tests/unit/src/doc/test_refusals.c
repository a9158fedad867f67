/* Documents: what is refused, with its text and place; ceilings. */
#include "src/doc/doc_bench.h"

#include <criterion/redirect.h>

static char *nested(int depth)
{
    GString *text = g_string_new(NULL);
    for (int i = 0; i < depth; i++)
        g_string_append_c(text, '[');
    for (int i = 0; i < depth; i++)
        g_string_append_c(text, ']');
    return g_string_free(text, FALSE);
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
        g_free(refusal(texts[i], strlen(texts[i])));
    }
    fflush(stderr);

    cr_assert_stderr_eq_str("");
}

Test(doc, a_second_document_is_refused)
{
    expect_refusal("a: 1\n---\nb: 2\n",
                   "a.yaml:2:1: a second document begins here; a file holds one");
    expect_refusal("a: 1\n...\nb: 2\n",
                   "a.yaml:3:1: a second document begins here; a file holds one");
}

Test(doc, a_key_that_appears_twice_names_both_places)
{
    expect_refusal("time: 1\nother: 2\ntime: 3\n",
                   "a.yaml:3:1: key 'time' is already there, in line 1, column 1");
    expect_refusal("{a: 1, \"a\": 2}\n",
                   "a.yaml:1:8: key 'a' is already there, in line 1, column 2");
}

Test(doc, keys_that_are_no_scalars_are_refused)
{
    expect_refusal("? [1]\n: 2\n", "a.yaml:1:3: a key must be a plain text");
    expect_refusal("- &a x\n- *a : 2\n", "a.yaml:2:4: a key must be a plain text");
    expect_refusal(": 2\n", "a.yaml:1:1: a key must be a plain text");
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

Test(doc, no_prefix_and_no_changed_byte_of_a_file_crashes)
{
    static const char text[] =
        "%YAML 1.2\n---\na: &x [1, 'two', \"thr\\u00e9e\", *z]\nb: |\n  x\n  y\n"
        "? c\n: {d: ~, e: !!str 5} # end\n";
    const char replacements[] = "\n\t :-[]{}&*!|>'\"%@`#,?~<\\";
    g_autofree char *copy = g_strdup(text);

    for (gsize i = 0; i < sizeof text; i++) {
        g_free(refusal(text, i));
        for (gsize k = 0; k + 1 < sizeof replacements && i + 1 < sizeof text; k++) {
            copy[i] = replacements[k];
            g_free(refusal(copy, sizeof text - 1));
            copy[i] = text[i];
        }
    }
}
