/* Folders and tars of this machine on their way into a build. */
#include "mocks/commands/buildx/walk.h"

#include "base/limits.h"
#include "base/regular_file.h"
#include "mocks/commands/buildx/commands.h"

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

/* From which size on a file goes as a stand-in: sooner when much has been carried already. */
enum {
    FOLDER_MODE = 0755,
    LARGE_BYTES = 256 * 1024,
    LARGE_BYTES_LATER = 4 * 1024,
    LATER_BYTES = BUILD_CARRIED_BYTES_MAX / 2
};

static GBytes *read_file(const struct walk *walk, const char *host, int64_t size_bytes)
{
    int64_t large_bytes = walk->carried_bytes > LATER_BYTES ? LARGE_BYTES_LATER : LARGE_BYTES;
    char *bytes = NULL;
    gsize length_bytes = 0;
    if (size_bytes > large_bytes)
        return build_stand_in_read(host, size_bytes);
    return regular_file_read(host, &bytes, &length_bytes, NULL)
               ? g_bytes_new_take(bytes, length_bytes)
               : NULL;
}

static bool is_of_git(const char *relative)
{
    return g_str_has_prefix(relative, ".git/") || strstr(relative, "/.git/") != NULL;
}

static bool has_room(const struct walk *walk, GError **error)
{
    if (walk->taken_bytes <= BUILD_CONTEXT_BYTES_MAX && walk->taken_count <= ARCHIVE_ENTRIES_MAX &&
        walk->carried_bytes <= BUILD_CARRIED_BYTES_MAX)
        return true;
    g_set_error(error, BASE_ERROR, BASE_ERROR_LIMIT,
                "a build context of more than %d MiB, %d MiB of it in small files, or %d files",
                (int)(BUILD_CONTEXT_BYTES_MAX >> 20), BUILD_CARRIED_BYTES_MAX >> 20,
                ARCHIVE_ENTRIES_MAX);
    return false;
}

static bool take_file(struct walk *walk, const char *relative, const char *host,
                      const GStatBuf *facts, GError **error)
{
    g_autofree char *name = g_strconcat(walk->prefix, relative, NULL);
    g_autoptr(GBytes) bytes =
        is_of_git(relative) ? g_bytes_new(NULL, 0) : read_file(walk, host, (int64_t)facts->st_size);
    gsize length_bytes = 0;
    if (bytes == NULL)
        return run_fail(error, "failed to read %s", relative);
    const void *data = g_bytes_get_data(bytes, &length_bytes);
    walk->taken_bytes += build_stand_in_bytes(bytes);
    walk->carried_bytes += length_bytes;
    walk->taken_count++;
    if (!has_room(walk, error))
        return false;
    archive_writer_add_file(walk->writer, name, facts->st_mode & 0777u, data, length_bytes);
    return true;
}

/* Links that stay inside are followed, as COPY follows them; those that climb, start at the root or
   lead to a folder that they lie in are left. */
static bool leads_inside(const char *host, const char *relative)
{
    g_autofree char *target = g_file_read_link(host, NULL);
    g_autofree char *folder = g_path_get_dirname(relative);
    g_autofree char *joined = target != NULL ? g_build_filename(folder, target, NULL) : NULL;
    g_autofree char *clean = joined != NULL ? build_path_clean(joined) : NULL;
    const char *rest = NULL;
    return target != NULL && target[0] != '/' && clean != NULL &&
           !build_path_is_below(relative, clean, &rest);
}

static bool take_linked_folder(struct walk *walk, const char *relative, GError **error)
{
    if (walk->is_in_link)
        return true;
    walk->is_in_link = true;
    bool is_fine = walk_folder(walk, relative, error);
    walk->is_in_link = false;
    return is_fine;
}

static bool take_entry(struct walk *walk, const char *relative, GError **error)
{
    g_autofree char *host = g_build_filename(walk->root, relative, NULL);
    GStatBuf facts;
    bool is_ignored = walk->ignore != NULL && ignore_excludes(walk->ignore, relative);
    bool is_link = g_file_test(host, G_FILE_TEST_IS_SYMLINK);
    if (g_stat(host, &facts) != 0 || (is_link && !leads_inside(host, relative)))
        return true;
    if (S_ISDIR(facts.st_mode) && is_link)
        return is_ignored || take_linked_folder(walk, relative, error);
    if (S_ISDIR(facts.st_mode)) /* a later pattern may take something of it back */
        return walk_folder(walk, relative, error);
    if (!S_ISREG(facts.st_mode) || (is_ignored && strcmp(relative, ".dockerignore") != 0))
        return true;
    return take_file(walk, relative, host, &facts, error);
}

