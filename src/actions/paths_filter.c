/*
 * dorny/paths-filter: which filters of paths the event's changes meet (src/main.ts of v2.11.1,
 * v3.0.2 and v4.0.2). Of a pull request GitHub's API is asked, else git.
 *
 * Commits that the user's repository does not have (an event file of another day, a folder that is
 * no repository) nobody can compare: then the outputs are unknown, and so is a filter with a glob
 * that is not modelled.
 */
#include "actions/paths_filter.h"
#include "actions/actions.h"

#include <string.h>

enum {
    API_PAGE_FILES = 100,
    API_FILES_MAX = 3000, /* docs.github.com: list pull requests files */
};

#define NO_COMMIT "0000000000000000000000000000000000000000"

/* What a run looks at. */
struct detection {
    struct action_run *run;
    char *directory; /* as a path of the machine, or NULL: the workspace */
    GPtrArray *files;
    bool is_unknown;
};

static bool give_up(struct detection *detection, const char *why, GError **error)
{
    detection->is_unknown = true;
    return action_assume(detection->run, why, /* duration_us= */ 0, error);
}

static bool give_up_commit(struct detection *detection, const char *commit, GError **error)
{
    g_autofree char *why = g_strdup_printf(
        "what has changed since %.7s, which is not a commit of this repository", commit);
    return give_up(detection, why, error);
}

/* ---- pull requests ---- */

/* Of a renamed file it makes two of its own accord. */
static void list_from_api(struct detection *detection, const GPtrArray *changes)
{
    guint count = MIN(changes->len, API_FILES_MAX);
    for (guint i = 0; i < count; i++) {
        const struct repository_change *change = changes->pdata[i];
        const char *status =
            change->letter == 'T' ? "changed" : changed_file_status(change->letter);
        if (i % API_PAGE_FILES == 0)
            action_log(detection->run, "Received %u items", MIN(count - i, API_PAGE_FILES));
        action_log(detection->run, "[%s] %s", change->letter == 'D' ? "removed" : status,
                   change->path);
        changed_files_add(detection->files, change->path, status);
    }
    if (count == 0)
        action_log(detection->run, "Received 0 items");
}

/* A request of a branch that has nothing of its own is one that the event has made up. */
static bool ask_api(struct detection *detection, GError **error)
{
    struct action_run *run = detection->run;
    const char *base = action_context(run, "github.event.pull_request.base.sha");
    const char *head = action_context(run, "github.event.pull_request.head.sha");
    const char *number = action_context(run, "github.event.pull_request.number");
    bool is_private = strcmp(action_context(run, "github.event.repository.private"), "true") == 0;
    g_autoptr(GPtrArray) changes = strcmp(base, head) != 0 ? action_changes(run, base, head) : NULL;
    if (changes == NULL)
        return give_up(detection, "which files the pull request changes", error);
    if (is_private && !action_assume(run, "that the token may read pull requests", 0, error))
        return false;
    g_autofree char *title = g_strdup_printf("Fetching list of changed files for PR#%s from %s API",
                                             number, action_major(run) < 3 ? "Github" : "GitHub");
    CORE_GROUP(run, title);
    action_log(run, "Invoking listFiles(pull_number: %s, per_page: %d)", number, API_PAGE_FILES);
    list_from_api(detection, changes);
    return true;
}

static void warn_of_ignored(struct action_run *run)
{
    unsigned major = action_major(run);
    if (action_input_is_given(run, "ref"))
        action_warn(run, major < 4
                             ? "'ref' input parameter is ignored when 'base' is set to HEAD"
                             : "'ref' input parameter is ignored when action is triggered by pull "
                               "request event");
    if (action_input_is_given(run, "base"))
        action_warn(run, "'base' input parameter is ignored when action is triggered by pull "
                         "request event");
}

static struct paths_git git_of(struct detection *detection)
{
    return (struct paths_git){.run = detection->run,
                              .directory = detection->directory,
                              .files = detection->files,
                              .is_cut = &detection->is_unknown};
}

/* Since v3.0.1 it compares with the base, before with what the checked out commit had before. */
static bool compare_request(struct detection *detection, GError **error)
{
    struct action_run *run = detection->run;
    const struct paths_git git = git_of(detection);
    const char *head = action_context(run, "github.event.pull_request.head.sha");
    const char *base = action_input(run, "base");
    g_autofree char *current = NULL;
    if (*base == '\0')
        base = action_context(run, "github.event.pull_request.base.sha");
    if (!action_has_commit(run, head))
        return give_up_commit(detection, head, error);
    action_log(run,
               action_major(run) < 3
                   ? "Github token is not available - changes will be detected from PRs merge "
                     "commit"
                   : "GitHub token is not available - changes will be detected using git diff");
    if (action_major(run) < 3)
        return paths_git_last_commit(&git, error);
    if (paths_git_is_commit(base) && !action_has_commit(run, base))
        return give_up_commit(detection, base, error);
    return paths_git_current_ref(&git, &current, error) &&
           paths_git_between(&git, base, current, error);
}

