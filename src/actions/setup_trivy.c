/* aquasecurity/setup-trivy: installs trivy with the script of its repository (its action.yaml). No
   binary is kept in the cache. */
#include "actions/actions.h"
#include "actions/core.h"
#include "actions/trivy.h"

#include "base/units.h"

#include <glib/gstdio.h>
#include <string.h>

#define INSTALLATION_US (4 * SECOND_US)
#define REPOSITORY_URL  "https://github.com/aquasecurity/trivy"

/* When `latest` is asked for. */
#define NEWEST "v0.74.0"

static bool leave_binary(struct action_run *run, const char *version, const char *directory)
{
    g_autofree char *path = g_build_filename(directory, ".trivy-release", NULL);
    g_autofree char *folder = action_host_path(run, directory);
    g_autofree char *place = action_host_path(run, path);
    bool is_latest = strcmp(version, "latest") == 0;
    bool has_mark = *version == 'v';
    g_autofree char *text =
        g_strconcat(has_mark || is_latest ? "" : "v", is_latest ? NEWEST : version, "\n", NULL);
    return folder != NULL && place != NULL && g_mkdir_with_parents(folder, 0755) == 0 &&
           g_file_set_contents(place, text, -1, NULL) &&
           action_put_program(run, directory, "trivy");
}

bool trivy_install(struct action_run *run, const char *version, const char *folder, GError **error)
{
    const char *home = action_variable(run, "HOME");
    g_autofree char *usual = g_strconcat(home != NULL ? home : "", "/.local/bin", NULL);
    g_autofree char *base = core_absolute_path(run, *folder != '\0' ? folder : usual);
    g_autofree char *directory = g_build_filename(base, "trivy-bin", NULL);
    g_autofree char *what = g_strdup_printf("the download of trivy %s", version);
    struct fetch_attempt fetch = action_git_fetch(run, REPOSITORY_URL);
    if (fetch.error != NULL)
        return core_throw(error, "The process '/usr/bin/git' failed with exit code 128");
    action_log(run, "installing Trivy binary");
    if (!action_assume(run, what, INSTALLATION_US, error))
        return false;
    leave_binary(run, version, directory);
    action_add_path(run, directory);
    return true;
}

/* "Binary dir" takes no variables of a shell. */
static bool perform(struct action_run *run, GError **error)
{
    const char *folder = action_input(run, "path");
    if (strpbrk(folder, "$~") != NULL)
        return core_throw(
            error,
            "The 'path' input must be a literal path. Shell variables (e.g. $HOME, $USER) and '~' "
            "are not expanded. Use a GitHub expression that is resolved before the step runs, a "
            "relative path, or leave 'path' empty to use the default ($HOME/.local/bin).");
    return trivy_install(run, action_input(run, "version"), folder, error);
}

static bool main_phase(struct action_run *run, GError **error)
{
    return core_run(run, perform, error);
}

static const struct action_input inputs[] = {
    {"version", "latest", false},
    {"path", "", false},
    {"cache", "false", false},
    {"token", "${{ github.token }}", false},
    {"github-server-url", "https://github.com", false},
    {NULL, NULL, false},
};

const struct action action_setup_trivy = {
    .name = "aquasecurity/setup-trivy",
    .summary = "Installs trivy; its download is assumed.",
    .inputs = inputs,
    .main = main_phase,
};