/* Or one of which everything is ignored. */
static bool take_empty_folder(struct walk *walk, const char *relative, GError **error)
{
    g_autofree char *name = g_strconcat(walk->prefix, relative, NULL);
    bool is_ignored = walk->ignore != NULL && ignore_excludes(walk->ignore, relative);
    if (*relative == '\0' || is_ignored)
        return true;
    walk->taken_count++;
    if (!has_room(walk, error))
        return false;
    archive_writer_add_directory(walk->writer, name, FOLDER_MODE);
    return true;
}

static gint compare_texts(gconstpointer left, gconstpointer right)
{
    const char *const *a = left;
    const char *const *b = right;
    return strcmp(*a, *b);
}

static bool is_wanted(const struct walk *walk, const char *relative, const char *name)
{
    bool is_objects = is_of_git(relative) && g_str_has_suffix(relative, "/objects");
    return !is_objects && !(walk->leaves_git && strcmp(name, ".git") == 0);
}

bool walk_folder(struct walk *walk, const char *relative, GError **error)
{
    g_autofree char *host = g_build_filename(walk->root, relative, NULL);
    g_autoptr(GDir) folder = g_dir_open(host, 0, NULL);
    g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
    const char *name;
    while (folder != NULL && (name = g_dir_read_name(folder)) != NULL)
        if (is_wanted(walk, relative, name))
            g_ptr_array_add(names, g_strdup(name));
    gsize count_before = walk->taken_count;
    g_ptr_array_sort(names, compare_texts);
    for (guint i = 0; i < names->len; i++) {
        const char *each = g_ptr_array_index(names, i);
        g_autofree char *path =
            *relative != '\0' ? g_build_filename(relative, each, NULL) : g_strdup(each);
        if (!take_entry(walk, path, error))
            return false;
    }
    return walk->taken_count > count_before || take_empty_folder(walk, relative, error);
}

/* ---- tars ---- */

bool walk_is_tar(GBytes *bytes)
{
    gsize length_bytes = 0;
    const void *data = g_bytes_get_data(bytes, &length_bytes);
    const struct archive_member *member = NULL;
    g_autoptr(GError) ignored = NULL;
    if (length_bytes == 0)
        return false;
    AUTO(archive_reader)
    reader = archive_reader_new_packed(data, length_bytes, /* is_confined= */ true);
    return archive_reader_next(reader, &member, &ignored) && member != NULL;
}

static bool take_member(struct walk *walk, const struct archive_member *member, GError **error)
{
    gsize length_bytes = 0;
    const void *data = g_bytes_get_data(member->contents, &length_bytes);
    g_autofree char *name = g_strconcat(walk->prefix, member->name, NULL);
    bool is_left_out = strcmp(member->name, ".dockerignore") == 0 || strcmp(member->name, ".") == 0;
    walk->taken_bytes += (int64_t)length_bytes;
    walk->carried_bytes += length_bytes;
    walk->taken_count++;
    if (!has_room(walk, error))
        return false;
    if (member->kind == ARCHIVE_FILE && !is_left_out)
        archive_writer_add_file(walk->writer, name, member->mode, data, length_bytes);
    else if (member->kind == ARCHIVE_DIRECTORY && !is_left_out)
        archive_writer_add_directory(walk->writer, name, member->mode);
    return true;
}

bool walk_tar(struct walk *walk, GBytes *tar, const char *wanted, GBytes **found, GError **error)
{
    gsize length_bytes = 0;
    const void *data = g_bytes_get_data(tar, &length_bytes);
    const struct archive_member *member = NULL;
    AUTO(archive_reader)
    reader = archive_reader_new_packed(data, length_bytes, /* is_confined= */ true);
    while (archive_reader_next(reader, &member, error)) {
        if (member == NULL)
            return true;
        if (!take_member(walk, member, error))
            return false;
        if (member->kind == ARCHIVE_FILE && strcmp(member->name, wanted) == 0) {
            g_clear_pointer(found, g_bytes_unref);
            *found = g_bytes_ref(member->contents);
        }
    }
    return false;
}
