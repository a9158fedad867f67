/* Records: what a table of fields reads, fills in and refuses. */
#include "src/doc/record_sample.h"

struct bench {
    struct doc *doc;
    struct whole whole;
};

static struct doc *load(const char *text)
{
    g_autoptr(GError) error = NULL;
    struct doc *doc = doc_load_text("a.yaml", text, strlen(text), DOC_DEFAULT, &error);
    cr_assert_not_null(doc, "%s", error != NULL ? error->message : "");
    return doc;
}

static struct bench read_whole(const char *text)
{
    struct bench bench = {.doc = load(text)};
    g_autoptr(GError) error = NULL;
    cr_assert(record_read(&whole_record, doc_root(bench.doc), &bench.whole, &error), "%s",
              error != NULL ? error->message : "");
    return bench;
}

static void finish(struct bench *bench)
{
    record_clear(&whole_record, &bench->whole);
    doc_free(bench->doc);
}

/* The first lines of all errors, one a line. */
static char *errors_of(const char *text)
{
    AUTO(doc) doc = load(text);
    g_autoptr(GPtrArray) errors = g_ptr_array_new_with_free_func((GDestroyNotify)g_error_free);
    struct whole whole;
    GString *lines = g_string_new(NULL);

    if (record_read_all(&whole_record, doc_root(doc), &whole, errors))
        record_clear(&whole_record, &whole);
    for (guint i = 0; i < errors->len; i++) {
        const GError *error = g_ptr_array_index(errors, i);
        g_string_append_len(lines, error->message, (gssize)strcspn(error->message, "\n"));
        g_string_append_c(lines, '\n');
    }
    return g_string_free(lines, FALSE);
}

static void expect_errors(const char *text, const char *lines)
{
    g_autofree char *got = errors_of(text);
    cr_expect_str_eq(got, lines);
}

Test(record, reads_every_kind_of_field)
{
    struct bench bench = read_whole("name: ship\n"
                                    "version: 1.20\n"
                                    "colour: red\n"
                                    "count: 4\n"
                                    "chance: 1\n"
                                    "size: 1KiB\n"
                                    "methods: [HEAD, GET]\n"
                                    "labels: {a: 1.10, b: x}\n"
                                    "settings: {loud: false, words: [a, b]}\n"
                                    "spare: {path: s, time: 5s}\n"
                                    "parts: [{path: p}, {path: q, time: 1ms}]\n"
                                    "by_name: {left: {path: l}}\n"
                                    "do: {kind: delay, time: 7s}\n"
                                    "raw: [1]\n"
                                    "port: 5000\n");
    const struct whole *whole = &bench.whole;
    const struct string_entry *label = g_ptr_array_index(whole->labels, 0);
    const struct part *second = g_ptr_array_index(whole->parts, 1);
    const struct part *left = g_ptr_array_index(whole->by_name, 0);
    const struct delay *delay = whole->act.record;

    cr_expect_eq(whole->node, doc_root(bench.doc));
    cr_expect_str_eq(whole->name, "ship");
    cr_expect_str_eq(whole->version, "1.20");
    cr_expect_eq(whole->colour, COLOUR_RED);
    cr_expect_eq(whole->count, 4);
    cr_expect_eq(whole->chance, 1.0);
    cr_expect_eq(whole->size_bytes, 1024);
    cr_expect_str_eq(whole->methods[0], "HEAD");
    cr_expect_str_eq(whole->methods[1], "GET");
    cr_expect_null(whole->methods[2]);
    cr_expect_eq(whole->labels->len, 2);
    cr_expect_str_eq(label->name, "a");
    cr_expect_str_eq(label->value, "1.10");
    cr_expect_not(whole->settings.is_loud);
    cr_expect_str_eq(whole->settings.words[1], "b");
    cr_expect_eq(whole->spare->time_us, 5 * SECOND_US);
    cr_expect_null(whole->spare->id);
    cr_expect_eq(second->time_us, MILLISECOND_US);
    cr_expect_eq(second->position.line, 11);
    cr_expect_str_eq(left->id, "left");
    cr_expect_eq(left->time_us, 90 * SECOND_US);
    cr_expect_eq(whole->act.type, &delay_record);
    cr_expect_eq(delay->time_us, 7 * SECOND_US);
    cr_expect_eq(node_length(whole->raw), 1);
    cr_expect_str_eq(whole->port, "port");
    finish(&bench);
}

