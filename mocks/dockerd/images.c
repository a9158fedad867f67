/* Endpoints about one local image: inspect, history, tag, delete. */
#include "mocks/dockerd/api.h"

#include "base/json.h"

#include <string.h>

unsigned image_container_count(struct dockerd *dockerd, const struct image *image)
{
    unsigned count = 0;
    for (guint i = 0; i < dockerd->containers->len; i++) {
        const struct container *container = g_ptr_array_index(dockerd->containers, i);
        if (g_str_equal(container->image_id, image->id))
            count++;
    }
    return count;
}

static struct image *find_image(struct request *request, const char *name, GError **error)
{
    struct image *image = image_store_find(&request->dockerd->images, name);
    if (image == NULL) {
        g_autofree char *familiar = image_familiar_name(name, NULL);
        engine_fail(error, 404, "No such image: %s", familiar != NULL ? familiar : name);
    }
    return image;
}

/* ---- inspect ---- */

/* The full "Config" that the Engine shows, with what the image's own config sets (capture 20). */
static const char config_template[] =
    "{\"Hostname\":\"\",\"Domainname\":\"\",\"User\":\"\",\"AttachStdin\":false,"
    "\"AttachStdout\":false,\"AttachStderr\":false,\"Tty\":false,\"OpenStdin\":false,"
    "\"StdinOnce\":false,\"Env\":null,\"Cmd\":null,\"Image\":\"\",\"Volumes\":null,"
    "\"WorkingDir\":\"\",\"Entrypoint\":null,\"OnBuild\":null,\"Labels\":null}";

json_t *whole_config(json_t *config_or_null)
{
    json_t *config = json_parse_bytes(config_template, strlen(config_template), NULL);
    if (config_or_null != NULL)
        json_object_update(config, config_or_null);
    return config;
}

static json_t *graph_driver(const struct dockerd *dockerd, const struct image *image)
{
    const char *hex = image->id + strlen("sha256:");
    const char *root = dockerd_data_root(dockerd);
    if (dockerd->images.has_containerd_layout)
        return json_pack("{s:n, s:s}", "Data", "Name", "overlayfs");
    g_autofree char *merged = g_strdup_printf("%s/overlay2/%s/merged", root, hex);
    g_autofree char *upper = g_strdup_printf("%s/overlay2/%s/diff", root, hex);
    g_autofree char *work = g_strdup_printf("%s/overlay2/%s/work", root, hex);
    return json_pack("{s:{s:s, s:s, s:s}, s:s}", "Data", "MergedDir", merged, "UpperDir", upper,
                     "WorkDir", work, "Name", "overlay2");
}

static json_t *root_file_system(const struct image *image)
{
    const struct image_variant *variant = g_ptr_array_index(image->variants, 0);
    json_t *layers = json_array();
    for (guint i = 0; i < variant->layers->len; i++) {
        const struct stored_layer *layer = g_ptr_array_index(variant->layers, i);
        json_array_append_new(layers, json_string(layer->diff_id));
    }
    return json_pack("{s:s, s:o}", "Type", "layers", "Layers", layers);
}

static void add_old_members(struct request *request, json_t *shape, json_t *config,
                            int64_t size_bytes)
{
    if (request->api_minor < API_WITHOUT_VIRTUAL_SIZE)
        json_object_set_new(shape, "VirtualSize", json_integer(size_bytes));
    if (request->api_minor < API_WITHOUT_CONTAINER) {
        json_object_set_new(shape, "Container", json_string(""));
        json_object_set_new(shape, "ContainerConfig", whole_config(NULL));
    }
    const char *variant = json_get_string(config, "variant", NULL);
    if (variant != NULL)
        json_object_set_new(shape, "Variant", json_string(variant));
}

/* The containerd store tells what the name stands for: buildx may pin it. */
static void add_descriptor(const struct dockerd *dockerd, const struct image *image, json_t *shape)
{
    const struct image_variant *variant = g_ptr_array_index(image->variants, 0);
    GBytes *top = image->index != NULL ? image->index : variant->manifest;
    if (!dockerd->images.has_containerd_layout || top == NULL)
        return;
    g_autoptr(json_t) document = json_parse_gbytes(top, NULL);
    json_object_set_new(
        shape, "Descriptor",
        json_pack("{s:s, s:s, s:I}", "mediaType",
                  json_get_string(document, "mediaType", "application/vnd.oci.image.index.v1+json"),
                  "digest", image->id, "size", (json_int_t)g_bytes_get_size(top)));
}

/* daemon/images/image_inspect.go: where the image has none, its last step's. */
static const char *comment_of(const json_t *config)
{
    const json_t *history = json_get_array(config, "history");
    size_t count = json_array_size(history);
    const char *of_step =
        count > 0 ? json_get_string(json_array_get(history, count - 1), "comment", "") : "";
    const char *own = json_get_string(config, "comment", "");
    return *own != '\0' ? own : of_step;
}

