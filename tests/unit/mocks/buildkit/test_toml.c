/* buildkitd.toml: what is read, and in which words it is refused. */
#include "base/limits.h"
#include "base/rng.h"
#include "mocks/buildkit/config.h"
#include "mocks/buildkit/toml.h"

#include <criterion/criterion.h>
#include <string.h>

/* "path=text kind" of every entry, or "! error"; g_free. */
static char *show(const char *text)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) entries = toml_parse(text, strlen(text), &error);
    GString *shown = g_string_new(NULL);
    if (entries == NULL)
        g_string_append_printf(shown, "! %s", error->message);
    for (guint i = 0; entries != NULL && i < entries->len; i++) {
        const struct toml_entry *entry = g_ptr_array_index(entries, i);
        g_autoptr(GPtrArray) path = g_ptr_array_copy(entry->path, NULL, NULL);
        g_ptr_array_set_free_func(path, NULL);
        g_ptr_array_add(path, NULL);
        g_autofree char *joined = g_strjoinv("/", (char **)path->pdata);
        g_string_append_printf(shown, "%s%d:%d %s=%s %s", i > 0 ? "; " : "", entry->line,
                               entry->column, joined, entry->text, toml_go_type(entry->kind));
        for (guint j = 0; j < entry->items->len; j++)
            g_string_append_printf(shown, " [%s]", (char *)g_ptr_array_index(entry->items, j));
    }
    return g_string_free(shown, FALSE);
}

static const struct {
    const char *text;
    const char *expected;
} cases[] = {
    {"", ""},
    {"# comment\n\na = 1 # more\n", "3:1 a=1 int64"},
    {"a.\"b.c\" = 'x'\n", "1:1 a/b.c=x string"},
    {"[a.b]\n  c = true\n", "1:2 a/b=map[] *toml.Tree; 2:3 a/b/c=true bool"},
    {"[[a]]\nb = 1\n[[a]]\nb = 2\n",
     "1:3 a/0=map[] *toml.Tree; 2:1 a/0/b=1 int64; 3:3 a/1=map[] *toml.Tree; 4:1 a/1/b=2 int64"},
    {"a = [ \"x\", # one\n \"y\", ]\n", "1:1 a=[] []interface {} [x] [y]"},
    {"a = { b = 1, c = \"d\" }\n", "1:1 a=map[] *toml.Tree; 1:7 a/b=1 int64; 1:14 a/c=d string"},
    {"a = \"x\\ty\\u00e9\"\n", "1:1 a=x\ty\303\251 string"},
    {"a = \"\"\"\nx\ny\"\"\"\n", "1:1 a=x\ny string"},
    {"a = 1.5\nb = 1979-05-27T07:32:00Z\n", "1:1 a=1.5 float64; 2:1 b=1979-05-27T07:32:00Z string"},
    {"a = \n", "! (1, 5): no value type found"},
    {"a\n", "! (1, 2): parsing error: expected '='"},
    {"[a\n", "! (1, 3): parsing error: expected ']'"},
    {"a = \"x\n", "! (1, 7): unclosed string"},
    {"a = 1 2\n", "! (1, 7): parsing error: unexpected token after the value"},
    {"a = [1 2]\n", "! (1, 8): parsing error: missing comma in an array"},
};

Test(buildkit_toml, what_buildkitd_reads_is_read)
{
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *shown = show(cases[i].text);
        cr_assert_str_eq(shown, cases[i].expected, "%s: %s", cases[i].text, shown);
    }
}

Test(buildkit_toml, any_bytes_end_in_entries_or_an_error)
{
    static const char seed_text[] =
        "a = [1, {b = \"c\"}]\n[\"x\".y]\nz = '''l\n'''\n[[q]]\nr = \"\\u0041\"\n# c\ns = 0x1f\n";
    struct rng rng = rng_stream(7, "toml", NULL);

    for (int i = 0; i < 3000; i++) {
        g_autofree char *text = g_strdup(seed_text);
        for (int j = 0; j < 5; j++)
            text[rng_below(&rng, sizeof(seed_text) - 1)] = (char)rng_below(&rng, 256);
        g_autofree char *shown = show(text);
        cr_assert_not_null(shown);
    }
}

Test(buildkit_toml, deep_nesting_is_refused)
{
    g_autofree char *brackets = g_strnfill(1000, '[');
    g_autofree char *text = g_strconcat("a = ", brackets, NULL);

    g_autofree char *shown = show(text);

    cr_assert(g_str_has_suffix(shown, "value is nested too deep"), "%s", shown);
}

Test(buildkit_toml, a_file_over_the_ceiling_is_refused_by_name)
{
    g_autofree char *text = g_strnfill(BUILDKITD_CONFIG_BYTES_MAX + 1, '\n');

    g_autofree char *over = show(text);
    text[BUILDKITD_CONFIG_BYTES_MAX] = '\0';
    g_autofree char *at = show(text);

    cr_assert_str_eq(over, "! buildkitd.toml is over the limit of 1048576 bytes");
    cr_assert_str_eq(at, "");
}

static const struct {
    const char *text;
    const char *error;
} mistyped[] = {
    {"[worker.oci]\n  enabled = true\n[worker.containerd]\n  runtime = \"runc\"\n",
     "(4, 3): Can't convert runc(string) to config.ContainerdRuntime"},
    {"[worker.oci]\nmax-parallelism = \"4\"\n", "(2, 1): Can't convert 4(string) to int"},
    {"debug = 1\n", "(1, 1): Can't convert 1(int64) to bool"},
    {"[registry.\"docker.io\"]\nhttp = \"yes\"\n", "(2, 1): Can't convert yes(string) to bool"},
};

Test(buildkit_toml, a_mistyped_key_is_told_as_go_toml_does)
{
    for (gsize i = 0; i < G_N_ELEMENTS(mistyped); i++) {
        g_autoptr(GError) error = NULL;
        AUTO(buildkitd_config)
        config = buildkitd_config_parse(mistyped[i].text, strlen(mistyped[i].text), &error);
        cr_assert_null(config);
        cr_assert_str_eq(error->message, mistyped[i].error);
    }
}

Test(buildkit_toml, mirrors_and_parallelism_are_taken)
{
    static const char text[] = "[worker.oci]\nmax-parallelism = 4\n[registry.\"docker.io\"]\n"
                               "mirrors = [\"mirror.gcr.io\", \"m.example\"]\n";

    AUTO(buildkitd_config) config = buildkitd_config_parse(text, strlen(text), NULL);

    cr_assert_eq(config->max_parallelism, 4);
    g_autofree char *mirrors = g_strjoinv(" ", config->mirrors);
    cr_assert_str_eq(mirrors, "docker.io=mirror.gcr.io docker.io=m.example");
}
