/*
 * tj-actions/changed-files: which files an event has changed, by git in the checkout or, of a pull
 * request without one, by GitHub's API (src/main.ts of v47.0.6; v45 and v46 differ in inputs
 * that are not modelled).
 *
 * Much can be asked of it that pipelines seldom ask: with such an input, for a tag, and where the
 * event's commits are not the user's repository's, the outputs are unknown.
 */
#include "actions/changed_files.h"
#include "actions/actions.h"

#include <string.h>

bool changed_files_give_up(struct changed_files *changed, const char *why, GError **error)
{
    changed->is_unknown = true;
    return action_assume(changed->run, why, /* duration_us= */ 0, error);
}

void changed_files_take(struct changed_files *changed, char letter, const char *path)
{
    struct repository_change *change = g_new0(struct repository_change, 1);
    change->letter = letter;
    change->path = g_utf8_make_valid(path, -1);
    g_ptr_array_add(changed->files, change);
}

static void change_free(void *data)
{
    struct repository_change *change = data;
    g_free(change->path);
    g_free(change);
}

/* ---- what is not modelled ---- */

/* Inputs that are modelled at their defaults alone. */
static const char *const plain_inputs[] = {
    "base_sha",
    "sha",
    "since",
    "until",
    "path",
    "files_from_source_file",
    "files_ignore_from_source_file",
    "files_yaml_from_source_file",
    "files_ignore_yaml_from_source_file",
    "include_all_old_new_renamed_files",
    "dir_names_include_files",
    "dir_names_deleted_files_include_only_deleted_dirs",
    "since_last_remote_commit",
    "write_output_files",
    "output_renamed_files_as_deleted_and_added",
    "recover_deleted_files",
    "use_rest_api",
    "negation_patterns_first",
    "exclude_symlinks",
    "fetch_missing_history_max_retries",
};

static const char *standard_of(const char *name)
{
    const struct action_input *input = action_changed_files.inputs;
    while (strcmp(input->name, name) != 0)
        input++;
    return input->standard;
}

static const char *foreign_input(const struct action_run *run)
{
    for (gsize i = 0; i < G_N_ELEMENTS(plain_inputs); i++)
        if (g_ascii_strcasecmp(action_input(run, plain_inputs[i]), standard_of(plain_inputs[i])) !=
            0)
            return plain_inputs[i];
    return NULL;
}

static bool has_commit(const struct action_run *run, const char *commit)
{
    return *commit == '\0' || strspn(commit, "0") == strlen(commit) ||
           action_has_commit(run, commit);
}

/* Of a pull request both ends, of another event the commit itself and what was there before. */
static bool is_of_repository(const struct action_run *run)
{
    const char *base = action_context(run, "github.event.pull_request.base.sha");
    const char *head = action_context(run, "github.event.pull_request.head.sha");
    if (*base != '\0')
        return strcmp(base, head) != 0 && has_commit(run, base) && has_commit(run, head);
    return has_commit(run, action_context(run, "github.sha")) &&
           has_commit(run, action_context(run, "github.event.before")) &&
           has_commit(run, action_context(run, "github.event.merge_group.base_sha"));
}

static bool check(struct changed_files *changed, GError **error)
{
    const char *input = foreign_input(changed->run);
    if (input != NULL) {
        g_autofree char *why = g_strdup_printf("what the input %s does", input);
        return changed_files_give_up(changed, why, error);
    }
    if (g_str_has_prefix(action_context(changed->run, "github.ref"), "refs/tags/"))
        return changed_files_give_up(changed, "what has changed since the tag before", error);
    return is_of_repository(changed->run) ||
           changed_files_give_up(
               changed, "what has changed since a commit that is not of this repository", error);
}

/* ---- where the files come from ---- */

