/* Files of the machine in a container: binds of its folders, as far as somebody is there who can
   tell where they lie (dockerd_lend_host()). */
#include "mocks/dockerd/host_files.h"

#include "base/folder_empty.h"
#include "base/limits.h"
#include "base/regular_file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- who tells ---- */

void dockerd_lend_host(struct dockerd *dockerd, struct dockerd_host *host)
{
    host->next = dockerd->hosts;
    dockerd->hosts = host;
}

void dockerd_return_host(struct dockerd *dockerd, const struct dockerd_host *host)
{
    struct dockerd_host **place = &dockerd->hosts;
    while (*place != host)
        place = &(*place)->next;
    *place = host->next;
}

/* ---- which folder ---- */

/* A folder of the machine, or memory, in a container. */
struct bind {
    const char *source; /* NULL: it is none of the machine's folders */
    gsize source_length;
    gsize target_length;
    bool is_read_only;
};

static gsize length_at(const char *path, const char *target, gsize target_length)
{
    g_autofree char *raw = g_strndup(target, target_length);
    g_autofree char *clean = file_path_clean(raw);
    gsize length = g_str_equal(clean, "/") ? 0 : strlen(clean);
    bool is_at = strncmp(path, clean, length) == 0 && (path[length] == '\0' || path[length] == '/');
    return is_at ? MAX(length, 1) : 0;
}

/* "/from:/to:ro", which has its target between two colons. */
static void look_at_bind(const char *text, const char *path, struct bind *found)
{
    const char *colon = text[0] == '/' ? strchr(text, ':') : NULL;
    if (colon == NULL)
        return;
    const char *target = colon + 1;
    gsize target_length = strcspn(target, ":");
    gsize length = length_at(path, target, target_length);
    if (length < found->target_length || length == 0)
        return;
    g_auto(GStrv) options =
        g_strsplit(target[target_length] == ':' ? target + target_length + 1 : "", ",", -1);
    *found = (struct bind){text, (gsize)(colon - text), length,
                           g_strv_contains((const char *const *)options, "ro")};
}

static void look_at_mount(const json_t *mount, const char *path, struct bind *found)
{
    const char *type = json_get_string(mount, "Type", "");
    const char *target = json_get_string(mount, "Target", "/");
    const char *source = json_get_string(mount, "Source", "");
    gsize length = g_str_equal(type, "volume") ? 0 : length_at(path, target, strlen(target));
    if (length < found->target_length || length == 0)
        return;
    bool is_bind = g_str_equal(type, "bind") && *source == '/';
    *found = (struct bind){is_bind ? source : NULL, strlen(source), length,
                           json_get_boolean(mount, "ReadOnly", false)};
}

/* The one that lies deepest; false: there is none, or a volume lies in it. */
static bool find_bind(const struct container *container, const char *path, struct bind *found)
{
    size_t index;
    json_t *value;

    *found = (struct bind){0};
    json_array_foreach (json_get_array(container->host_config, "Binds"), index, value)
        if (json_is_string(value))
            look_at_bind(json_string_value(value), path, found);
    json_array_foreach (json_get_array(container->host_config, "Mounts"), index, value)
        look_at_mount(value, path, found);
    return found->target_length > container_mount_length(container, path);
}

bool container_is_of_host(const struct container *container, const char *path)
{
    struct bind bind;
    return find_bind(container, path, &bind);
}

/* Where it lies on this machine; NULL: nobody can tell, or it may not be touched. g_free. */
static char *place_of(const struct container *container, const char *path, bool is_written)
{
    const struct dockerd_host *host = container->dockerd->hosts;
    struct bind bind;
    if (host == NULL || !find_bind(container, path, &bind) || bind.source == NULL ||
        (is_written && bind.is_read_only))
        return NULL;
    const char *rest = g_str_has_prefix(path, "/") && strlen(path) > bind.target_length
                           ? path + (bind.target_length == 1 ? 0 : bind.target_length)
                           : "";
    g_autofree char *full = g_strdup_printf("%.*s%s", (int)bind.source_length, bind.source, rest);
    return host->path(host->self, full);
}

/* ---- what may be mounted ---- */

/* The runner's image brings files that start with a dot in the homes, which nobody knows here. */
static bool is_of_runner_image(const char *path)
{
    g_auto(GStrv) parts = g_strsplit(path, "/", 5);
    bool is_of_user = g_strcmp0(parts[1], "home") == 0 && parts[2] != NULL;
    const char *first = is_of_user ? parts[3] : g_strcmp0(parts[1], "root") == 0 ? parts[2] : NULL;
    return first != NULL && *first == '.';
}

static bool is_surely_missing(const struct dockerd *dockerd, const char *path)
{
    const struct dockerd_host *host = dockerd->hosts;
    g_autofree char *place = host != NULL ? host->path(host->self, path) : NULL;
    return place != NULL && !g_file_test(place, G_FILE_TEST_EXISTS) && !is_of_runner_image(path) &&
           !host->has_gap(host->self);
}

static bool check_bind(const struct dockerd *dockerd, const json_t *mount, GError **error)
{
    static const char prefix[] = "invalid mount config for type \"bind\": ";
    const char *source = json_get_string(mount, "Source", "");
    const json_t *options = json_get_object(mount, "BindOptions");
    if (*source == '\0')
        return engine_fail(error, 400, "%sfield Source must not be empty", prefix);
    if (*source != '/')
        return engine_fail(error, 400, "%sinvalid mount path: '%s' mount path must be absolute",
                           prefix, source);
    if (!json_get_boolean(options, "CreateMountpoint", false) && is_surely_missing(dockerd, source))
        return engine_fail(error, 400, "%sbind source path does not exist: %s", prefix, source);
    return true;
}