static void expect_defaults(const struct whole *whole)
{
    cr_expect_null(whole->name);
    cr_expect_eq(whole->colour, COLOUR_GREEN);
    cr_expect_eq(whole->count, 2);
    cr_expect_eq(whole->chance, 0.5);
    cr_expect_eq(whole->size_bytes, 4 * GIB_BYTES);
    cr_expect_not_null(whole->methods);
    cr_expect_null(whole->methods[0]);
    cr_expect_eq(whole->labels->len, 0);
    cr_expect(whole->settings.is_loud);
    cr_expect_str_eq(whole->settings.words[0], "ahoy");
    cr_expect_null(whole->settings.words[1]);
    cr_expect_null(whole->spare);
    cr_expect_eq(whole->parts->len, 0);
    cr_expect_eq(whole->by_name->len, 0);
    cr_expect_null(whole->act.record);
    cr_expect_null(whole->raw);
    cr_expect_null(whole->port);
}

Test(record, absent_keys_and_keys_without_value_have_their_defaults)
{
    struct bench none = read_whole("{}");
    struct bench empty = read_whole("name:\ncolour: ~\ncount:\nsettings:\nspare:\nparts:\ndo:\n"
                                    "port:\nmethods:\nlabels:\nby_name:\n");
    struct whole filled;
    record_fill(&whole_record, &filled);

    expect_defaults(&none.whole);
    expect_defaults(&empty.whole);
    expect_defaults(&filled);

    finish(&none);
    finish(&empty);
    record_clear(&whole_record, &filled);
}

Test(record, a_lone_scalar_fills_the_shorthand_field)
{
    struct bench bench = read_whole("spare: some/path\nparts: [a, {path: b}]\n");
    const struct part *first = g_ptr_array_index(bench.whole.parts, 0);

    cr_expect_str_eq(bench.whole.spare->path, "some/path");
    cr_expect_eq(bench.whole.spare->time_us, 90 * SECOND_US);
    cr_expect_str_eq(first->path, "a");
    finish(&bench);
}

Test(record, a_lone_string_chooses_and_a_single_may_be_a_list)
{
    struct bench bench = read_whole("do: reset\nmethods: GET\n");

    cr_expect_eq(bench.whole.act.type, &reset_record);
    cr_expect_str_eq(bench.whole.methods[0], "GET");
    finish(&bench);
}

Test(record, unknown_keys_name_the_nearest_or_all)
{
    expect_errors("spare: {path: a, tiem: 5s}\n",
                  "a.yaml:1:18: unknown key 'tiem'; did you mean 'time'?\n");
    expect_errors("spare: {path: a, observatory: 5s}\n",
                  "a.yaml:1:18: unknown key 'observatory'; the keys here are 'path', 'time'\n");
    expect_errors("do: {kind: reset, observatory: 1}\n",
                  "a.yaml:1:19: unknown key 'observatory'; none is known here\n");
    expect_errors("Name: x\n", "a.yaml:1:1: unknown key 'Name'; did you mean 'name'?\n");
}

Test(record, the_error_shows_line_and_caret)
{
    AUTO(doc) doc = load("spare:\n  path: a\n  tiem: 5s\n");
    g_autoptr(GError) error = NULL;
    struct whole whole;

    cr_assert_not(record_read(&whole_record, doc_root(doc), &whole, &error));

    cr_assert(g_error_matches(error, BASE_ERROR, BASE_ERROR_INVALID));
    cr_assert_str_eq(error->message, "a.yaml:3:3: unknown key 'tiem'; did you mean 'time'?\n"
                                     "      tiem: 5s\n"
                                     "      ^");
}

