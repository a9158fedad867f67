/* POST /images/NAME/push: from the store to a push of the puller. Every error is in the stream, as
   the first object goes out before the registry is asked (engine-contract.md C, Push). */
#include "mocks/dockerd/job.h"

#include "base/digest.h"
#include "mocks/dockerd/manifest.h"

#include <string.h>

static void push_blob_free(gpointer pointer)
{
    struct push_blob *blob = pointer;
    g_free(blob->digest);
    g_bytes_unref(blob->bytes);
    g_free(blob->mount_from);
    g_free(blob->progress_id);
    g_free(blob);
}

static void push_manifest_free(gpointer pointer)
{
    struct push_manifest *manifest = pointer;
    g_bytes_unref(manifest->bytes);
    g_free(manifest->media_type);
    g_free(manifest->reference);
    g_free(manifest);
}

/* ---- what goes over the wire ---- */

static void add_blob(GPtrArray *blobs, const char *digest, GBytes *bytes, int64_t declared_bytes,
                     const char *progress_digest, const char *mount_from)
{
    for (guint i = 0; i < blobs->len; i++)
        if (g_str_equal(((struct push_blob *)g_ptr_array_index(blobs, i))->digest, digest))
            return;
    struct push_blob *blob = g_new0(struct push_blob, 1);
    blob->digest = g_strdup(digest);
    blob->bytes = g_bytes_ref(bytes);
    blob->declared_bytes = declared_bytes;
    blob->mount_from = g_strdup(mount_from);
    blob->progress_id = g_strndup(progress_digest + strlen("sha256:"), 12);
    g_ptr_array_add(blobs, blob);
}

static void add_manifest(GPtrArray *manifests, GBytes *bytes, const char *media_type,
                         char *reference)
{
    struct push_manifest *manifest = g_new0(struct push_manifest, 1);
    g_autoptr(json_t) document = json_parse_gbytes(bytes, NULL);
    manifest->bytes = g_bytes_ref(bytes);
    manifest->media_type = g_strdup(json_get_string(document, "mediaType", media_type));
    manifest->reference = reference;
    g_ptr_array_add(manifests, manifest);
}

/* A repository of the same registry that the image is known to be in, to mount from. */
static char *mount_source(const struct image *image, const struct reference *target)
{
    for (guint i = 0; i < image->digests->len; i++) {
        AUTO(reference)
        known =
            reference_parse(g_ptr_array_index(image->digests, i), /* default_tag= */ false, NULL);
        if (known != NULL && g_str_equal(known->domain, target->domain) &&
            !g_str_equal(known->path, target->path))
            return g_strdup(known->path);
    }
    return NULL;
}

static void add_layers(GPtrArray *blobs, const struct image_variant *variant,
                       const char *mount_from)
{
    for (guint i = 0; i < variant->layers->len; i++) {
        struct stored_layer *layer = g_ptr_array_index(variant->layers, i);
        GBytes *bytes = stored_layer_bytes(layer);
        add_blob(blobs, layer->digest, bytes, layer->declared_bytes, layer->diff_id, mount_from);
    }
}

static void add_config(GPtrArray *blobs, const struct image_variant *variant)
{
    add_blob(blobs, variant->config_digest, variant->config,
             (int64_t)g_bytes_get_size(variant->config), variant->config_digest, NULL);
}

/* The classic store makes the manifest anew with Docker's types. */
static GBytes *manifest_of(const struct dockerd *dockerd, struct image_variant *variant)
{
    if (dockerd->images.has_containerd_layout && variant->manifest != NULL)
        return g_bytes_ref(variant->manifest);
    return manifest_make(variant->config, variant->layers,
                         /* is_oci= */ dockerd->images.has_containerd_layout);
}

static bool is_here(const struct image *image, const json_t *entry)
{
    const char *digest = json_get_string(entry, "digest", "");
    for (guint i = 0; i < image->variants->len; i++) {
        const struct image_variant *variant = g_ptr_array_index(image->variants, i);
        if (g_strcmp0(variant->manifest_digest, digest) == 0)
            return true;
    }
    return false;
}

