/* The contexts of the CLI as files: contexts/meta/SHA256-OF-NAME/meta.json (cli/context/store). */
#include "mocks/commands/docker/cli_private.h"

#include "base/digest.h"
#include "base/limits.h"

#include <glib/gstdio.h>
#include <string.h>

static char *store_folder(const struct command_call *call)
{
    g_autofree char *folder = docker_cli_config_folder(call);
    return g_build_filename(folder, "contexts", "meta", NULL);
}

char *context_meta_path(const struct command_call *call, const char *name)
{
    g_autofree char *folder = store_folder(call);
    g_autofree char *digest = digest_of(name, strlen(name));
    return g_build_filename(folder, digest + strlen("sha256:"), "meta.json", NULL);
}

static json_t *read_meta(const struct command_call *call, const char *path)
{
    g_autoptr(GBytes) bytes = world_read_file(call, path, DOC_BYTES_MAX, NULL);
    g_autoptr(json_t) meta = bytes != NULL ? json_parse_gbytes(bytes, NULL) : NULL;
    return json_is_object(meta) ? g_steal_pointer(&meta) : NULL;
}

json_t *context_read(const struct command_call *call, const char *name)
{
    g_autofree char *path = context_meta_path(call, name);
    return read_meta(call, path);
}

bool docker_cli_has_context(const struct command_call *call, const char *name)
{
    g_autoptr(json_t) meta = context_read(call, name);
    return meta != NULL;
}

static gint compare_texts(gconstpointer left, gconstpointer right)
{
    return strcmp(*(const char *const *)left, *(const char *const *)right);
}

GPtrArray *docker_cli_contexts(const struct command_call *call)
{
    GPtrArray *names = g_ptr_array_new_with_free_func(g_free);
    g_autofree char *folder = store_folder(call);
    g_autofree char *host_folder = command_host_path(call, folder);
    g_autoptr(GDir) entries = host_folder != NULL ? g_dir_open(host_folder, 0, NULL) : NULL;
    const char *entry;
    while (entries != NULL && (entry = g_dir_read_name(entries)) != NULL) {
        g_autofree char *path = g_build_filename(folder, entry, "meta.json", NULL);
        g_autoptr(json_t) meta = read_meta(call, path);
        const char *name = json_get_string(meta, "Name", "");
        if (*name != '\0')
            g_ptr_array_add(names, g_strdup(name));
    }
    g_ptr_array_sort(names, compare_texts);
    return names;
}

bool context_write(const struct command_call *call, const char *name, const char *description,
                   const char *host, GError **error)
{
    g_autofree char *path = context_meta_path(call, name);
    g_autoptr(json_t) meta = json_pack("{s:s, s:{}, s:{s:{s:s, s:b}}}", "Name", name, "Metadata",
                                       "Endpoints", "docker", "Host", host, "SkipTLSVerify", 0);
    if (*description != '\0')
        json_object_set_new(json_get_object(meta, "Metadata"), "Description",
                            json_text_or_null(description));
    g_autofree char *text = json_text(meta);
    return world_write_file(call, path, text, strlen(text), 0644, error);
}

void context_remove(const struct command_call *call, const char *name)
{
    g_autofree char *path = context_meta_path(call, name);
    g_autofree char *host_path = command_host_path(call, path);
    g_autofree char *host_folder = host_path != NULL ? g_path_get_dirname(host_path) : NULL;
    if (host_path == NULL)
        return;
    (void)g_unlink(host_path);
    (void)g_rmdir(host_folder);
}
