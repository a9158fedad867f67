/* Reads texts for what touches images. */
#include "runner/touch.h"

#include "base/glob.h"
#include "base/limits.h"
#include "runner/manifest.h"
#include "workflow/literal.h"

#include <string.h>

static bool matches_any(const char *const *patterns, const char *text)
{
    for (; *patterns != NULL; patterns++)
        if (glob_match(*patterns, text))
            return true;
    return false;
}

bool use_touches_images(const char *name)
{
    static const char *const patterns[] = {
        "docker://*",
        "docker/*",
        "*/*docker*",
        "*buildx*",
        "*buildkit*",
        "*kaniko*",
        "*buildah*",
        "*podman*",
        "*skopeo*",
        "*crane*",
        "*cosign*",
        "*goreleaser*",
        "*ghcr*",
        "*image*",
        "*container*",
        "*/setup-ko*",
        "*/ko@*",
        "*jib*",
        "*depot/*",
        "*bake*",
        "*registry*",
        "*/ecr*",
        "*-ecr*",
        "*/gcr*",
        "*-gcr*",
        "*/acr*",
        "*-acr*",
        "*imjasonh/*",
        "*redhat-actions/*",
        NULL,
    };
    /* These look at images, write beside them, or install what a later command may use. */
    static const char *const onlookers[] = {
        "docker/scout-action@*",
        "docker/setup-compose-action@*",
        "peter-evans/dockerhub-description@*",
        "crazy-max/ghaction-container-scan@*",
        "sigstore/cosign-installer@*",
        "imjasonh/setup-crane@*",
        "imjasonh/setup-ko@*",
        "ko-build/setup-ko@*",
        "depot/setup-action@*",
        NULL,
    };
    g_autofree char *lower = g_ascii_strdown(name, -1);
    return matches_any(patterns, lower) && !matches_any(onlookers, lower);
}

bool script_touches_images(const char *script)
{
    static const char *const programs[] = {"docker",  "buildah", "buildctl", "buildx",     "crane",
                                           "depot",   "earthly", "jib",      "kaniko",     "ko",
                                           "nerdctl", "oras",    "podman",   "goreleaser", "regctl",
                                           "skopeo",  NULL};
    g_autofree char *lower = g_ascii_strdown(script, -1);
    g_auto(GStrv) words = g_strsplit_set(lower, " \t\r\n;&|()<>{}'\"`$=/\\:,", -1);
    for (char **word = words; *word != NULL; word++) {
        gsize stem_length = strcspn(*word, "-_."); /* docker-compose, docker.exe, docker_push */
        g_autofree char *stem = g_strndup(*word, stem_length);
        if (g_strv_contains(programs, stem))
            return true;
    }
    return false;
}

/* ---- steps ---- */

struct search {
    find_action_fn *find_action;
    void *self;
    int depth;
};

static bool do_steps_touch(const struct search *search, const GPtrArray *steps);

/* An action whose file is at hand does what its steps do; of another one the name tells. */
static bool does_action_touch(const struct search *search, const char *uses)
{
    g_autofree char *folder =
        search->find_action != NULL ? search->find_action(search->self, uses) : NULL;
    g_autofree char *path = folder != NULL ? manifest_find(folder) : NULL;
    g_autoptr(GPtrArray) errors = g_ptr_array_new_with_free_func((GDestroyNotify)g_error_free);
    AUTO(manifest) manifest = path != NULL ? manifest_load(path, errors) : NULL;
    const struct search below = {search->find_action, search->self, search->depth + 1};
    if (manifest == NULL)
        return use_touches_images(uses);
    return manifest->is_container || search->depth >= RUNNER_COMPOSITE_DEPTH_MAX ||
           do_steps_touch(&below, manifest->steps) || use_touches_images(uses);
}

static bool does_step_touch(const struct search *search, const struct step *step)
{
    if (step->parallel != NULL)
        return do_steps_touch(search, step->parallel);
    const struct node *node = step->kind == STEP_RUN ? step->run : step->uses;
    g_autofree char *text = node != NULL ? literal_text(node) : NULL;
    if (text == NULL)
        return false;
    return step->kind == STEP_RUN ? script_touches_images(text) : does_action_touch(search, text);
}

static bool do_steps_touch(const struct search *search, const GPtrArray *steps)
{
    for (guint i = 0; steps != NULL && i < steps->len; i++)
        if (does_step_touch(search, g_ptr_array_index(steps, i)))
            return true;
    return false;
}

bool step_touches_images(const struct step *step, find_action_fn *find_action, void *self)
{
    const struct search search = {find_action, self, 0};
    return does_step_touch(&search, step);
}

bool job_touches_images(const struct job *job, find_action_fn *find_action, void *self)
{
    const struct search search = {find_action, self, 0};
    return do_steps_touch(&search, job->steps);
}