static bool is_attestation(const json_t *entry)
{
    return g_str_equal(json_get_string(json_get_object(entry, "platform"), "os", ""), "unknown");
}

/* The index, if all its platforms are here. Attestations are not kept: an index of several
   platforms goes without them, one of a single platform not at all. */
static GBytes *whole_index(const struct image *image)
{
    g_autoptr(json_t) index = image->index != NULL ? json_parse_gbytes(image->index, NULL) : NULL;
    g_autoptr(json_t) kept = json_array();
    const json_t *entries = json_get_array(index, "manifests");
    size_t position;
    json_t *entry;
    json_array_foreach (entries, position, entry) {
        bool is_kept = is_here(image, entry);
        if (!is_kept && !is_attestation(entry))
            return NULL;
        if (is_kept)
            json_array_append(kept, entry);
    }
    if (index == NULL || json_array_size(kept) == json_array_size(entries))
        return index != NULL ? g_bytes_ref(image->index) : NULL;
    if (json_array_size(kept) < 2)
        return NULL;
    json_object_set(index, "manifests", kept);
    return json_bytes(index);
}

/* The index with all its children, or what this machine has of it: one manifest. */
static GBytes *fill(const struct dockerd *dockerd, struct image *image, struct push *push)
{
    GBytes *index = whole_index(image);
    bool is_index = index != NULL;
    g_autofree char *mount_from = mount_source(image, push->reference);
    guint count = is_index ? image->variants->len : 1;

    for (guint i = 0; i < count; i++)
        add_layers(push->blobs, g_ptr_array_index(image->variants, i), mount_from);
    for (guint i = 0; i < count; i++)
        add_config(push->blobs, g_ptr_array_index(image->variants, i));
    for (guint i = 0; is_index && i < count; i++) {
        const struct image_variant *variant = g_ptr_array_index(image->variants, i);
        add_manifest(push->manifests, variant->manifest, MANIFEST_OCI_TYPE,
                     g_strdup(variant->manifest_digest));
    }
    GBytes *top = is_index ? index : manifest_of(dockerd, g_ptr_array_index(image->variants, 0));
    add_manifest(push->manifests, top, MANIFEST_OCI_TYPE, g_strdup(push->reference->tag));
    return top;
}

/* ---- the job ---- */

struct push_request {
    struct dockerd *dockerd;
    struct reference *reference; /* of one image */
    struct credentials *credentials;
};

/* The classic store has said where it pushes to before it looks for the image. */
static struct image *find_image(const struct push_request *request, struct outlet *outlet,
                                GError **error)
{
    g_autofree char *name = reference_familiar(request->reference);
    struct image *image = image_store_find(&request->dockerd->images, name);
    if (image != NULL)
        return image;
    if (request->dockerd->images.has_containerd_layout) {
        engine_fail(error, 404, "tag does not exist: %s", name);
        return NULL;
    }
    g_autofree char *bare = reference_familiar_name(request->reference);
    g_autofree char *full = reference_name(request->reference);
    g_autofree char *status = g_strdup_printf("The push refers to repository [%s]", full);
    job_tell(outlet, json_pack("{s:s}", "status", status));
    engine_fail(error, 404, "An image does not exist locally with the tag: %s", bare);
    return NULL;
}

static void tell_aux(struct outlet *outlet, const char *tag, const char *digest, gsize size_bytes)
{
    job_tell(outlet, json_pack("{s:{}, s:{s:s, s:s, s:I}}", "progressDetail", "aux", "Tag", tag,
                               "Digest", digest, "Size", (json_int_t)size_bytes));
}

/* What it was called in this repository before: an index that keeps its attestations, as the real
   store does, is pushed under the name that it has; here that name is of no use any more. */
static void drop_digests(struct image *image, const char *name)
{
    g_autofree char *prefix = g_strconcat(name, "@", NULL);
    for (guint i = image->digests->len; i-- > 0;)
        if (g_str_has_prefix(g_ptr_array_index(image->digests, i), prefix))
            g_ptr_array_remove_index(image->digests, i);
}

