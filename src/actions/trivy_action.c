/*
 * aquasecurity/trivy-action: installs trivy, keeps its database in the cache and scans (its
 * action.yaml and entrypoint.sh). Up to v0.24 it was a container with a trivy of its own, which
 * asks GHCR alone for the database.
 */
#include "actions/actions.h"
#include "actions/core.h"
#include "actions/trivy.h"

#include <stdlib.h>
#include <string.h>

enum {
    FIRST_WITHOUT_CONTAINER = 25,
    FIRST_WITH_CACHE = 26,
    NEWEST = 36,
};

#define CACHE_ACTION "actions/cache@v4"

/* Of the action's version 0.N; a branch or a commit is taken as the newest. */
static unsigned minor_of(const struct action_run *run)
{
    const char *ref = action_ref(run);
    const char *digits = *ref == 'v' ? ref + 1 : ref;
    return g_str_has_prefix(digits, "0.") ? (unsigned)strtoul(digits + 2, NULL, 10) : NEWEST;
}

/* The trivy that a version of the action installs. */
static const char *standard_version(unsigned minor)
{
    static const char *const versions[] = {
        "v0.56.1", "v0.56.1", "v0.56.1", "v0.57.1", "v0.60.0", "v0.63.0",
        "v0.64.1", "v0.65.0", "v0.69.1", "v0.69.3", "v0.70.0", "v0.72.0",
    };
    gsize index = minor > FIRST_WITH_CACHE ? minor - FIRST_WITH_CACHE : 0;
    return versions[MIN(index, G_N_ELEMENTS(versions) - 1)];
}

/* ---- the cache of the database ---- */

static char *cache_folder(const struct action_run *run)
{
    return core_absolute_path(run, action_input_is_given(run, "cache-dir")
                                       ? action_input(run, "cache-dir")
                                       : ".cache/trivy");
}

static bool uses_cache(const struct action_run *run)
{
    return minor_of(run) >= FIRST_WITH_CACHE && strcmp(action_input(run, "cache"), "true") == 0;
}

static bool run_cache(struct action_run *run, bool is_post, GError **error)
{
    __attribute__((cleanup(action_nested_result_clear))) struct action_nested_result result = {0};
    g_autofree char *folder = cache_folder(run);
    g_autofree char *date = core_iso_date(action_date_ms(run));
    g_autofree char *key = g_strdup_printf("cache-trivy-%.10s", date);
    g_autoptr(json_t) inputs =
        json_pack("{s:s,s:s,s:s}", "path", folder, "key", key, "restore-keys", "cache-trivy-");
    const struct action_nested nested = {
        .uses = CACHE_ACTION, .inputs = inputs, .is_post = is_post};
    return action_nested(run, &nested, &result, error) &&
           (result.has_succeeded || core_throw(error, "the cache of the database has failed"));
}

/* ---- the scan ---- */

/* Inputs that become variables, unless they are what they are by default. */
static const struct {
    const char *input, *variable, *standard;
} settings[] = {
    {"input", "TRIVY_INPUT", ""},
    {"exit-code", "TRIVY_EXIT_CODE", ""},
    {"ignore-unfixed", "TRIVY_IGNORE_UNFIXED", "false"},
    {"vuln-type", "TRIVY_PKG_TYPES", "os,library"},
    {"severity", "TRIVY_SEVERITY", "UNKNOWN,LOW,MEDIUM,HIGH,CRITICAL"},
    {"format", "TRIVY_FORMAT", "table"},
    {"template", "TRIVY_TEMPLATE", ""},
    {"output", "TRIVY_OUTPUT", ""},
    {"skip-dirs", "TRIVY_SKIP_DIRS", ""},
    {"skip-files", "TRIVY_SKIP_FILES", ""},
    {"timeout", "TRIVY_TIMEOUT", ""},
    {"ignore-policy", "TRIVY_IGNORE_POLICY", ""},
    {"hide-progress", "TRIVY_QUIET", ""},
    {"list-all-pkgs", "TRIVY_LIST_ALL_PKGS", "false"},
    {"scanners", "TRIVY_SCANNERS", ""},
    {"trivy-config", "TRIVY_CONFIG", ""},
    {"tf-vars", "TRIVY_TF_VARS", ""},
    {"docker-host", "TRIVY_DOCKER_HOST", ""},
};

