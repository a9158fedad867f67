/* Files of a folder or of an archive that images are kept in. */
#include "mocks/commands/skopeo/place.h"

#include "base/archive.h"
#include "base/limits.h"
#include "mocks/commands/docker/cli_private.h"

#include <string.h>

struct skopeo_files {
    const struct skopeo_run *run;
    char *folder;        /* NULL: an archive */
    GHashTable *members; /* names to GBytes */
};

static void bytes_free(void *bytes)
{
    g_bytes_unref(bytes);
}

void skopeo_files_free(struct skopeo_files *files)
{
    g_free(files->folder);
    g_clear_pointer(&files->members, g_hash_table_unref);
    g_free(files);
}

/* "folder/a/../b" without the dots; links of `docker save` point at such. g_free. */
static char *resolve_link(const char *name, const char *target)
{
    g_autofree char *folder = g_path_get_dirname(name);
    g_autofree char *joined = g_build_filename(folder, target, NULL);
    g_autofree char *full = g_canonicalize_filename(joined, "/");
    return g_strdup(full + 1);
}

static void add_member(struct skopeo_files *files, const struct archive_member *member)
{
    if (member->kind == ARCHIVE_FILE) {
        g_hash_table_replace(files->members, g_strdup(member->name), g_bytes_ref(member->contents));
    } else if (member->kind == ARCHIVE_SYMLINK || member->kind == ARCHIVE_HARDLINK) {
        g_autofree char *target = member->kind == ARCHIVE_SYMLINK
                                      ? resolve_link(member->name, member->link_target)
                                      : g_strdup(member->link_target);
        GBytes *bytes = g_hash_table_lookup(files->members, target);
        if (bytes != NULL)
            g_hash_table_replace(files->members, g_strdup(member->name), g_bytes_ref(bytes));
    }
}

struct skopeo_files *skopeo_files_of_bytes(GBytes *archive, GError **error)
{
    struct skopeo_files *files = g_new0(struct skopeo_files, 1);
    gsize length = 0;
    const void *data = g_bytes_get_data(archive, &length);
    AUTO(archive_reader) reader = archive_reader_new_packed(data, length, /* is_confined= */ false);
    const struct archive_member *member = NULL;
    files->members = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, bytes_free);
    do {
        if (!archive_reader_next(reader, &member, NULL)) {
            skopeo_files_free(files);
            (void)skopeo_fail(error, "archive/tar: invalid tar header");
            return NULL;
        }
        if (member != NULL)
            add_member(files, member);
    } while (member != NULL);
    return files;
}

static GBytes *read_path(const struct skopeo_run *run, const char *path, gsize bytes_max,
                         GError **error)
{
    g_autoptr(GError) reason = NULL;
    if (!skopeo_has_path(run, path)) {
        (void)skopeo_fail_unknown(error);
        return NULL;
    }
    GBytes *bytes = world_read_file(run->call, path, bytes_max, &reason);
    if (bytes == NULL)
        (void)skopeo_fail(error, "%s", reason->message);
    return bytes;
}

GBytes *skopeo_path_read(const struct skopeo_run *run, const char *path, GError **error)
{
    return read_path(run, path, IMAGE_ARCHIVE_BYTES_MAX, error);
}

bool skopeo_path_write(const struct skopeo_run *run, const char *path, GBytes *bytes,
                       GError **error)
{
    gsize length = 0;
    const char *data = g_bytes_get_data(bytes, &length);
    g_autoptr(GError) reason = NULL;
    return world_write_file(run->call, path, data != NULL ? data : "", length, 0644, &reason) ||
           skopeo_fail(error, "%s", reason->message);
}

struct skopeo_files *skopeo_files_open(const struct skopeo_run *run, const char *path,
                                       bool is_archive, GError **error)
{
    if (is_archive) {
        g_autoptr(GBytes) bytes = skopeo_path_read(run, path, error);
        return bytes != NULL ? skopeo_files_of_bytes(bytes, error) : NULL;
    }
    struct skopeo_files *files = g_new0(struct skopeo_files, 1);
    files->run = run;
    files->folder = g_strdup(path);
    return files;
}

GBytes *skopeo_files_read(const struct skopeo_files *files, const char *name, GError **error)
{
    if (files->folder != NULL) {
        g_autofree char *path = g_build_filename(files->folder, name, NULL);
        return read_path(files->run, path, HTTP_BODY_BYTES_MAX, error);
    }
    GBytes *bytes = g_hash_table_lookup(files->members, name);
    if (bytes == NULL)
        (void)skopeo_fail(error, "open %s: no such file or directory", name);
    return bytes != NULL ? g_bytes_ref(bytes) : NULL;
}
