/*
 * POST /commit: an image of what a container has become (moby daemon/commit.go, image/image.go
 * NewChildImage). The container's configuration goes into it, as `docker run` has changed the
 * image's, and its files that are not a volume's in a layer of their own; without any there is no
 * layer. Where a command of the container was assumed nobody knows what is in the layer, and
 * somebody is told so.
 */
#include "mocks/dockerd/api.h"

#include "mocks/dockerd/container_config.h"
#include "mocks/dockerd/packed.h"
#include "mocks/dockerfile/cost.h"
#include "mocks/dockerfile/files.h"
#include "mocks/puller/pull.h"

#include <string.h>

/* ---- the layer ---- */

static void put_file(struct build_files *files, const char *path, GBytes *bytes, unsigned mode)
{
    build_files_put(files, path + 1, bytes, mode, (int64_t)g_bytes_get_size(bytes));
}

static void put_removed(struct build_files *files, const struct container *container)
{
    g_autoptr(GBytes) nothing = g_bytes_new(NULL, 0);
    for (guint i = 0; container->removed != NULL && i < container->removed->len; i++) {
        const char *path = g_ptr_array_index(container->removed, i);
        g_autofree char *folder = g_path_get_dirname(path);
        g_autofree char *name = g_path_get_basename(path);
        g_autofree char *whiteout = g_strdup_printf("%s/.wh.%s", folder, name);
        g_autofree char *clean = file_path_clean(whiteout);
        if (file_tree_find(container->files, path) == NULL)
            put_file(files, clean, nothing, 0);
    }
}

/* What the container has written over its image. */
static struct build_files *files_of(const struct container *container)
{
    g_autoptr(GPtrArray) paths = file_tree_below(container->files, "/");
    struct build_files *files = build_files_new();

    for (guint i = 0; i < paths->len; i++) {
        const char *path = g_ptr_array_index(paths, i);
        const struct file *file = file_tree_find(container->files, path);
        put_file(files, path, file->bytes, file->mode);
    }
    put_removed(files, container);
    if (!container->was_assumed)
        return files;
    g_autofree char *command = g_strjoinv(" ", container->arguments);
    g_autofree char *key = g_strconcat("sha256:", container->id, NULL);
    AUTO(build_files) made = cost_files_of_run(command, key);
    build_files_put_all(files, made);
    return files;
}

/* NULL: nothing has changed. */
static struct layer *layer_of(struct dockerd *dockerd, const struct container *container)
{
    AUTO(build_files) files = files_of(container);
    struct packed_layer packed = {0};
    if (build_files_count(files) == 0)
        return NULL;
    packed_layer_get(dockerd->world, files, &packed);
    struct layer *layer = g_new0(struct layer, 1);
    layer->digest = g_steal_pointer(&packed.digest);
    layer->diff_id = g_steal_pointer(&packed.diff_id);
    layer->bytes = g_steal_pointer(&packed.bytes);
    layer->declared_bytes = packed.declared_bytes;
    layer->unpacked_bytes = packed.unpacked_bytes;
    return layer;
}

/* ---- the image ---- */

static const char *query(struct request *request, const char *key)
{
    const char *value = exchange_query_value(request->exchange, key);
    return value != NULL ? value : "";
}

/* created_by is the container's command without its entrypoint. */
static json_t *history_entry(struct request *request, const json_t *config, const char *created,
                             bool has_layer)
{
    g_autoptr(GString) command = g_string_new(NULL);
    json_t *entry = json_pack("{s:s}", "created", created);
    size_t index;
    json_t *word;

    json_array_foreach (json_get_array(config, "Cmd"), index, word)
        g_string_append_printf(command, "%s%s", index > 0 ? " " : "", json_string_value(word));
    if (*query(request, "author") != '\0')
        json_object_set_new(entry, "author", json_string(query(request, "author")));
    json_object_set_new(entry, "created_by", json_string(command->str));
    if (*query(request, "comment") != '\0')
        json_object_set_new(entry, "comment", json_string(query(request, "comment")));
    if (!has_layer)
        json_object_set_new(entry, "empty_layer", json_true());
    return entry;
}

static json_t *array_of(json_t *object, const char *key)
{
    if (json_get_array(object, key) == NULL)
        json_object_set_new(object, key, json_array());
    return json_get_array(object, key);
}

