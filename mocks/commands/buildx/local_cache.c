/* Caches in folders of the client's: which layers go over, and what the builder is told of them. */
#include "mocks/commands/buildx/local_cache.h"

#include "mocks/commands/buildx/commands.h"

#include <string.h>

/* The value of a field, or NULL; g_free. */
static char *field_of(const char *text, const char *name)
{
    g_autoptr(GPtrArray) fields = csv_fields(text);
    g_autofree char *prefix = g_strconcat(name, "=", NULL);
    for (guint i = 0; i < fields->len; i++) {
        const char *field = g_ptr_array_index(fields, i);
        if (g_str_has_prefix(field, prefix))
            return g_strdup(field + strlen(prefix));
    }
    return NULL;
}

bool local_cache_is(const char *text)
{
    g_autofree char *type = field_of(text, "type");
    return g_strcmp0(type, "local") == 0;
}

char *local_cache_destination(const char *text)
{
    return local_cache_is(text) ? field_of(text, "dest") : NULL;
}

/* ---- what is there ---- */

/* One layout that is read. */
struct layout {
    struct plugin_run *run;
    char *folder;
    struct archive_writer *writer;
    char *prefix; /* "cache0" */
};

static json_t *read_index(struct plugin_run *run, const char *folder)
{
    g_autofree char *path = g_build_filename(folder, "index.json", NULL);
    g_autoptr(GBytes) bytes = run_read_file(run, path, NULL);
    return bytes != NULL ? json_parse_gbytes(bytes, NULL) : NULL;
}

/* client/ociindex: the manifest of this tag; g_free, NULL: none. */
static char *tagged_digest(const json_t *index, const char *tag)
{
    size_t each;
    const json_t *entry;
    json_array_foreach (json_get_array(index, "manifests"), each, entry) {
        const char *name = json_get_string(json_get_object(entry, "annotations"),
                                           "org.opencontainers.image.ref.name", "");
        if (strcmp(name, tag) == 0)
            return g_strdup(json_get_string(entry, "digest", NULL));
    }
    return NULL;
}

/* The manifest of a "type=local,src=…"; NULL with *is_there false: there is no index. */
static char *digest_of_source(struct plugin_run *run, const char *text, bool *is_there)
{
    g_autofree char *folder = field_of(text, "src");
    g_autofree char *tag = field_of(text, "tag");
    g_autofree char *given = field_of(text, "digest");
    g_autoptr(json_t) index = folder != NULL ? read_index(run, folder) : NULL;
    *is_there = index != NULL || given != NULL;
    if (given != NULL)
        return g_steal_pointer(&given);
    return index != NULL ? tagged_digest(index, tag != NULL ? tag : "latest") : NULL;
}

/* ---- what goes over ---- */

/* The blob, added to the files; NULL: it is not there. */
static GBytes *take_blob(const struct layout *layout, const char *digest)
{
    const char *colon = strchr(digest, ':');
    if (colon == NULL || strchr(colon, '/') != NULL)
        return NULL;
    g_autofree char *name = g_strconcat("blobs/sha256/", colon + 1, NULL);
    g_autofree char *path = g_build_filename(layout->folder, name, NULL);
    g_autofree char *target = g_strconcat(layout->prefix, "/", name, NULL);
    GBytes *bytes = run_read_file(layout->run, path, NULL);
    gsize length_bytes = 0;
    if (bytes == NULL)
        return NULL;
    const void *data = g_bytes_get_data(bytes, &length_bytes);
    archive_writer_add_file(layout->writer, target, 0644, data, length_bytes);
    return bytes;
}

static void take_and_forget(const struct layout *layout, const char *digest)
{
    GBytes *bytes = take_blob(layout, digest);
    g_clear_pointer(&bytes, g_bytes_unref);
}

/* What is missing BuildKit will miss itself. */
static void take_layout(const struct layout *layout, const char *digest)
{
    g_autoptr(GBytes) bytes = take_blob(layout, digest);
    g_autoptr(json_t) manifest = bytes != NULL ? json_parse_gbytes(bytes, NULL) : NULL;
    size_t index;
    const json_t *layer;
    take_and_forget(layout, json_get_string(json_get_object(manifest, "config"), "digest", ""));
    json_array_foreach (json_get_array(manifest, "layers"), index, layer)
        take_and_forget(layout, json_get_string(layer, "digest", ""));
}

static bool read_one(struct plugin_run *run, const char *text, struct archive_writer *writer,
                     guint index, GError **error)
{
    g_autofree char *folder = field_of(text, "src");
    g_autofree char *prefix = g_strdup_printf("cache%u", index);
    bool is_there = false;
    if (folder == NULL || *folder == '\0')
        return run_fail(error, "local cache importer requires src");
    g_autofree char *digest = digest_of_source(run, text, &is_there);
    if (!is_there) {
        command_complain(run->call,
                         "WARNING: local cache import at %s not found due to err: could not read "
                         "%s/index.json: open %s/index.json: no such file or directory\n",
                         folder, folder, folder);
        return true;
    }
    if (digest == NULL)
        return run_fail(error, "local cache importer requires either explicit digest, \"latest\" "
                               "tag or custom tag on index.json");
    const struct layout layout = {run, folder, writer, prefix};
    take_layout(&layout, digest);
    return true;
}

bool local_caches_read(struct plugin_run *run, const struct build_request *request,
                       struct archive_writer *writer, GError **error)
{
    for (guint i = 0; i < request->cache_from->len; i++) {
        const char *text = g_ptr_array_index(request->cache_from, i);
        if (local_cache_is(text) && !read_one(run, text, writer, i, error))
            return false;
    }
    return true;
}

/* ---- what the builder is told ---- */

char *local_cache_import(struct plugin_run *run, const char *text, const char *folder, guint index)
{
    bool is_there = false;
    g_autofree char *digest = digest_of_source(run, text, &is_there);
    if (digest == NULL)
        return NULL;
    return g_strdup_printf("type=local,src=%s/cache%u,digest=%s", folder, index, digest);
}

char *local_cache_export(const char *text, const char *folder, guint index)
{
    static const char *const kept[] = {"mode", "ignore-error"};
    g_autofree char *destination = field_of(text, "dest");
    if (destination == NULL || *destination == '\0')
        return g_strdup("type=local");
    GString *told = g_string_new(NULL);
    g_string_printf(told, "type=local,dest=%s/cache-out%u", folder, index);
    for (gsize i = 0; i < G_N_ELEMENTS(kept); i++) {
        g_autofree char *value = field_of(text, kept[i]);
        if (value != NULL)
            g_string_append_printf(told, ",%s=%s", kept[i], value);
    }
    return g_string_free(told, FALSE);
}
