/* What programs ask of a container: facts, files, log. */
#include "mocks/dockerd/host_files.h"

#include "base/limits.h"
#include "mocks/dockerd/volume.h"

#include <string.h>

struct dockerd *container_dockerd(const struct container *container)
{
    return container->dockerd;
}

const char *container_name(const struct container *container)
{
    return container->name;
}

const char *container_image(const struct container *container)
{
    return container->image_name;
}

void *container_state(const struct container *container)
{
    return container->program_state;
}

void container_set_state(struct container *container, void *state)
{
    container->program_state = state;
}

bool container_is_privileged(const struct container *container)
{
    return json_get_boolean(container->host_config, "Privileged", false);
}

int64_t container_size_bytes(const struct container *container)
{
    return file_tree_bytes(container->files) - container->session_bytes;
}

/* ---- files ---- */

static const struct mount *mount_of(const struct container *container, const char *path)
{
    for (guint i = 0; i < container->mounts->len; i++) {
        const struct mount *mount = g_ptr_array_index(container->mounts, i);
        gsize length = strlen(mount->target);
        if (strncmp(path, mount->target, length) == 0 &&
            (path[length] == '\0' || path[length] == '/'))
            return mount;
    }
    return NULL;
}

gsize container_mount_length(const struct container *container, const char *path)
{
    const struct mount *mount = mount_of(container, path);
    return mount != NULL ? strlen(mount->target) : 0;
}

struct file_tree *container_tree_at(const struct container *container, const char *path,
                                    char **inner, struct volume **volume)
{
    g_autofree char *clean = file_path_clean(path);
    const struct mount *mount = mount_of(container, clean);

    if (volume != NULL)
        *volume = mount == NULL ? NULL : mount->volume;
    if (mount == NULL) {
        *inner = g_steal_pointer(&clean);
        return container->files;
    }
    *inner = file_path_clean(clean + strlen(mount->target));
    return mount->volume->files;
}

GBytes *container_file(const struct container *container, const char *path)
{
    g_autofree char *inner = NULL;
    const struct file_tree *tree = container_tree_at(container, path, &inner, NULL);
    const struct file *file = file_tree_find(tree, inner);
    return file == NULL ? NULL : file->bytes;
}

static bool is_of_session(const struct container *container, const char *path)
{
    const char *prefix = container->program != NULL ? container->program->session_prefix : NULL;
    return prefix != NULL && g_str_has_prefix(path, prefix);
}

/* False: the disk is full. */
static bool account_for(struct container *container, enum disk_account account, const char *path,
                        int64_t old_bytes, int64_t new_bytes, GError **error)
{
    if (is_of_session(container, path)) {
        container->session_bytes += new_bytes - old_bytes;
        return true;
    }
    if (new_bytes > 0 && !dockerd_take_disk(container->dockerd, account, path, new_bytes, error))
        return false;
    dockerd_give_disk(container->dockerd, account, old_bytes);
    return true;
}

static int64_t bytes_of(const struct file *file)
{
    return file == NULL ? 0 : (int64_t)g_bytes_get_size(file->bytes);
}

/* Whether it goes to a folder of the machine; where nobody can tell where that is, it stays with
   the container. */
static bool is_lent(const struct container *container, const char *path)
{
    return container->dockerd->hosts != NULL && container->program == &generic_program &&
           container_is_of_host(container, path);
}

bool container_put_file(struct container *container, const char *path, GBytes *bytes, unsigned mode,
                        GError **error)
{
    g_autofree char *inner = NULL;
    struct volume *volume = NULL;
    struct file_tree *tree = container_tree_at(container, path, &inner, &volume);
    enum disk_account account = volume == NULL ? DISK_CONTAINERS : DISK_VOLUMES;

    if (is_lent(container, path) && host_files_put(container, path, bytes, mode, NULL))
        return true;
    if (file_tree_count(tree) >= CONTAINER_FILES_MAX) {
        g_set_error(error, BASE_ERROR, BASE_ERROR_LIMIT, "more than %d files in a container",
                    CONTAINER_FILES_MAX);
        return false;
    }
    int64_t old_bytes = bytes_of(file_tree_find(tree, inner));
    if (!account_for(container, account, path, old_bytes, (int64_t)g_bytes_get_size(bytes), error))
        return false;
    file_tree_put(tree, inner, bytes, mode);
    return true;
}

