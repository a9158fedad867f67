/* Lists of inputs, templates and versions: what docker's actions read texts with. */
#include "actions/core.h"
#include "actions/handlebars.h"
#include "actions/list.h"
#include "actions/semver.h"

#include "fake_run.h"

#include <criterion/criterion.h>
#include <string.h>

static void expect_items(const char *text, unsigned flags, const char *expected)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) items = list_items(text, flags, &error);
    cr_assert_not_null(items, "%s", error != NULL ? error->message : "");
    g_autofree char *joined = list_join(items, "|");
    fake_expect_text(joined, expected);
}

Test(list, separates_at_commas_and_lines)
{
    expect_items("a,b\nc", 0, "a|b|c");
    expect_items("linux/amd64, linux/arm64", 0, "linux/amd64|linux/arm64");
    expect_items("a\n\nb\n", 0, "a|b");
    expect_items("", 0, "");
}

Test(list, keeps_a_line_whole_when_asked)
{
    expect_items("type=gha,mode=max\nA=b,c", LIST_KEEPS_COMMAS, "type=gha,mode=max|A=b,c");
    expect_items("type=local,dest=x", LIST_KEEPS_COMMAS, "type=local,dest=x");
}

Test(list, takes_quotes_off_the_start_of_a_field_only)
{
    expect_items("\"A=b,c\"\nD=\"e\"", LIST_KEEPS_COMMAS, "A=b,c|D=\"e\"");
    expect_items("\"a\nb\"", LIST_KEEPS_COMMAS, "a\nb");
    expect_items("\"say \"\"hi\"\"\"", LIST_KEEPS_COMMAS, "say \"hi\"");
    expect_items("\"a\"b", LIST_KEEPS_COMMAS, "\"a\"b");
    expect_items("\"a\"", LIST_KEEPS_COMMAS | LIST_KEEPS_QUOTES, "\"a\"");
}

Test(list, leaves_comments_out_where_there_are_any)
{
    expect_items("# all\na#b\n#c", LIST_KEEPS_COMMAS | LIST_HAS_COMMENTS, "a#b");
    expect_items("#a", LIST_KEEPS_COMMAS, "#a");
}

Test(list, throws_for_a_quote_without_end)
{
    g_autoptr(GError) error = NULL;
    cr_expect_null(list_items("a\n\"b", 0, &error));
    fake_expect_text(error->message,
                     "Quote Not Closed: the parsing is finished with an opening quote at line 2");
}

Test(list, splits_a_field_at_its_first_sign)
{
    g_autofree char *key = NULL, *value = NULL, *lone = NULL, *none = NULL;
    list_split("a = b=c", &key, &value);
    fake_expect_text(key, "a");
    fake_expect_text(value, "b=c");
    list_split("=x", &lone, &none);
    fake_expect_text(lone, "=x");
    cr_expect_null(none);
}

static char *value_of(void *self, const struct handlebars_call *call, GError **error)
{
    (void)self;
    if (strcmp(call->name, "date") == 0)
        return g_strdup_printf("%s@%s", call->argument,
                               (const char *)g_hash_table_lookup((GHashTable *)call->named, "tz"));
    if (strcmp(call->name, "throw") == 0)
        core_throw(error, "thrown");
    return strcmp(call->name, "name") == 0 ? g_strdup("a&b") : NULL;
}

static void expect_expanded(const char *text, const char *expected)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *expanded = handlebars_expand(text, value_of, NULL, &error);
    fake_expect_text(expanded != NULL ? expanded : error->message, expected);
}

Test(handlebars, replaces_names_and_calls)
{
    expect_expanded("v{{{name}}}-{{ none }}!", "va&b-!");
    expect_expanded("{{date 'YYYY MM' tz='Asia/Tokyo'}}", "YYYY MM@Asia/Tokyo");
    expect_expanded("{{! a comment }}x", "x");
}

Test(handlebars, escapes_for_html_unless_told_otherwise)
{
    expect_expanded("{{name}}", "a&amp;b");
    expect_expanded("{{&name}}", "a&b");
}

Test(handlebars, throws_for_what_it_cannot_read)
{
    expect_expanded("{{name", "Parse error: expected '}}' after \"{{name\"");
    expect_expanded("{{#if name}}", "Parse error: {{#if name}} is not understood");
    expect_expanded("{{none 'x'}}", "Missing helper: \"none\"");
    expect_expanded("{{throw}}", "thrown");
}

Test(handlebars, knows_the_statement_raw)
{
    cr_expect(handlebars_is_raw("{{raw}}"));
    cr_expect(handlebars_is_raw("{{ raw }}"));
    cr_expect_not(handlebars_is_raw("v{{raw}}"));
    cr_expect_not(handlebars_is_raw("{{version}}"));
}

Test(semver, reads_what_node_semver_reads)
{
    static const char *const good[] = {"1.2.3",      "v1.2.3",     "=v1.2.3", " 1.2.3 ",
                                       "1.2.3-rc.1", "1.2.3+b.01", "0.0.0",   "1.2.3-0a"};
    static const char *const bad[] = {"1.2", "1.2.3.4", "01.2.3",  "1.2.3-01", "a1.2.3",
                                      "",    "1.2.3-",  "vv1.2.3", "1.2.x"};
    for (gsize i = 0; i < G_N_ELEMENTS(good); i++) {
        SEMVER(version);
        cr_expect(semver_parse(good[i], &version), "%s", good[i]);
    }
    for (gsize i = 0; i < G_N_ELEMENTS(bad); i++) {
        SEMVER(version);
        cr_expect_not(semver_parse(bad[i], &version), "%s", bad[i]);
    }
}

Test(semver, orders_as_the_specification_says)
{
    static const char *const rising[] = {"1.0.0-1",      "1.0.0-alpha",   "1.0.0-alpha.1",
                                         "1.0.0-beta.2", "1.0.0-beta.11", "1.0.0",
                                         "1.2.0",        "1.10.0"};
    for (gsize i = 0; i + 1 < G_N_ELEMENTS(rising); i++) {
        SEMVER(a);
        SEMVER(b);
        cr_assert(semver_parse(rising[i], &a) && semver_parse(rising[i + 1], &b));
        cr_expect_lt(semver_compare(&a, &b), 0, "%s", rising[i]);
        cr_expect_gt(semver_compare(&b, &a), 0, "%s", rising[i]);
    }
}

Test(semver, lets_no_prerelease_satisfy_a_minimum)
{
    cr_expect(semver_is_at_least("0.11.0", "0.11.0"));
    cr_expect_not(semver_is_at_least("0.10.9", "0.11.0"));
    cr_expect_not(semver_is_at_least("0.12.0-rc1", "0.11.0"));
    cr_expect_not(semver_is_at_least("master", "0.11.0"));
}

Test(core, finds_the_last_line_with_words)
{
    static const struct {
        const char *text, *line;
    } cases[] = {
        {"a\nb\n", "b"}, {"a\n\n  b  \n\n", "b"}, {"a\rb", "b"}, {"", ""}, {"\n", ""}, {"x", "x"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *line = core_last_line(cases[i].text);
        fake_expect_text(line, cases[i].line);
    }
}