/* The parent's document with what is new; config is the container's, changed what --change says. */
static GBytes *document_of(struct request *request, const struct image_variant *parent,
                           const json_t *config, json_t *changed, const struct layer *layer)
{
    static const char *const kept[] = {"User",        "ExposedPorts", "Env",       "Cmd",
                                       "Healthcheck", "Volumes",      "Labels",    "WorkingDir",
                                       "Entrypoint",  "OnBuild",      "StopSignal"};
    const struct dockerd *dockerd = request->dockerd;
    g_autoptr(json_t) document = json_parse_gbytes(parent->config, NULL);
    g_autofree char *created = dockerd_time_text(dockerd_now_us(dockerd));
    g_autoptr(json_t) shown = json_object();

    for (gsize i = 0; i < G_N_ELEMENTS(kept); i++) {
        json_t *value = json_object_get(changed, kept[i]);
        if (value != NULL && !json_is_null(value))
            json_object_set(shown, kept[i], value);
    }
    json_object_set(document, "config", shown);
    json_object_set_new(document, "created", json_string(created));
    json_object_set_new(document, "docker_version",
                        json_string(dockerd->options.profile->engine_version));
    json_object_del(document, "author");
    if (*query(request, "author") != '\0')
        json_object_set_new(document, "author", json_string(query(request, "author")));
    if (layer != NULL)
        json_array_append_new(array_of(json_get_object(document, "rootfs"), "diff_ids"),
                              json_string(layer->diff_id));
    json_array_append_new(array_of(document, "history"),
                          history_entry(request, config, created, layer != NULL));
    g_autofree char *text = json_text(document);
    return g_bytes_new(text, strlen(text));
}

static void tell_doubt(const struct container *container)
{
    const struct dockerd *dockerd = container->dockerd;
    if (!container->was_assumed || dockerd->assume == NULL)
        return;
    g_autofree char *what =
        g_strdup_printf("commit %s: what its files have become", container->image_name);
    dockerd->assume(dockerd->assume_context, what, /* touches_images= */ true,
                    /* leaves_gap= */ true);
}

/* "repo:tag" of the query, familiar; NULL without an error: none is asked for. g_free. */
static bool read_name(struct request *request, char **name, GError **error)
{
    const char *tag = query(request, "tag");
    g_autoptr(GError) reason = NULL;
    *name = NULL;
    if (*query(request, "repo") == '\0')
        return true;
    g_autofree char *text = g_strconcat(query(request, "repo"), *tag != '\0' ? ":" : "", tag, NULL);
    *name = image_familiar_name(text, &reason);
    return *name != NULL || engine_fail(error, 400, "%s", reason->message);
}

static bool store(struct request *request, const struct container *container,
                  const struct image_variant *parent, json_t *changed, char **id, GError **error)
{
    g_autoptr(GPtrArray) layers = g_ptr_array_new_with_free_func((GDestroyNotify)layer_free);
    g_autoptr(json_t) config = container_config(container);
    g_autofree char *name = NULL;
    struct layer *layer = layer_of(request->dockerd, container);

    container_config_merge(changed, config);
    g_autoptr(GBytes) document = document_of(request, parent, config, changed, layer);
    for (guint i = 0; i < parent->layers->len; i++)
        g_ptr_array_add(layers, layer_of_stored(g_ptr_array_index(parent->layers, i)));
    if (layer != NULL)
        g_ptr_array_add(layers, layer);
    if (!read_name(request, &name, error))
        return false;
    const char *const tags[] = {name, NULL};
    return dockerd_store_image(request->dockerd, tags, document, layers, id, error);
}

HANDLER(containers_commit)
{
    struct dockerd *dockerd = request->dockerd;
    g_autoptr(json_t) changes = NULL;
    g_autofree char *id = NULL;
    const struct container *container = container_find(dockerd, query(request, "container"), error);
    if (container == NULL || !import_changes(request, &changes, error))
        return false;
    const struct image *image = image_store_find_id(&dockerd->images, container->image_id);
    if (image == NULL)
        return engine_fail(error, 404, "No such image: %s", container->image_id);
    const struct image_variant *parent = image_variant_for(image, container->platform);
    if (parent == NULL)
        parent = g_ptr_array_index(image->variants, 0);
    g_autoptr(json_t) changed = changes != NULL ? json_deep_copy(changes) : json_object();
    if (!store(request, container, parent, changed, &id, error))
        return false;
    tell_doubt(container);
    dockerd_note(dockerd, "container", "commit", container->name, id);
    api_reply_json(request, 201, json_pack("{s:s}", "Id", id));
    return true;
}
