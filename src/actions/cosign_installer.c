/*
 * sigstore/cosign-installer: a release of cosign in a folder of PATH (action.yml of v3 and v4, a
 * composite action). Downloads come from the place that github.com's releases lead to; another
 * release than the action's own is downloaded beside it and verified with it. The machine's
 * `cosign` command reads its version from a file beside the program.
 */
#include "actions/actions.h"
#include "actions/core.h"

#include <glib/gstdio.h>
#include <string.h>

#define RELEASES "https://github.com/sigstore/cosign/releases/download"
/* Where its redirects lead. */
#define STORAGE "https://release-assets.githubusercontent.com/sigstore/cosign"
#define KEYS    "https://raw.githubusercontent.com/sigstore/cosign"

/* What each version installs unless told otherwise (its tags; the branch v3 stays at 3.9.1). */
static const struct release {
    const char *tag;
    const char *commit;
    const char *cosign;
} releases[] = {
    {"v3.0.0", "c3980f109a569dfb3693a68717dbf5c364743ab5", "v1.13.1"},
    {"v3.0.5", "dd6b2e2b610a11fd73dd187a43d57cc1394e35f9", "v2.0.2"},
    {"v3.1.0", "d13028333d784fcc802b67ec924bcebe75aa0a5f", "v2.1.0"},
    {"v3.1.1", "6e04d228eb30da1757ee4e1dd75a0ec73a653e06", "v2.1.1"},
    {"v3.1.2", "11086d25041f77fe8fe7b9ea4e48e3b9192b8f19", "v2.2.0"},
    {"v3.2.0", "1fc5bd396d372bee37d608f955b336615edf79c8", "v2.2.1"},
    {"v3.3.0", "9614fae9e5c5eddabb09f90a270fcb487c9f7149", "v2.2.2"},
    {"v3.4.0", "e1523de7571e31dbe865fd2e80c5c7c23ae71eb4", "v2.2.3"},
    {"v3.5.0", "59acb6260d9c0ba8f4a2f9d9b48431a222b68e20", "v2.2.4"},
    {"v3.6.0", "4959ce089c160fddf62f7b42464195ba1a56d382", "v2.4.0"},
    {"v3.7.0", "dc72c7d5c4d10cd6bcb8cf6e3fd625a9e5e537da", "v2.4.1"},
    {"v3.8.0", "c56c2d3e59e4281cc41dea2217323ba5694b171e", "v2.4.2"},
    {"v3.8.1", "d7d6bc7722e3daa8354c50bcb52f4837da5e9b6a", "v2.4.3"},
    {"v3.8.2", "3454372f43399081ed03b604cb2d021dabca52bb", "v2.4.3"},
    {"v3.9.0", "fb28c2b6339dcd94da6e4cbcbc5e888961f6f8c3", "v2.5.0"},
    {"v3.9.1", "398d4b0eeef1380460a10c8013a76f728fb906ac", "v2.5.2"},
    {"v3.9.2", "d58896d6a1865668819e1d91763c7751a165e159", "v2.5.3"},
    {"v3.10.0", "d7543c93d881b35a8faa02e8e3605f69b7a1ce62", "v2.6.0"},
    {"v3.10.1", "7e8b541eb2e61bf99390e1afd4be13a184e9ebc5", "v2.6.1"},
    {"v4.0.0", "faadad0cce49287aee09b3a48701e75088a2c6ad", "v3.0.2"},
    {"v4.1.0", "ba7bc0a3fef59531c69a25acd34668d6d3fe6f22", "v3.0.3"},
    {"v4.1.1", "cad07c2e89fa2edd6e2d7bab4c1aa38e53f76003", "v3.0.5"},
    {"v4.1.2", "6f9f17788090df1f26f669e9d70d6ae9567deba6", "v3.0.6"},
};

/* A branch, or a version that is not in the table, counts as the newest of its major version. */
static const struct release *find_release(const struct action_run *run)
{
    const char *reference = action_ref(run);
    bool is_three = strcmp(reference, "v3") == 0;
    const char *moving = is_three ? "v3.9.1" : action_major(run) == 3 ? "v3.10.1" : "v4.1.2";
    const struct release *otherwise = &releases[0];
    for (gsize i = 0; i < G_N_ELEMENTS(releases); i++) {
        if (g_str_equal(releases[i].tag, reference) || g_str_equal(releases[i].commit, reference))
            return &releases[i];
        if (g_str_equal(releases[i].tag, moving))
            otherwise = &releases[i];
    }
    return otherwise;
}

