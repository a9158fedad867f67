/* Which two commits tj-actions/changed-files compares, and what git says of them. */
#include "actions/changed_files.h"

#include "base/limits.h"

#include <string.h>

#define NO_COMMIT "0000000000000000000000000000000000000000"

enum {
    HISTORY_FETCHES_MAX = 20, /* the default of fetch_missing_history_max_retries */
};

struct ends {
    char *previous, *current;
    const char *target_branch, *branch;
    const char *dots;
};

bool changed_files_ask(struct action_run *run, GPtrArray *arguments, char **answer, GError **error)
{
    g_autoptr(GPtrArray) owned = arguments;
    ACTION_EXEC_RESULT(result);
    const struct core_command command = {
        .arguments = owned, .judgement = CORE_ANY_END, .is_silent = true};
    if (!core_exec(run, &command, &result, error))
        return false;
    g_free(*answer);
    *answer = result.exit_code == 0 ? core_trimmed(result.output) : NULL;
    return true;
}

static bool tell(struct action_run *run, GPtrArray *arguments, bool *succeeds, GError **error)
{
    g_autofree char *answer = NULL;
    bool is_done = changed_files_ask(run, arguments, &answer, error);
    *succeeds = answer != NULL;
    return is_done;
}

static bool has_commit(struct action_run *run, const char *commit, bool *is_there, GError **error)
{
    g_autofree char *name = g_strconcat(commit, "^{commit}", NULL);
    return tell(run, core_arguments("git", "rev-parse", "--verify", name, NULL), is_there, error);
}

static const char *event_text(const struct action_run *run, const char *path)
{
    g_autofree char *whole = g_strconcat("github.event.", path, NULL);
    return action_context(run, whole);
}

static bool is_on(const struct action_run *run, const char *input)
{
    return g_ascii_strcasecmp(action_input(run, input), "true") == 0;
}

/* More history of what the names say. */
static bool fetch_more(struct action_run *run, const char *names, bool *succeeds, GError **error)
{
    gint64 depth = g_ascii_strtoll(action_input(run, "fetch_depth"), NULL, 10);
    g_autofree char *deepen = g_strdup_printf("--deepen=%" G_GINT64_FORMAT, MAX(depth, 2));
    return tell(run,
                core_arguments("git", "fetch", "-q", "--no-tags", "--prune", "-u", "--progress",
                               deepen, "origin", names, NULL),
                succeeds, error);
}

static bool fetch_branch(struct action_run *run, const char *branch, GError **error)
{
    bool succeeds;
    g_autofree char *names =
        g_strdup_printf("+refs/heads/%s:refs/remotes/origin/%s", branch, branch);
    return fetch_more(run, names, &succeeds, error);
}

static bool find_parent(struct action_run *run, char **commit, GError **error)
{
    return changed_files_ask(run, core_arguments("git", "rev-list", "-n", "1", "HEAD^", NULL),
                             commit, error);
}

static bool find_head(struct action_run *run, char **commit, GError **error)
{
    if (!changed_files_ask(run, core_arguments("git", "rev-parse", "HEAD", NULL), commit, error))
        return false;
    return *commit != NULL ||
           core_throw(error, "The process '/usr/bin/git' failed with exit code 128");
}

/* No files, where that is asked for (since v47); else an exception. */
static bool meet_same(struct action_run *run, const struct ends *ends, GError **error)
{
    if (action_major(run) >= 47 && is_on(run, "skip_same_sha")) {
        action_log(run,
                   "Skipping diff because previous sha %s is equivalent to the current sha %s.",
                   ends->previous, ends->current);
        action_log(run, "Base and head SHAs are identical; no changed files to report.");
        action_log(run, "All Done!");
        return true;
    }
    action_error(run,
                 "Similar commit hashes detected: previous sha: %s is equivalent to the current "
                 "sha: %s.",
                 ends->previous, ends->current);
    action_error(run,
                 "Please verify that both commits are valid, and increase the fetch_depth to a "
                 "number higher than %s.",
                 action_input(run, "fetch_depth"));
    return core_throw(error, "Similar commit hashes detected.");
}

/* ---- pushes and the like ---- */

static const char *previous_of_event(const struct action_run *run)
{
    if (strcmp(action_context(run, "github.event_name"), "merge_group") == 0)
        return event_text(run, "merge_group.base_sha");
    return strcmp(event_text(run, "forced"), "true") != 0 ? event_text(run, "before") : "";
}