static void note_pushed(const struct push_request *request, const char *image_id,
                        const char *digest)
{
    struct dockerd *dockerd = request->dockerd;
    struct image *image = image_store_find_id(&dockerd->images, image_id);
    g_autofree char *name = reference_familiar_name(request->reference);
    g_autofree char *digest_name = g_strdup_printf("%s@%s", name, digest);
    if (image != NULL) { /* it may have been removed in the meantime */
        if (dockerd->images.has_containerd_layout)
            drop_digests(image, name);
        image_store_add_digest(&dockerd->images, image, digest_name);
    }
    dockerd_note(dockerd, "image", "push", digest_name, image_id);
}

static bool push_one(const struct push_request *request, struct outlet *outlet, GError **error)
{
    struct image *image = find_image(request, outlet, error);
    if (image == NULL)
        return false;
    g_autoptr(GPtrArray) blobs = g_ptr_array_new_with_free_func(push_blob_free);
    g_autoptr(GPtrArray) manifests = g_ptr_array_new_with_free_func(push_manifest_free);
    struct push push = {.reference = request->reference, .blobs = blobs, .manifests = manifests};
    g_autoptr(GBytes) top = fill(request->dockerd, image, &push);
    g_autofree char *digest = digest_of_bytes(top);
    g_autofree char *image_id = g_strdup(image->id);

    if (!puller_push(request->dockerd->puller, &push, request->credentials, job_tell_progress,
                     outlet, error))
        return false;
    tell_aux(outlet, request->reference->tag, digest, g_bytes_get_size(top));
    note_pushed(request, image_id, digest);
    return true;
}

static bool push_job(void *context, struct outlet *outlet, GError **error)
{
    return push_one(context, outlet, error);
}

/* ---- all tags of a repository ---- */

/* References of the local images of one repository (struct reference). */
static GPtrArray *tags_of(const struct push_request *request)
{
    const GPtrArray *images = request->dockerd->images.images;
    g_autofree char *name = reference_familiar_name(request->reference);
    GPtrArray *references = g_ptr_array_new_with_free_func((GDestroyNotify)reference_free);

    for (guint i = 0; i < images->len; i++) {
        const struct image *image = g_ptr_array_index(images, i);
        for (guint k = 0; k < image->tags->len; k++) {
            struct reference *each =
                reference_parse(g_ptr_array_index(image->tags, k), /* default_tag= */ true, NULL);
            g_autofree char *own = each != NULL ? reference_familiar_name(each) : NULL;
            if (g_strcmp0(own, name) == 0)
                g_ptr_array_add(references, each);
            else
                reference_free(each);
        }
    }
    return references;
}

static bool push_all_job(void *context, struct outlet *outlet, GError **error)
{
    const struct push_request *request = context;
    g_autoptr(GPtrArray) references = tags_of(request);

    if (references->len == 0)
        return push_one(request, outlet, error);
    for (guint i = 0; i < references->len; i++) {
        struct push_request one = *request;
        one.reference = g_ptr_array_index(references, i);
        if (!push_one(&one, outlet, error))
            return false;
    }
    return true;
}

/* capture 07; without a tag all that there are (moby distribution/push_v2.go) */
HANDLER(images_push)
{
    const char *tag = exchange_query_value(request->exchange, "tag");
    bool is_all = tag == NULL || *tag == '\0';
    g_autoptr(GError) reason = NULL;
    g_autofree char *text =
        is_all ? g_strdup(request->name) : g_strconcat(request->name, ":", tag, NULL);
    AUTO(reference) reference = reference_parse(text, /* default_tag= */ true, &reason);
    if (reference == NULL)
        return engine_fail(error, 400, "%s", reason->message);
    struct push_request push_request = {
        .dockerd = request->dockerd,
        .reference = reference,
        .credentials = api_credentials(request),
    };
    bool is_done = job_run(request, is_all ? push_all_job : push_job, &push_request, error);
    api_credentials_free(push_request.credentials);
    return is_done;
}
