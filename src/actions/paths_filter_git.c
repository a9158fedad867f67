/* How dorny/paths-filter asks git which files have changed (src/git.ts). */
#include "actions/paths_filter.h"

#include "base/limits.h"

#include <string.h>

/* Before v4.0.2 the toolkit's own words, then the action's. */
static bool fail(const struct paths_git *git, const GPtrArray *arguments, int exit_code,
                 GError **error)
{
    g_autoptr(GString) line = g_string_new("git");
    if (action_major(git->run) < 4)
        return core_throw(error, "The process '/usr/bin/git' failed with exit code %d", exit_code);
    for (guint i = 1; i < arguments->len; i++)
        g_string_append_printf(line, " %s", (const char *)arguments->pdata[i]);
    return core_throw(error, "The process '%s' failed with exit code %d", line->str, exit_code);
}

/* Takes the arguments over. */
static bool ask(const struct paths_git *git, GPtrArray *arguments,
                struct action_exec_result *result, GError **error)
{
    g_autoptr(GPtrArray) owned = arguments;
    const struct core_command command = {
        .arguments = owned, .judgement = CORE_ANY_END, .directory = git->directory};
    return core_exec(git->run, &command, result, error);
}

/* The same, where a code other than 0 throws. */
static bool demand(const struct paths_git *git, GPtrArray *arguments,
                   struct action_exec_result *result, GError **error)
{
    g_autoptr(GPtrArray) owned = g_ptr_array_ref(arguments);
    return ask(git, arguments, result, error) &&
           (result->exit_code == 0 || fail(git, owned, result->exit_code, error));
}

/* ---- what it answers ---- */

static void file_free(void *data)
{
    struct changed_file *file = data;
    g_free(file->path);
    g_free(file);
}

GPtrArray *changed_files_new(void)
{
    return g_ptr_array_new_with_free_func(file_free);
}

void changed_files_add(GPtrArray *files, const char *path, const char *status)
{
    struct changed_file *file = g_new0(struct changed_file, 1);
    file->path = g_utf8_make_valid(path, -1);
    file->status = status;
    g_ptr_array_add(files, file);
}

const char *changed_file_status(char letter)
{
    switch (letter) {
    case 'A':
        return "added";
    case 'C':
        return "copied";
    case 'D':
        return "deleted";
    case 'M':
        return "modified";
    case 'R':
        return "renamed";
    case 'U':
        return "unmerged";
    default:
        return NULL;
    }
}

/* Letters and paths in turn, or paths alone, each up to its NUL. */
static void take_files(const struct paths_git *git, const struct action_exec_result *result,
                       bool has_letters)
{
    const char *end = result->output + result->output_bytes;
    const char *letter = NULL;
    for (const char *at = result->output; at < end; at += strlen(at) + 1) {
        if (*at == '\0')
            continue;
        if (has_letters && letter == NULL) {
            letter = at;
            continue;
        }
        changed_files_add(git->files, at, has_letters ? changed_file_status(*letter) : "added");
        letter = NULL;
    }
}

/* One command in a group of its own, whose output ends without a line's end. */
static bool list(const struct paths_git *git, const char *title, GPtrArray *arguments,
                 bool has_letters, GError **error)
{
    ACTION_EXEC_RESULT(result);
    CORE_GROUP(git->run, title);
    bool is_done = demand(git, arguments, &result, error);
    action_log(git->run, "%s", "");
    if (!is_done)
        return false;
    *git->is_cut |= result.output_bytes >= ACTION_OUTPUT_BYTES_MAX;
    take_files(git, &result, has_letters);
    return true;
}

bool paths_git_last_commit(const struct paths_git *git, GError **error)
{
    return list(git, "Change detection in last commit",
                core_arguments("git", "log", "--format=", "--no-renames", "--name-status", "-z",
                               "-n", "1", NULL),
                /* has_letters= */ true, error);
}

static bool diff(const struct paths_git *git, const char *title, const char *range, GError **error)
{
    return list(git, title,
                core_arguments("git", "diff", "--no-renames", "--name-status", "-z", range, NULL),
                /* has_letters= */ true, error);
}

bool paths_git_uncommitted(const struct paths_git *git, GError **error)
{
    return diff(git, "Change detection on HEAD", "HEAD", error);
}

bool paths_git_all_files(const struct paths_git *git, GError **error)
{
    return list(git, "Listing all files tracked by git",
                core_arguments("git", "ls-files", "-z", NULL), /* has_letters= */ false, error);
}

/* ---- names ---- */

