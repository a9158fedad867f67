/* Manifests written anew: for other layers, or as another type (manifest/oci.go,
   docker_schema2.go, internal/image/). */
#include "mocks/commands/skopeo/manifest.h"

#include "base/digest.h"

#include <string.h>

/* A kind of layer in both languages, packed and not. */
struct layer_kind {
    const char *oci;
    const char *docker;
    const char *pair_oci; /* the other one, unpacked or packed by gzip; NULL: there is none */
    bool is_packed;
};
#define OWN_PREFIX     "dev.seatrial."
#define OCI_LAYER      "application/vnd.oci.image.layer.v1.tar"
#define OCI_FOREIGN    "application/vnd.oci.image.layer.nondistributable.v1.tar"
#define DOCKER_LAYER   "application/vnd.docker.image.rootfs.diff.tar"
#define DOCKER_FOREIGN "application/vnd.docker.image.rootfs.foreign.diff.tar"

static const struct layer_kind kinds[] = {
    {OCI_LAYER, DOCKER_LAYER, OCI_LAYER "+gzip", false},
    {OCI_LAYER "+gzip", DOCKER_LAYER ".gzip", OCI_LAYER, true},
    {OCI_FOREIGN, DOCKER_FOREIGN, OCI_FOREIGN "+gzip", false},
    {OCI_FOREIGN "+gzip", DOCKER_FOREIGN ".gzip", OCI_FOREIGN, true},
    {OCI_LAYER "+zstd", NULL, OCI_LAYER, true},
};

static const struct layer_kind *find_kind(const char *type)
{
    for (gsize i = 0; i < G_N_ELEMENTS(kinds); i++)
        if (strcmp(kinds[i].oci, type) == 0 || g_strcmp0(kinds[i].docker, type) == 0)
            return &kinds[i];
    return NULL;
}

static bool is_image(const json_t *manifest)
{
    const char *type = json_get_string(json_get_object(manifest, "config"), "mediaType", "");
    return strcmp(type, SKOPEO_OCI_CONFIG) == 0;
}

bool skopeo_layer_may_change(const json_t *manifest, const char *type, const char *layer_type)
{
    return find_kind(layer_type) != NULL && (!skopeo_type_is_oci(type) || is_image(manifest));
}

void skopeo_layers_free(struct skopeo_layer *layers, gsize count)
{
    for (gsize i = 0; layers != NULL && i < count; i++)
        g_free(layers[i].digest);
    g_free(layers);
}

static void take(json_t *to, const json_t *from, const char *key)
{
    json_t *value = json_object_get(from, key);
    bool is_empty = value == NULL || json_is_null(value) ||
                    (json_is_string(value) && *json_string_value(value) == '\0') ||
                    (json_is_array(value) && json_array_size(value) == 0) ||
                    (json_is_object(value) && json_object_size(value) == 0);
    if (!is_empty)
        json_object_set(to, key, value);
}

static json_t *descriptor(const char *type, const char *digest, int64_t size_bytes, bool is_oci)
{
    json_t *made = json_object();
    json_object_set_new(made, "mediaType", json_string(type));
    if (is_oci)
        json_object_set_new(made, "digest", json_string(digest));
    json_object_set_new(made, "size", json_integer(size_bytes));
    if (!is_oci)
        json_object_set_new(made, "digest", json_string(digest));
    return made;
}

/* What a layer's type is called there; NULL: it has no name. */
static const char *layer_type(const char *type, const char *target,
                              const struct skopeo_layer *layer)
{
    const struct layer_kind *kind = find_kind(type);
    bool is_turned = kind != NULL && layer != NULL &&
                     ((layer->was_compressed && !kind->is_packed) ||
                      (layer->was_decompressed && kind->is_packed));
    if (is_turned)
        kind = find_kind(kind->pair_oci);
    if (kind == NULL)
        return skopeo_type_is_oci(target) ? type : NULL;
    return skopeo_type_is_oci(target) ? kind->oci : kind->docker;
}

/* Docker's types have no annotations, but those by which a virtual layer says what it stands for.
 */
static void take_annotations(json_t *entry, const json_t *layer, bool is_oci)
{
    const char *key;
    json_t *value;
    if (is_oci) {
        take(entry, layer, "annotations");
        return;
    }
    g_autoptr(json_t) kept = json_object();
    json_object_foreach (json_get_object(layer, "annotations"), key, value)
        if (g_str_has_prefix(key, OWN_PREFIX))
            json_object_set(kept, key, value);
    if (json_object_size(kept) > 0)
        json_object_set(entry, "annotations", kept);
}