static bool find_previous(struct action_run *run, struct ends *ends, GError **error)
{
    const char *told = previous_of_event(run);
    bool is_there = false;
    if (*told == '\0' || strcmp(told, NO_COMMIT) == 0)
        return find_parent(run, &ends->previous, error);
    if (!has_commit(run, told, &is_there, error))
        return false;
    if (is_there) {
        ends->previous = g_strdup(told);
        return true;
    }
    action_warn(run, "Unable to locate the commit sha: %s", told);
    action_warn(run, "Previous commit %s is not valid. Using parent commit.", told);
    return find_parent(run, &ends->previous, error);
}

static bool find_push(struct changed_files *changed, struct ends *ends, bool is_shallow,
                      GError **error)
{
    struct action_run *run = changed->run;
    const char *queued = event_text(run, "merge_group.head_sha");
    ends->branch = ends->target_branch = action_context(run, "github.ref_name");
    ends->dots = "..";
    if (is_shallow && !is_on(run, "skip_initial_fetch")) {
        action_log(run, "Repository is shallow, fetching more history...");
        if (!fetch_branch(run, ends->target_branch, error))
            return false;
    }
    if (*queued != '\0')
        ends->current = g_strdup(queued);
    else if (!find_head(run, &ends->current, error))
        return false;
    if (!find_previous(run, ends, error))
        return false;
    if (ends->previous != NULL && strcmp(ends->previous, ends->current) == 0 &&
        !find_parent(run, &ends->previous, error))
        return false;
    changed->is_initial = ends->previous == NULL;
    if (changed->is_initial)
        action_warn(run, "Initial commit detected no previous commit found.");
    return true;
}

/* ---- pull requests ---- */

static bool can_compare(struct action_run *run, const struct ends *ends, bool *can, GError **error)
{
    if (strcmp(ends->dots, "..") == 0)
        return tell(
            run, core_arguments("git", "diff", "--no-patch", ends->previous, ends->current, NULL),
            can, error);
    if (!tell(run, core_arguments("git", "merge-base", ends->previous, ends->current, NULL), can,
              error))
        return false;
    if (!*can)
        action_warn(run, "Unable to find merge base between %s and %s", ends->previous,
                    ends->current);
    return true;
}

static bool fetch_request(struct action_run *run, const struct ends *ends, GError **error)
{
    bool succeeds;
    g_autofree char *names =
        g_strdup_printf("pull/%s/head:%s", event_text(run, "pull_request.number"), ends->branch);
    if (!tell(run,
              core_arguments("git", "fetch", "-q", "--no-tags", "--prune", "-u", "--progress",
                             "origin", names, NULL),
              &succeeds, error))
        return false;
    g_autofree char *branches =
        g_strdup_printf("+refs/heads/%s*:refs/remotes/origin/%s*", ends->branch, ends->branch);
    if (!succeeds && !fetch_more(run, branches, &succeeds, error))
        return false;
    if (!succeeds)
        return core_throw(error, "Failed to fetch pull request branch. Please ensure "
                                 "\"persist-credentials\" is set to \"true\" when checking out the "
                                 "repository. See: https://github.com/actions/checkout#usage");
    return fetch_branch(run, ends->target_branch, error);
}

static bool reach_merge_base(struct action_run *run, const struct ends *ends, GError **error)
{
    bool can = false;
    if (!can_compare(run, ends, &can, error))
        return false;
    if (!can)
        action_log(run, "Merge base is not in the local history, fetching remote target branch...");
    for (int i = 1; !can && i <= HISTORY_FETCHES_MAX; i++) {
        if (!fetch_branch(run, ends->target_branch, error) || !can_compare(run, ends, &can, error))
            return false;
        if (can)
            break;
        action_log(run, "Merge base is not in the local history, fetching remote target branch "
                        "again...");
        action_log(run, "Attempt %d/%d", i, HISTORY_FETCHES_MAX);
    }
    return true;
}

static bool check_request(struct action_run *run, struct ends *ends, GError **error)
{
    bool can = false;
    if (!can_compare(run, ends, &can, error))
        return false;
    if (can)
        return true;
    ends->dots = "..";
    if (!can_compare(run, ends, &can, error))
        return false;
    return can || core_throw(error, "Unable to determine a difference between %s%s%s",
                             ends->previous, ends->dots, ends->current);
}

static bool find_request(struct changed_files *changed, struct ends *ends, bool is_shallow,
                         GError **error)
{
    struct action_run *run = changed->run;
    const char *head = event_text(run, "pull_request.head.sha");
    bool is_there = false;
    ends->branch = event_text(run, "pull_request.head.ref");
    ends->target_branch = event_text(run, "pull_request.base.ref");
    ends->dots = "...";
    if (!is_on(run, "skip_initial_fetch")) {
        action_log(run, "Repository is shallow, fetching more history...");
        if (is_shallow && !fetch_request(run, ends, error))
            return false;
        action_log(run, "Completed fetching more history.");
    }
    if (!has_commit(run, head, &is_there, error))
        return false;
    if (is_there)
        ends->current = g_strdup(head);
    else
        action_warn(run, "Unable to locate the commit sha: %s", head);
    if (!is_there && !find_head(run, &ends->current, error))
        return false;
    ends->previous = g_strdup(event_text(run, "pull_request.base.sha"));
    return (!is_shallow || reach_merge_base(run, ends, error)) && check_request(run, ends, error);
}

