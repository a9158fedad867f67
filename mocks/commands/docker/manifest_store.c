/* Files of manifest lists. */
#include "mocks/commands/docker/manifest_store.h"

#include "base/limits.h"

#include <glib/gstdio.h>
#include <string.h>

static char *safe_name(const struct image_reference *reference)
{
    g_autofree char *text = image_reference_text(reference);
    g_strdelimit(text, ":", '-');
    return g_strdelimit(g_steal_pointer(&text), "/", '_');
}

static char *list_folder(const struct invocation *invocation, const struct image_reference *list)
{
    g_autofree char *config = docker_cli_config_folder(invocation->call);
    g_autofree char *name = safe_name(list);
    return g_build_filename(config, "manifests", name, NULL);
}

static gint compare_names(gconstpointer left, gconstpointer right)
{
    return strcmp(*(const char *const *)left, *(const char *const *)right);
}

/* Paths of a list's members, sorted; empty: there is no such list. */
GPtrArray *manifest_store_list(const struct invocation *invocation,
                               const struct image_reference *list)
{
    g_autofree char *folder = list_folder(invocation, list);
    g_autofree char *host = command_host_path(invocation->call, folder);
    g_autoptr(GDir) open = host != NULL ? g_dir_open(host, 0, NULL) : NULL;
    GPtrArray *paths = g_ptr_array_new_with_free_func(g_free);
    const char *name;

    while (open != NULL && (name = g_dir_read_name(open)) != NULL)
        g_ptr_array_add(paths, g_build_filename(folder, name, NULL));
    g_ptr_array_sort(paths, compare_names);
    return paths;
}

json_t *manifest_store_read(const struct invocation *invocation, const char *path, GError **error)
{
    g_autoptr(GBytes) bytes =
        world_read_file(invocation->call, path, MANIFEST_BYTES_MAX * 2, error);
    return bytes != NULL ? json_parse_gbytes(bytes, error) : NULL;
}

char *manifest_store_path(const struct invocation *invocation, const struct image_reference *list,
                          const struct image_reference *member)
{
    g_autofree char *folder = list_folder(invocation, list);
    g_autofree char *name = safe_name(member);
    return g_build_filename(folder, name, NULL);
}

bool manifest_store_write(const struct invocation *invocation, const char *path,
                          const json_t *member, GError **error)
{
    g_autofree char *text = json_text(member);
    return world_write_file(invocation->call, path, text, strlen(text), 0644, error);
}

void manifest_store_remove(struct invocation *invocation, const struct image_reference *list)
{
    g_autoptr(GPtrArray) paths = manifest_store_list(invocation, list);
    g_autofree char *folder = list_folder(invocation, list);
    g_autofree char *host_folder = command_host_path(invocation->call, folder);

    for (guint i = 0; i < paths->len; i++) {
        g_autofree char *host = command_host_path(invocation->call, g_ptr_array_index(paths, i));
        if (host != NULL)
            g_unlink(host);
    }
    if (host_folder != NULL)
        g_rmdir(host_folder);
}