void container_put_folder(struct container *container, const char *path)
{
    g_autofree char *inner = NULL;
    struct file_tree *tree = container_tree_at(container, path, &inner, NULL);
    if (!is_lent(container, path) || !host_files_put_folder(container, path))
        file_tree_add_folder(tree, inner);
}

bool container_write_file(struct container *container, const char *path, GBytes *bytes,
                          GError **error)
{
    return container_put_file(container, path, bytes, 0644, error);
}

/* Paths inside a volume are told from the container's root, as they were asked. */
static GPtrArray *paths_below(const struct container *container, const char *folder,
                              GPtrArray *(*list)(const struct file_tree *tree, const char *folder))
{
    g_autofree char *inner = NULL;
    struct volume *volume = NULL;
    const struct file_tree *tree = container_tree_at(container, folder, &inner, &volume);
    g_autoptr(GPtrArray) paths = list(tree, inner);
    if (volume == NULL)
        return g_steal_pointer(&paths);

    g_autofree char *clean = file_path_clean(folder);
    const struct mount *mount = mount_of(container, clean);
    GPtrArray *absolute = g_ptr_array_new_with_free_func(g_free);
    for (guint i = 0; i < paths->len; i++)
        g_ptr_array_add(absolute,
                        g_strconcat(mount->target, (char *)g_ptr_array_index(paths, i), NULL));
    return absolute;
}

GPtrArray *container_files_below(const struct container *container, const char *folder)
{
    return paths_below(container, folder, file_tree_below);
}

GPtrArray *container_folders_below(const struct container *container, const char *folder)
{
    return paths_below(container, folder, file_tree_folders_below);
}

void container_remove_file(struct container *container, const char *path)
{
    g_autofree char *inner = NULL;
    struct volume *volume = NULL;
    struct file_tree *tree = container_tree_at(container, path, &inner, &volume);
    enum disk_account account = volume == NULL ? DISK_CONTAINERS : DISK_VOLUMES;
    int64_t freed_bytes = file_tree_remove(tree, inner);
    bool is_fine =
        account_for(container, account, path, freed_bytes, /* new_bytes= */ 0, /* error= */ NULL);
    g_assert(is_fine);
}

void container_forget_file(struct container *container, const char *path)
{
    container_remove_file(container, path);
    (void)file_tree_remove(container_image_tree(container), path);
}

void container_note_removed(struct container *container, const char *path)
{
    const struct file_tree *image = container_image_tree(container);
    bool is_known = file_tree_find(image, path) != NULL || file_tree_has_folder(image, path);
    if (is_known && mount_of(container, path) == NULL) {
        if (container->removed == NULL)
            container->removed = g_ptr_array_new_with_free_func(g_free);
        g_ptr_array_add(container->removed, g_strdup(path));
    }
    container_forget_file(container, path);
}

const char *container_volume_at(const struct container *container, const char *target)
{
    g_autofree char *clean = file_path_clean(target);
    const struct mount *mount = mount_of(container, clean);
    return mount == NULL ? NULL : mount->volume->name;
}

/* ---- finding ---- */

static struct container *find_exact(struct dockerd *dockerd, const char *name)
{
    for (guint i = 0; i < dockerd->containers->len; i++) {
        struct container *container = g_ptr_array_index(dockerd->containers, i);
        if (g_str_equal(container->id, name) || g_str_equal(container->name, name))
            return container;
    }
    return NULL;
}

static struct container *find_prefix(struct dockerd *dockerd, const char *prefix)
{
    struct container *found = NULL;
    for (guint i = 0; i < dockerd->containers->len; i++) {
        struct container *container = g_ptr_array_index(dockerd->containers, i);
        if (!g_str_has_prefix(container->id, prefix))
            continue;
        if (found != NULL)
            return NULL; /* ambiguous */
        found = container;
    }
    return found;
}

struct container *container_find(struct dockerd *dockerd, const char *name, GError **error)
{
    const char *bare = name[0] == '/' ? name + 1 : name;
    struct container *container = find_exact(dockerd, bare);
    if (container == NULL)
        container = find_prefix(dockerd, bare);
    if (container == NULL)
        engine_fail(error, 404, "No such container: %s", name);
    return container;
}