bool paths_git_is_commit(const char *name)
{
    return g_regex_match_simple("^[a-z0-9]{40}$", name, G_REGEX_DOLLAR_ENDONLY, 0);
}

static char *trimmed_output(const struct action_exec_result *result)
{
    return core_trimmed(result->output);
}

static bool current_ref(const struct paths_git *git, char **name, GError **error)
{
    ACTION_EXEC_RESULT(branch);
    ACTION_EXEC_RESULT(tag);
    ACTION_EXEC_RESULT(commit);
    GPtrArray *arguments = action_major(git->run) < 4
                               ? core_arguments("git", "branch", "--show-current", NULL)
                               : core_arguments("git", "rev-parse", "--abbrev-ref", "HEAD", NULL);
    if (!demand(git, arguments, &branch, error))
        return false;
    *name = trimmed_output(&branch);
    if (**name != '\0' && strcmp(*name, "HEAD") != 0)
        return true;
    g_clear_pointer(name, g_free);
    if (!ask(git, core_arguments("git", "describe", "--tags", "--exact-match", NULL), &tag, error))
        return false;
    if (tag.exit_code != 0 &&
        !demand(git, core_arguments("git", "rev-parse", "HEAD", NULL), &commit, error))
        return false;
    *name = trimmed_output(tag.exit_code == 0 ? &tag : &commit);
    return true;
}

bool paths_git_current_ref(const struct paths_git *git, char **name, GError **error)
{
    CORE_GROUP(git->run, "Get current git ref");
    return current_ref(git, name, error);
}

/* A branch of origin before one that is here, and that before a tag of the same name: the first
   line of `git show-ref` otherwise. */
static char *pick_reference(const char *lines, const char *name)
{
    static const char *const places[] = {"refs/heads/", "refs/tags/", "refs/remotes/origin/"};
    char *first = NULL;
    g_auto(GStrv) all = g_strsplit(lines, "\n", -1);
    for (char **line = all; *line != NULL; line++)
        for (gsize i = 0; i < G_N_ELEMENTS(places); i++) {
            const char *found = strstr(*line, places[i]);
            if (found == NULL ||
                strcmp(g_strchomp(*line) + (found - *line) + strlen(places[i]), name) != 0)
                continue;
            if (i + 1 < G_N_ELEMENTS(places) && first != NULL)
                continue;
            g_free(first);
            first = g_strdup(found);
        }
    return first;
}

/* *reference stays NULL when it is not here. */
static bool find_local(const struct paths_git *git, const char *name, char **reference,
                       GError **error)
{
    ACTION_EXEC_RESULT(result);
    if (paths_git_is_commit(name)) {
        g_autofree char *commit = g_strconcat(name, "^{commit}", NULL);
        if (!ask(git, core_arguments("git", "cat-file", "-e", commit, NULL), &result, error))
            return false;
        *reference = result.exit_code == 0 ? g_strdup(name) : NULL;
        return true;
    }
    if (!ask(git, core_arguments("git", "show-ref", name, NULL), &result, error))
        return false;
    *reference = pick_reference(result.output, name);
    return true;
}

static bool undetermined(const char *name, GError **error)
{
    return core_throw(error,
                      "Could not determine what is %s - fetch works but it's not a branch, tag or "
                      "commit SHA",
                      name);
}

static bool ensure(const struct paths_git *git, const char *name, char **reference, GError **error)
{
    static const char *const tags[] = {"--no-tags", "--tags"};
    g_autofree char *title = g_strdup_printf("Ensuring %s is fetched from origin", name);
    CORE_GROUP(git->run, title);
    if (!find_local(git, name, reference, error))
        return false;
    for (gsize i = 0; *reference == NULL && i < G_N_ELEMENTS(tags); i++) {
        ACTION_EXEC_RESULT(result);
        if (!demand(git, core_arguments("git", "fetch", "--depth=1", tags[i], "origin", name, NULL),
                    &result, error) ||
            !find_local(git, name, reference, error))
            return false;
    }
    return *reference != NULL || undetermined(name, error);
}

bool paths_git_between(const struct paths_git *git, const char *base, const char *head,
                       GError **error)
{
    g_autofree char *from = NULL;
    g_autofree char *to = NULL;
    if (!ensure(git, base, &from, error) || !ensure(git, head, &to, error))
        return false;
    g_autofree char *title = g_strdup_printf("Change detection %s..%s", base, head);
    g_autofree char *range = g_strdup_printf("%s..%s", from, to);
    return diff(git, title, range, error);
}

/* ---- the merge base ---- */