/* ---- the files ---- */

static void take_lines(struct changed_files *changed, const char *text)
{
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    for (char **line = lines; *line != NULL; line++) {
        g_auto(GStrv) columns = g_strsplit(*line, "\t", 3);
        guint count = g_strv_length(columns);
        if (count >= 2)
            changed_files_take(changed, **columns, columns[**columns == 'R' && count > 2 ? 2 : 1]);
    }
}

static bool compare(struct changed_files *changed, const struct ends *ends, GError **error)
{
    struct action_run *run = changed->run;
    g_autofree char *answer = NULL;
    g_autofree char *range = g_strconcat(ends->previous, ends->dots, ends->current, NULL);
    action_log(run, "Retrieving changes between %s (%s) → %s (%s)", ends->previous,
               ends->target_branch, ends->current, ends->branch);
    if (!changed_files_ask(run,
                           core_arguments("git", "diff", "--name-status", "--ignore-submodules=all",
                                          "--diff-filter=ACDMRTUX", range, NULL),
                           &answer, error))
        return false;
    if (answer == NULL && is_on(run, "fail_on_initial_diff_error"))
        return core_throw(error, "Failed to get changed files between: %s", range);
    if (answer == NULL)
        action_warn(run, "Failed to get changed files between: %s", range);
    else if (strlen(answer) + 1 >= ACTION_OUTPUT_BYTES_MAX)
        return changed_files_give_up(changed, "more changed files than are read", error);
    else
        take_lines(changed, answer);
    action_log(run, "All Done!");
    return true;
}

/* As the action leaves git for whoever comes later. */
static bool configure(struct action_run *run, GError **error)
{
    bool succeeds;
    bool is_quoted = strcmp(action_input(run, "quotepath"), "false") != 0;
    return tell(run, core_arguments("git", "--version", NULL), &succeeds, error) &&
           tell(run,
                core_arguments("git", "config", "--global", "core.quotepath",
                               is_quoted ? "on" : "off", NULL),
                &succeeds, error) &&
           (strcmp(action_input(run, "diff_relative"), "false") == 0 ||
            tell(run, core_arguments("git", "config", "--global", "diff.relative", "true", NULL),
                 &succeeds, error));
}

static bool find_ends(struct changed_files *changed, struct ends *ends, GError **error)
{
    struct action_run *run = changed->run;
    const char *event = action_context(run, "github.event_name");
    g_autofree char *shallow = NULL;
    if (!changed_files_ask(run, core_arguments("git", "rev-parse", "--is-shallow-repository", NULL),
                           &shallow, error))
        return false;
    bool is_shallow = g_strcmp0(shallow, "true") == 0;
    if (*event_text(run, "pull_request.base.ref") == '\0') {
        action_log(run, "Running on a %s event...", event);
        return find_push(changed, ends, is_shallow, error);
    }
    action_log(run, "Running on a %s (%s) event...", event, event_text(run, "action"));
    return find_request(changed, ends, is_shallow, error);
}

static bool find_between(struct changed_files *changed, struct ends *ends, GError **error)
{
    struct action_run *run = changed->run;
    if (!find_ends(changed, ends, error))
        return false;
    if (changed->is_initial) {
        action_log(run, "This is the first commit for this repository; exiting...");
        return true;
    }
    if (strcmp(ends->previous, ends->current) == 0)
        return meet_same(run, ends, error);
    return compare(changed, ends, error);
}

/* Of submodules it tells what has changed inside of them. */
static bool has_submodules(struct action_run *run, bool *has, GError **error)
{
    g_autofree char *list = NULL;
    *has = false;
    if (is_on(run, "exclude_submodules")) {
        action_log(run, "Excluding submodules from the diff");
        return true;
    }
    if (!changed_files_ask(run, core_arguments("git", "submodule", "status", NULL), &list, error))
        return false;
    *has = list != NULL && *list != '\0';
    return true;
}

bool changed_files_find(struct changed_files *changed, GError **error)
{
    struct ends ends = {0};
    bool has = false;
    if (!configure(changed->run, error) || !has_submodules(changed->run, &has, error))
        return false;
    if (has)
        return changed_files_give_up(changed, "what has changed in submodules", error);
    bool is_done = find_between(changed, &ends, error);
    g_free(ends.previous);
    g_free(ends.current);
    return is_done;
}
