/* Blobs on their way in: POST, PATCH, PUT, GET and DELETE of uploads; mounts. */
#include "mocks/registry/uploads.h"

#include "base/digest.h"
#include "mocks/registry/name.h"
#include "mocks/registry/range.h"

#include <string.h>

enum {
    COLLECT_BYTES_MAX = 64 * 1024, /* bodies up to this are taken whole, without a fiber */
};

static void reply_created(const struct request *request, const char *digest)
{
    g_autofree char *location = g_strdup_printf("/v2/%s/blobs/%s", request->name, digest);
    exchange_set_header(request->exchange, "Location", location);
    exchange_set_header(request->exchange, "Docker-Content-Digest", digest);
    exchange_reply(request->exchange, 201, NULL);
}

static void reply_accepted(const struct request *request, const struct upload *upload)
{
    upload_set_headers(upload, request->exchange);
    exchange_reply(request->exchange, 202, NULL);
}

/* ---- closing an upload ---- */

static bool is_digest_of(const char *digest, GBytes *content)
{
    gsize length_bytes = 0;
    const void *bytes = g_bytes_get_data(content, &length_bytes);
    AUTO(hasher) hasher = hasher_new(digest_algorithm_of(digest));
    hasher_update(hasher, bytes, length_bytes);
    g_autofree char *computed = hasher_digest(hasher);
    return strcmp(computed, digest) == 0;
}

static void put_blob(const struct request *request, const char *digest, GBytes *content)
{
    g_autoptr(GError) error = NULL;
    struct store *store = request->registry->store;
    struct repository *repository = registry_store_open(store, request->name, &error);
    if (repository == NULL || !repository_put_blob(store, repository, digest, content, &error)) {
        registry_reply_full(request->exchange, error);
        return;
    }
    registry_trace(request, "blob-put", NULL, digest);
    reply_created(request, digest);
}

/* All of the upload's bytes, which it loses. Growing left spare memory behind; it goes. */
static GBytes *take_content(struct upload *upload)
{
    gsize length_bytes = upload->bytes->len;
    guint8 *bytes = g_byte_array_free(upload->bytes, FALSE);
    upload->bytes = g_byte_array_new();
    return g_bytes_new_take(g_realloc(bytes, length_bytes), length_bytes);
}

/* The upload goes even when the digest is wrong. */
static void close_upload(const struct request *request, struct upload *upload)
{
    const char *digest = exchange_query_value(request->exchange, "digest");
    upload_close(request->registry, upload);
    g_autoptr(GBytes) content = take_content(upload);
    if (digest_is_valid(digest) && is_digest_of(digest, content))
        put_blob(request, digest, content);
    else
        registry_reply_error_about(request->exchange, REGISTRY_DIGEST_INVALID, "digest",
                                   digest != NULL ? digest : "");
}

/* ---- receiving ---- */

static void reply_out_of_order(const struct request *request, const struct upload *upload)
{
    upload_set_headers(upload, request->exchange);
    registry_reply_error(request->exchange, REGISTRY_RANGE_INVALID, NULL);
}

/* A chunk must begin where the upload ends; without Content-Range it just does. */
static bool is_in_order(const struct request *request, const struct upload *upload)
{
    struct byte_range range;
    const char *header = exchange_header(request->exchange, "Content-Range");
    if (upload->is_receiving)
        return false;
    return header == NULL ||
           (content_range_parse(header, &range) && range.first == upload->bytes->len);
}

/* What was received must be as long as its Content-Range says; else it is taken out again. */
static bool is_as_long_as_said(const struct request *request, struct upload *upload,
                               gsize received_bytes)
{
    struct byte_range range;
    const char *header = exchange_header(request->exchange, "Content-Range");
    if (header == NULL || !content_range_parse(header, &range) ||
        range.last - range.first + 1 == received_bytes)
        return true;
    upload_cut(request->registry, upload, upload->bytes->len - received_bytes);
    return false;
}

static void finish_receiving(const struct request *request, struct upload *upload,
                             gsize received_bytes)
{
    if (!is_as_long_as_said(request, upload, received_bytes))
        registry_reply_error(request->exchange, REGISTRY_SIZE_INVALID, NULL);
    else if (upload->is_closed) /* deleted meanwhile */
        registry_reply_error(request->exchange, REGISTRY_UPLOAD_UNKNOWN, NULL);
    else if (request_is(request, "PATCH"))
        reply_accepted(request, upload);
    else
        close_upload(request, upload);
}

/* Where the body goes: a POST makes its own upload. NULL after an error reply. */
static struct upload *find_target(const struct request *request)
{
    g_autoptr(GError) error = NULL;
    struct upload *upload = NULL;

    if (request->kind == ROUTE_UPLOADS) {
        upload = upload_new(request->registry, request->name, &error);
        if (upload == NULL)
            registry_reply_full(request->exchange, error);
        return upload;
    }
    upload = upload_find(request->registry, request->name, request->reference);
    if (upload == NULL) {
        registry_reply_error_about(request->exchange, REGISTRY_UPLOAD_UNKNOWN, "uuid",
                                   request->reference);
    } else if (!is_in_order(request, upload)) {
        reply_out_of_order(request, upload);
        upload = NULL;
    }
    return upload;
}

