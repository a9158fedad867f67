/* The user's work tree, copied into the workspace: what actions/checkout leaves there. */
#include "runner/checkout_store.h"
#include "runner/native.h"
#include "runner/tree.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

struct fetch_attempt action_git_fetch(struct action_run *run, const char *url)
{
    const struct leg_run *leg = run->step->leg;
    struct fetch_attempt attempt = {0};
    if (leg->options.git_fetch != NULL)
        leg->options.git_fetch(leg->options.self, leg->machine->name, url, &attempt);
    return attempt;
}

/* As GitHub has merged it to try it; NULL: the event is of no pull request. */
static const char *base_of(const struct action_run *run)
{
    const char *base = action_context(run, "github.event.pull_request.base.sha");
    return *base != '\0' ? base : NULL;
}

bool action_resolve(struct action_run *run, const char *name, char **reference, char **commit)
{
    const char *repository = run->step->leg->machine->repository;
    return repository != NULL && working_copy_resolve(repository, name, reference, commit);
}

bool action_has_commit(const struct action_run *run, const char *commit)
{
    const char *repository = run->step->leg->machine->repository;
    return repository != NULL && repository_has_commit(repository, commit);
}

GPtrArray *action_changes(const struct action_run *run, const char *base, const char *head)
{
    const char *repository = run->step->leg->machine->repository;
    return repository != NULL ? repository_changes_find(repository, base, head) : NULL;
}

/* Scripts may have made links where a checkout before it stood: none is followed. */
static void add_configuration(const char *target, const char *text)
{
    g_autofree char *path = g_build_filename(target, ".git", NULL);
    int folder_fd = open(path, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    int fd = folder_fd < 0 ? -1
                           : openat(folder_fd, "config",
                                    O_WRONLY | O_APPEND | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (fd >= 0)
        (void)!write(fd, text, strlen(text));
    if (fd >= 0)
        close(fd);
    if (folder_fd >= 0)
        close(folder_fd);
}

/* A clone of the user's that has not all commits, or a folder that has none, and more are wanted.
 */
static bool lacks_history(const char *repository, const struct working_copy_options *options)
{
    g_autofree char *inside = g_build_filename(repository, ".git", NULL);
    if (options->depth == 0)
        return working_copy_is_shallow(options->target);
    return options->depth > 1 &&
           (!g_file_test(inside, G_FILE_TEST_EXISTS) || working_copy_is_shallow(repository));
}

/* A folder that is no checkout yet loses all that is in it; one that is, what git does not track
   (src/git-directory-helper.ts). */
static void make_room(const char *target, bool is_clean)
{
    g_autofree char *inside = g_build_filename(target, ".git", NULL);
    bool is_checkout = g_file_test(inside, G_FILE_TEST_EXISTS);
    g_mkdir_with_parents(target, 0755);
    if (is_clean || !is_checkout)
        tree_empty(target, is_checkout ? ".git" : NULL);
}

bool action_checkout(struct action_run *run, const struct action_checkout *checkout, GError **error)
{
    const struct runner_machine *machine = run->step->leg->machine;
    g_autofree char *target = action_host_path(run, checkout->path);
    if (target == NULL || machine->repository == NULL)
        return true; /* a machine without files */
    g_autofree char *source = g_canonicalize_filename(machine->repository, NULL);
    const struct working_copy_options options = {
        .source = source,
        .target = target,
        .reference = checkout->reference,
        .commit = checkout->commit,
        .url = checkout->url,
        .date_s = machine->date_s,
        .base = base_of(run),
        .base_branch = action_context(run, "github.base_ref"),
        .head_branch = action_context(run, "github.head_ref"),
        .brings_files = checkout->brings_files,
        .depth = checkout->depth,
        .tags = checkout->tags,
        .has_submodules = checkout->has_submodules,
        .sparse = checkout->sparse,
        .is_cone = checkout->is_cone,
        .sandbox = machine->sandbox,
    };
    make_room(target, checkout->is_clean);
    if (!checkout_store_get(machine->checkouts, &options, error))
        return false;
    if (checkout->configuration != NULL)
        add_configuration(target, checkout->configuration);
    return !lacks_history(machine->repository, &options) ||
           action_assume_gap(run, "the history that this clone lacks", /* duration_us= */ 0, error);
}
