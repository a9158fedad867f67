/* Go's templates over JSON: what they print, and how they complain. */
#include "mocks/commands/docker/go_template.h"

#include "base/limits.h"

#include <criterion/criterion.h>
#include <string.h>

static const char data[] =
    "{\"Id\":\"sha256:ab\",\"Os\":\"linux\",\"Count\":3,\"IsOn\":true,\"Null\":null,\"Labels\":{"
    "\"b\":\"2\",\"a\":\"1\"},\"Tags\":[\"x:1\",\"y:2\"],\"State\":{\"Status\":\"running\"},"
    "\"Config\":{\"Env\":null,\"Labels\":null}}";

/* The output, or "error: …". */
static char *outcome(const char *text, const struct go_template_options *options)
{
    g_autoptr(json_t) value = json_parse_bytes(data, strlen(data), NULL);
    g_autoptr(GError) error = NULL;
    AUTO(go_template) template = go_template_parse("", text, &error);
    g_autoptr(GString) output = g_string_new(NULL);

    if (template == NULL || !go_template_execute(template, value, options, output, &error))
        return g_strconcat("error: ", error->message, NULL);
    return g_strdup(output->str);
}

struct template_case {
    const char *text;
    const char *outcome;
};

static void check(const struct template_case *cases, gsize count,
                  const struct go_template_options *options)
{
    for (gsize i = 0; i < count; i++) {
        g_autofree char *text = outcome(cases[i].text, options);
        cr_expect_str_eq(text, cases[i].outcome, "%s: %s", cases[i].text, text);
    }
}

Test(go_template, prints_what_go_prints)
{
    static const struct go_template_options options = {0};
    static const struct template_case cases[] = {
        {"plain", "plain"},
        {"{{.Os}}/{{ .State.Status }}", "linux/running"},
        {"{{.Count}} {{.IsOn}} {{.Null}}", "3 true <nil>"},
        {"{{.Tags}} {{.Labels}}", "[x:1 y:2] map[a:1 b:2]"},
        {"{{json .Tags}}{{json .Os}}{{json .Null}}", "[\"x:1\",\"y:2\"]\"linux\"null"},
        {"{{range .Tags}}<{{.}}>{{end}}", "<x:1><y:2>"},
        {"{{range $i, $t := .Tags}}{{$i}}{{$t}}{{end}}", "0x:11y:2"},
        {"{{range $k, $v := .Labels}}{{$k}}={{$v}};{{end}}", "a=1;b=2;"},
        {"{{range .Null}}x{{else}}none{{end}}", "none"},
        {"{{range $k, $v := .Null}}x{{else}}{{if $k}}x{{end}}none{{end}}", "none"},
        {"{{range .Tags}}{{$.Os}}{{end}}", "linuxlinux"},
        {"{{if .Os}}y{{else}}n{{end}}", "y"},
        {"{{if eq .Os \"windows\"}}w{{else if gt .Count 2}}c{{else}}e{{end}}", "c"},
        {"{{with .State}}{{.Status}}{{else}}no{{end}}", "running"},
        {"{{with .Null}}x{{else with .Os}}{{.}}{{end}}", "linux"},
        {"{{$x := .Os}}{{$x = \"z\"}}{{$x}}", "z"},
        {"{{index .Tags 1}} {{index .Labels \"a\"}} {{index .Labels \"zz\"}}|", "y:2 1 |"},
        {"{{len .Tags}} {{len .Os}} {{slice .Os 1 3}}", "2 5 in"},
        {"{{eq .Os \"a\" \"linux\"}} {{ne 1 2}} {{lt 1 2}} {{le 2 2}} {{ge 1 2}}",
         "true true true true false"},
        {"{{and .Os .Null}}|{{or .Null .Os}}|{{not .IsOn}}", "<nil>|linux|false"},
        {"{{join (split \"a\u00e9b\" \"\") \"-\"}}", "a-\u00e9-b"},
        {"{{join .Tags \",\"}} {{(split \"a-b\" \"-\")}} {{title \"ab cd\"}}",
         "x:1,y:2 [a b] Ab Cd"},
        {"{{upper .Os}} {{lower \"AB\"}} {{truncate .Os 3}} {{pad \"x\" 1 2}}|",
         "LINUX ab lin  x  |"},
        {"{{.Os | printf \"%s-%s\" \"a\"}} {{printf \"%5d|%-4s|%04d|%q|%v|%x\" 3 \"b\" 7 \"c\" "
         "true "
         "255}}",
         "a-linux     3|b   |0007|\"c\"|true|ff"},
        {"{{printf \"%d\" \"a\"}} {{printf \"%s\"}} {{printf \"x\" 1}}",
         "%!d(string=a) %!s(MISSING) x%!(EXTRA int=1)"},
        {"{{print 1 2 \"a\" 3}}{{println \"x\" 1}}", "1 2a3x 1\n"},
        {"a {{- \" b \" -}} c", "a b c"},
        {"x{{/* nothing */}}y{{- /* at all */ -}} z", "xyz"},
        {"{{(index .Tags 0) | len}} {{`raw\\n`}} {{\"\\t\"}}|", "3 raw\\n \t|"},
    };

    check(cases, G_N_ELEMENTS(cases), &options);
}

