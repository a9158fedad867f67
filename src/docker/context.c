/* Walks a folder into an archive, in sorted order so that equal folders give equal bytes. */
#include "docker/context.h"

#include "base/limits.h"
#include "base/regular_file.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    FOLDER_DEPTH_MAX = 64
};

struct walk {
    const char *prefix;                  /* in the archive, or NULL */
    const struct context_ignore *ignore; /* NULL: everything goes */
    struct archive_writer *archive;
    gsize entry_count;
    int64_t byte_count;
    int depth;
};

static int compare_names(const void *left, const void *right)
{
    return strcmp(*(const char *const *)left, *(const char *const *)right);
}

static GPtrArray *folder_names(const char *path, GError **error)
{
    GDir *folder = g_dir_open(path, 0, error);
    if (folder == NULL)
        return NULL;
    GPtrArray *names = g_ptr_array_new_with_free_func(g_free);
    const char *name;
    while ((name = g_dir_read_name(folder)) != NULL)
        g_ptr_array_add(names, g_strdup(name));
    g_dir_close(folder);
    g_ptr_array_sort(names, compare_names);
    return names;
}

static char *archive_name(const struct walk *walk, const char *relative)
{
    return walk->prefix != NULL ? g_build_filename(walk->prefix, relative, NULL)
                                : g_strdup(relative);
}

static bool count_entry(struct walk *walk, const char *path, int64_t bytes, GError **error)
{
    walk->entry_count++;
    walk->byte_count += bytes;
    if (walk->entry_count <= ARCHIVE_ENTRIES_MAX && walk->byte_count <= ARCHIVE_BYTES_MAX)
        return true;
    g_set_error(error, BASE_ERROR, BASE_ERROR_LIMIT,
                "%s: a build context has at most %d entries and %" G_GINT64_FORMAT " bytes", path,
                ARCHIVE_ENTRIES_MAX, ARCHIVE_BYTES_MAX);
    return false;
}

static bool add_file(struct walk *walk, const char *path, const char *name,
                     const struct stat *facts, GError **error)
{
    g_autofree char *bytes = NULL;
    gsize length = 0;
    if (!count_entry(walk, path, facts->st_size, error) ||
        !regular_file_read(path, &bytes, &length, error))
        return false;
    archive_writer_add_file(walk->archive, name, (unsigned)facts->st_mode & 0777, bytes, length);
    return true;
}

static bool add_folder(struct walk *walk, const char *path, const char *relative, GError **error);

static bool add_entry(struct walk *walk, const char *path, const char *relative, GError **error)
{
    struct stat facts;
    g_autofree char *name = archive_name(walk, relative);
    bool is_excluded = walk->ignore != NULL && context_ignore_excludes(walk->ignore, relative);

    if (lstat(path, &facts) != 0) {
        g_set_error(error, BASE_ERROR, BASE_ERROR_IO, "%s: %s", path, g_strerror(errno));
        return false;
    }
    if (S_ISDIR(facts.st_mode)) {
        if (is_excluded && !context_ignore_has_exceptions(walk->ignore))
            return true;
        if (!is_excluded)
            archive_writer_add_directory(walk->archive, name, (unsigned)facts.st_mode & 0777);
        return count_entry(walk, path, 0, error) && add_folder(walk, path, relative, error);
    }
    if (is_excluded)
        return true;
    if (S_ISLNK(facts.st_mode)) {
        g_autofree char *target = g_file_read_link(path, error);
        if (target != NULL)
            archive_writer_add_symlink(walk->archive, name, target);
        return target != NULL && count_entry(walk, path, 0, error);
    }
    return !S_ISREG(facts.st_mode) || add_file(walk, path, name, &facts, error);
}

static bool add_folder(struct walk *walk, const char *path, const char *relative, GError **error)
{
    if (++walk->depth > FOLDER_DEPTH_MAX) {
        g_set_error(error, BASE_ERROR, BASE_ERROR_LIMIT, "%s: folders nest at most %d deep", path,
                    FOLDER_DEPTH_MAX);
        return false;
    }
    g_autoptr(GPtrArray) names = folder_names(path, error);
    if (names == NULL)
        return false;
    for (guint i = 0; i < names->len; i++) {
        const char *name = g_ptr_array_index(names, i);
        g_autofree char *child = g_build_filename(path, name, NULL);
        g_autofree char *child_relative =
            relative[0] != '\0' ? g_build_filename(relative, name, NULL) : g_strdup(name);
        if (!add_entry(walk, child, child_relative, error))
            return false;
    }
    walk->depth--;
    return true;
}

bool context_add(const char *folder, const struct context_ignore *ignore, const char *prefix,
                 struct archive_writer *archive, GError **error)
{
    struct walk walk = {.prefix = prefix, .ignore = ignore, .archive = archive};
    return add_folder(&walk, folder, "", error);
}