/* capture 20 */
HANDLER(images_inspect)
{
    struct dockerd *dockerd = request->dockerd;
    struct image *image = image_store_find(&dockerd->images, request->name);
    if (image == NULL) {
        g_autofree char *familiar = image_familiar_name(request->name, NULL);
        const char *name = familiar != NULL ? familiar : request->name;
        return engine_fail(error, 404, "%s%s%sNo such image: %s",
                           dockerd->personality->says_no_such_image_twice ? "no such image: " : "",
                           dockerd->personality->says_no_such_image_twice ? name : "",
                           dockerd->personality->says_no_such_image_twice ? ": " : "", name);
    }
    g_autoptr(json_t) config = image_json_config(image);
    g_autoptr(GPtrArray) digests = image_repo_digests(dockerd, image);
    int64_t size_bytes = image_size_bytes(image);
    json_t *shape = json_pack(
        "{s:s, s:o, s:o, s:s, s:s, s:s, s:s, s:s, s:o, s:s, s:s, s:I, s:o, s:o, s:{s:s}}", "Id",
        image->id, "RepoTags",
        image->tags->len > 0 ? image_names_or_null(image->tags) : json_array(), "RepoDigests",
        digests->len > 0 ? image_names_or_null(digests) : json_array(), "Parent", "", "Comment",
        comment_of(config), "Created", json_get_string(config, "created", ""), "DockerVersion",
        json_get_string(config, "docker_version", ""), "Author",
        json_get_string(config, "author", ""), "Config",
        whole_config(json_get_object(config, "config")), "Architecture",
        json_get_string(config, "architecture", "amd64"), "Os",
        json_get_string(config, "os", "linux"), "Size", (json_int_t)size_bytes, "GraphDriver",
        graph_driver(dockerd, image), "RootFS", root_file_system(image), "Metadata", "LastTagTime",
        "0001-01-01T00:00:00Z");
    add_old_members(request, shape, config, size_bytes);
    add_descriptor(dockerd, image, shape);
    api_reply_json(request, 200, shape);
    return true;
}

/* ---- history ---- */

static void add_step(json_t *list, const struct image *image, const json_t *entry,
                     int64_t size_bytes)
{
    json_array_append_new(list, json_pack("{s:s, s:I, s:s, s:n, s:I, s:s}", "Id", "<missing>",
                                          "Created", (json_int_t)image->created_s, "CreatedBy",
                                          json_get_string(entry, "created_by", ""), "Tags", "Size",
                                          (json_int_t)size_bytes, "Comment",
                                          json_get_string(entry, "comment", "")));
}

/* What the config tells of the steps, newest first, with the sizes of their layers. It may tell
   less than there are layers: those below come without what made them. */
static json_t *steps_of(const struct image *image, const struct image_variant *variant)
{
    g_autoptr(json_t) config = json_parse_gbytes(variant->config, NULL);
    const json_t *history = json_get_array(config, "history");
    guint left = variant->layers->len;
    json_t *list = json_array();
    for (size_t i = json_array_size(history); i > 0; i--) {
        const json_t *entry = json_array_get(history, i - 1);
        bool is_empty = json_get_boolean(entry, "empty_layer", false);
        if (!is_empty && left == 0)
            continue;
        const struct stored_layer *layer =
            is_empty ? NULL : g_ptr_array_index(variant->layers, --left);
        add_step(list, image, entry, layer != NULL ? layer->unpacked_bytes : 0);
    }
    for (; left > 0; left--) {
        const struct stored_layer *layer = g_ptr_array_index(variant->layers, left - 1);
        add_step(list, image, NULL, layer->unpacked_bytes);
    }
    return list;
}

HANDLER(images_history)
{
    const struct image *image = find_image(request, request->name, error);
    if (image == NULL)
        return false;
    json_t *list = steps_of(image, g_ptr_array_index(image->variants, 0));
    json_t *top = json_array_get(list, 0);
    if (top != NULL) {
        json_object_set_new(top, "Id", json_string(image->id));
        json_object_set_new(top, "Tags", image_names_or_null(image->tags));
    }
    api_reply_json(request, 200, list);
    return true;
}

/* ---- tag ---- */

/* capture 06 */
HANDLER(images_tag)
{
    struct image *image = find_image(request, request->name, error);
    const char *repository = exchange_query_value(request->exchange, "repo");
    const char *tag = exchange_query_value(request->exchange, "tag");
    if (image == NULL)
        return false;
    g_autofree char *target = tag == NULL || *tag == '\0' ? g_strdup(repository)
                                                          : g_strconcat(repository, ":", tag, NULL);
    g_autoptr(GError) reason = NULL;
    g_autofree char *familiar = image_familiar_name(target != NULL ? target : "", &reason);
    if (familiar == NULL)
        return engine_fail(error, 400, "%s", reason->message);
    image_store_tag(&request->dockerd->images, image, familiar);
    dockerd_note(request->dockerd, "image", "tag", familiar, image->id);
    api_reply_empty(request, 201);
    return true;
}

/* ---- delete ---- */

static void add_deleted(json_t *deleted, const char *key, const char *value)
{
    json_array_append_new(deleted, json_pack("{s:s}", key, value));
}

