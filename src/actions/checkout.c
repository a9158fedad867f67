/*
 * actions/checkout: the user's work tree where the workflow expects it, with a .git beside it
 * (src/git-source-provider.ts of v3 to v6), fetched in three attempts (src/retry-helper.ts).
 * Another repository is assumed.
 */
#include "actions/actions.h"
#include "actions/core.h"

#include "base/limits.h"
#include "base/units.h"

#include <string.h>

#define OTHER_CLONE_US (2 * SECOND_US)

enum {
    ATTEMPTS = 3,
    PAUSE_S_MIN = 10,
    PAUSE_S_SPAN = 11,
    FIRST_WITH_ALL_TAGS = 6, /* the major version */
};

struct checkout {
    struct action_run *run;
    char *repository;
    char *url;                /* of it */
    char *path;               /* absolute, in the action's world */
    char *reference, *commit; /* as it asks for them; "": by the other one */
    char *place, *files;      /* what that is in the own repository: a whole name, a commit */
};

static void checkout_clear(struct checkout *checkout)
{
    g_free(checkout->repository);
    g_free(checkout->url);
    g_free(checkout->path);
    g_free(checkout->reference);
    g_free(checkout->commit);
    g_free(checkout->place);
    g_free(checkout->files);
}

static bool is_own(const struct checkout *checkout)
{
    const char *own = action_context(checkout->run, "github.repository");
    return g_ascii_strcasecmp(checkout->repository, own) == 0;
}

static bool read_repository(struct checkout *checkout, GError **error)
{
    const char *given = action_input(checkout->run, "repository");
    checkout->repository =
        g_strdup(*given != '\0' ? given : action_context(checkout->run, "github.repository"));
    checkout->url = g_strconcat("https://github.com/", checkout->repository, NULL);
    g_auto(GStrv) parts = g_strsplit(checkout->repository, "/", -1);
    bool is_valid = g_strv_length(parts) == 2 && *parts[0] != '\0' && *parts[1] != '\0';
    return is_valid || core_throw(error, "Invalid repository '%s'. Expected format {owner}/{repo}.",
                                  checkout->repository);
}

static bool read_path(struct checkout *checkout, GError **error)
{
    const char *workspace = action_variable(checkout->run, "GITHUB_WORKSPACE");
    if (workspace == NULL)
        return core_throw(error, "GITHUB_WORKSPACE not defined");
    const char *given = action_input(checkout->run, "path");
    checkout->path = g_canonicalize_filename(*given != '\0' ? given : ".", workspace);
    g_autofree char *inside = g_strconcat(workspace, "/", NULL);
    bool is_inside =
        strcmp(checkout->path, workspace) == 0 || g_str_has_prefix(checkout->path, inside);
    return is_inside ||
           core_throw(error, "Repository path '%s' is not under '%s'", checkout->path, workspace);
}

static bool is_commit(const char *text)
{
    gsize length = strlen(text);
    return (length == 40 || length == 64) && strspn(text, "0123456789abcdefABCDEF") == length;
}

static void read_reference(struct checkout *checkout)
{
    struct action_run *run = checkout->run;
    const char *given = action_input(run, "ref");
    const char *reference = action_context(run, "github.ref");
    if (is_commit(given)) {
        checkout->reference = g_strdup("");
        checkout->commit = g_strdup(given);
        return;
    }
    bool is_event = *given == '\0' && is_own(checkout);
    checkout->commit = g_strdup(is_event ? action_context(run, "github.sha") : "");
    bool is_bare = is_event && *reference != '\0' && !g_str_has_prefix(reference, "refs/");
    checkout->reference = is_bare ? g_strconcat("refs/heads/", reference, NULL)
                                  : g_strdup(is_event ? reference : given);
}

/* The commit that stands for the user's work tree. */
static const char *work_tree_commit(const struct action_run *run)
{
    const char *head = action_context(run, "github.event.pull_request.head.sha");
    return *head != '\0' ? head : action_context(run, "github.sha");
}

