/* Files in and out of a container as tar: PUT, GET and HEAD /containers/X/archive (captures 22,
 * 42). */
#include "mocks/dockerd/api.h"

#include "base/archive.h"
#include "base/limits.h"

#include <string.h>

static bool fail_missing(struct request *request, const char *path, GError **error)
{
    return engine_fail(error, 404, "Could not find the file %s in container %s", path,
                       request->name);
}

/* Whether the image may have brought something to this path: nobody knows its files. What is asked
   for by a name that ends in '/' can only be a folder. */
static bool may_be_there(const struct container *container, const struct file_tree *tree)
{
    return container->dockerd->assume != NULL && container->program == &generic_program &&
           tree == container->files;
}

static void assume_path(const struct container *container, const char *path)
{
    const struct dockerd *dockerd = container->dockerd;
    g_autofree char *what = g_strdup_printf("cp %s: that it has %s", container->image_name, path);
    dockerd->assume(dockerd->assume_context, what, /* touches_images= */ false,
                    /* leaves_gap= */ true);
}

/* ---- PUT ---- */

/* Newer daemons word it otherwise; all keep the end (engine-contract.md D). */
static bool explain(GError *reason, const char *path, GError **error)
{
    g_autoptr(GError) owned = reason;
    if (owned->domain == DISK_ERROR)
        return engine_fail(error, 500, "Error processing tar file(exit status 1): write %s: %s",
                           path, owned->message);
    return engine_fail(error, 500, "Error processing tar file(exit status 1): %s", owned->message);
}

static bool put_member(struct container *container, const char *folder,
                       const struct archive_member *member, GError **error)
{
    g_autofree char *joined = g_strconcat(folder, "/", member->name, NULL);
    g_autofree char *path = file_path_clean(joined);
    g_autoptr(GError) reason = NULL;

    if (member->kind == ARCHIVE_DIRECTORY) {
        container_put_folder(container, path);
        return true;
    }
    if (member->kind != ARCHIVE_FILE) /* links and devices hold nothing to read */
        return true;
    if (container_put_file(container, path, member->contents, member->mode, &reason))
        return true;
    return explain(g_steal_pointer(&reason), path, error);
}

static bool put_all(struct container *container, const char *folder, GBytes *tar, GError **error)
{
    gsize length_bytes = 0;
    const void *bytes = g_bytes_get_data(tar, &length_bytes);
    AUTO(archive_reader) reader = archive_reader_new(bytes, length_bytes, /* is_confined= */ true);
    const struct archive_member *member = NULL;
    g_autoptr(GError) reason = NULL;

    for (;;) {
        if (!archive_reader_next(reader, &member, &reason))
            return explain(g_steal_pointer(&reason), folder, error);
        if (member == NULL)
            return true;
        if (!put_member(container, folder, member, error))
            return false;
    }
}

HANDLER(archive_put)
{
    const char *path = exchange_query_value(request->exchange, "path");
    g_autoptr(GBytes) tar = NULL;
    struct container *found = container_find(request->dockerd, request->name, error);
    if (found == NULL)
        return false;
    AUTO(container) container = container_ref(found);
    if (path == NULL || *path == '\0')
        return engine_fail(error, 400, "bad parameter: path cannot be empty");
    g_autofree char *folder = file_path_clean(path);
    g_autofree char *inner = NULL;
    struct file_tree *tree = container_tree_at(container, folder, &inner, NULL);
    if (!file_tree_has_folder(tree, inner)) {
        if (!may_be_there(container, tree))
            return fail_missing(request, path, error);
        assume_path(container, folder);
        file_tree_add_folder(tree, inner);
    }
    if (!exchange_read_all(request->exchange, HTTP_BODY_BYTES_MAX, &tar, error) ||
        !put_all(container, folder, tar, error))
        return false;
    api_reply_empty(request, 200);
    return true;
}

/* ---- GET and HEAD ---- */

static void set_stat_header(struct request *request, const char *path, const struct file *file)
{
    g_autofree char *name = g_path_get_basename(path);
    g_autofree char *time = dockerd_time_text(dockerd_now_us(request->dockerd));
    int64_t size_bytes = file == NULL ? 4096 : (int64_t)g_bytes_get_size(file->bytes);
    /* Go's os.ModeDir is bit 31. */
    int64_t mode = file == NULL ? INT64_C(0755) + INT64_C(0x80000000) : (int64_t)file->mode;
    g_autoptr(json_t) facts =
        json_pack("{s:s, s:I, s:I, s:s, s:s}", "name", name, "size", (json_int_t)size_bytes, "mode",
                  (json_int_t)mode, "mtime", time, "linkTarget", "");
    g_autofree char *text = json_text(facts);
    g_autofree char *encoded = g_base64_encode((const guchar *)text, strlen(text));
    exchange_set_header(request->exchange, "X-Docker-Container-Path-Stat", encoded);
}

