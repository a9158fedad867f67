/* Copies folders with their files and links. */
#include "runner/tree.h"
#include "base/limits.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct copying {
    const struct tree_filter *filter; /* or NULL */
    gsize root_length;                /* of the path that is copied, with its slash */
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

/* Whether the filter wants it; a file it wants is told to it. */
static bool wants(const struct copying *copying, const char *from, bool is_folder)
{
    const struct tree_filter *filter = copying->filter;
    return filter == NULL || filter->takes(filter->context, from + copying->root_length, is_folder);
}

static bool copy_entry(struct copying *copying, const char *from, const char *to, int depth,
                       GError **error)
{
    GStatBuf status;
    if (g_lstat(from, &status) != 0 || !wants(copying, from, S_ISDIR(status.st_mode)))
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

bool tree_copy(const char *from, const char *to, const struct tree_filter *filter, GError **error)
{
    struct copying copying = {.filter = filter, .root_length = strlen(from) + 1};
    g_mkdir_with_parents(to, 0755);
    return copy_tree(&copying, from, to, 0, error);
}
