/* Build checks of the Dockerfile: what fails the build, what is told at its end, and what
   `--call check` asks for (frontend/dockerfile/builder, subrequests/lint). */
#include "mocks/buildkit/build.h"

#include "mocks/dockerfile/expand.h"
#include "mocks/dockerfile/lint.h"

#include <string.h>

/* The build argument counts before the directive. */
static bool read_options(const struct build *build, struct lint_options *options, GError **error)
{
    const char *given = variables_get(build->arguments, "BUILDKIT_DOCKERFILE_CHECK");
    return lint_options_read(given != NULL ? given : build->dockerfile->check, options, error);
}

bool build_is_check(const struct build *build)
{
    return g_strcmp0(build_command_option(build->command, "requestid"), "frontend.lint") == 0;
}

/* The answer to the client: its text, and the exit code that it is worth. */
static bool answer(struct build *build, const GPtrArray *warnings, GError **error)
{
    g_autofree char *text = lint_report(warnings, build->dockerfile, build->dockerfile_name);
    g_autoptr(json_t) metadata = json_pack("{s:s, s:s}", "result.txt", text, "result.statuscode",
                                           warnings->len > 0 ? "1" : "0");
    g_autofree char *dumped = json_text(metadata);
    g_autoptr(GBytes) bytes = g_bytes_new(dumped, strlen(dumped));
    return container_write_file(build->daemon->container, build->command->metadata_file, bytes,
                                error);
}

static bool check(struct build *build, const struct lint_options *options, GError **error)
{
    const struct target *target = g_ptr_array_index(build->targets, 0);
    g_autoptr(GPtrArray) warnings = dockerfile_lint(target->plan, options);
    if (build_is_check(build))
        return answer(build, warnings, error);
    if (warnings->len > 0)
        build->lint_summary = lint_summary(warnings);
    if (warnings->len == 0 || !options->is_error)
        return true;
    g_autofree char *violation = lint_violation(warnings);
    g_set_error_literal(error, BASE_ERROR, BASE_ERROR_INVALID, violation);
    return false;
}

bool build_check_rules(struct build *build)
{
    struct lint_options options = {0};
    GError *cause = NULL;
    if (!build->has_checks)
        return true;
    bool is_fine = read_options(build, &options, &cause) && check(build, &options, &cause);
    lint_options_clear(&options);
    return is_fine || build_fail(build, NULL, NULL, cause);
}
