/* Sorted sets of files. */
#include "mocks/dockerfile/files.h"

#include "base/archive.h"
#include "base/digest.h"
#include "base/gzip.h"
#include "base/limits.h"

#include <string.h>

enum {
    FOLDER_MODE = 0755
};

struct build_files {
    GPtrArray *list;    /* struct build_file, sorted by path */
    GPtrArray *folders; /* char *, clean paths, sorted; of those without files, but for what came
                           later */
    GPtrArray *open;    /* char *, clean paths */
};

static void file_free(void *pointer)
{
    struct build_file *file = pointer;
    g_free(file->path);
    g_bytes_unref(file->bytes);
    g_free(file);
}

struct build_files *build_files_new(void)
{
    struct build_files *files = g_new0(struct build_files, 1);
    files->list = g_ptr_array_new_with_free_func(file_free);
    files->folders = g_ptr_array_new_with_free_func(g_free);
    files->open = g_ptr_array_new_with_free_func(g_free);
    return files;
}

void build_files_free(struct build_files *files)
{
    if (files == NULL)
        return;
    g_ptr_array_unref(files->list);
    g_ptr_array_unref(files->folders);
    g_ptr_array_unref(files->open);
    g_free(files);
}

char *build_path_clean(const char *path)
{
    g_auto(GStrv) parts = g_strsplit(path, "/", -1);
    g_autoptr(GPtrArray) kept = g_ptr_array_new();
    for (gsize i = 0; parts[i] != NULL; i++) {
        if (*parts[i] == '\0' || strcmp(parts[i], ".") == 0)
            continue;
        if (strcmp(parts[i], "..") != 0)
            g_ptr_array_add(kept, parts[i]);
        else if (kept->len == 0)
            return NULL;
        else
            g_ptr_array_set_size(kept, (gint)kept->len - 1);
    }
    g_ptr_array_add(kept, NULL);
    return g_strjoinv("/", (char **)kept->pdata);
}

