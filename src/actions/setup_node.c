/*
 * actions/setup-node: a version of Node.js on PATH (src/main.ts of v3 to v6). Which releases there
 * are is taken from a short list of the newest of each line; whatever is not on it is assumed.
 */
#include "actions/actions.h"
#include "actions/semver.h"
#include "actions/tool.h"

#include "base/units.h"

#include <string.h>

#define DOWNLOAD_US (3 * SECOND_US)

/* The newest known of each line; is_preloaded: GitHub's images hold it. */
static const struct {
    const char *version;
    bool is_preloaded;
} releases[] = {
    {"24.11.1", true},  {"22.21.1", true},   {"20.19.6", true},  {"25.2.1", false},
    {"23.11.1", false}, {"21.7.3", false},   {"19.9.0", false},  {"18.20.8", false},
    {"17.9.1", false},  {"16.20.2", false},  {"15.14.0", false}, {"14.21.3", false},
    {"13.14.0", false}, {"12.22.12", false}, {"11.15.0", false}, {"10.24.1", false},
    {"9.11.2", false},  {"8.17.0", false},   {"7.10.1", false},  {"6.17.1", false},
};

/* Lines after the list, two a year, that may be out when a workflow asks for them. */
enum {
    LINE_NEWEST = 25,
    LINE_LATER_MAX = 45,
};

/* What stands for a line: the newest with long support, the newest, and names of lines. */
static const char *alias_version(const char *wanted)
{
    if (strcmp(wanted, "lts/*") == 0)
        return "24";
    if (strcmp(wanted, "node") == 0 || strcmp(wanted, "latest") == 0 ||
        strcmp(wanted, "current") == 0)
        return "25";
    static const struct {
        const char *name, *line;
    } lines[] = {
        {"lts/krypton", "24"}, {"lts/jod", "22"}, {"lts/iron", "20"}, {"lts/hydrogen", "18"}};
    for (gsize i = 0; i < G_N_ELEMENTS(lines); i++)
        if (g_ascii_strcasecmp(wanted, lines[i].name) == 0)
            return lines[i].line;
    return wanted;
}

static bool read_wanted(struct action_run *run, char **wanted, GError **error)
{
    const char *version = action_input(run, "node-version");
    const char *path = action_input(run, "node-version-file");
    if (*version != '\0' && *path != '\0')
        action_warn(run, "Both node-version and node-version-file inputs are specified, only "
                         "node-version will be used");
    if (*version != '\0' || *path == '\0') {
        *wanted = g_strdup(version);
        return true;
    }
    g_autofree char *base = g_path_get_basename(path);
    const char *pattern = NULL;
    if (strcmp(base, "package.json") == 0)
        pattern = "\"node\"\\s*:\\s*\"([^\"]+)\"";
    else if (strcmp(base, ".tool-versions") == 0)
        pattern = "^(?:node|nodejs)\\s+v?([^\\s#]+)";
    *wanted = tool_version_file(run, path, pattern);
    return *wanted != NULL ||
           core_throw(error, "The specified node version file at: %s does not exist", path);
}

/* "26", "26.x", "^27.1": a version of a line that came after the list; NULL when it names none. */
static char *later_line(const char *wanted)
{
    const char *digits = wanted + strspn(wanted, "^~>=v ");
    guint64 line = g_ascii_strtoull(digits, NULL, 10);
    bool is_later = line > LINE_NEWEST && line <= LINE_LATER_MAX;
    return is_later ? g_strdup_printf("%" G_GUINT64_FORMAT ".0.0", line) : NULL;
}

/* "22.4", ">=18.1 <18.5": the first patch of the newest minor version in the range that came before
   the newest of its line; NULL: none. Which patches there were nobody here knows. */
static char *earlier_minor(const struct semver_range *range)
{
    for (gsize i = 0; i < G_N_ELEMENTS(releases); i++) {
        SEMVER(tried);
        if (!semver_parse(releases[i].version, &tried))
            continue;
        tried.patch = 0;
        for (uint64_t minors = tried.minor; minors > 0; minors--) {
            tried.minor = minors - 1;
            if (semver_range_has(range, &tried))
                return semver_text(&tried);
        }
    }
    return NULL;
}

