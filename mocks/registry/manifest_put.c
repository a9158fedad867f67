/* PUT of manifests: digest, shape, everything they refer to, and then tag and referrers. */
#include "mocks/registry/registry_private.h"

#include "base/digest.h"
#include "base/limits.h"
#include "mocks/registry/document.h"
#include "mocks/registry/image.h"
#include "mocks/registry/name.h"

#include <string.h>

/* A digest must be that of the bytes, a tag must be one. NULL after an error reply. */
static char *settle_digest(const struct request *request, GBytes *body)
{
    const char *reference = request->reference;
    enum manifest_reference kind = manifest_reference_kind(reference);
    bool is_digest = strchr(reference, ':') != NULL;
    gsize length_bytes = 0;
    const void *bytes = g_bytes_get_data(body, &length_bytes);

    if (kind == MANIFEST_BY_TAG)
        return digest_of(bytes, length_bytes);
    if (kind == MANIFEST_BY_DIGEST) {
        AUTO(hasher) hasher = hasher_new(digest_algorithm_of(reference));
        hasher_update(hasher, bytes, length_bytes);
        g_autofree char *digest = hasher_digest(hasher);
        if (strcmp(digest, reference) == 0)
            return g_steal_pointer(&digest);
    }
    registry_reply_error_about(request->exchange,
                               is_digest ? REGISTRY_DIGEST_INVALID : REGISTRY_TAG_INVALID,
                               is_digest ? "digest" : "tag", reference);
    return NULL;
}

/* `?tag=a&tag=b` names more tags for a manifest put by digest; NULL after an error reply. */
static GPtrArray *wanted_tags(const struct request *request)
{
    g_autoptr(GPtrArray) tags = exchange_query_values(request->exchange, "tag");
    for (guint i = 0; i < tags->len; i++) {
        if (tag_name_is_valid(tags->pdata[i]))
            continue;
        registry_reply_error_about(request->exchange, REGISTRY_TAG_INVALID, "tag", tags->pdata[i]);
        return NULL;
    }
    if (manifest_reference_kind(request->reference) == MANIFEST_BY_TAG)
        g_ptr_array_add(tags, request->reference);
    return g_steal_pointer(&tags);
}

static bool reply_missing(const struct request *request, const json_t *descriptor)
{
    registry_reply_error_about(request->exchange, REGISTRY_MANIFEST_BLOB_UNKNOWN, "digest",
                               descriptor_digest(descriptor));
    return false;
}

/* What a pushed virtual layer stands for is said by the manifest's annotation. */
static void declare_layer(struct stored_blob *blob, const json_t *layer)
{
    blob->declared_bytes =
        descriptor_annotation_bytes(layer, ANNOTATION_DECLARED_BYTES, blob->declared_bytes);
}

/* A repository that is not there yet (NULL) has nothing, and a refused manifest does not make it.
 */
static struct stored_blob *find_blob(const struct request *request, struct repository *repository,
                                     const json_t *descriptor)
{
    if (repository == NULL)
        return NULL;
    return lookup_blob(request->registry, repository, descriptor_digest(descriptor));
}

static bool check_blobs(const struct request *request, struct repository *repository,
                        const struct document *document)
{
    size_t index = 0;
    const json_t *layer = NULL;

    if (find_blob(request, repository, document->config) == NULL)
        return reply_missing(request, document->config);
    json_array_foreach (document->layers, index, layer) {
        struct stored_blob *blob = find_blob(request, repository, layer);
        if (blob != NULL)
            declare_layer(blob, layer);
        else if (!descriptor_is_foreign(layer))
            return reply_missing(request, layer);
    }
    return true;
}

static bool check_members(const struct request *request, struct repository *repository,
                          const struct document *document)
{
    size_t index = 0;
    const json_t *member = NULL;
    json_array_foreach (document->manifests, index, member)
        if (repository == NULL ||
            lookup_manifest(request->registry, repository, descriptor_digest(member)) == NULL)
            return reply_missing(request, member);
    return true;
}

static struct stored_manifest *make_manifest(const struct request *request, const char *digest,
                                             GBytes *body, const struct document *document)
{
    struct stored_manifest *manifest = g_new0(struct stored_manifest, 1);
    manifest->digest = g_strdup(digest);
    manifest->media_type = g_strdup(document->media_type);
    manifest->bytes = g_bytes_ref(body);
    manifest->pushed_by_exchange = exchange_number(request->exchange);
    manifest->pushed_by_machine = exchange_machine(request->exchange);
    manifest->pushed_at_us = loop_now_us(world_loop(request->registry->world));
    if (document->subject != NULL) {
        manifest->subject = g_strdup(document->subject);
        manifest->referrer = document_referrer(document, digest, g_bytes_get_size(body));
    }
    return manifest;
}

