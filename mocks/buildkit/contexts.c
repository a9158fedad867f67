/* The context of a build, and named ones (--opt context:NAME=…). */
#include "mocks/buildkit/build.h"

#include <string.h>

#define IMAGE_PREFIX "docker-image://"
#define LOCAL_PREFIX "local:"

struct build_files *build_read_folder(const struct build *build, const char *folder)
{
    struct build_files *files = build_files_new();
    g_autoptr(GPtrArray) paths = container_files_below(build->daemon->container, folder);
    g_autofree char *clean = g_canonicalize_filename(folder, "/");
    for (guint i = 0; i < paths->len; i++) {
        const char *path = g_ptr_array_index(paths, i);
        GBytes *bytes = container_file(build->daemon->container, path);
        if (g_str_has_prefix(path, clean))
            build_files_put(files, path + strlen(clean), bytes, 0644, build_stand_in_bytes(bytes));
    }
    return files;
}

const struct build_files *build_context_of(struct build *build)
{
    if (build->is_context_told)
        return build->context;
    build->is_context_told = true;
    build_tell(build, "[internal] load build context", "context",
               (gsize)build_files_bytes(build->context));
    return build->context;
}

/* ---- named contexts ---- */

static const char *option_of(const struct build *build, const char *name, const char *prefix)
{
    g_autofree char *option = g_strconcat("context:", name, NULL);
    const char *value = build_command_option(build->command, option);
    return value != NULL && g_str_has_prefix(value, prefix) ? value + strlen(prefix) : NULL;
}

const char *build_named_image(const struct build *build, const char *name)
{
    const char *image = option_of(build, name, IMAGE_PREFIX);
    AUTO(reference)
    reference = image == NULL ? reference_parse(name, /* default_tag= */ true, NULL) : NULL;
    g_autofree char *full = reference != NULL ? reference_text(reference) : NULL;
    return full != NULL ? option_of(build, full, IMAGE_PREFIX) : image;
}

static void free_files(void *files)
{
    build_files_free(files);
}

const struct build_files *build_named_files(struct build *build, const char *name)
{
    const char *local = option_of(build, name, LOCAL_PREFIX);
    const char *folder = local != NULL ? build_command_local(build->command, local) : NULL;
    if (folder == NULL)
        return NULL;
    if (build->named == NULL)
        build->named = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, free_files);
    struct build_files *files = g_hash_table_lookup(build->named, name);
    if (files != NULL)
        return files;
    files = build_read_folder(build, folder);
    g_hash_table_insert(build->named, g_strdup(name), files);
    g_autofree char *vertex = g_strdup_printf("[context %s] load from client", name);
    build_tell(build, vertex, name, (gsize)build_files_bytes(files));
    return files;
}