/* An upload that a POST made for its own body does not outlive a failure. */
static void give_up(const struct request *request, struct upload *upload, const GError *error)
{
    if (request->kind == ROUTE_UPLOADS)
        upload_close(request->registry, upload);
    if (error->domain == BASE_ERROR)
        registry_reply_full(request->exchange, error);
    /* Else the client has gone, and nobody is there to reply to. */
}

static bool read_into(const struct request *request, struct upload *upload, GError **error)
{
    for (;;) {
        g_autoptr(GBytes) chunk = NULL;
        if (!exchange_read(request->exchange, &chunk, error))
            return false;
        if (chunk == NULL)
            return true;
        gsize length_bytes = 0;
        const void *bytes = g_bytes_get_data(chunk, &length_bytes);
        if (!upload_append(request->registry, upload, bytes, length_bytes, error))
            return false;
    }
}

/* The fiber of a big body. */
static void run_receiving(struct exchange *exchange, void *context)
{
    AUTO(request) request = context;
    g_autoptr(GError) error = NULL;
    AUTO(upload) upload = upload_ref(find_target(request));

    (void)exchange; /* request holds it */
    if (upload == NULL)
        return;
    gsize before_bytes = upload->bytes->len;
    upload->is_receiving = true;
    bool is_read = read_into(request, upload, &error);
    upload->is_receiving = false;
    if (is_read)
        finish_receiving(request, upload, upload->bytes->len - before_bytes);
    else
        give_up(request, upload, error);
}

/* A small body, whole. */
static void on_collected(struct exchange *exchange, void *registry, GBytes *body)
{
    g_autoptr(GError) error = NULL;
    REQUEST(request);
    request_init(&request, registry, exchange);
    AUTO(upload) upload = upload_ref(find_target(&request));

    if (upload == NULL)
        return;
    gsize length_bytes = 0;
    const void *bytes = g_bytes_get_data(body, &length_bytes);
    if (upload_append(registry, upload, bytes, length_bytes, &error))
        finish_receiving(&request, upload, length_bytes);
    else
        give_up(&request, upload, error);
}

static bool has_small_body(struct exchange *exchange)
{
    gsize length_bytes = 0;
    const char *header = exchange_header(exchange, "Content-Length");
    return header != NULL && query_number_parse(header, &length_bytes) &&
           length_bytes <= COLLECT_BYTES_MAX;
}

void handle_upload_receive(struct request *request)
{
    if (has_small_body(request->exchange))
        exchange_collect(request->exchange, COLLECT_BYTES_MAX, on_collected, request->registry);
    else
        exchange_spawn(request->exchange, run_receiving, request_steal(request));
}

/* ---- beginning, asking, dropping ---- */

/* A mount that cannot be is no failure: the upload begins as if it had not been asked for. Without
   `from` any repository will do (registry.md 1b). */
static bool mount(const struct request *request, const char *digest)
{
    struct registry *registry = request->registry;
    const char *from = exchange_query_value(request->exchange, "from");
    if (!digest_is_valid(digest) || (from != NULL && !access_may_mount(request, from)))
        return false;
    struct repository *source = from != NULL ? registry_store_find(registry->store, from) : NULL;
    if (from != NULL && (source == NULL || lookup_blob(registry, source, digest) == NULL))
        return false;
    if (from == NULL && registry_store_find_blob(registry->store, digest) == NULL)
        return false;
    struct repository *repository = registry_store_open(registry->store, request->name, NULL);
    return repository != NULL && repository_mount_blob(registry->store, repository, digest);
}

void handle_uploads_post(struct request *request)
{
    g_autoptr(GError) error = NULL;
    const char *mounted = exchange_query_value(request->exchange, "mount");

    if (mounted != NULL && mount(request, mounted)) {
        registry_trace(request, "mount", exchange_query_value(request->exchange, "from"), mounted);
        reply_created(request, mounted);
        return;
    }
    if (exchange_query_value(request->exchange, "digest") != NULL) {
        handle_upload_receive(request);
        return;
    }
    const struct upload *upload = upload_new(request->registry, request->name, &error);
    if (upload == NULL)
        registry_reply_full(request->exchange, error);
    else
        reply_accepted(request, upload);
}

/* The upload a GET or DELETE is about, or NULL after a 404. */
static struct upload *find_upload(const struct request *request)
{
    struct upload *upload = upload_find(request->registry, request->name, request->reference);
    if (upload == NULL)
        registry_reply_error_about(request->exchange, REGISTRY_UPLOAD_UNKNOWN, "uuid",
                                   request->reference);
    return upload;
}

void handle_upload_get(struct request *request)
{
    const struct upload *upload = find_upload(request);
    if (upload == NULL)
        return;
    upload_set_headers(upload, request->exchange);
    exchange_reply(request->exchange, 204, NULL);
}

void handle_upload_delete(struct request *request)
{
    struct upload *upload = find_upload(request);
    if (upload == NULL)
        return;
    upload_close(request->registry, upload);
    exchange_reply(request->exchange, 204, NULL);
}
