/*
 * crazy-max/ghaction-github-runtime: hands what node actions know of GitHub's services to the
 * scripts behind it, so that `docker buildx` in them has the cache of type gha (its src/main.ts).
 */
#include "actions/actions.h"

#include <string.h>

/* What the runner sets of all that begins with ACTIONS_. */
static const char *const names[] = {
    "ACTIONS_RUNTIME_URL",
    "ACTIONS_RUNTIME_TOKEN",
    "ACTIONS_CACHE_URL",
    "ACTIONS_RESULTS_URL",
    "ACTIONS_CACHE_SERVICE_V2",
    "ACTIONS_ID_TOKEN_REQUEST_URL",
    "ACTIONS_ID_TOKEN_REQUEST_TOKEN",
};

static bool main_phase(struct action_run *run, GError **error)
{
    (void)error;
    for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
        const char *value = action_variable(run, names[i]);
        bool is_secret = g_str_has_suffix(names[i], "_TOKEN");
        if (value == NULL)
            continue;
        if (is_secret) /* the runner has masked it from the beginning */
            action_mask(run, value);
        action_log(run, "%s=%s", names[i], is_secret ? "***" : value);
        action_export_variable(run, names[i], value);
    }
    return true;
}

static const struct action_input inputs[] = {{0}};

const struct action action_github_runtime = {
    .name = "crazy-max/ghaction-github-runtime",
    .summary = "Exports what `docker buildx` in scripts needs for the cache of type gha.",
    .first_major = 1,
    .last_major = 4,
    .inputs = inputs,
    .main = main_phase,
};