static void add_file(struct archive_writer *writer, const char *name, const struct file *file)
{
    gsize length_bytes = 0;
    const void *bytes = g_bytes_get_data(file->bytes, &length_bytes);
    archive_writer_add_file(writer, name, file->mode, bytes, length_bytes);
}

/* A file by its name, or a folder with everything below it under its name. */
static GBytes *pack(const struct file_tree *tree, const char *inner, const char *name)
{
    AUTO(archive_writer) writer = archive_writer_new();
    const struct file *file = file_tree_find(tree, inner);
    gsize skip = strlen(inner) + (g_str_equal(inner, "/") ? 0 : 1);

    if (file != NULL) {
        add_file(writer, name, file);
        return archive_writer_finish(writer);
    }
    g_autoptr(GPtrArray) paths = file_tree_below(tree, inner);
    archive_writer_add_directory(writer, name, 0755);
    for (guint i = 0; i < paths->len; i++) {
        const char *path = g_ptr_array_index(paths, i);
        g_autofree char *member = g_strdup_printf("%s/%s", name, path + skip);
        add_file(writer, member, file_tree_find(tree, path));
    }
    return archive_writer_finish(writer);
}

/* Puts something at a path where the image may have it: a file if its name has an ending, else a
   folder. */
static void imagine(struct container *container, struct file_tree *tree, const char *path,
                    const char *inner)
{
    g_autofree char *name = g_path_get_basename(inner);
    const char *dot = strrchr(name, '.');
    bool is_file = dot != NULL && dot != name && !g_str_has_suffix(path, "/");
    g_autoptr(GBytes) nothing = g_bytes_new(NULL, 0);

    assume_path(container, path);
    if (is_file)
        file_tree_put(tree, inner, nothing, 0644);
    else
        file_tree_add_folder(tree, inner);
}

/* Where copies go to is looked at by HEAD before; there a name that is not known is one that the
   copy gets, but for a folder that is asked for as such. */
static bool is_imaginable(struct request *request, const struct container *container,
                          const struct file_tree *tree, const char *path)
{
    bool is_look = g_str_equal(exchange_method(request->exchange), "HEAD");
    return may_be_there(container, tree) && (!is_look || g_str_has_suffix(path, "/"));
}

/* Where a path is: what was written since, or what the image is known to have brought. Of a folder
   of an image nobody knows what else it holds. */
static struct file_tree *find_tree(struct container *container, const char *path, char **inner)
{
    struct file_tree *tree = container_tree_at(container, path, inner, NULL);
    if (!may_be_there(container, tree) || file_tree_find(tree, *inner) != NULL)
        return tree;
    struct file_tree *image = container_image_tree(container);
    g_autoptr(GPtrArray) own = file_tree_below(tree, *inner);
    if (file_tree_find(image, *inner) != NULL)
        return image;
    return file_tree_has_folder(image, *inner) && own->len == 0 ? image : tree;
}

HANDLER(archive_get)
{
    const char *path = exchange_query_value(request->exchange, "path");
    struct container *container = container_find(request->dockerd, request->name, error);
    if (container == NULL)
        return false;
    if (path == NULL || *path == '\0')
        return engine_fail(error, 400, "bad parameter: path cannot be empty");
    g_autofree char *clean = file_path_clean(path);
    g_autofree char *inner = NULL;
    struct file_tree *tree = find_tree(container, clean, &inner);
    bool is_missing = file_tree_find(tree, inner) == NULL && !file_tree_has_folder(tree, inner);
    if (is_missing && is_imaginable(request, container, tree, path)) {
        imagine(container, tree, path, inner);
        is_missing = false;
    }
    const struct file *file = file_tree_find(tree, inner);
    /* "/tmp/" of capture 22: a trailing slash asks for a folder */
    if (is_missing || (file != NULL && g_str_has_suffix(path, "/")))
        return fail_missing(request, path, error);
    set_stat_header(request, clean, file);
    if (g_str_equal(exchange_method(request->exchange), "HEAD")) {
        api_reply_empty(request, 200);
        return true;
    }
    if (file == NULL && tree == container->image_files)
        assume_path(container, clean);
    g_autofree char *name = g_path_get_basename(clean);
    g_autoptr(GBytes) tar = pack(tree, inner, name);
    exchange_set_header(request->exchange, "Content-Type", "application/x-tar");
    exchange_reply(request->exchange, 200, tar);
    return true;
}