/* The index of the first path that is not below this one in order. */
static guint lower_bound(const struct build_files *files, const char *path)
{
    guint low = 0;
    guint high = files->list->len;
    while (low < high) {
        guint middle = low + (high - low) / 2;
        if (strcmp(build_files_at(files, middle)->path, path) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

void build_files_put(struct build_files *files, const char *path, GBytes *bytes, unsigned mode,
                     int64_t declared_bytes)
{
    g_autofree char *clean = build_path_clean(path);
    if (clean == NULL || *clean == '\0')
        return;
    guint index = lower_bound(files, clean);
    if (index < files->list->len && strcmp(build_files_at(files, index)->path, clean) == 0)
        g_ptr_array_remove_index(files->list, index);
    struct build_file *file = g_new0(struct build_file, 1);
    file->path = g_steal_pointer(&clean);
    file->bytes = g_bytes_ref(bytes);
    file->mode = mode;
    file->declared_bytes = declared_bytes;
    g_ptr_array_insert(files->list, (gint)index, file);
}

void build_files_put_all(struct build_files *files, const struct build_files *more)
{
    for (guint i = 0; i < more->list->len; i++) {
        const struct build_file *file = build_files_at(more, i);
        build_files_put(files, file->path, file->bytes, file->mode, file->declared_bytes);
    }
    for (guint i = 0; i < more->folders->len; i++)
        build_files_put_folder(files, g_ptr_array_index(more->folders, i));
    for (guint i = 0; i < more->open->len; i++)
        build_files_open(files, g_ptr_array_index(more->open, i));
}

bool build_path_is_below(const char *path, const char *folder, const char **rest)
{
    gsize length = strlen(folder);
    bool is_below = length == 0 || (strncmp(path, folder, length) == 0 &&
                                    (path[length] == '\0' || path[length] == '/'));
    if (is_below)
        *rest = length > 0 && path[length] == '/' ? path + length + 1 : path + length;
    return is_below;
}

static bool is_open_at(const struct build_files *files, const char *clean)
{
    const char *rest;
    for (guint i = 0; i < files->open->len; i++)
        if (build_path_is_below(clean, g_ptr_array_index(files->open, i), &rest))
            return true;
    return false;
}

/* A path below an open one counts as well: what is known to be a file is open no longer, but for
   one that may be a folder. */
void build_files_open(struct build_files *files, const char *path)
{
    char *clean = build_path_clean(path);
    if (clean == NULL || g_ptr_array_find_with_equal_func(files->open, clean, g_str_equal, NULL))
        g_free(clean);
    else
        g_ptr_array_add(files->open, clean);
}

bool build_files_is_open(const struct build_files *files)
{
    return files->open->len > 0;
}

bool build_files_may_have(const struct build_files *files, const char *path)
{
    g_autofree char *clean = build_path_clean(path);
    return clean != NULL && is_open_at(files, clean);
}

/* The index of the first folder that is not below this one in order. */
static guint folder_bound(const struct build_files *files, const char *path)
{
    guint low = 0;
    guint high = files->folders->len;
    while (low < high) {
        guint middle = low + (high - low) / 2;
        if (strcmp(build_files_folder_at(files, middle), path) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* A file or a folder there, or something below it, which is the next in order. */
static bool is_listed(const struct build_files *files, const char *clean)
{
    g_autofree char *below = g_strconcat(clean, *clean != '\0' ? "/" : "", NULL);
    const char *const paths[] = {clean, below};
    const char *rest;
    for (gsize i = 0; i < G_N_ELEMENTS(paths); i++) {
        guint file = lower_bound(files, paths[i]);
        guint folder = folder_bound(files, paths[i]);
        if ((file < files->list->len &&
             build_path_is_below(build_files_at(files, file)->path, clean, &rest)) ||
            (folder < files->folders->len &&
             build_path_is_below(build_files_folder_at(files, folder), clean, &rest)))
            return true;
    }
    return false;
}

void build_files_put_folder(struct build_files *files, const char *path)
{
    g_autofree char *clean = build_path_clean(path);
    if (clean == NULL || *clean == '\0' || is_listed(files, clean))
        return;
    guint index = folder_bound(files, clean);
    g_ptr_array_insert(files->folders, (gint)index, g_steal_pointer(&clean));
}

guint build_files_folder_count(const struct build_files *files)
{
    return files->folders->len;
}

const char *build_files_folder_at(const struct build_files *files, guint index)
{
    return g_ptr_array_index(files->folders, index);
}

bool build_files_have(const struct build_files *files, const char *path)
{
    g_autofree char *clean = build_path_clean(path);
    return clean != NULL && (*clean == '\0' || is_listed(files, clean) || is_open_at(files, clean));
}

guint build_files_open_count(const struct build_files *files)
{
    return files->open->len;
}

const char *build_files_open_at(const struct build_files *files, guint index)
{
    return g_ptr_array_index(files->open, index);
}

guint build_files_count(const struct build_files *files)
{
    return files->list->len;
}

const struct build_file *build_files_at(const struct build_files *files, guint index)
{
    return g_ptr_array_index(files->list, index);
}

const struct build_file *build_files_find(const struct build_files *files, const char *path)
{
    g_autofree char *clean = build_path_clean(path);
    if (clean == NULL)
        return NULL;
    guint index = lower_bound(files, clean);
    if (index >= files->list->len || strcmp(build_files_at(files, index)->path, clean) != 0)
        return NULL;
    return build_files_at(files, index);
}

int64_t build_files_bytes(const struct build_files *files)
{
    int64_t bytes = 0;
    for (guint i = 0; i < files->list->len; i++)
        bytes += build_files_at(files, i)->declared_bytes;
    return bytes;
}

char *build_files_digest(const struct build_files *files)
{
    AUTO(hasher) hasher = hasher_new(DIGEST_SHA256);
    for (guint i = 0; i < files->list->len; i++) {
        const struct build_file *file = build_files_at(files, i);
        gsize length_bytes;
        const void *bytes = g_bytes_get_data(file->bytes, &length_bytes);
        g_autofree char *head =
            g_strdup_printf("%s %o %" G_GSIZE_FORMAT "\n", file->path, file->mode, length_bytes);
        hasher_update(hasher, head, strlen(head));
        hasher_update(hasher, bytes, length_bytes);
    }
    for (guint i = 0; i < files->folders->len; i++) {
        g_autofree char *line = g_strconcat(build_files_folder_at(files, i), "/\n", NULL);
        hasher_update(hasher, line, strlen(line));
    }
    return hasher_digest(hasher);
}

struct build_files *build_files_read_tar(GBytes *tar, GError **error)
{
    gsize length_bytes;
    const void *bytes = g_bytes_get_data(tar, &length_bytes);
    AUTO(archive_reader) reader = archive_reader_new(bytes, length_bytes, /* is_confined= */ true);
    AUTO(build_files) files = build_files_new();
    const struct archive_member *member = NULL;

    while (archive_reader_next(reader, &member, error)) {
        if (member == NULL)
            return g_steal_pointer(&files);
        if (member->kind == ARCHIVE_FILE)
            build_files_put(files, member->name, member->contents, member->mode,
                            (int64_t)g_bytes_get_size(member->contents));
        else if (member->kind == ARCHIVE_DIRECTORY)
            build_files_put_folder(files, member->name);
    }
    return NULL;
}

/* ---- layers ---- */

static int64_t real_bytes(const struct build_files *files)
{
    int64_t bytes = 0;
    for (guint i = 0; i < files->list->len; i++)
        bytes += (int64_t)g_bytes_get_size(build_files_at(files, i)->bytes);
    return bytes;
}

void build_files_pack(const struct build_files *files, struct packed_layer *layer)
{
    AUTO(archive_writer) writer = archive_writer_new();
    for (guint i = 0; i < files->folders->len; i++)
        archive_writer_add_directory(writer, build_files_folder_at(files, i), FOLDER_MODE);
    for (guint i = 0; i < files->list->len; i++) {
        const struct build_file *file = build_files_at(files, i);
        gsize length_bytes;
        const void *bytes = g_bytes_get_data(file->bytes, &length_bytes);
        archive_writer_add_file(writer, file->path, file->mode, bytes, length_bytes);
    }
    g_autoptr(GBytes) tar = archive_writer_finish(writer);
    gsize tar_bytes;
    const void *data = g_bytes_get_data(tar, &tar_bytes);
    layer->diff_id = digest_of_bytes(tar);
    layer->bytes = gzip_compress(data, tar_bytes);
    layer->digest = digest_of_bytes(layer->bytes);
    int64_t virtual_bytes = MAX(build_files_bytes(files) - real_bytes(files), 0);
    layer->unpacked_bytes = build_files_bytes(files);
    layer->declared_bytes =
        (int64_t)g_bytes_get_size(layer->bytes) + virtual_bytes * 2 / LAYER_UNPACKED_TIMES_TWO;
}

void packed_layer_clear(struct packed_layer *layer)
{
    g_clear_pointer(&layer->bytes, g_bytes_unref);
    g_clear_pointer(&layer->digest, g_free);
    g_clear_pointer(&layer->diff_id, g_free);
}