/* Of a reference that the event itself speaks of; NULL: none. */
static const char *commit_of_event(const struct action_run *run, const char *name)
{
    const char *bare = g_str_has_prefix(name, "refs/heads/") ? name + strlen("refs/heads/") : name;
    if (strcmp(name, action_context(run, "github.ref")) == 0 ||
        strcmp(bare, action_context(run, "github.ref_name")) == 0)
        return action_context(run, "github.sha");
    bool is_head = strcmp(bare, action_context(run, "github.head_ref")) == 0 ||
                   (g_str_has_prefix(name, "refs/pull/") && g_str_has_suffix(name, "/head"));
    return is_head ? action_context(run, "github.event.pull_request.head.sha") : NULL;
}

static char *whole_name(const struct action_run *run, const char *name)
{
    if (g_str_has_prefix(name, "refs/"))
        return g_strdup(name);
    if (strcmp(name, action_context(run, "github.ref_name")) == 0)
        return g_strdup(action_context(run, "github.ref"));
    return g_strconcat("refs/heads/", name, NULL);
}

/* A name that nothing knows is taken for a branch with the files as they are. */
static void locate(struct checkout *checkout)
{
    struct action_run *run = checkout->run;
    const char *name = checkout->reference;
    const char *known = commit_of_event(run, name);
    if (*checkout->commit != '\0') {
        checkout->place = g_strdup(name);
        checkout->files =
            g_strdup(is_commit(checkout->commit) ? checkout->commit : work_tree_commit(run));
        return;
    }
    if (known == NULL)
        (void)action_resolve(run, name, &checkout->place, &checkout->files);
    if (checkout->place == NULL)
        checkout->place = whole_name(run, name);
    if (checkout->files == NULL)
        checkout->files = g_strdup(known != NULL && *known != '\0' ? known : work_tree_commit(run));
}

static void log_git(const struct checkout *checkout)
{
    struct action_run *run = checkout->run;
    {
        CORE_GROUP(run, "Getting Git version info");
        action_log(run, "Working directory is '%s'", checkout->path);
    }
    {
        CORE_GROUP(run, "Initializing the repository");
        action_log(run, "[command]/usr/bin/git init %s", checkout->path);
        action_log(run, "[command]/usr/bin/git remote add origin %s", checkout->url);
    }
}

static const char *short_name(const char *reference)
{
    static const char *const prefixes[] = {"refs/heads/", "refs/tags/", "refs/"};
    for (gsize i = 0; i < G_N_ELEMENTS(prefixes); i++)
        if (g_str_has_prefix(reference, prefixes[i]))
            return reference + strlen(prefixes[i]);
    return reference;
}

static void log_fetch_command(const struct checkout *checkout)
{
    struct action_run *run = checkout->run;
    const char *depth = action_input(run, "fetch-depth");
    const char *name = short_name(checkout->reference);
    const char *what = *checkout->commit != '\0' ? checkout->commit : name;
    if (strcmp(depth, "0") == 0)
        action_log(run, "[command]/usr/bin/git -c protocol.version=2 fetch --prune "
                        "--no-recurse-submodules origin +refs/heads/*:refs/remotes/origin/* "
                        "+refs/tags/*:refs/tags/*");
    else
        action_log(run,
                   "[command]/usr/bin/git -c protocol.version=2 fetch %s--prune "
                   "--no-recurse-submodules --depth=%s origin +%s:refs/remotes/%s%s",
                   strcmp(action_input(run, "fetch-tags"), "true") == 0 ? "" : "--no-tags ",
                   *depth != '\0' ? depth : "1", what,
                   g_str_has_prefix(checkout->reference, "refs/pull/") ? "" : "origin/", name);
}

#define FAILED_GIT "The process '/usr/bin/git' failed with exit code 128"

