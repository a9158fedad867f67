/* Go's rules as pure functions: order of versions, toolchains by date, go.mod. */
#include "mocks/golang/golang.h"

#include "base/limits.h"

#include <criterion/criterion.h>
#include <string.h>

static const char *const ascending[] = {"none",    "1.9",     "1.20rc1", "1.20",
                                        "1.20.14", "1.21",    "1.21rc2", "1.21.0",
                                        "1.21.1",  "1.21.10", "1.22",    "1.22.0"};

Test(golang, versions_are_ordered_as_by_cmd_go)
{
    for (gsize i = 0; i < G_N_ELEMENTS(ascending); i++)
        for (gsize j = 0; j < G_N_ELEMENTS(ascending); j++) {
            int order = go_version_compare(ascending[i], ascending[j]);
            cr_expect_eq((order > 0) - (order < 0), (i > j) - (i < j), "%s and %s", ascending[i],
                         ascending[j]);
        }
}

static const char *const modules_ascending[] = {"x",      "v0.9.0",  "v1.2.3-rc.1",
                                                "v1.2.3", "v1.10.0", "v2.0.0"};

Test(golang, versions_of_modules_are_semantic)
{
    for (gsize i = 1; i < G_N_ELEMENTS(modules_ascending); i++)
        cr_expect_lt(go_semver_compare(modules_ascending[i - 1], modules_ascending[i]), 0);
    cr_expect_not(go_semver_is_valid("1.2.3"));
    cr_expect_not(go_semver_is_valid("v1.02.3"));
}

#define DATE_2024_07 INT64_C(1720000000)
#define DATE_2026_11 INT64_C(1795650000)

Test(golang, toolchains_exist_from_their_day_on)
{
    cr_expect(go_release_exists("1.22.0", DATE_2024_07));
    cr_expect_not(go_release_exists("1.23.0", DATE_2024_07), "came in August");
    cr_expect(go_release_exists("1.26.11", DATE_2026_11));
    cr_expect_not(go_release_exists("1.26.99", DATE_2026_11));
    cr_expect_not(go_release_exists("1.22", DATE_2026_11), "a language, no toolchain");
    cr_expect(go_release_exists("1.20", DATE_2026_11));
    g_autofree char *newest = go_release_newest(22, DATE_2026_11);
    cr_expect_str_eq(newest, "1.22.12");
}

Test(golang, switching_takes_the_last_release_but_one)
{
    g_autofree char *old = go_release_for_switch("1.22", DATE_2026_11);
    g_autofree char *last = go_release_for_switch("1.27", DATE_2026_11);
    g_autofree char *none = go_release_for_switch("1.99", DATE_2026_11);

    cr_expect_str_eq(old, "1.26.11", "measured on that day");
    cr_expect_str_eq(last, "1.27.4");
    cr_expect_null(none);
}

Test(golang, a_go_line_without_patch_is_the_first_release_to_those_who_know)
{
    static const char *const knows[] = {"1.21.13", "1.22.5", "1.22.12", "1.23.0"};
    static const char *const knows_not[] = {"1.21.6", "1.22.0", "1.22.2"};
    for (gsize i = 0; i < G_N_ELEMENTS(knows); i++) {
        g_autofree char *release = go_release_of_line("1.24", knows[i]);
        cr_expect_str_eq(release, "1.24.0", "%s", knows[i]);
    }
    for (gsize i = 0; i < G_N_ELEMENTS(knows_not); i++) {
        g_autofree char *release = go_release_of_line("1.24", knows_not[i]);
        cr_expect_str_eq(release, "1.24", "%s", knows_not[i]);
    }
}

Test(golang, latest_depends_on_the_date)
{
    const char *path = "google.golang.org/protobuf";
    cr_expect_str_eq(go_module_latest(path, DATE_2024_07)->go_line, "1.20");
    cr_expect_str_eq(go_module_latest(path, DATE_2026_11)->version, "v1.36.12");
    cr_expect_str_eq(go_module_latest(path, DATE_2026_11)->go_line, "1.23");
    cr_expect_null(go_module_latest(path, 0));
    cr_expect_str_eq(go_module_find(path, "v1.36.6")->go_line, "1.22");
}

struct package_case {
    const char *package;
    const char *module;
};

static const struct package_case packages[] = {
    {"google.golang.org/protobuf/cmd/protoc-gen-go", "google.golang.org/protobuf"},
    {"google.golang.org/grpc/cmd/protoc-gen-go-grpc",
     "google.golang.org/grpc/cmd/protoc-gen-go-grpc"},
    {"github.com/golangci/golangci-lint/v2/cmd/golangci-lint",
     "github.com/golangci/golangci-lint/v2"},
    {"github.com/a/b/v3/cmd/x", "github.com/a/b/v3"},
    {"github.com/a/b/c/d", "github.com/a/b"},
    {"golang.org/x/tools/cmd/goimports", "golang.org/x/tools"},
    {"example.com/tool/cmd/x", "example.com/tool"},
    {"example.com/tool", "example.com/tool"},
};