Test(record, wrong_kinds_say_what_would_be_right)
{
    const struct {
        const char *text;
        const char *message;
    } rows[] = {
        {"name: 5", "1:7: 'name' is an integer, expected a string"},
        {"version: []", "1:10: 'version' is a list, expected a string or a number"},
        {"colour: 1", "1:9: 'colour' is an integer, expected one of 'red', 'green'"},
        {"colour: gren", "1:9: 'gren' is unknown as 'colour'; did you mean 'green'?"},
        {"colour: magenta",
         "1:9: 'magenta' is unknown as 'colour'; expected one of 'red', 'green'"},
        {"count: '4'", "1:8: 'count' is a string, expected an integer, 1 to 10"},
        {"count: 1.5", "1:8: 'count' is a number, expected an integer, 1 to 10"},
        {"count: 12", "1:8: 'count' is 12, expected 1 to 10"},
        {"count: 3", "1:8: 'count' is odd"},
        {"chance: x", "1:9: 'chance' is a string, expected a number, at least 0"},
        {"chance: -1", "1:9: 'chance' is -1, expected at least 0"},
        {"chance: .nan", "1:9: 'chance' is .nan, expected at least 0"},
        {"size: 5", "1:7: 'size' is an integer, expected a size such as '4GiB'"},
        {"size: 5X",
         "1:7: '5X' is no size; write a number with B, KiB, MiB, GiB, TiB, KB, MB, GB or "
         "TB"},
        {"methods: [PUT]", "1:11: 'PUT' is unknown as 'methods'; did you mean 'GET'?"},
        {"methods: [1]", "1:11: an item of 'methods' is an integer, expected a string"},
        {"methods: {}", "1:10: 'methods' is a mapping, expected a list of 'GET', 'HEAD'"},
        {"labels: []", "1:9: 'labels' is a list, expected a mapping of names to texts"},
        {"labels: {a: []}", "1:13: 'a' of 'labels' is a list, expected a string or a number"},
        {"settings: x", "1:11: 'settings' is a string, expected a mapping"},
        {"settings: {loud: yes}", "1:18: 'loud' is a string, expected true or false"},
        {"settings: {words: x}", "1:19: 'words' is a string, expected a list of strings"},
        {"spare: []", "1:8: 'spare' is a list, expected a mapping"},
        {"spare: {time: 5s}", "1:8: key 'path' is missing"},
        {"spare: {path: a, time: 5}",
         "1:24: 'time' is an integer, expected a duration such as '30s'"},
        {"spare: {path: a, time: 5m}",
         "1:24: '5m' is no duration; write a number with us, ms, s, min, h or d, at most 30d"},
        {"spare: forbidden", "1:8: this part is forbidden"},
        {"parts: {}", "1:8: 'parts' is a mapping, expected a list of mappings"},
        {"parts: [[]]", "1:9: an item of 'parts' is a list, expected a mapping"},
        {"by_name: []", "1:10: 'by_name' is a list, expected a mapping of mappings"},
        {"by_name: {a: []}", "1:14: 'a' of 'by_name' is a list, expected a mapping"},
        {"do: []", "1:5: 'do' is a list, expected a mapping with 'kind'"},
        {"do: {time: 5s}", "1:5: key 'kind' is missing"},
        {"do: {kind: 5}", "1:12: 'kind' is an integer, expected a string"},
        {"do: {kind: dealy}", "1:12: 'dealy' is unknown as 'kind'; did you mean 'delay'?"},
        {"do: explode", "1:5: 'explode' is unknown as 'kind'; expected one of 'delay', 'reset'"},
        {"do: delay", "1:5: key 'time' is missing"},
        {"port: 80", "1:7: 'port' has only one right value"},
        {"[]", "1:1: whole is a list, expected a mapping"},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *expected = g_strconcat("a.yaml:", rows[i].message, "\n", NULL);
        g_autofree char *got = errors_of(rows[i].text);
        cr_expect_str_eq(got, expected);
    }
}

