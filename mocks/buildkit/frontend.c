/* The frontend that "# syntax=docker/dockerfile:1" names: an image, pulled before the build. */
#include "mocks/buildkit/build.h"

#include "mocks/dockerfile/expand.h"

#include <string.h>

/* The build argument counts before the directive (builder/build.go). What follows the first blank
   is the frontend's own command line; g_free, NULL: the daemon's own frontend. */
static char *wanted(const struct build *build)
{
    const char *given = variables_get(build->arguments, "BUILDKIT_SYNTAX");
    const char *text = given != NULL ? given : build->dockerfile->syntax;
    if (text == NULL)
        return NULL;
    text += strspn(text, " ");
    return g_strndup(text, strcspn(text, " "));
}

static bool resolve(struct base *base)
{
    struct build *build = base->build;
    g_autofree char *full = reference_text(base->reference);
    g_autofree char *name = g_strconcat("resolve image config for docker-image://", full, NULL);
    struct vertex *vertex = progress_begin(build->progress, name, name);
    GError *cause = NULL;
    if (base_read(base, &cause)) {
        progress_done(build->progress, vertex);
        return true;
    }
    if (cause->domain != FIBER_ERROR)
        progress_failed(build->progress, vertex, cause->message);
    g_prefix_error(&cause, "failed to resolve source metadata for %s: ", full);
    return build_fail(build, vertex, base->instruction, cause);
}

bool build_load_frontend(struct build *build)
{
    g_autofree char *source = wanted(build);
    bool is_directive = build->dockerfile->syntax != NULL;
    GError *cause = NULL;
    if (source == NULL)
        return true;
    build->directive.line = build->dockerfile->syntax_line;
    build->directive.last_line = build->dockerfile->syntax_line;
    struct base *base = base_obtain(build, source, buildkitd_platform(build->daemon),
                                    is_directive ? &build->directive : NULL, &cause);
    if (base == NULL)
        return build_fail(build, NULL, is_directive ? &build->directive : NULL, cause);
    return resolve(base) && (base->kept != NULL || base_fetch(base, "docker-image://"));
}