static bool detect_request(struct detection *detection, GError **error)
{
    struct action_run *run = detection->run;
    bool has_token = action_input_is_given(run, "token");
    warn_of_ignored(run);
    if (has_token)
        return ask_api(detection, error);
    if (strcmp(action_context(run, "github.event_name"), "pull_request_target") == 0)
        return core_throw(error, "'token' input parameter is required if action is triggered by "
                                 "'pull_request_target' event");
    return compare_request(detection, error);
}

/* ---- other events ---- */

static const char *short_name(const char *reference)
{
    static const char *const places[] = {"refs/heads/", "refs/tags/"};
    for (gsize i = 0; i < G_N_ELEMENTS(places); i++)
        if (g_str_has_prefix(reference, places[i]))
            return reference + strlen(places[i]);
    return reference;
}

static const char *first_of(const char *first, const char *second)
{
    return *first != '\0' ? first : second;
}

/* What the two ends are, in short. */
struct ends {
    const char *base, *head;
    const char *current; /* what is checked out */
    const char *standard_branch;
};

static void warn_of_other_head(struct action_run *run, const struct ends *ends)
{
    if (strcmp(ends->head, ends->current) != 0)
        action_warn(run, "Ref %s is not checked out - results might be incorrect!", ends->head);
}

/* A branch that somebody may have on GitHub, although the user's clone does not, is no failure. */
static bool compare_branches(struct detection *detection, const char *base, const char *head,
                             GError **error)
{
    const struct paths_git git = git_of(detection);
    g_autofree char *reference = NULL;
    g_autofree char *commit = NULL;
    if (paths_git_is_commit(base) ? !action_has_commit(detection->run, base)
                                  : !action_resolve(detection->run, base, &reference, &commit)) {
        g_autofree char *why =
            g_strdup_printf("what has changed since %s, which this clone lacks", base);
        return give_up(detection, why, error);
    }
    return paths_git_since_merge_base(&git, base, head, error);
}

static bool compare_first_push(struct detection *detection, const struct ends *ends, GError **error)
{
    const struct paths_git git = git_of(detection);
    const char *branch = ends->standard_branch;
    if (*branch != '\0' && strcmp(ends->base, branch) != 0) {
        action_log(detection->run,
                   "First push of a branch detected - changes will be detected against the "
                   "default branch %s",
                   branch);
        return compare_branches(detection, branch, ends->head, error);
    }
    action_log(detection->run, "Initial push detected - all files will be listed as added");
    warn_of_other_head(detection->run, ends);
    return paths_git_all_files(&git, error);
}

/* before: of the event, "" when it is of no push. */
static bool compare_with_commit(struct detection *detection, const struct ends *ends,
                                const char *before, GError **error)
{
    struct action_run *run = detection->run;
    const struct paths_git git = git_of(detection);
    const char *commit = paths_git_is_commit(ends->base) ? ends->base : before;
    if (*commit == '\0') {
        action_warn(run, "'before' field is missing in event payload - changes will be detected "
                         "from last commit");
        warn_of_other_head(run, ends);
        return paths_git_last_commit(&git, error);
    }
    if (strcmp(commit, NO_COMMIT) == 0)
        return compare_first_push(detection, ends, error);
    if (!action_has_commit(run, commit))
        return give_up_commit(detection, commit, error);
    action_log(run, "Changes will be detected between %s and %s", commit, ends->head);
    return paths_git_between(&git, commit, ends->head, error);
}

static bool check_ends(const struct ends *ends, GError **error)
{
    if (*ends->head == '\0')
        return core_throw(error, "This action requires 'head' input to be configured, 'ref' to be "
                                 "set in the event payload or branch/tag checked out in current "
                                 "git repository");
    return *ends->base != '\0' ||
           core_throw(error, "This action requires 'base' input to be configured or "
                             "'repository.default_branch' to be set in the event payload");
}

static bool compare_with_git(struct detection *detection, const char *base, const char *head,
                             GError **error)
{
    struct action_run *run = detection->run;
    const struct paths_git git = git_of(detection);
    const char *commit = action_context(run, "github.sha");
    bool is_push = strcmp(action_context(run, "github.event_name"), "push") == 0;
    g_autofree char *current = NULL;
    if (!paths_git_current_ref(&git, &current, error))
        return false;
    if (!action_has_commit(run, commit))
        return give_up_commit(detection, commit, error);
    const char *branch = action_context(run, "github.event.repository.default_branch");
    const struct ends ends = {
        .head = short_name(first_of(head, first_of(action_context(run, "github.ref"), current))),
        .base = short_name(first_of(base, branch)),
        .current = current,
        .standard_branch = branch,
    };
    if (!check_ends(&ends, error))
        return false;
    if (paths_git_is_commit(ends.base) || strcmp(ends.base, ends.head) == 0)
        return compare_with_commit(
            detection, &ends, is_push ? action_context(run, "github.event.before") : "", error);
    action_log(run, "Changes will be detected between %s and %s", ends.base, ends.head);
    return compare_branches(detection, ends.base, ends.head, error);
}