static void untag_all(struct dockerd *dockerd, struct image *image, json_t *deleted)
{
    for (guint i = 0; i < image->tags->len; i++) {
        add_deleted(deleted, "Untagged", g_ptr_array_index(image->tags, i));
        dockerd_note(dockerd, "image", "untag", g_ptr_array_index(image->tags, i), NULL);
    }
    for (guint i = 0; i < image->digests->len; i++)
        add_deleted(deleted, "Untagged", g_ptr_array_index(image->digests, i));
}

static bool is_of_repository(const char *name, const char *repository)
{
    gsize length = strlen(repository);
    return strncmp(name, repository, length) == 0 && strchr(":@", name[length]) != NULL &&
           name[length] != '\0';
}

/* The digests of a repository go with its last tag (capture 08). */
static void untag(struct dockerd *dockerd, struct image *image, const char *tag, json_t *deleted)
{
    g_autofree char *repository = g_strndup(tag, (gsize)(strrchr(tag, ':') - tag));

    image_remove_tag(image, tag);
    add_deleted(deleted, "Untagged", tag);
    dockerd_note(dockerd, "image", "untag", tag, NULL);
    for (guint i = 0; i < image->tags->len; i++)
        if (is_of_repository(g_ptr_array_index(image->tags, i), repository))
            return;
    for (guint i = image->digests->len; i > 0; i--) {
        const char *name = g_ptr_array_index(image->digests, i - 1);
        if (!is_of_repository(name, repository))
            continue;
        add_deleted(deleted, "Untagged", name);
        g_ptr_array_remove_index(image->digests, i - 1);
    }
}

int64_t image_delete_whole(struct dockerd *dockerd, struct image *image, json_t *deleted)
{
    g_autoptr(GPtrArray) chains = g_ptr_array_new_with_free_func(g_free);

    untag_all(dockerd, image, deleted);
    add_deleted(deleted, "Deleted", image->id);
    dockerd_note(dockerd, "image", "delete", image->id, NULL);
    int64_t freed_bytes = image_store_remove(&dockerd->images, image, chains);
    for (guint i = 0; i < chains->len; i++)
        add_deleted(deleted, "Deleted", g_ptr_array_index(chains, i));
    dockerd_give_disk(dockerd, DISK_IMAGES, freed_bytes);
    return freed_bytes;
}

static const struct container *user_of(struct dockerd *dockerd, const struct image *image,
                                       bool must_run)
{
    for (guint i = 0; i < dockerd->containers->len; i++) {
        const struct container *container = g_ptr_array_index(dockerd->containers, i);
        if (g_str_equal(container->image_id, image->id) &&
            (!must_run || container_is_running(container)))
            return container;
    }
    return NULL;
}

/* moby daemon/images/image_delete.go: what stands against it, in the daemon's words. */
static bool check_deletable(struct request *request, const struct image *image, bool is_by_id,
                            GError **error)
{
    bool is_forced = api_query_flag(request, "force");
    const struct container *running = user_of(request->dockerd, image, /* must_run= */ true);
    const struct container *user = user_of(request->dockerd, image, /* must_run= */ false);
    g_autofree char *short_id = g_strndup(image->id + strlen("sha256:"), 12);

    if (is_by_id && running != NULL)
        return engine_fail(error, 409,
                           "conflict: unable to delete %s (cannot be forced) - image is being used "
                           "by running container %.12s",
                           short_id, running->id);
    if (is_by_id && image->tags->len > 1 && !is_forced)
        return engine_fail(error, 409,
                           "conflict: unable to delete %s (must be forced) - image is referenced "
                           "in multiple repositories",
                           short_id);
    if (is_by_id && user != NULL && !is_forced)
        return engine_fail(error, 409,
                           "conflict: unable to delete %s (must be forced) - image is being used "
                           "by stopped container %.12s",
                           short_id, user->id);
    if (!is_by_id && image->tags->len == 1 && user != NULL && !is_forced)
        return engine_fail(error, 409,
                           "conflict: unable to remove repository reference \"%s\" (must force) - "
                           "container %.12s is using its referenced image %s",
                           request->name, user->id, short_id);
    return true;
}

/* captures 08, 26b */
HANDLER(images_delete)
{
    struct dockerd *dockerd = request->dockerd;
    struct image *image = find_image(request, request->name, error);
    if (image == NULL)
        return false;
    g_autofree char *familiar = image_familiar_name(request->name, NULL);
    bool is_tag = familiar != NULL &&
                  g_ptr_array_find_with_equal_func(image->tags, familiar, g_str_equal, NULL);
    if (!check_deletable(request, image, /* is_by_id= */ !is_tag, error))
        return false;
    json_t *deleted = json_array();
    if (is_tag && (image->tags->len > 1 || user_of(dockerd, image, /* must_run= */ false))) {
        untag(dockerd, image, familiar, deleted);
    } else {
        image_delete_whole(dockerd, image, deleted);
    }
    api_reply_json(request, 200, deleted);
    return true;
}