Test(golang, packages_lie_in_modules)
{
    for (gsize i = 0; i < G_N_ELEMENTS(packages); i++) {
        g_autofree char *module = go_module_of_package(packages[i].package);
        cr_expect_str_eq(module, packages[i].module);
    }
}

struct mod_case {
    const char *text;
    const char *running;
    const char *message; /* NULL: is read */
};

/* Messages measured with 1.19.8, 1.21.13, 1.22.12 and 1.26.8. */
static const struct mod_case mods[] = {
    {"module m\n\ngo 1.22.0\n", "1.19.8",
     "go: errors parsing go.mod:\nF:3: invalid go version '1.22.0': must match format 1.23"},
    {"module m\n\ngo 1.22.x\n", "1.21.13",
     "go: errors parsing go.mod:\nF:3: invalid go version '1.22.x': must match format 1.23"},
    {"module m\n\ngo 1.22.x\n", "1.26.8",
     "go: errors parsing go.mod:\nF:3: invalid go version '1.22.x': must match format 1.23.0"},
    {"module m\ngo 1.22\ntoolchain go1.22.8\n", "1.20.14",
     "go: errors parsing go.mod:\nF:3: unknown directive: toolchain"},
    {"module m\n\ngo 1.21\n\nfoo bar\n", "1.26.8",
     "go: errors parsing go.mod:\nF:5: unknown directive: foo"},
    {"module m\nrequire (\n\ta/b v1.0.0\n\tc/d\n)\n", "1.26.8",
     "go: errors parsing go.mod:\nF:4: usage: require module/path v1.2.3"},
    {"module m // with words\r\n\nrequire \"a/b\" v1.0.0 // indirect\ngo 1.21\nexclude x v1\n",
     "1.26.8", NULL},
    {"", "1.26.8", NULL},
    {"replace a/b => ../b\nreplace a/b v1.0.0 => c/d v1.2.0\n", "1.26.8", NULL},
    {"replace a/b => c/d\n", "1.26.8",
     "go: errors parsing go.mod:\nF:1: replacement module without version must be directory path "
     "(rooted or starting with . or ..)"},
    {"replace a/b => ./b v1.0.0\n", "1.26.8",
     "go: errors parsing go.mod:\nF:1: replacement module directory path \"./b\" cannot have "
     "version"},
    {"replace a/b ./b\n", "1.26.8",
     "go: errors parsing go.mod:\nF:1: usage: replace module/path [v1.2.3] => other/module "
     "v1.4\n\t or replace module/path [v1.2.3] => ../local/directory"},
};

Test(golang, go_mod_is_read_as_its_reader_would)
{
    for (gsize i = 0; i < G_N_ELEMENTS(mods); i++) {
        g_autoptr(GError) error = NULL;
        AUTO(go_mod) mod = go_mod_parse(mods[i].text, "F", mods[i].running, &error);
        cr_expect_eq(mod == NULL, mods[i].message != NULL, "%s", mods[i].text);
        if (mods[i].message != NULL && error != NULL)
            cr_expect_str_eq(error->message, mods[i].message);
    }
}

Test(golang, go_mod_has_a_ceiling_for_requirements)
{
    g_autoptr(GString) text = g_string_new("module m\nrequire (\n");
    g_autoptr(GError) error = NULL;
    for (int i = 0; i <= GO_MOD_REQUIREMENTS_MAX; i++)
        g_string_append_printf(text, "\ta.b/c%d v1.0.0\n", i);
    g_string_append(text, ")\n");
    AUTO(go_mod) mod = go_mod_parse(text->str, "F", "1.26.8", &error);
    cr_assert_null(mod);
    cr_expect(strstr(error->message, "more than 1000 requirements") != NULL);
}

Test(golang, too_new_is_said_in_go_s_words)
{
    g_autofree char *local = go_too_new_text("go.mod", "1.23", "1.22.12", "local");
    g_autofree char *plain = go_too_new_text("a@v1.0.0", "1.23", "1.22.12", "auto");
    g_autofree char *fine = go_too_new_text("go.mod", "1.22", "1.22.12", "local");

    cr_expect_str_eq(local, "go.mod requires go >= 1.23 (running go 1.22.12; GOTOOLCHAIN=local)");
    cr_expect_str_eq(plain, "a@v1.0.0 requires go >= 1.23 (running go 1.22.12)");
    cr_expect_null(fine);
}