/* Its problem matcher makes an annotation of what git says. */
static bool attempt(const struct checkout *checkout, bool *is_there, GError **error)
{
    struct action_run *run = checkout->run;
    log_fetch_command(checkout);
    const struct fetch_attempt outcome = action_git_fetch(run, checkout->url);
    if (outcome.is_silent)
        return action_sleep(run, GIT_SILENCE_US, error);
    *is_there = outcome.error == NULL;
    if (!*is_there)
        action_error(run, "fatal: unable to access '%s/': %s", checkout->url, outcome.error);
    return true;
}

static bool wait_before_next(struct action_run *run, GError **error)
{
    g_autofree char *digits = action_random_hex(run, 8);
    unsigned pause_s = PAUSE_S_MIN + (unsigned)(g_ascii_strtoull(digits, NULL, 16) % PAUSE_S_SPAN);
    action_log(run, "%s", FAILED_GIT);
    action_log(run, "Waiting %u seconds before trying again", pause_s);
    return action_sleep(run, pause_s * SECOND_US, error);
}

static bool fetch(const struct checkout *checkout, GError **error)
{
    CORE_GROUP(checkout->run, "Fetching the repository");
    for (int count = 1;; count++) {
        bool is_there = false;
        if (!attempt(checkout, &is_there, error))
            return false;
        if (is_there)
            return true;
        if (count == ATTEMPTS)
            return core_throw(error, "%s", FAILED_GIT);
        if (!wait_before_next(checkout->run, error))
            return false;
    }
}

/* As ref-helper.ts getCheckoutInfo() has it. */
static void log_checkout(const struct checkout *checkout)
{
    static const char command[] = "[command]/usr/bin/git checkout --progress --force";
    const char *reference = checkout->reference;
    const char *name = short_name(reference);
    if (g_str_has_prefix(reference, "refs/heads/"))
        action_log(checkout->run, "%s -B %s refs/remotes/origin/%s", command, name, name);
    else if (g_str_has_prefix(reference, "refs/pull/"))
        action_log(checkout->run, "%s refs/remotes/pull/%s", command,
                   reference + strlen("refs/pull/"));
    else
        action_log(checkout->run, "%s %s", command,
                   *reference != '\0' ? reference : checkout->commit);
}

/* What lets later steps push; NULL: nothing stays. Where it is kept differs between versions. */
static char *credentials_of(struct action_run *run, bool is_kept)
{
    if (!is_kept)
        return NULL;
    if (action_input_is_given(run, "ssh-key"))
        return g_strdup("[core]\n\tsshCommand = ssh -o StrictHostKeyChecking=yes\n");
    g_autofree char *plain = g_strconcat("x-access-token:", action_input(run, "token"), NULL);
    g_autofree char *encoded = g_base64_encode((const guchar *)plain, strlen(plain));
    action_mask(run, encoded);
    return g_strdup_printf("[http \"https://github.com/\"]\n"
                           "\textraheader = AUTHORIZATION: basic %s\n",
                           encoded);
}

/* 0: everything, as whatever is no number. */
static int depth_of(const struct action_run *run)
{
    const char *text = action_input(run, "fetch-depth");
    double depth = g_ascii_strtod(*text != '\0' ? text : "1", NULL);
    return (int)CLAMP(depth, 0, G_MAXINT);
}

/* Up to v5 all that `fetch-tags` did beside a depth was to let git follow tags. */
static enum checkout_tags tags_of(const struct action_run *run, int depth, bool wants_tags)
{
    if (depth == 0)
        return CHECKOUT_ALL_TAGS;
    if (!wants_tags)
        return CHECKOUT_NO_TAGS;
    return action_major(run) >= FIRST_WITH_ALL_TAGS ? CHECKOUT_ALL_TAGS : CHECKOUT_TAGS_ON_THE_WAY;
}