Test(record, all_errors_are_found_in_one_pass)
{
    expect_errors("nam: x\ncount: x\nspare: {time: 5}\n",
                  "a.yaml:1:1: unknown key 'nam'; did you mean 'name'?\n"
                  "a.yaml:2:8: 'count' is a string, expected an integer, 1 to 10\n"
                  "a.yaml:3:8: key 'path' is missing\n"
                  "a.yaml:3:15: 'time' is an integer, expected a duration such as '30s'\n");
}

Test(record, errors_stop_at_their_ceiling)
{
    g_autoptr(GString) text = g_string_new("parts:\n");
    for (int i = 0; i < 2 * RECORD_ERRORS_MAX; i++)
        g_string_append(text, "  - {}\n");

    g_autofree char *lines = errors_of(text->str);

    g_auto(GStrv) split = g_strsplit(lines, "\n", -1);
    cr_assert_eq(g_strv_length(split), RECORD_ERRORS_MAX + 1);
}

Test(record, errors_above_the_ceiling_count_all_the_same)
{
    g_autoptr(GString) text = g_string_new(NULL);
    for (int i = 0; i < RECORD_ERRORS_MAX; i++)
        g_string_append_printf(text, "wrong%d: 1\n", i);
    g_string_append(text, "spare: {time: 5s}\n"); /* whose check must not see it: no path */

    g_autofree char *lines = errors_of(text->str);

    g_auto(GStrv) split = g_strsplit(lines, "\n", -1);
    cr_assert_eq(g_strv_length(split), RECORD_ERRORS_MAX + 1);
}

static char *file_error(const char *text)
{
    AUTO(doc) doc = load(text);
    g_autoptr(GError) error = NULL;
    struct whole whole;
    if (record_read_file(&whole_record, doc, &whole, &error)) {
        record_clear(&whole_record, &whole);
        return g_strdup("fine");
    }
    return g_strndup(error->message, strcspn(error->message, "\n"));
}

Test(record, a_file_opens_with_its_format)
{
    const struct {
        const char *text;
        const char *message;
    } rows[] = {
        {"seatrial: whole/1\nname: x\n", "fine"},
        {"name: x\n", "a.yaml:1:1: opens without its format, 'seatrial: whole/1'"},
        {"seatrial: whole/2\n",
         "a.yaml:1:11: format 'whole/2' is not known here; this is 'whole/1'"},
        {"seatrial: policy/1\n", "a.yaml:1:11: is 'policy/1', expected 'whole/1'"},
        {"seatrial: [1]\n", "a.yaml:1:11: 'seatrial' is a list, expected 'whole/1'"},
        {"seatrial:\n", "a.yaml:1:1: is '', expected 'whole/1'"},
        {"text\n", "a.yaml:1:1: the file is a string, expected a mapping"},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *got = file_error(rows[i].text);
        cr_expect_str_eq(got, rows[i].message);
    }
}

Test(record, a_part_of_a_file_may_do_without_format_but_not_lie)
{
    expect_errors("seatrial: whole/1\n", "");
    expect_errors("seatrial: policy/1\n", "a.yaml:1:11: is 'policy/1', expected 'whole/1'\n");
}

Test(record, says_which_keys_were_given)
{
    AUTO(doc) doc = load("a: 1\nb:\n");

    cr_assert(record_has(doc_root(doc), "a"));
    cr_assert_not(record_has(doc_root(doc), "b"));
    cr_assert_not(record_has(doc_root(doc), "c"));
}

Test(record, clearing_zeroed_memory_is_fine)
{
    struct whole whole = {0};

    record_clear(&whole_record, &whole);
}
