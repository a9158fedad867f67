/* The user's work tree, copied into the workspace: what actions/checkout leaves there. */
#include "base/limits.h"
#include "runner/native.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct copying {
    int64_t bytes;
    int files;
};

static bool fail(GError **error, const char *what)
{
    g_set_error(error, BASE_ERROR, BASE_ERROR_LIMIT, "the repository is over %s", what);
    return false;
}

static bool count(struct copying *copying, int64_t bytes, GError **error)
{
    copying->bytes += bytes;
    copying->files++;
    if (copying->files > RUNNER_CHECKOUT_FILES_MAX)
        return fail(error, "RUNNER_CHECKOUT_FILES_MAX");
    return copying->bytes <= RUNNER_CHECKOUT_BYTES_MAX || fail(error, "RUNNER_CHECKOUT_BYTES_MAX");
}

static bool copy_file(const char *from, const char *to, mode_t mode, GError **error)
{
    g_autofree char *bytes = NULL;
    gsize length = 0;
    return g_file_get_contents(from, &bytes, &length, error) &&
           g_file_set_contents_full(to, bytes, (gssize)length, G_FILE_SET_CONTENTS_NONE,
                                    (mode & 0100) != 0 ? 0755 : 0644, error);
}

static void copy_link(const char *from, const char *to)
{
    g_autofree char *target = g_file_read_link(from, NULL);
    if (target == NULL)
        return;
    g_unlink(to);
    if (symlink(target, to) != 0)
        g_debug("%s cannot be linked", to);
}

static bool copy_tree(struct copying *copying, const char *from, const char *to, int depth,
                      GError **error);

static bool copy_entry(struct copying *copying, const char *from, const char *to, int depth,
                       GError **error)
{
    GStatBuf status;
    if (g_lstat(from, &status) != 0)
        return true;
    if (S_ISDIR(status.st_mode))
        return copy_tree(copying, from, to, depth + 1, error);
    if (S_ISLNK(status.st_mode))
        copy_link(from, to);
    if (!S_ISREG(status.st_mode))
        return true;
    return count(copying, status.st_size, error) && copy_file(from, to, status.st_mode, error);
}

static bool copy_tree(struct copying *copying, const char *from, const char *to, int depth,
                      GError **error)
{
    GDir *entries = g_dir_open(from, 0, NULL);
    const char *name;
    bool is_fine = depth <= RUNNER_CHECKOUT_DEPTH_MAX || fail(error, "RUNNER_CHECKOUT_DEPTH_MAX");
    g_mkdir_with_parents(to, 0755);
    while (is_fine && entries != NULL && (name = g_dir_read_name(entries)) != NULL) {
        if (depth == 0 && strcmp(name, ".git") == 0)
            continue;
        g_autofree char *source = g_build_filename(from, name, NULL);
        g_autofree char *target = g_build_filename(to, name, NULL);
        is_fine = copy_entry(copying, source, target, depth, error);
    }
    if (entries != NULL)
        g_dir_close(entries);
    return is_fine;
}

/* Enough of a .git that scripts see a checkout; there is no history in it. */
static void mark(const char *folder)
{
    g_autofree char *git = g_build_filename(folder, ".git", NULL);
    g_autofree char *head = g_build_filename(git, "HEAD", NULL);
    g_mkdir_with_parents(git, 0755);
    if (!g_file_set_contents(head, "ref: refs/heads/main\n", -1, NULL))
        g_debug("%s cannot be written", head);
}

bool tree_copy(const char *from, const char *to, GError **error)
{
    struct copying copying = {0};
    g_mkdir_with_parents(to, 0755);
    return copy_tree(&copying, from, to, 0, error);
}

bool action_checkout(struct action_run *run, const char *path, GError **error)
{
    g_autofree char *folder = action_host_path(run, path);
    const char *repository = run->step->leg->machine->repository;
    if (folder == NULL)
        return true; /* a machine without files */
    g_mkdir_with_parents(folder, 0755);
    if (repository != NULL && !tree_copy(repository, folder, error))
        return false;
    mark(folder);
    return true;
}