static GPtrArray *environment_of(const struct action_run *run)
{
    GPtrArray *pairs = g_ptr_array_new_with_free_func(g_free);
    g_autofree char *folder = cache_folder(run);
    for (gsize i = 0; i < G_N_ELEMENTS(settings); i++) {
        const char *value = action_input(run, settings[i].input);
        if (*value != '\0' && strcmp(value, settings[i].standard) != 0)
            g_ptr_array_add(pairs, g_strconcat(settings[i].variable, "=", value, NULL));
    }
    g_ptr_array_add(pairs, g_strconcat("TRIVY_CACHE_DIR=", folder, NULL));
    if (minor_of(run) < FIRST_WITHOUT_CONTAINER &&
        action_variable(run, "TRIVY_DB_REPOSITORY") == NULL)
        g_ptr_array_add(pairs, g_strdup("TRIVY_DB_REPOSITORY=ghcr.io/aquasecurity/trivy-db:2"));
    g_ptr_array_add(pairs, NULL);
    return pairs;
}

static bool check_ignore_files(struct action_run *run, GError **error)
{
    g_auto(GStrv) files = g_strsplit_set(action_input(run, "trivyignores"), ", \n", -1);
    for (char **file = files; *file != NULL; file++) {
        g_autofree char *path = core_absolute_path(run, *file);
        g_autofree char *place = action_host_path(run, path);
        bool is_there =
            **file == '\0' || (place != NULL && g_file_test(place, G_FILE_TEST_IS_REGULAR));
        if (is_there)
            continue;
        action_log(run, "ERROR: cannot find ignorefile '%s'.", *file);
        return core_throw(error, "Process completed with exit code 1.");
    }
    return true;
}

static const char *target_of(const struct action_run *run)
{
    if (action_reads_unknown(run)) /* which may be its name */
        return COMMAND_UNKNOWN_WORD;
    return action_input(run, action_input_is_given(run, "image-ref") ? "image-ref" : "scan-ref");
}

static bool scan(struct action_run *run, GError **error)
{
    const char *type =
        action_input_is_given(run, "scan-type") ? action_input(run, "scan-type") : "image";
    const char *target = target_of(run);
    g_autoptr(GPtrArray) environment = environment_of(run);
    const char *const arguments[] = {"trivy", type, target, NULL};
    const struct action_exec exec = {.arguments = arguments,
                                     .environment = (const char *const *)environment->pdata,
                                     .is_plain = true};
    ACTION_EXEC_RESULT(result);
    action_log(run, "Running Trivy with options: trivy %s %s", type, target);
    if (!core_spawn(run, &exec, &result, error))
        return false;
    return result.exit_code == 0 ||
           core_throw(error, "Process completed with exit code %d.", result.exit_code);
}

static bool install(struct action_run *run, GError **error)
{
    const char *version = action_input(run, "version");
    if (minor_of(run) < FIRST_WITHOUT_CONTAINER)
        return action_assume(run, "the image of its container", 0, error);
    if (strcmp(action_input(run, "skip-setup-trivy"), "false") != 0)
        return true;
    return trivy_install(run, *version != '\0' ? version : standard_version(minor_of(run)), "",
                         error);
}

static bool perform(struct action_run *run, GError **error)
{
    return install(run, error) &&
           (!uses_cache(run) || run_cache(run, /* is_post= */ false, error)) &&
           check_ignore_files(run, error) && scan(run, error);
}

static bool main_phase(struct action_run *run, GError **error)
{
    return core_run(run, perform, error);
}

static bool keep(struct action_run *run, GError **error)
{
    return !uses_cache(run) || run_cache(run, /* is_post= */ true, error);
}

static bool post_phase(struct action_run *run, GError **error)
{
    return core_run(run, keep, error);
}

static const struct action_input inputs[] = {
    {"scan-type", "image", false},
    {"image-ref", "", false},
    {"input", "", false},
    {"scan-ref", ".", false},
    {"exit-code", "", false},
    {"ignore-unfixed", "false", false},
    {"vuln-type", "os,library", false},
    {"severity", "UNKNOWN,LOW,MEDIUM,HIGH,CRITICAL", false},
    {"format", "table", false},
    {"template", "", false},
    {"output", "", false},
    {"skip-dirs", "", false},
    {"skip-files", "", false},
    {"cache-dir", "", false},
    {"timeout", "", false},
    {"ignore-policy", "", false},
    {"hide-progress", "", false},
    {"list-all-pkgs", "false", false},
    {"scanners", "", false},
    {"trivyignores", "", false},
    {"github-pat", "", false},
    {"trivy-config", "", false},
    {"tf-vars", "", false},
    {"limit-severities-for-sarif", "", false},
    {"docker-host", "", false},
    {"version", "", false},
    {"cache", "true", false},
    {"skip-setup-trivy", "false", false},
    {"token-setup-trivy", "${{ github.token }}", false},
    {NULL, NULL, false},
};

const struct action action_trivy = {
    .name = "aquasecurity/trivy-action",
    .summary = "Scans with trivy; what it finds is assumed.",
    .inputs = inputs,
    .main = main_phase,
    .post = post_phase,
    .post_condition = "success()",
};