static bool is_four(const struct action_run *run)
{
    return g_str_has_prefix(find_release(run)->tag, "v4.");
}

static void info(struct action_run *run, const char *text)
{
    const char *no_color = action_variable(run, "NO_COLOR");
    bool is_plain = no_color != NULL && *no_color != '\0';
    action_log(run, "%s: %s", is_plain ? "INFO" : "\033[1;32mINFO\033[0m", text);
}

static void complain(struct action_run *run, const char *text)
{
    const char *no_color = action_variable(run, "NO_COLOR");
    bool is_plain = no_color != NULL && *no_color != '\0';
    action_log(run, "%s: %s", is_plain ? "ERROR" : "\033[1;31mERROR\033[0m", text);
}

static const char *file_of(const struct action_run *run)
{
    return strcmp(action_context(run, "runner.arch"), "ARM64") == 0 ? "cosign-linux-arm64"
                                                                    : "cosign-linux-amd64";
}

/* Until 3.6 an error page was downloaded as well, and not found to be what it should be. */
static bool takes_any_answer(const struct action_run *run)
{
    const struct release *release = find_release(run);
    for (const struct release *each = releases; !g_str_equal(each->tag, "v3.6.0"); each++)
        if (each == release)
            return true;
    return false;
}

static void fail_download(struct action_run *run, const char *version, int exit_code)
{
    enum {
        CURL_HTTP_ERROR = 22
    };
    g_autofree char *invalid = g_strdup_printf("Unable to validate cosign version: '%s'", version);
    bool is_page = exit_code == CURL_HTTP_ERROR && takes_any_answer(run);
    if (is_page)
        complain(run, invalid);
    action_fail(run, "Process completed with exit code %d.", is_page ? 1 : exit_code);
}

/* Since 4.1 curl says what is wrong, and tries again. */
static bool download(struct action_run *run, const char *version, const char *file, bool *is_there,
                     GError **error)
{
    bool is_patient = is_four(run) && strcmp(find_release(run)->tag, "v4.0.0") != 0;
    g_autofree char *url = g_strdup_printf("%s/%s/%s", STORAGE, version, file);
    const char *const patient[] = {"curl", "--retry", "3", "-fsSL", url, "-o", "/dev/null", NULL};
    const char *const plain[] = {"curl", "-fsL", url, "-o", "/dev/null", NULL};
    const struct action_exec exec = {.arguments = is_patient ? patient : plain, .is_plain = true};
    ACTION_EXEC_RESULT(result);
    if (!action_exec(run, &exec, &result, error))
        return false;
    *is_there = result.exit_code == 0;
    if (!*is_there)
        fail_download(run, version, result.exit_code);
    return true;
}

/* ---- the release that was asked for ---- */

static bool is_old(const char *version)
{
    const char *number = *version == 'v' ? version + 1 : version;
    return g_str_has_prefix(number, "0.") || g_str_has_prefix(number, "1.");
}

/* Until 3.9 cosign 1 was still to be had. */
static bool refuses_old(const struct action_run *run)
{
    return is_four(run) || g_str_has_prefix(find_release(run)->tag, "v3.10.");
}

static bool refuse_old(struct action_run *run, const char *version)
{
    g_autofree char *requested = g_strconcat("Requested version: ", version, NULL);
    complain(run, "cosign versions below v2.0.0 are no longer supported.");
    complain(run, requested);
    complain(run, is_four(run) ? "Please use cosign v2.6.0 or later."
                               : "Please use cosign v2.4.0 or later.");
    complain(run, "See https://github.com/sigstore/cosign/releases for available versions.");
    action_fail(run, "Process completed with exit code 1.");
    return true;
}

static bool is_version(const char *text)
{
    return g_regex_match_simple("^v([0-9]+\\.){0,2}(\\*|[0-9]+)(-?r?c?)(\\.[0-9]+)$", text, 0, 0);
}

