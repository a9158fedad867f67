/* What a container has changed of its image, and all of its files: GET /containers/X/changes and
   /export (moby daemon/changes.go, daemon/export.go). Files that only the image has are told where
   they are known; that there are others is told to somebody. */
#include "mocks/dockerd/api.h"

#include "base/archive.h"

#include <string.h>

/* moby pkg/archive ChangeType */
enum change {
    CHANGE_MODIFY,
    CHANGE_ADD,
    CHANGE_DELETE,
};

static void tell_doubt(const struct container *container, const char *verb, const char *what)
{
    const struct dockerd *dockerd = container->dockerd;
    if (dockerd->assume == NULL || container->program != &generic_program)
        return;
    g_autofree char *text = g_strdup_printf("%s %s: %s", verb, container->image_name, what);
    dockerd->assume(dockerd->assume_context, text, /* touches_images= */ false,
                    /* leaves_gap= */ true);
}

/* ---- changes ---- */

struct changes {
    GHashTable *kinds; /* path to enum change; never iterated */
    GPtrArray *paths;  /* char*, its keys */
};

static void note(struct changes *changes, const char *path, enum change kind)
{
    if (g_hash_table_contains(changes->kinds, path))
        return;
    char *key = g_strdup(path);
    g_hash_table_insert(changes->kinds, key, GINT_TO_POINTER(kind));
    g_ptr_array_add(changes->paths, key);
}

/* The folders above have changed with it, or are new as well. */
static void note_with_folders(struct changes *changes, const struct container *container,
                              const struct file_tree *base, const char *path, enum change kind)
{
    struct file_tree *image = container->image_files;
    g_autofree char *folder = g_path_get_dirname(path);
    note(changes, path, kind);
    while (!g_str_equal(folder, "/")) {
        bool is_old = file_tree_has_folder(base, folder) || file_tree_has_folder(image, folder);
        char *above = g_path_get_dirname(folder);
        note(changes, folder, is_old ? CHANGE_MODIFY : CHANGE_ADD);
        g_free(folder);
        folder = above;
    }
}

static gint compare_paths(gconstpointer left, gconstpointer right)
{
    return strcmp(*(char *const *)left, *(char *const *)right);
}

static void collect(struct container *container, struct changes *changes)
{
    AUTO(file_tree) base = file_tree_new(/* has_base= */ true);
    const struct file_tree *image = container_image_tree(container);
    g_autoptr(GPtrArray) files = file_tree_below(container->files, "/");
    g_autoptr(GPtrArray) folders = file_tree_folders_below(container->files, "/");

    for (guint i = 0; i < files->len; i++) {
        const char *path = g_ptr_array_index(files, i);
        bool is_old = file_tree_find(image, path) != NULL;
        note_with_folders(changes, container, base, path, is_old ? CHANGE_MODIFY : CHANGE_ADD);
    }
    for (guint i = 0; i < folders->len; i++) {
        const char *path = g_ptr_array_index(folders, i);
        if (!file_tree_has_folder(base, path) && !file_tree_has_folder(image, path))
            note_with_folders(changes, container, base, path, CHANGE_ADD);
    }
    for (guint i = 0; container->removed != NULL && i < container->removed->len; i++)
        note_with_folders(changes, container, base, g_ptr_array_index(container->removed, i),
                          CHANGE_DELETE);
    g_ptr_array_sort(changes->paths, compare_paths);
}

/* null where nothing has changed, as Go prints a nil slice. */
HANDLER(containers_changes)
{
    struct container *container = container_find(request->dockerd, request->name, error);
    if (container == NULL)
        return false;
    g_autoptr(GHashTable) kinds = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    g_autoptr(GPtrArray) paths = g_ptr_array_new();
    struct changes changes = {.kinds = kinds, .paths = paths};
    json_t *list = json_array();

    collect(container, &changes);
    for (guint i = 0; i < paths->len; i++) {
        const char *path = g_ptr_array_index(paths, i);
        json_array_append_new(list, json_pack("{s:s, s:i}", "Path", path, "Kind",
                                              GPOINTER_TO_INT(g_hash_table_lookup(kinds, path))));
    }
    if (container->was_assumed)
        tell_doubt(container, "diff", "what else has changed");
    if (paths->len == 0) {
        json_decref(list);
        list = json_null();
    }
    api_reply_json(request, 200, list);
    return true;
}

/* ---- export ---- */

static void add_file(struct archive_writer *writer, const char *path, const struct file *file)
{
    gsize length_bytes = 0;
    const void *bytes = g_bytes_get_data(file->bytes, &length_bytes);
    archive_writer_add_file(writer, path + 1, file->mode, bytes, length_bytes);
}

/* The image's files that are known, but for those that the container has its own of. */
static GBytes *pack(struct container *container)
{
    struct file_tree *image = container_image_tree(container);
    AUTO(archive_writer) writer = archive_writer_new();
    g_autoptr(GPtrArray) of_image = file_tree_below(image, "/");
    g_autoptr(GPtrArray) folders = file_tree_folders_below(container->files, "/");
    g_autoptr(GPtrArray) own = file_tree_below(container->files, "/");

    for (guint i = 0; i < folders->len; i++)
        archive_writer_add_directory(writer, (const char *)g_ptr_array_index(folders, i) + 1, 0755);
    for (guint i = 0; i < of_image->len; i++) {
        const char *path = g_ptr_array_index(of_image, i);
        if (file_tree_find(container->files, path) == NULL)
            add_file(writer, path, file_tree_find(image, path));
    }
    for (guint i = 0; i < own->len; i++) {
        const char *path = g_ptr_array_index(own, i);
        add_file(writer, path, file_tree_find(container->files, path));
    }
    return archive_writer_finish(writer);
}

HANDLER(containers_export)
{
    struct container *container = container_find(request->dockerd, request->name, error);
    if (container == NULL)
        return false;
    g_autoptr(GBytes) tar = pack(container);
    tell_doubt(container, "export", "the files that its image has");
    exchange_set_header(request->exchange, "Content-Type", "application/octet-stream");
    exchange_reply(request->exchange, 200, tar);
    return true;
}