/* GitHub says which files have a new name; what is told here are those that went and that came. */
static bool take_request(struct changed_files *changed, GError **error)
{
    struct action_run *run = changed->run;
    g_autoptr(GPtrArray) changes =
        action_changes(run, action_context(run, "github.event.pull_request.base.sha"),
                       action_context(run, "github.event.pull_request.head.sha"));
    bool has_added = false;
    bool has_deleted = false;
    for (guint i = 0; changes != NULL && i < changes->len; i++) {
        const struct repository_change *change = changes->pdata[i];
        has_added |= change->letter == 'A';
        has_deleted |= change->letter == 'D';
        changed_files_take(changed, change->letter, change->path);
    }
    if (changes == NULL || (has_added && has_deleted))
        return changed_files_give_up(changed, "which files the pull request changes", error);
    action_log(run, "Using GitHub's REST API to get changed files");
    action_log(run, "Getting changed files from GitHub API...");
    action_log(run, "Found %u changed files from GitHub API", changes->len);
    action_log(run, "All Done!");
    return true;
}

static bool find_files(struct changed_files *changed, GError **error)
{
    struct action_run *run = changed->run;
    g_autofree char *inside = NULL;
    CORE_GROUP(run, "changed-files");
    if (!changed_files_ask(run, core_arguments("git", "rev-parse", "--is-inside-work-tree", NULL),
                           &inside, error))
        return false;
    bool has_git = g_strcmp0(inside, "true") == 0;
    bool is_request = *action_context(run, "github.event.pull_request.number") != '\0';
    if (!has_git && (!is_request || !action_input_is_given(run, "token")))
        return core_throw(error,
                          "Unable to locate the git repository in the given path: %s.\n Please run "
                          "actions/checkout before this action (Make sure the 'path' input is "
                          "correct).\n If you intend to use Github's REST API note that only "
                          "pull_request* events are supported. Current event is \"%s\".",
                          action_variable(run, "GITHUB_WORKSPACE"),
                          action_context(run, "github.event_name"));
    if (!check(changed, error) || changed->is_unknown)
        return changed->is_unknown;
    if (!has_git)
        return take_request(changed, error);
    action_log(run, "Using local .git directory");
    return changed_files_find(changed, error);
}

/* ---- outputs ---- */

static bool export_patterns(struct changed_files *changed, const struct changed_patterns *patterns,
                            GPtrArray *changed_keys, GPtrArray *modified_keys, GError **error)
{
    struct action_run *run = changed->run;
    bool any_changed = false;
    bool any_modified = false;
    g_autoptr(GPtrArray) left = changed_patterns_filter(patterns, changed->files);
    if (left == NULL)
        return changed_files_give_up(changed, "what a pattern matches that is not modelled", error);
    bool has_name = *patterns->name != '\0';
    g_autofree char *title = has_name ? g_strconcat("changed-files-yaml-", patterns->name, NULL)
                                      : g_strdup("changed-files-patterns");
    CORE_GROUP(run, title);
    changed_files_export(run, patterns, changed->files, left, &any_changed, &any_modified);
    if (has_name && any_changed)
        g_ptr_array_add(changed_keys, patterns->name);
    if (has_name && any_modified)
        g_ptr_array_add(modified_keys, patterns->name);
    action_log(run, "All Done!");
    return true;
}

static bool export_all(struct changed_files *changed, const GPtrArray *all, GError **error)
{
    struct action_run *run = changed->run;
    g_autoptr(GPtrArray) changed_keys = g_ptr_array_new();
    g_autoptr(GPtrArray) modified_keys = g_ptr_array_new();
    bool has_keys = false;
    for (guint i = 0; i < all->len; i++) {
        const struct changed_patterns *patterns = all->pdata[i];
        has_keys |= *patterns->name != '\0';
        if (!export_patterns(changed, patterns, changed_keys, modified_keys, error))
            return false;
    }
    if (has_keys && !changed->is_unknown) {
        changed_files_export_keys(run, "modified_keys", modified_keys);
        changed_files_export_keys(run, "changed_keys", changed_keys);
    }
    if (all->len > 0)
        return true;
    bool any_changed, any_modified;
    CORE_GROUP(run, "changed-files-all");
    changed_files_export(run, NULL, changed->files, changed->files, &any_changed, &any_modified);
    action_log(run, "All Done!");
    return true;
}

