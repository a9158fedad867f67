/*
 * actions/setup-python: a version of Python on PATH (src/find-python.ts of v4 to v6). Which
 * releases there are is taken from a short list of the newest of each line; an exact other one and
 * a line after the list are assumed.
 */
#include "actions/actions.h"
#include "actions/semver.h"
#include "actions/tool.h"

#include "base/units.h"

#include <string.h>

#define DOWNLOAD_US (5 * SECOND_US)

/* The newest known of each line, newest first; GitHub's images hold these. */
static const char *const releases[] = {"3.14.0",  "3.13.9",  "3.12.12",
                                       "3.11.14", "3.10.19", "3.9.25"};

/* Of lines that no image holds any more, but that are built for it. */
static const char *const downloads[] = {"3.8.18"};

/* Lines after the list, one a year, that may be out when a workflow asks for them. */
enum {
    MINOR_NEWEST = 14,
    MINOR_LATER_MAX = 24,
};

static bool read_wanted(struct action_run *run, char **wanted, GError **error)
{
    const char *version = action_input(run, "python-version");
    const char *path = action_input(run, "python-version-file");
    if (*version != '\0' || *path == '\0') {
        *wanted = g_strdup(version);
        return true;
    }
    bool is_project = g_str_has_suffix(path, "pyproject.toml");
    *wanted = tool_version_file(run, path,
                                is_project ? "^requires-python\\s*=\\s*[\"']([^\"']+)[\"']" : NULL);
    return *wanted != NULL ||
           core_throw(error, "The specified python version file at: %s doesn't exist.", path);
}

/* "3.15", "3.15-dev", "~3.16.1": a version of a line that came after the list; NULL when it names
   none. */
static char *later_line(const char *wanted)
{
    const char *digits = wanted + strspn(wanted, "^~>= ");
    guint64 minor =
        g_str_has_prefix(digits, "3.") ? g_ascii_strtoull(digits + strlen("3."), NULL, 10) : 0;
    bool is_later = minor > MINOR_NEWEST && minor <= MINOR_LATER_MAX;
    return is_later ? g_strdup_printf("3.%" G_GUINT64_FORMAT ".0", minor) : NULL;
}

/* The first of a list that the range has; NULL: none. */
static const char *find(const struct semver_range *range, const char *const *list, gsize count)
{
    for (gsize i = 0; i < count; i++) {
        SEMVER(release);
        if (semver_parse(list[i], &release) && semver_range_has(range, &release))
            return list[i];
    }
    return NULL;
}

static char *resolve(const char *wanted, bool *is_known)
{
    SEMVER_RANGE(range);
    SEMVER(exact);
    g_autofree char *spaced = g_strdelimit(g_strdup(wanted), ",", ' ');
    bool is_range = semver_range_parse(spaced, &range);
    const char *held = is_range ? find(&range, releases, G_N_ELEMENTS(releases)) : NULL;
    const char *built = is_range ? find(&range, downloads, G_N_ELEMENTS(downloads)) : NULL;
    *is_known = held != NULL;
    if (held != NULL || built != NULL)
        return g_strdup(held != NULL ? held : built);
    return semver_parse(wanted, &exact) ? semver_text(&exact) : later_line(wanted);
}

static void export_place(struct action_run *run, const char *place)
{
    static const char *const names[] = {"pythonLocation", "Python_ROOT_DIR", "Python2_ROOT_DIR",
                                        "Python3_ROOT_DIR"};
    g_autofree char *configuration = g_strconcat(place, "/lib/pkgconfig", NULL);
    g_autofree char *libraries = g_strconcat(place, "/lib", NULL);
    for (gsize i = 0; i < G_N_ELEMENTS(names); i++)
        action_export_variable(run, names[i], place);
    action_export_variable(run, "PKG_CONFIG_PATH", configuration);
    action_export_variable(run, "LD_LIBRARY_PATH", libraries);
    tool_add_path(run, place, NULL);
    tool_add_path(run, place, "bin");
}

/* What is installed: CPython, or what asks for another Python begins with ("pypy3.9"). */
static const struct python {
    const char *prefix, *tool, *name;
} pythons[] = {
    {"pypy", "PyPy", "PyPy"},
    {"graalpy", "GraalPy", "GraalPy"},
    {"", "Python", "CPython"},
};

static const struct python *python_of(const char *wanted)
{
    const struct python *python = pythons;
    while (!g_str_has_prefix(wanted, python->prefix))
        python++;
    return python;
}

static bool install(struct action_run *run, const char *wanted, GError **error)
{
    const char *asked = action_input(run, "architecture");
    const char *architecture = *asked != '\0' ? asked : tool_architecture(run);
    const struct python *python = python_of(wanted);
    bool is_known = false;
    g_autofree char *version =
        *python->prefix != '\0' ? g_strdup(wanted) : resolve(wanted, &is_known);
    if (version == NULL)
        return core_throw(error,
                          "The version '%s' with architecture '%s' was not found for Ubuntu "
                          "24.04.\nThe list of all available versions can be found here: "
                          "https://raw.githubusercontent.com/actions/python-versions/main/"
                          "versions-manifest.json",
                          wanted, architecture);
    g_autofree char *what = g_strdup_printf("%s %s", python->tool, version);
    if (!is_known) {
        action_log(run, "Version %s was not found in the local cache", wanted);
        if (!action_assume(run, what, DOWNLOAD_US, error))
            return false;
    }
    g_autofree char *place = tool_place(run, python->tool, version, architecture);
    g_autofree char *program = g_strconcat(place, "/bin/python", NULL);
    if (strcmp(action_input(run, "update-environment"), "false") != 0)
        export_place(run, place);
    action_set_output(run, "python-version", version);
    action_set_output(run, "python-path", program);
    action_log(run, "Successfully set up %s (%s)", python->name, version);
    return true;
}

static bool perform(struct action_run *run, GError **error)
{
    g_autofree char *wanted = NULL;
    CORE_GROUP(run, "Installed versions");
    if (!read_wanted(run, &wanted, error))
        return false;
    if (*wanted == '\0') {
        action_warn(run, "Neither 'python-version' nor 'python-version-file' inputs were "
                         "supplied. Attempting to find '.python-version' file.");
        return true;
    }
    g_auto(GStrv) lines = g_strsplit(wanted, "\n", -1);
    for (char **line = lines; *line != NULL; line++)
        if (*g_strstrip(*line) != '\0' && !install(run, *line, error))
            return false;
    return true;
}

static bool main_phase(struct action_run *run, GError **error)
{
    return core_run(run, perform, error);
}

static const struct action_input inputs[] = {
    {"python-version", "", false},
    {"python-version-file", "", false},
    {"cache", "", false},
    {"architecture", "", false},
    {"check-latest", "false", false},
    {"token", "${{ github.token }}", false},
    {"cache-dependency-path", "", false},
    {"update-environment", "true", false},
    {"allow-prereleases", "false", false},
    {"freethreaded", "false", false},
    {"pip-version", "", false},
    {"pip-install", "", false},
    {NULL, NULL, false},
};

const struct action action_setup_python = {
    .name = "actions/setup-python",
    .summary = "Puts a version of Python on PATH.",
    .first_major = 3,
    .last_major = 6,
    .inputs = inputs,
    .main = main_phase,
    .touches_images = false,
};