struct search {
    const struct paths_git *git;
    const char *base, *head;
    char *from, *to; /* as they are called here, or NULL */
    bool has_found;
};

static bool look(struct search *search, GError **error)
{
    ACTION_EXEC_RESULT(result);
    search->has_found = false;
    if (search->from == NULL || search->to == NULL)
        return true;
    if (!ask(search->git, core_arguments("git", "merge-base", search->from, search->to, NULL),
             &result, error))
        return false;
    search->has_found = result.exit_code == 0;
    return true;
}

static bool find_names(struct search *search, GError **error)
{
    return (search->from != NULL || find_local(search->git, search->base, &search->from, error)) &&
           (search->to != NULL || find_local(search->git, search->head, &search->to, error));
}

static bool fetch(const struct search *search, const char *what, const char *depth, GError **error)
{
    ACTION_EXEC_RESULT(result);
    GPtrArray *arguments = core_arguments("git", "fetch", NULL);
    if (what != NULL)
        core_arguments_add(arguments, what, NULL);
    if (depth != NULL)
        core_arguments_add(arguments, depth, "origin", search->base, search->head, NULL);
    bool may_fail = what != NULL && strcmp(what, "--tags") == 0;
    return may_fail ? ask(search->git, arguments, &result, error)
                    : demand(search->git, arguments, &result, error);
}

static bool fetch_first(struct search *search, int64_t depth, GError **error)
{
    g_autofree char *option = g_strdup_printf("--depth=%" G_GINT64_FORMAT, depth);
    if (!fetch(search, "--no-tags", option, error) || !find_names(search, error))
        return false;
    if (search->from != NULL && search->to != NULL)
        return true;
    if (!fetch(search, "--tags", "--depth=1", error) || !find_names(search, error))
        return false;
    if (search->from == NULL)
        return undetermined(search->base, error);
    return search->to != NULL || undetermined(search->head, error);
}

static bool count_commits(const struct search *search, int64_t *count, GError **error)
{
    ACTION_EXEC_RESULT(result);
    if (!demand(search->git, core_arguments("git", "rev-list", "--count", "--all", NULL), &result,
                error))
        return false;
    *count = g_ascii_strtoll(result.output, NULL, 10);
    return true;
}

/* Twice as deep each time, until nothing more comes; then all of it. */
static bool deepen(struct search *search, int64_t depth, GError **error)
{
    int64_t before, now;
    if (!count_commits(search, &before, error) || !look(search, error))
        return false;
    while (!search->has_found) {
        depth = MIN(depth * 2, (INT64_C(1) << 53) - 1);
        g_autofree char *option = g_strdup_printf("--deepen=%" G_GINT64_FORMAT, depth);
        if (!fetch(search, NULL, option, error) || !count_commits(search, &now, error))
            return false;
        if (now == before) {
            action_log(search->git->run, "No more commits were fetched");
            action_log(search->git->run, "Last attempt will be to fetch full history");
            return fetch(search, NULL, NULL, error) && look(search, error);
        }
        before = now;
        if (!look(search, error))
            return false;
    }
    return true;
}

/* "100" and what parseInt makes of others. */
static int64_t initial_depth(const struct action_run *run)
{
    int64_t depth = g_ascii_strtoll(action_input(run, "initial-fetch-depth"), NULL, 10);
    return depth != 0 ? depth : 10;
}

static bool find_merge_base(struct search *search, GError **error)
{
    int64_t depth = initial_depth(search->git->run);
    g_autofree char *title =
        g_strdup_printf("Searching for merge-base %s...%s", search->base, search->head);
    CORE_GROUP(search->git->run, title);
    return find_names(search, error) && look(search, error) &&
           (search->has_found ||
            (fetch_first(search, depth, error) && deepen(search, depth, error)));
}

static bool diff_since(const struct search *search, GError **error)
{
    if (!search->has_found)
        action_warn(search->git->run, "No merge base found - change detection will use direct "
                                      "<commit>..<commit> comparison");
    g_autofree char *range =
        g_strconcat(search->from, search->has_found ? "..." : "..", search->to, NULL);
    g_autofree char *title = g_strdup_printf("Change detection %s", range);
    return diff(search->git, title, range, error);
}

bool paths_git_since_merge_base(const struct paths_git *git, const char *base, const char *head,
                                GError **error)
{
    struct search search = {.git = git, .base = base, .head = head};
    bool is_done = find_merge_base(&search, error) && diff_since(&search, error);
    g_free(search.from);
    g_free(search.to);
    return is_done;
}