static bool is_of_request(const char *event)
{
    static const char *const events[] = {"pull_request", "pull_request_review",
                                         "pull_request_review_comment", "pull_request_target",
                                         NULL};
    return g_strv_contains(events, event);
}

/* Queues are known since v4.0.1. */
static bool detect(struct detection *detection, GError **error)
{
    struct action_run *run = detection->run;
    const char *event = action_context(run, "github.event_name");
    const char *base = action_input(run, "base");
    const char *ref = action_input(run, "ref");
    const struct paths_git git = git_of(detection);
    if (strcmp(base, "HEAD") == 0) {
        if (*ref != '\0')
            action_warn(run, "'ref' input parameter is ignored when 'base' is set to HEAD");
        return paths_git_uncommitted(&git, error);
    }
    if (is_of_request(event))
        return detect_request(detection, error);
    if (strcmp(event, "merge_group") == 0 && action_major(run) >= 4) {
        base = first_of(base, action_context(run, "github.event.merge_group.base_sha"));
        ref = first_of(ref, action_context(run, "github.event.merge_group.head_sha"));
    }
    return compare_with_git(detection, base, ref, error);
}

/* ---- inputs ---- */

/* An input since v3.0.2. */
static bool check_quantifier(const struct action_run *run, GError **error)
{
    static const char *const known[] = {"", "some", "every", NULL};
    const char *given = action_input(run, "predicate-quantifier");
    return action_major(run) < 3 || g_strv_contains(known, given) ||
           core_throw(error,
                      "Input parameter 'predicate-quantifier' is set to invalid value '%s'. Valid "
                      "values: every, some",
                      given);
}

static bool enter(struct detection *detection, GError **error)
{
    const char *given = action_input(detection->run, "working-directory");
    const char *workspace = action_variable(detection->run, "GITHUB_WORKSPACE");
    if (*given == '\0')
        return true;
    detection->directory = g_canonicalize_filename(given, workspace);
    g_autofree char *here = action_host_path(detection->run, detection->directory);
    return (here != NULL && g_file_test(here, G_FILE_TEST_IS_DIR)) ||
           core_throw(error, "ENOENT: no such file or directory, chdir '%s' -> '%s'", workspace,
                      given);
}

static bool work(struct detection *detection, GError **error)
{
    struct action_run *run = detection->run;
    const struct paths_format *format;
    bool is_foreign = false;
    g_autofree char *yaml = NULL;
    if (!enter(detection, error) || !paths_filters_read(run, detection->directory, &yaml, error) ||
        !paths_format_find(run, &format, error) || !check_quantifier(run, error))
        return false;
    g_autoptr(GError) wrong = NULL;
    g_autoptr(GPtrArray) filters = paths_filters_new(yaml, &is_foreign, &wrong);
    if (wrong != NULL) {
        g_propagate_error(error, g_steal_pointer(&wrong));
        return false;
    }
    bool is_done = is_foreign ? give_up(detection, "filters whose YAML is not modelled", error)
                              : detect(detection, error);
    if (!is_done)
        return false;
    if (detection->is_unknown) {
        action_set_unknown_output(run, "*");
        return true;
    }
    return paths_filters_export(run, detection->files, filters, format, error);
}

static bool filter_paths(struct action_run *run, GError **error)
{
    g_autoptr(GPtrArray) files = changed_files_new();
    struct detection detection = {.run = run, .files = files};
    bool is_done = work(&detection, error);
    g_free(detection.directory);
    return is_done;
}

static bool main_phase(struct action_run *run, GError **error)
{
    return core_run(run, filter_paths, error);
}

static const struct action_input inputs[] = {
    {"token", "${{ github.token }}", false},
    {"working-directory", "", false},
    {"ref", "", false},
    {"base", "", false},
    {"filters", "", true},
    {"list-files", "none", false},
    {"initial-fetch-depth", "100", false},
    {"predicate-quantifier", "some", false},
    {NULL, NULL, false},
};

const struct action action_paths_filter = {
    .name = "dorny/paths-filter",
    .summary = "Says which filters of paths the event's changes meet.",
    .first_major = 2,
    .last_major = 4,
    .inputs = inputs,
    .main = main_phase,
    .touches_images = false,
};
