/* Build checks: tests/cases/lint, NAME.dockerfile with NAME.expected. What is checked in is what
   BuildKit v0.23 says, but for UndefinedVar. */
#include "mocks/dockerfile/lint_private.h"

#include <criterion/criterion.h>
#include <string.h>

static void show_warnings(GString *text, const struct plan *plan)
{
    struct lint_options options = {0};
    g_autoptr(GError) error = NULL;
    if (!lint_options_read(plan->dockerfile->check, &options, &error)) {
        g_string_append_printf(text, "error: %s\n", error->message);
        return;
    }
    g_autoptr(GPtrArray) warnings = dockerfile_lint(plan, &options);
    for (guint i = 0; i < warnings->len; i++) {
        const struct lint_warning *warning = g_ptr_array_index(warnings, i);
        g_string_append_printf(text, "%s: %s (line %d)\n", warning->rule->name, warning->text,
                               warning->line);
    }
    g_autofree char *violation = lint_violation(warnings);
    if (options.is_error && warnings->len > 0)
        g_string_append_printf(text, "error: %s\n", violation);
    lint_options_clear(&options);
}

static char *show(const char *bytes, gsize length_bytes)
{
    static const struct plan_request request = {
        .platform = "linux/amd64", .build_platform = "linux/amd64", .has_platform_arguments = true};
    GString *text = g_string_new(NULL);
    g_autoptr(GError) error = NULL;
    AUTO(dockerfile) dockerfile = dockerfile_parse(bytes, length_bytes, &error);
    AUTO(plan) plan = dockerfile != NULL ? build_plan_new(dockerfile, &request, &error) : NULL;
    if (plan != NULL)
        show_warnings(text, plan);
    else
        g_string_append_printf(text, "error: %s\n", error->message);
    return g_string_free(text, FALSE);
}

static void check_case(const char *folder, const char *file)
{
    g_autofree char *name = g_strndup(file, strlen(file) - strlen(".dockerfile"));
    g_autofree char *input = g_strconcat(folder, "/", file, NULL);
    g_autofree char *output = g_strconcat(folder, "/", name, ".expected", NULL);
    g_autofree char *text = NULL;
    g_autofree char *expected = NULL;
    gsize length_bytes = 0;
    cr_assert(g_file_get_contents(input, &text, &length_bytes, NULL));

    g_autofree char *shown = show(text, length_bytes);

    if (g_getenv("UPDATE_GOLDEN") != NULL)
        cr_assert(g_file_set_contents(output, shown, -1, NULL));
    cr_assert(g_file_get_contents(output, &expected, NULL, NULL), "%s", output);
    cr_assert_str_eq(shown, expected, "%s:\n%s", name, shown);
}

Test(dockerfile_lint, every_case_is_warned_of_as_expected)
{
    const char *source = g_getenv("SEATRIAL_SOURCE_DIR");
    g_autofree char *folder =
        g_build_filename(source != NULL ? source : ".", "tests/cases/lint", NULL);
    g_autoptr(GDir) open = g_dir_open(folder, 0, NULL);
    guint count = 0;
    cr_assert_not_null(open, "%s", folder);

    for (const char *name = g_dir_read_name(open); name != NULL; name = g_dir_read_name(open))
        if (g_str_has_suffix(name, ".dockerfile")) {
            check_case(folder, name);
            count++;
        }

    cr_assert_geq(count, 10);
}