bool host_files_check_mounts(const struct dockerd *dockerd, const json_t *settings, GError **error)
{
    size_t index;
    json_t *mount;
    const json_t *host = json_get_object(settings, "HostConfig");
    json_array_foreach (json_get_array(host, "Mounts"), index, mount)
        if (strcmp(json_get_string(mount, "Type", ""), "bind") == 0 &&
            !check_bind(dockerd, mount, error))
            return false;
    return true;
}

/* ---- looking ---- */

/* What is not there may be something that was assumed to be made. */
static enum path_fact fact_of_missing(const struct container *container)
{
    const struct dockerd_host *host = container->dockerd->hosts;
    return container->was_assumed || host->has_gap(host->self) ? PATH_UNKNOWN : PATH_MISSING;
}

static enum path_fact read_file(struct container *container, const char *path, const char *place,
                                const struct stat *status, const struct file **file)
{
    g_autofree char *bytes = NULL;
    gsize length_bytes = 0;
    if (status->st_size > HOST_FILE_BYTES_MAX ||
        !regular_file_read(place, &bytes, &length_bytes, NULL))
        return PATH_UNKNOWN;
    if (container->host_files == NULL || file_tree_count(container->host_files) > HOST_FILES_MAX) {
        file_tree_free(container->host_files);
        container->host_files = file_tree_new(/* has_base= */ false);
    }
    g_autoptr(GBytes) contents = g_bytes_new_take(g_steal_pointer(&bytes), length_bytes);
    file_tree_put(container->host_files, path, contents, (unsigned)status->st_mode & 0777);
    *file = file_tree_find(container->host_files, path);
    return PATH_FILE;
}

/* Links are not followed: where they lead is another place inside the container. */
enum path_fact host_files_look(struct container *container, const char *path,
                               const struct file **file)
{
    g_autofree char *place = place_of(container, path, /* is_written= */ false);
    struct stat status;

    *file = NULL;
    if (place == NULL)
        return PATH_UNKNOWN;
    if (lstat(place, &status) != 0)
        return errno == ENOENT ? fact_of_missing(container) : PATH_UNKNOWN;
    if (S_ISDIR(status.st_mode))
        return PATH_FOLDER;
    return S_ISREG(status.st_mode) ? read_file(container, path, place, &status, file)
                                   : PATH_UNKNOWN;
}

/* ---- changing ---- */

static bool fail_unknown(GError **error, const char *path)
{
    g_set_error(error, BASE_ERROR, BASE_ERROR_IO, "%s: nobody can tell where it lies", path);
    return false;
}

bool host_files_put(const struct container *container, const char *path, GBytes *bytes,
                    unsigned mode, GError **error)
{
    g_autofree char *place = place_of(container, path, /* is_written= */ true);
    struct stat status;
    gsize length_bytes = 0;
    if (place == NULL || (lstat(place, &status) == 0 && !S_ISREG(status.st_mode)))
        return fail_unknown(error, path);
    const char *text = g_bytes_get_data(bytes, &length_bytes);
    return g_file_set_contents_full(place, text != NULL ? text : "", (gssize)length_bytes,
                                    G_FILE_SET_CONTENTS_NONE, (int)mode, error);
}

bool host_files_put_folder(const struct container *container, const char *path)
{
    g_autofree char *place = place_of(container, path, /* is_written= */ true);
    return place != NULL && g_mkdir_with_parents(place, 0755) == 0;
}

static bool remove_folder(const char *place)
{
    int descriptor = open(place, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (descriptor < 0)
        return false;
    folder_empty(descriptor, NULL);
    return rmdir(place) == 0;
}

bool host_files_remove(const struct container *container, const char *path)
{
    g_autofree char *place = place_of(container, path, /* is_written= */ true);
    struct bind bind;
    struct stat status;
    bool is_below = find_bind(container, path, &bind) && strlen(path) > bind.target_length;
    if (place == NULL || !is_below)
        return false;
    if (lstat(place, &status) != 0)
        return errno == ENOENT;
    return S_ISDIR(status.st_mode) ? remove_folder(place) : unlink(place) == 0;
}

/* ---- listing ---- */

static gint compare_names(gconstpointer left, gconstpointer right)
{
    return strcmp(*(char *const *)left, *(char *const *)right);
}

GPtrArray *host_files_names(const struct container *container, const char *path)
{
    g_autofree char *place = place_of(container, path, /* is_written= */ false);
    GDir *folder = place != NULL ? g_dir_open(place, 0, NULL) : NULL;
    g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
    const char *name = NULL;

    if (folder == NULL)
        return NULL;
    while ((name = g_dir_read_name(folder)) != NULL && names->len <= HOST_FILES_MAX)
        if (*name != '.')
            g_ptr_array_add(names, g_strdup(name));
    g_dir_close(folder);
    g_ptr_array_sort(names, compare_names);
    bool is_known = names->len <= HOST_FILES_MAX && fact_of_missing(container) == PATH_MISSING;
    return is_known ? g_steal_pointer(&names) : NULL;
}
