/* Build checks: tests/cases/lint, NAME.dockerfile with NAME.expected. What is checked in is what
   BuildKit v0.23 says, but for UndefinedVar. */
#include "mocks/dockerfile/lint_private.h"

#include "case_files.h"

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

static char *answer_of(const char *path)
{
    g_autofree char *bytes = NULL;
    gsize length_bytes = 0;
    cr_assert(g_file_get_contents(path, &bytes, &length_bytes, NULL));
    return show(bytes, length_bytes);
}

Test(dockerfile_lint, every_case_is_warned_of_as_expected)
{
    case_files_check("tests/cases/lint", ".dockerfile", answer_of, 10);
}