static bool put_tags(const struct request *request, struct repository *repository,
                     const char *digest, const GPtrArray *tags, GError **error)
{
    struct registry *registry = request->registry;
    for (guint i = 0; i < tags->len; i++) {
        (void)lookup_tag(registry, repository, tags->pdata[i]); /* its history begins before us */
        struct stored_tag *tag =
            repository_put_tag(registry->store, repository, tags->pdata[i], digest, error);
        if (tag == NULL)
            return false;
        tag->pushed_by_exchange = exchange_number(request->exchange);
        tag->pushed_by_machine = exchange_machine(request->exchange);
        tag->pushed_at_us = loop_now_us(world_loop(registry->world));
        registry_trace(request, "tag", tags->pdata[i], digest);
    }
    return true;
}

static void reply_created(const struct request *request, const char *digest, const char *subject)
{
    struct exchange *exchange = request->exchange;
    g_autofree char *location = g_strdup_printf("/v2/%s/manifests/%s", request->name, digest);
    g_autoptr(GPtrArray) tags = exchange_query_values(exchange, "tag");

    exchange_set_header(exchange, "Location", location);
    exchange_set_header(exchange, "Docker-Content-Digest", digest);
    if (subject != NULL && !request->registry->service->lacks_referrers)
        exchange_set_header(exchange, "OCI-Subject", subject);
    if (tags->len > 0) {
        g_ptr_array_add(tags, NULL);
        g_autofree char *list = g_strjoinv(", ", (char **)tags->pdata);
        exchange_set_header(exchange, "OCI-Tag", list);
    }
    exchange_reply(exchange, 201, NULL);
}

static bool put(const struct request *request, GBytes *body, const char *digest,
                const struct document *document, const GPtrArray *tags, GError **error)
{
    struct store *store = request->registry->store;
    struct repository *repository = registry_store_open(store, request->name, error);
    if (repository == NULL)
        return false;
    struct stored_manifest *manifest = make_manifest(request, digest, body, document);
    if (!repository_put_manifest(store, repository, manifest, error))
        return false;
    registry_trace(request, "manifest-put", request->reference, digest);
    return put_tags(request, repository, digest, tags, error);
}

static bool parse(const struct request *request, GBytes *body, const char *content_type,
                  struct document *document)
{
    g_autoptr(GError) error = NULL;
    if (document_parse(body, content_type, document, &error))
        return true;
    registry_reply_error_about(request->exchange, REGISTRY_MANIFEST_INVALID, "reason",
                               error->message);
    return false;
}

/* The Content-Type without parameters; NULL if absent or empty. */
static char *content_type_of(struct exchange *exchange)
{
    const char *header = exchange_header(exchange, "Content-Type");
    if (header == NULL)
        return NULL;
    char *media_type = g_strstrip(g_strndup(header, strcspn(header, ";")));
    if (*media_type == '\0')
        g_clear_pointer(&media_type, g_free);
    return media_type;
}

static bool is_complete(const struct request *request, const struct document *document)
{
    struct repository *repository = registry_store_find(request->registry->store, request->name);
    return document->manifests != NULL ? check_members(request, repository, document)
                                       : check_blobs(request, repository, document);
}

static void take_manifest(const struct request *request, GBytes *body)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *content_type = content_type_of(request->exchange);
    g_autofree char *digest = settle_digest(request, body);
    DOCUMENT(document);
    if (digest == NULL || !parse(request, body, content_type, &document) ||
        !is_complete(request, &document))
        return;
    g_autoptr(GPtrArray) tags = wanted_tags(request);
    if (tags == NULL)
        return;
    if (put(request, body, digest, &document, tags, &error))
        reply_created(request, digest, document.subject);
    else
        registry_reply_full(request->exchange, error);
}

static void on_collected(struct exchange *exchange, void *registry, GBytes *body)
{
    REQUEST(request);
    request_init(&request, registry, exchange);
    if (body != NULL)
        take_manifest(&request, body);
    else
        registry_reply_error(exchange, REGISTRY_SIZE_TOO_LARGE,
                             json_pack("{s:i}", "manifest_bytes_max", MANIFEST_BYTES_MAX));
}

void handle_manifest_put(struct request *request)
{
    exchange_collect(request->exchange, MANIFEST_BYTES_MAX, on_collected, request->registry);
}
