/*
 * imjasonh/setup-crane: a release of crane in a folder of PATH, logged in to ghcr.io with the job's
 * token (action.yml of v0.3 to v0.5, a composite action of one script; what `set -x` shows of it is
 * left out). Downloads come from the place that github.com's releases lead to.
 */
#include "actions/actions.h"
#include "actions/core.h"

#include "base/units.h"

#include <glib/gstdio.h>
#include <string.h>

#define STORAGE "https://release-assets.githubusercontent.com/google/go-containerregistry"
/* When the latest release is asked for. */
#define NEWEST "v0.21.6"

#define INSTALLATION_US (20 * SECOND_US)

static const char *machine_of(const struct action_run *run)
{
    return strcmp(action_context(run, "runner.arch"), "ARM64") == 0 ? "arm64" : "x86_64";
}

/* Before v0.5 curl filled a pipe of tar, and did not try again. */
static bool is_patient(const struct action_run *run)
{
    static const char *const before[] = {"v0.3", "00c9e93efa4e1138c9a7a5c594acd6c75a2fbf0c", "v0.4",
                                         "31b88efe9de28ae0ffa220711af4b60be9435f6e", NULL};
    return !g_strv_contains(before, action_ref(run));
}

/* What tar makes of no archive. */
static void complain_of_nothing(struct action_run *run)
{
    action_log(run, "\ngzip: stdin: unexpected end of file");
    action_log(run, "tar: Child returned status 1");
    action_log(run, "tar: Error is not recoverable: exiting now");
}

static bool download(struct action_run *run, const char *version, bool *is_there, GError **error)
{
    enum {
        TAR_FAILED = 2
    };
    g_autofree char *url = g_strdup_printf("%s/%s/go-containerregistry_Linux_%s.tar.gz", STORAGE,
                                           version, machine_of(run));
    const char *const patient[] = {
        "curl",          "-o", "/dev/null",          "-fsSL", "--retry", "5",
        "--retry-delay", "1",  "--retry-all-errors", url,     NULL};
    const char *const plain[] = {"curl", "-fsL", url, "-o", "/dev/null", NULL};
    const struct action_exec exec = {.arguments = is_patient(run) ? patient : plain,
                                     .is_plain = true};
    ACTION_EXEC_RESULT(result);
    if (!action_exec(run, &exec, &result, error))
        return false;
    *is_there = result.exit_code == 0;
    if (*is_there)
        return true;
    if (!is_patient(run))
        complain_of_nothing(run);
    action_fail(run, "Process completed with exit code %d.",
                is_patient(run) ? result.exit_code : TAR_FAILED);
    return true;
}

static bool install(struct action_run *run, const char *asked, bool *is_there, GError **error)
{
    bool is_latest = strcmp(asked, "latest-release") == 0;
    const char *version = is_latest ? NEWEST : asked;
    g_autofree char *digits = action_random_hex(run, 10);
    g_autofree char *folder = g_strconcat("/tmp/tmp.", digits, NULL);
    g_autofree char *release = is_patient(run) ? g_strdup("") : g_strdup_printf(" @ %s", version);
    action_log(run, "Installing crane%s for Linux on %s", release, machine_of(run));
    if (!download(run, version, is_there, error))
        return false;
    if (!*is_there)
        return true;
    g_autofree char *place = action_host_path(run, folder);
    bool is_put = place != NULL && g_mkdir_with_parents(place, 0700) == 0 &&
                  action_put_program(run, folder, "crane");
    if (!is_put && !action_assume_gap(run, "where crane is", 0, error))
        return false;
    action_add_path(run, folder);
    return true;
}

static bool log_in(struct action_run *run, GError **error)
{
    const char *const arguments[] = {
        "crane", "auth", "login", "ghcr.io", "--username", "dummy", "--password-stdin", NULL};
    const struct action_exec exec = {
        .arguments = arguments, .input = action_context(run, "github.token"), .is_plain = true};
    ACTION_EXEC_RESULT(result);
    if (!action_exec(run, &exec, &result, error))
        return false;
    if (result.exit_code != 0)
        action_fail(run, "Process completed with exit code %d.", result.exit_code);
    return true;
}

static bool perform(struct action_run *run, GError **error)
{
    const char *asked = action_input(run, "version");
    bool is_there = true;
    if (strcmp(asked, "tip") == 0) {
        action_log(run, "Installing crane using go get");
        if (!action_assume(run, "crane of its main branch", INSTALLATION_US, error))
            return false;
    } else if (!install(run, asked, &is_there, error)) {
        return false;
    }
    return !is_there || log_in(run, error);
}

static bool main_phase(struct action_run *run, GError **error)
{
    return core_run(run, perform, error);
}

static const struct action_input inputs[] = {
    {"version", "latest-release", false},
    {NULL, NULL, false},
};

const struct action action_setup_crane = {
    .name = "imjasonh/setup-crane",
    .summary = "Puts a release of crane on PATH, logged in to ghcr.io.",
    .inputs = inputs,
    .main = main_phase,
};