static bool get_custom(struct action_run *run, const char *version, bool *is_there, GError **error)
{
    const char *file = file_of(run);
    g_autofree char *asked = g_strdup_printf("Custom cosign version '%s' requested", version);
    g_autofree char *invalid =
        g_strdup_printf("Unable to validate requested cosign version: '%s'", version);
    g_autofree char *what =
        g_strdup_printf("Downloading platform-specific version '%s' of cosign...\n      %s/%s/%s",
                        version, RELEASES, version, file);
    g_autofree char *key = g_strdup_printf(
        "Downloading cosign public key '%s' of cosign...\n    %s/%s/release/release-cosign.pub",
        version, KEYS, version);
    if (!is_version(version)) {
        complain(run, invalid);
        action_fail(run, "Process completed with exit code 1.");
        *is_there = false;
        return true;
    }
    info(run, asked);
    info(run, what);
    if (!download(run, version, file, is_there, error))
        return false;
    if (!*is_there)
        return true;
    info(run, key);
    info(run, "Verifying public key matches expected value");
    info(run, "Using bootstrap cosign to verify signature of desired cosign version");
    action_log(run, "Verified OK");
    info(run, "Installation complete!");
    return true;
}

static bool get(struct action_run *run, const char *version, bool *is_there, GError **error)
{
    const char *own = find_release(run)->cosign;
    g_autofree char *what = g_strdup_printf(
        "Downloading bootstrap version '%s' of cosign to verify version to be installed...\n"
        "      %s/%s/%s",
        own, RELEASES, own, file_of(run));
    info(run, what);
    if (!download(run, own, file_of(run), is_there, error))
        return false;
    if (!*is_there)
        return true;
    if (!g_str_equal(own, version))
        return get_custom(run, version, is_there, error);
    info(run,
         "bootstrap version successfully verified and matches requested version so nothing else "
         "to do");
    return true;
}

/* ---- the whole ---- */

/* "$HOME/.cosign" with the variables that the runner has; g_free. */
static char *folder_of(const struct action_run *run)
{
    const char *home = action_variable(run, "HOME");
    g_auto(GStrv) parts = g_strsplit(action_input(run, "install-dir"), "$HOME", -1);
    return g_strjoinv(home != NULL ? home : "", parts);
}

static bool put(struct action_run *run, const char *folder, const char *version)
{
    g_autofree char *file = g_strconcat(folder, "/.cosign-release", NULL);
    g_autofree char *place = action_host_path(run, file);
    g_autofree char *parent = action_host_path(run, folder);
    return place != NULL && parent != NULL && g_mkdir_with_parents(parent, 0755) == 0 &&
           g_file_set_contents(place, version, -1, NULL) &&
           action_put_program(run, folder, "cosign");
}

static bool perform(struct action_run *run, GError **error)
{
    const char *asked = action_input(run, "cosign-release");
    const char *version = *asked != '\0' ? asked : find_release(run)->cosign;
    g_autofree char *folder = folder_of(run);
    bool is_there = true;
    if (refuses_old(run) && is_old(version))
        return refuse_old(run, version);
    if (g_str_equal(version, "main"))
        return action_assume_gap(run, "cosign of its main branch", 0, error);
    if (!get(run, version, &is_there, error))
        return false;
    if (!is_there)
        return true;
    /* A folder outside of the home: the command is then found, but not which one it is. */
    if (!put(run, folder, version) && !action_assume_gap(run, "where cosign is", 0, error))
        return false;
    action_add_path(run, folder);
    return true;
}

static bool main_phase(struct action_run *run, GError **error)
{
    return core_run(run, perform, error);
}

static const struct action_input inputs[] = {
    {"cosign-release", "", false},
    {"install-dir", "$HOME/.cosign", false},
    {"use-sudo", "false", false},
    {NULL, NULL, false},
};

const struct action action_cosign_installer = {
    .name = "sigstore/cosign-installer",
    .summary = "Puts a release of cosign on PATH.",
    .first_major = 3,
    .last_major = 4,
    .inputs = inputs,
    .main = main_phase,
    .touches_images = false,
};