static bool work(struct changed_files *changed, GError **error)
{
    bool is_foreign = false;
    if (!find_files(changed, error))
        return false;
    if (changed->is_unknown || changed->is_initial)
        return true;
    g_autoptr(GPtrArray) patterns = changed_patterns_new(changed->run, &is_foreign);
    if (is_foreign)
        return changed_files_give_up(changed, "patterns whose YAML is not modelled", error);
    return export_all(changed, patterns, error);
}

static bool list_changes(struct action_run *run, GError **error)
{
    g_autoptr(GPtrArray) files = g_ptr_array_new_with_free_func(change_free);
    struct changed_files changed = {.run = run, .files = files};
    bool is_done = work(&changed, error);
    if (changed.is_unknown)
        action_set_unknown_output(run, "*");
    return is_done;
}

static bool main_phase(struct action_run *run, GError **error)
{
    return core_run(run, list_changes, error);
}

static const struct action_input inputs[] = {
    {"separator", "", false}, /* a blank */
    {"include_all_old_new_renamed_files", "false", false},
    {"old_new_separator", ",", false},
    {"old_new_files_separator", "", false},
    {"files_from_source_file", "", false},
    {"files_from_source_file_separator", "", false},
    {"files", "", false},
    {"files_separator", "", false},
    {"files_yaml", "", false},
    {"files_yaml_from_source_file", "", false},
    {"files_yaml_from_source_file_separator", "", false},
    {"files_ignore_yaml", "", false},
    {"files_ignore_yaml_from_source_file", "", false},
    {"files_ignore_yaml_from_source_file_separator", "", false},
    {"files_ignore", "", false},
    {"files_ignore_separator", "", false},
    {"files_ignore_from_source_file", "", false},
    {"files_ignore_from_source_file_separator", "", false},
    {"sha", "", false},
    {"base_sha", "", false},
    {"since", "", false},
    {"until", "", false},
    {"path", ".", false},
    {"quotepath", "true", false},
    {"diff_relative", "true", false},
    {"dir_names", "false", false},
    {"dir_names_max_depth", "", false},
    {"dir_names_exclude_current_dir", "false", false},
    {"dir_names_include_files", "", false},
    {"dir_names_include_files_separator", "", false},
    {"dir_names_deleted_files_include_only_deleted_dirs", "false", false},
    {"json", "false", false},
    {"escape_json", "true", false},
    {"safe_output", "true", false},
    {"fetch_depth", "25", false},
    {"skip_initial_fetch", "false", false},
    {"fetch_additional_submodule_history", "false", false},
    {"since_last_remote_commit", "false", false},
    {"write_output_files", "false", false},
    {"output_dir", ".github/outputs", false},
    {"output_renamed_files_as_deleted_and_added", "false", false},
    {"recover_deleted_files", "false", false},
    {"recover_deleted_files_to_destination", "", false},
    {"recover_files", "", false},
    {"recover_files_separator", "", false},
    {"recover_files_ignore", "", false},
    {"recover_files_ignore_separator", "", false},
    {"token", "${{ github.token }}", false},
    {"api_url", "${{ github.api_url }}", false},
    {"use_rest_api", "false", false},
    {"fail_on_initial_diff_error", "false", false},
    {"fail_on_submodule_diff_error", "false", false},
    {"negation_patterns_first", "false", false},
    {"matrix", "false", false},
    {"exclude_submodules", "false", false},
    {"exclude_symlinks", "false", false},
    {"skip_same_sha", "false", false},
    {"fetch_missing_history_max_retries", "20", false},
    {"use_posix_path_separator", "false", false},
    {"tags_pattern", "*", false},
    {"tags_ignore_pattern", "", false},
    {NULL, NULL, false},
};

const struct action action_changed_files = {
    .name = "tj-actions/changed-files",
    .summary = "Lists the files that the event has changed.",
    .first_major = 45,
    .last_major = 47,
    .inputs = inputs,
    .main = main_phase,
    .touches_images = false,
};