Test(go_template, complains_as_go_complains)
{
    static const struct go_template_options options = {0};
    static const struct template_case cases[] = {
        {"{{foo}}", "error: template: :1: function \"foo\" not defined"},
        {"{{.Os", "error: template: :1: unclosed action"},
        {"{{\"a}}", "error: template: :1: unterminated quoted string"},
        {"{{`a}}", "error: template: :1: unterminated raw quoted string"},
        {"{{}}", "error: template: :1: missing value for command"},
        {"{{if}}x{{end}}", "error: template: :1: missing value for if"},
        {"a\n{{if .Os}}", "error: template: :2: unexpected EOF"},
        {"{{end}}", "error: template: :1: unexpected {{end}}"},
        {"{{$x}}", "error: template: :1: undefined variable \"$x\""},
        {"{{(.Os}}", "error: template: :1: unclosed left paren"},
        {"{{.Os 1}}", "error: template: :1:2: executing \"\" at <.Os>: can't give argument to "
                      "non-function .Os"},
        {"\n{{.Foo}}", "error: template: :2:2: executing \"\" at <.Foo>: map has no entry for key "
                       "\"Foo\""},
        {"{{.State.Foo}}",
         "error: template: :1:8: executing \"\" at <.State.Foo>: map has no entry "
         "for key \"Foo\""},
        {"{{.Os.Foo}}",
         "error: template: :1:5: executing \"\" at <.Os.Foo>: can't evaluate field Foo "
         "in type interface {}"},
        {"{{index .Tags 9}}", "error: template: :1:2: executing \"\" at <index .Tags 9>: error "
                              "calling index: index out of range: 9"},
        {"{{len 3}}", "error: template: :1:2: executing \"\" at <len 3>: error calling len: len of "
                      "type int"},
        {"{{lower}}", "error: template: :1:2: executing \"\" at <lower>: wrong number of args for "
                      "lower: want 1 got 0"},
        {"{{range .Os}}{{end}}",
         "error: template: :1:8: executing \"\" at <.Os>: range can't iterate "
         "over linux"},
    };

    check(cases, G_N_ELEMENTS(cases), &options);
}

Test(go_template, knows_the_nil_members_of_the_engine_s_structs)
{
    static const struct go_template_options options = {.is_typed = true};
    static const struct template_case cases[] = {
        {"{{.Config.Env}}{{.Config.Labels}}", "[]map[]"},
        {"{{.ID}}", "sha256:ab"},
        {"{{.Id}}",
         "error: template: :1:2: executing \"\" at <.Id>: map has no entry for key \"Id\""},
        {"{{if .State.Health}}x{{else}}y{{end}}", "y"},
        {"{{.State.Health.Status}}", "error: template: :1:8: executing \"\" at "
                                     "<.State.Health.Status>: map has no entry for key \"Health\""},
    };

    check(cases, G_N_ELEMENTS(cases), &options);
}

Test(go_template, hands_texts_on_in_the_head_of_a_table)
{
    static const struct go_template_options options = {.is_missing_fine = true, .is_header = true};
    static const struct template_case cases[] = {
        {"{{json .Os}} {{upper .Os}} {{.Foo}}", "linux linux <no value>"},
        {"{{.Label \"com.docker.my-label\"}}", "my label"},
    };

    check(cases, G_N_ELEMENTS(cases), &options);
}

Test(go_template, rows_name_their_type_and_are_safe_for_html)
{
    static const struct go_template_options options = {.type_name = "*formatter.x"};
    g_autoptr(json_t) row = json_pack("{s:s, s:{s:s}}", "Tag", "<none>", "Label", "a", "1");
    AUTO(go_template) template = go_template_parse("", "{{json .}} {{.Label \"a\"}}", NULL);
    AUTO(go_template) wrong = go_template_parse("", "{{.Foo}}", NULL);
    g_autoptr(GString) output = g_string_new(NULL);
    g_autoptr(GError) error = NULL;

    cr_assert(go_template_execute(template, row, &options, output, NULL));
    cr_assert_str_eq(output->str, "{\"Tag\":\"\\u003cnone\\u003e\"} 1");
    cr_assert(!go_template_execute(wrong, row, &options, output, &error));
    cr_assert_str_eq(error->message,
                     "template: :1:2: executing \"\" at <.Foo>: can't evaluate field "
                     "Foo in type *formatter.x");
}

Test(go_template, nests_only_so_deep)
{
    g_autoptr(GString) text = g_string_new(NULL);
    g_autoptr(GError) error = NULL;
    for (int i = 0; i <= EXPR_DEPTH_MAX; i++)
        g_string_append(text, "{{if .}}");

    AUTO(go_template) template = go_template_parse("", text->str, &error);

    cr_assert_null(template);
    cr_assert_str_eq(error->message, "template: :1: max expression depth exceeded");
}

Test(go_template, takes_only_so_many_steps)
{
    static const struct go_template_options options = {0};
    g_autoptr(json_t) list = json_array();
    g_autoptr(GString) output = g_string_new(NULL);
    g_autoptr(GError) error = NULL;
    for (int i = 0; i < 400; i++)
        json_array_append_new(list, json_integer(i));
    AUTO(go_template)
    template = go_template_parse("", "{{range $}}{{range $}}{{.}}{{end}}{{end}}", NULL);

    cr_assert(!go_template_execute(template, list, &options, output, &error));

    cr_assert(strstr(error->message, "more than 100000 steps") != NULL, "%s", error->message);
}

Test(go_template, handles_only_so_many_bytes)
{
    static const struct go_template_options options = {0};
    g_autoptr(GString) text = g_string_new("{{$a := .}}");
    g_autoptr(GString) output = g_string_new(NULL);
    g_autoptr(GError) error = NULL;
    g_autoptr(json_t) start = json_string("0123456789abcdef");
    for (int i = 0; i < 60; i++)
        g_string_append(text, "{{$a = printf \"%s%s\" $a $a}}");

    AUTO(go_template) template = go_template_parse("", text->str, NULL);

    cr_assert(!go_template_execute(template, start, &options, output, &error));
    cr_assert_str_eq(error->message, "template: :1: more than 16777216 bytes of text");
}