/* The version: the newest on the list in the range, or what is asked for when it is exact, or
   earlier or later than the list. */
static char *resolve(const char *wanted, bool *is_preloaded)
{
    SEMVER_RANGE(range);
    SEMVER(exact);
    if (semver_parse(wanted, &exact))
        return semver_text(&exact);
    if (!semver_range_parse(alias_version(wanted), &range))
        return NULL;
    for (gsize i = 0; i < G_N_ELEMENTS(releases); i++) {
        SEMVER(release);
        if (semver_parse(releases[i].version, &release) && semver_range_has(&range, &release)) {
            *is_preloaded = releases[i].is_preloaded;
            return g_strdup(releases[i].version);
        }
    }
    char *earlier = earlier_minor(&range);
    return earlier != NULL ? earlier : later_line(wanted);
}

static bool install(struct action_run *run, const char *wanted, GError **error)
{
    const char *asked = action_input(run, "architecture");
    const char *architecture = *asked != '\0' ? asked : tool_architecture(run);
    bool is_preloaded = false;
    g_autofree char *version = resolve(wanted, &is_preloaded);
    if (version == NULL)
        return core_throw(error,
                          "Unable to find Node version '%s' for platform linux and architecture "
                          "%s.",
                          wanted, architecture);
    g_autofree char *what = g_strdup_printf("Node.js %s", version);
    if (!is_preloaded) {
        action_log(run, "Attempting to download %s...", wanted);
        if (!action_assume(run, what, DOWNLOAD_US, error))
            return false;
    }
    g_autofree char *place = tool_place(run, "node", version, architecture);
    action_log(run, "Found in cache @ %s", place);
    tool_add_path(run, place, "bin");
    g_autofree char *output = g_strconcat("v", version, NULL);
    action_set_output(run, "node-version", output);
    {
        CORE_GROUP(run, "Environment details");
        action_log(run, "node: %s", output);
    }
    return true;
}

/* Credentials for the registry of packages, as authutil.ts leaves them in the environment. */
static void use_registry(struct action_run *run)
{
    const char *temporary = action_variable(run, "RUNNER_TEMP");
    const char *token = action_variable(run, "NODE_AUTH_TOKEN");
    if (!action_input_is_given(run, "registry-url"))
        return;
    g_autofree char *path = g_strconcat(temporary != NULL ? temporary : "", "/.npmrc", NULL);
    action_export_variable(run, "NPM_CONFIG_USERCONFIG", path);
    action_export_variable(run, "NODE_AUTH_TOKEN",
                           token != NULL ? token : "XXXXX-XXXXX-XXXXX-XXXXX");
}

static bool perform(struct action_run *run, GError **error)
{
    g_autofree char *wanted = NULL;
    if (!read_wanted(run, &wanted, error))
        return false;
    if (*wanted != '\0' && !install(run, wanted, error))
        return false;
    use_registry(run);
    if (action_input_is_given(run, "cache"))
        action_set_output(run, "cache-hit", "false");
    return true;
}

static bool main_phase(struct action_run *run, GError **error)
{
    return core_run(run, perform, error);
}

static const struct action_input inputs[] = {
    {"always-auth", "false", false}, /* until 5 */
    {"node-version", "", false},
    {"node-version-file", "", false},
    {"architecture", "", false},
    {"check-latest", "false", false},
    {"registry-url", "", false},
    {"scope", "", false},
    {"token", "${{ github.token }}", false},
    {"cache", "", false},
    {"package-manager-cache", "true", false},
    {"cache-dependency-path", "", false},
    {"mirror", "", false},
    {"mirror-token", "", false},
    {NULL, NULL, false},
};

const struct action action_setup_node = {
    .name = "actions/setup-node",
    .summary = "Puts a version of Node.js on PATH.",
    .first_major = 2,
    .last_major = 6,
    .inputs = inputs,
    .main = main_phase,
    .touches_images = false,
};