static json_t *rewrite_layer(const json_t *layer, const char *target,
                             const struct skopeo_layer *made, GError **error)
{
    const char *type = json_get_string(layer, "mediaType", "");
    const char *name = layer_type(type, target, made);
    if (name == NULL) {
        (void)skopeo_fail(error, "Unknown media type during manifest conversion: \"%s\"", type);
        return NULL;
    }
    json_t *entry =
        made != NULL ? descriptor(name, made->digest, made->size_bytes, skopeo_type_is_oci(target))
                     : descriptor(name, json_get_string(layer, "digest", ""),
                                  json_get_integer(layer, "size", 0), skopeo_type_is_oci(target));
    if (made == NULL)
        take(entry, layer, "urls");
    take_annotations(entry, layer, skopeo_type_is_oci(target));
    return entry;
}

static json_t *rewrite_config(const json_t *config, const char *target, GBytes *bytes)
{
    bool is_oci = skopeo_type_is_oci(target);
    const char *own = json_get_string(config, "mediaType", "");
    bool is_known = strcmp(own, SKOPEO_OCI_CONFIG) == 0 || strcmp(own, SKOPEO_DOCKER_CONFIG) == 0;
    const char *type = !is_known ? own : is_oci ? SKOPEO_OCI_CONFIG : SKOPEO_DOCKER_CONFIG;
    if (bytes == NULL)
        return descriptor(type, json_get_string(config, "digest", ""),
                          json_get_integer(config, "size", 0), is_oci);
    g_autofree char *digest = digest_of_bytes(bytes);
    return descriptor(type, digest, (int64_t)g_bytes_get_size(bytes), is_oci);
}

static GBytes *bytes_of(const json_t *value)
{
    char *text = skopeo_json_compact(value);
    return g_bytes_new_take(text, strlen(text));
}

GBytes *skopeo_manifest_rewrite(const json_t *manifest, const char *type, const char *target,
                                const struct skopeo_layer *layers, GBytes *config, GError **error)
{
    g_autoptr(json_t) made = json_object();
    json_t *list = json_array();
    size_t index;
    const json_t *layer;
    bool is_same = strcmp(type, target) == 0;
    json_object_set_new(made, "schemaVersion", json_integer(2));
    json_object_set_new(made, "mediaType", json_string(target));
    json_object_set_new(made, "config",
                        rewrite_config(json_get_object(manifest, "config"), target, config));
    json_object_set_new(made, "layers", list);
    json_array_foreach (json_get_array(manifest, "layers"), index, layer) {
        json_t *entry = rewrite_layer(layer, target, layers != NULL ? &layers[index] : NULL, error);
        if (entry == NULL)
            return NULL;
        json_array_append_new(list, entry);
    }
    if (is_same && skopeo_type_is_oci(target)) {
        take(made, manifest, "subject");
        take(made, manifest, "annotations");
    }
    return bytes_of(made);
}

/* ---- lists ---- */

static json_t *rewrite_platform(const json_t *platform)
{
    static const char *const rest[] = {"os.version", "os.features", "variant"};
    json_t *made = json_object();
    json_object_set_new(made, "architecture",
                        json_string(json_get_string(platform, "architecture", "amd64")));
    json_object_set_new(made, "os", json_string(json_get_string(platform, "os", "linux")));
    for (gsize i = 0; i < G_N_ELEMENTS(rest); i++)
        take(made, platform, rest[i]);
    return made;
}

static json_t *rewrite_entry(const json_t *entry, bool is_oci)
{
    json_t *made = json_object();
    const json_t *platform = json_get_object(entry, "platform");
    take(made, entry, "mediaType");
    if (is_oci)
        take(made, entry, "digest");
    take(made, entry, "size");
    if (!is_oci)
        take(made, entry, "digest");
    take(made, entry, "urls");
    if (is_oci)
        take(made, entry, "annotations");
    if (platform != NULL || !is_oci)
        json_object_set_new(made, "platform", rewrite_platform(platform));
    return made;
}

GBytes *skopeo_list_rewrite(const json_t *list, const char *target)
{
    g_autoptr(json_t) made = json_object();
    json_t *entries = json_array();
    size_t index;
    const json_t *entry;
    bool is_oci = skopeo_type_is_oci(target);
    json_object_set_new(made, "schemaVersion", json_integer(2));
    json_object_set_new(made, "mediaType", json_string(target));
    json_object_set_new(made, "manifests", entries);
    json_array_foreach (json_get_array(list, "manifests"), index, entry)
        json_array_append_new(entries, rewrite_entry(entry, is_oci));
    if (is_oci)
        take(made, list, "annotations");
    return bytes_of(made);
}
