/* Before the build: the frontend that "# syntax=docker/dockerfile:1" names is pulled, and what RUN
   may do is checked. */
#include "mocks/buildkit/build.h"

#include "mocks/dockerfile/expand.h"

#include <string.h>

enum {
    CHECKS_SINCE = 8 /* docker/dockerfile:1.8 */
};

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

/* The daemon's own: of a builder by the tag of its image, "moby/buildkit:v0.12.5"; tags that move
   are the newest. */
static struct frontend own_frontend(const struct buildkitd *daemon)
{
    if (daemon->is_engine)
        return frontend_of_buildkit(buildkitd_version(daemon));
    const char *image = container_image(daemon->container);
    g_autofree char *name = g_strndup(image, strcspn(image, "@"));
    const char *colon = strrchr(name, ':');
    return frontend_of_buildkit(colon != NULL ? colon + 1 : "");
}

static bool check_frontend(struct build *build, const char *source)
{
    struct frontend frontend = own_frontend(build->daemon);
    GError *cause = NULL;
    if (source != NULL && !frontend_of_image(source, &frontend))
        return true; /* another one: nobody knows what it refuses */
    build->has_checks = frontend.minor >= CHECKS_SINCE;
    return dockerfile_check_frontend(build->dockerfile, &frontend, &cause) ||
           build_fail(build, NULL, NULL, cause);
}

static bool load_frontend(struct build *build, const char *source)
{
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

bool build_load_frontend(struct build *build)
{
    g_autofree char *source = wanted(build);
    return load_frontend(build, source) && check_frontend(build, source);
}

/* ---- entitlements ---- */

/* util/entitlements; solver/llbsolver/bridge.go */
static bool check_instruction(struct build *build, const struct instruction *instruction)
{
    static const struct {
        const char *flag;
        const char *value;
        const char *entitlement;
    } rows[] = {{"network", "host", "network.host"}, {"security", "insecure", "security.insecure"}};
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        const char *value = instruction_flag(instruction, rows[i].flag);
        if (g_strcmp0(value, rows[i].value) == 0 &&
            !g_ptr_array_find_with_equal_func(build->command->allowed, rows[i].entitlement,
                                              g_str_equal, NULL))
            return build_fail(build, NULL, NULL,
                              g_error_new(BASE_ERROR, BASE_ERROR_INVALID,
                                          "failed to load LLB: %s is not allowed",
                                          rows[i].entitlement));
    }
    return true;
}

static bool check_plan(struct build *build, const struct plan *plan)
{
    for (guint i = 0; i < plan->stages->len; i++) {
        const struct plan_stage *stage = g_ptr_array_index(plan->stages, i);
        for (guint j = 0; stage->is_needed && j < stage->instructions->len; j++)
            if (!check_instruction(build, g_ptr_array_index(stage->instructions, j)))
                return false;
    }
    return true;
}

bool build_check_entitlements(struct build *build)
{
    for (guint i = 0; i < build->targets->len; i++)
        if (!check_plan(build, ((struct target *)g_ptr_array_index(build->targets, i))->plan))
            return false;
    return true;
}