static bool get_own(struct checkout *checkout, GError **error)
{
    struct action_run *run = checkout->run;
    const char *submodules = action_input(run, "submodules");
    int depth = depth_of(run);
    bool wants_tags = false;
    bool is_kept = false, is_cone = false, is_clean = false;
    if (!action_input_boolean(run, "fetch-tags", &wants_tags) ||
        !action_input_boolean(run, "persist-credentials", &is_kept) ||
        !action_input_boolean(run, "sparse-checkout-cone-mode", &is_cone) ||
        !action_input_boolean(run, "clean", &is_clean))
        return true;
    g_autofree char *credentials = credentials_of(run, is_kept);
    locate(checkout);
    const struct action_checkout what = {
        .path = checkout->path,
        .reference = checkout->place,
        .commit = checkout->files,
        .brings_files = strcmp(checkout->files, action_context(run, "github.sha")) != 0 &&
                        strcmp(checkout->files, work_tree_commit(run)) != 0,
        .is_clean = is_clean,
        .url = checkout->url,
        .depth = depth,
        .tags = tags_of(run, depth, wants_tags),
        .sparse = action_input_is_given(run, "sparse-checkout")
                      ? action_input(run, "sparse-checkout")
                      : NULL,
        .is_cone = is_cone,
        .configuration = credentials,
        .has_submodules = strcmp(submodules, "true") == 0 || strcmp(submodules, "recursive") == 0,
    };
    return action_checkout(run, &what, error);
}

static bool get_sources(struct checkout *checkout, GError **error)
{
    struct action_run *run = checkout->run;
    if (is_own(checkout))
        return get_own(checkout, error);
    g_autofree char *what = g_strdup_printf("the repository %s", checkout->repository);
    return action_assume_gap(run, what, OTHER_CLONE_US, error);
}

static bool sync_repository(struct checkout *checkout, GError **error)
{
    struct action_run *run = checkout->run;
    if (!read_repository(checkout, error) || !read_path(checkout, error))
        return false;
    read_reference(checkout);
    action_log(run, "Syncing repository: %s", checkout->repository);
    action_save_state(run, "repositoryPath", checkout->path);
    log_git(checkout);
    if (!fetch(checkout, error) || !get_sources(checkout, error))
        return false;
    {
        CORE_GROUP(run, "Checking out the ref");
        log_checkout(checkout);
    }
    const char *commit = checkout->files != NULL ? checkout->files : checkout->commit;
    action_log(run, "[command]/usr/bin/git log -1 --format=%%H");
    action_log(run, "%s", commit);
    action_set_output(run, "commit", commit);
    action_set_output(run, "ref", checkout->reference);
    return true;
}

static bool perform(struct action_run *run, GError **error)
{
    __attribute__((cleanup(checkout_clear))) struct checkout checkout = {.run = run};
    return sync_repository(&checkout, error);
}

static bool main_phase(struct action_run *run, GError **error)
{
    return core_run(run, perform, error);
}

static bool post_phase(struct action_run *run, GError **error)
{
    (void)error;
    if (*action_state(run, "repositoryPath") != '\0')
        action_log(run, "[command]/usr/bin/git config --local --name-only --get-regexp "
                        "http\\.https\\:\\/\\/github\\.com\\/\\.extraheader");
    return true;
}

static const struct action_input inputs[] = {
    {"repository", "${{ github.repository }}", false},
    {"ref", "", false},
    {"token", "${{ github.token }}", false},
    {"ssh-key", "", false},
    {"ssh-known-hosts", "", false},
    {"ssh-strict", "true", false},
    {"ssh-user", "git", false},
    {"persist-credentials", "true", false},
    {"path", "", false},
    {"clean", "true", false},
    {"filter", "", false},
    {"sparse-checkout", "", false},
    {"sparse-checkout-cone-mode", "true", false},
    {"fetch-depth", "1", false},
    {"fetch-tags", "false", false},
    {"show-progress", "true", false},
    {"lfs", "false", false},
    {"submodules", "false", false},
    {"set-safe-directory", "true", false},
    {"github-server-url", "", false},
    {"allow-unsafe-pr-checkout", "false", false},
    {NULL, NULL, false},
};

const struct action action_checkout_repository = {
    .name = "actions/checkout",
    .summary = "Copies the work tree into the workspace.",
    .first_major = 2,
    .last_major = 7,
    .inputs = inputs,
    .main = main_phase,
    .post = post_phase,
    .touches_images = false,
};
