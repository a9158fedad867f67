/* The blob storage behind signed URLs, as far as Actions use it: block blobs, ranges. */
#include "mocks/cachesvc/cachesvc_private.h"

#include <string.h>

#define BLOCKS_MAX 50000 /* of one blob, as in Azure */

struct block {
    char *id;
    GBytes *bytes;
};

static void block_free(void *data)
{
    struct block *block = data;
    g_free(block->id);
    g_bytes_unref(block->bytes);
    g_free(block);
}

void blob_free(void *data)
{
    struct blob *blob = data;
    g_clear_pointer(&blob->bytes, g_bytes_unref);
    g_ptr_array_unref(blob->blocks);
    g_free(blob->signature);
    g_free(blob);
}

static int64_t memory_of(const struct blob *blob)
{
    int64_t memory_bytes = blob->bytes != NULL ? (int64_t)g_bytes_get_size(blob->bytes) : 0;
    for (guint i = 0; i < blob->blocks->len; i++)
        memory_bytes +=
            (int64_t)g_bytes_get_size(((struct block *)g_ptr_array_index(blob->blocks, i))->bytes);
    return memory_bytes;
}

static char *url_of(const char *path, const struct blob *blob)
{
    return g_strdup_printf("https://" CACHESVC_BLOB_SITE "%s?sv=2025-11-05&sr=b&sp=rcw&sig=%s",
                           path, blob->signature);
}

char *blob_prepare(struct cachesvc *service, const char *path)
{
    struct blob *blob = g_new0(struct blob, 1);
    uint64_t high = rng_next(&service->rng);
    uint64_t low = rng_next(&service->rng);
    blob->blocks = g_ptr_array_new_with_free_func(block_free);
    blob->signature =
        g_strdup_printf("%016" G_GINT64_MODIFIER "x%016" G_GINT64_MODIFIER "x", high, low);
    g_hash_table_insert(service->blobs, g_strdup(path), blob);
    return url_of(path, blob);
}

struct blob *blob_find(struct cachesvc *service, const char *path)
{
    return g_hash_table_lookup(service->blobs, path);
}

char *blob_url(struct cachesvc *service, const char *path)
{
    const struct blob *blob = blob_find(service, path);
    return blob == NULL || blob->bytes == NULL ? NULL : url_of(path, blob);
}

void blob_remove(struct cachesvc *service, const char *path)
{
    const struct blob *blob = blob_find(service, path);
    if (blob == NULL)
        return;
    service->memory_bytes -= memory_of(blob);
    g_hash_table_remove(service->blobs, path);
}

bool blob_store(struct cachesvc *service, struct blob *blob, GBytes *bytes, int64_t declared_bytes)
{
    int64_t before = memory_of(blob);
    int64_t after = service->memory_bytes - before + (int64_t)g_bytes_get_size(bytes);
    if (after > CACHE_MEMORY_BYTES_MAX)
        return false;
    g_clear_pointer(&blob->bytes, g_bytes_unref);
    g_ptr_array_set_size(blob->blocks, 0);
    blob->bytes = g_bytes_ref(bytes);
    blob->declared_bytes = declared_bytes;
    service->memory_bytes = after;
    return true;
}

/* ---- answers ---- */

static void reply_error(struct exchange *exchange, unsigned status, const char *code,
                        const char *message)
{
    g_autofree char *text =
        g_strdup_printf("\xef\xbb\xbf<?xml version=\"1.0\" encoding=\"utf-8\"?><Error><Code>%s"
                        "</Code><Message>%s</Message></Error>",
                        code, message);
    exchange_set_header(exchange, "x-ms-error-code", code);
    exchange_reply_text(exchange, status, "application/xml", text);
}

static void reply_created(struct exchange *exchange)
{
    exchange_set_header(exchange, "x-ms-version", "2025-11-05");
    exchange_set_header(exchange, "ETag", "\"0x8DE0\"");
    exchange_reply(exchange, 201, NULL);
}

/* "bytes=first-last" of either header; false: the whole is asked for. */
static bool read_range(const struct exchange *exchange, gsize size, gsize *first, gsize *last)
{
    const char *header = exchange_header(exchange, "x-ms-range");
    header = header != NULL ? header : exchange_header(exchange, "Range");
    char *end;
    if (header == NULL || !g_str_has_prefix(header, "bytes="))
        return false;
    *first = g_ascii_strtoull(header + strlen("bytes="), &end, 10);
    if (*end != '-')
        return false;
    *last = end[1] != '\0' ? g_ascii_strtoull(end + 1, NULL, 10) : size - 1;
    *last = MIN(*last, size - 1);
    return true;
}

static void reply_part(struct exchange *exchange, const struct blob *blob, gsize first, gsize last)
{
    gsize size = g_bytes_get_size(blob->bytes);
    if (first >= size || last < first) {
        reply_error(exchange, 416, "InvalidRange",
                    "The range specified is invalid for the current size of the resource.");
        return;
    }
    g_autoptr(GBytes) part = g_bytes_new_from_bytes(blob->bytes, first, last - first + 1);
    g_autofree char *range = g_strdup_printf(
        "bytes %" G_GSIZE_FORMAT "-%" G_GSIZE_FORMAT "/%" G_GSIZE_FORMAT, first, last, size);
    double share = (double)(last - first + 1) / (double)size;
    exchange_set_header(exchange, "Content-Range", range);
    exchange_set_declared_bytes(exchange, (int64_t)((double)blob->declared_bytes * share));
    exchange_reply(exchange, 206, part);
}

static void reply_blob(struct exchange *exchange, const struct blob *blob)
{
    gsize first, last;
    if (blob->bytes == NULL) {
        reply_error(exchange, 404, "BlobNotFound", "The specified blob does not exist.");
        return;
    }
    exchange_set_header(exchange, "Content-Type", "application/octet-stream");
    exchange_set_header(exchange, "Accept-Ranges", "bytes");
    exchange_set_header(exchange, "x-ms-blob-type", "BlockBlob");
    if (read_range(exchange, g_bytes_get_size(blob->bytes), &first, &last)) {
        reply_part(exchange, blob, first, last);
        return;
    }
    exchange_set_declared_bytes(exchange, blob->declared_bytes);
    exchange_reply(exchange, 200, blob->bytes);
}

/* ---- uploads ---- */

static int64_t declared_of(const struct exchange *exchange, GBytes *body)
{
    const char *header = exchange_header(exchange, "Seatrial-Declared-Bytes");
    gint64 declared;
    return header != NULL && g_ascii_string_to_signed(header, 10, 0, G_MAXINT64, &declared, NULL)
               ? declared
               : (int64_t)g_bytes_get_size(body);
}

static void reply_full(struct exchange *exchange)
{
    reply_error(exchange, 413, "RequestBodyTooLarge",
                "The request body is too large and exceeds the maximum permissible limit.");
}

static void stage_block(struct cachesvc *service, struct exchange *exchange, struct blob *blob,
                        GBytes *body)
{
    const char *id = exchange_query_value(exchange, "blockid");
    struct block *block;
    int64_t after = service->memory_bytes + (int64_t)g_bytes_get_size(body);

    if (id == NULL || *id == '\0') {
        reply_error(exchange, 400, "InvalidQueryParameterValue", "blockid is missing.");
        return;
    }
    if (after > CACHE_MEMORY_BYTES_MAX || blob->blocks->len >= BLOCKS_MAX) {
        reply_full(exchange);
        return;
    }
    block = g_new0(struct block, 1);
    block->id = g_strdup(id);
    block->bytes = g_bytes_ref(body);
    g_ptr_array_add(blob->blocks, block);
    service->memory_bytes = after;
    blob->declared_bytes += declared_of(exchange, body);
    reply_created(exchange);
}

/* The last one staged under an id counts. */
static const struct block *find_block(const struct blob *blob, const char *id)
{
    for (guint i = blob->blocks->len; i-- > 0;) {
        const struct block *block = g_ptr_array_index(blob->blocks, i);
        if (strcmp(block->id, id) == 0)
            return block;
    }
    return NULL;
}

/* All blocks of the list in its order, or NULL: one is not there. */
static GBytes *join_blocks(const struct blob *blob, const char *list)
{
    g_autoptr(GByteArray) joined = g_byte_array_new();
    g_autoptr(GRegex) regex = g_regex_new("<(?:Latest|Uncommitted|Committed)>([^<]*)<", 0, 0, NULL);
    g_autoptr(GMatchInfo) match = NULL;
    g_regex_match(regex, list, 0, &match);
    for (; g_match_info_matches(match); g_match_info_next(match, NULL)) {
        g_autofree char *id = g_match_info_fetch(match, 1);
        const struct block *block = find_block(blob, id);
        if (block == NULL || joined->len + g_bytes_get_size(block->bytes) > CACHE_MEMORY_BYTES_MAX)
            return NULL;
        g_byte_array_append(joined, g_bytes_get_data(block->bytes, NULL),
                            (guint)g_bytes_get_size(block->bytes));
    }
    return g_byte_array_free_to_bytes(g_steal_pointer(&joined));
}

static void commit_blocks(struct cachesvc *service, struct exchange *exchange, struct blob *blob,
                          GBytes *body)
{
    gsize length;
    const char *bytes = g_bytes_get_data(body, &length);
    g_autofree char *list = g_strndup(bytes != NULL ? bytes : "", length);
    bool is_text = g_utf8_validate(list, -1, NULL);
    g_autoptr(GBytes) whole = is_text ? join_blocks(blob, list) : NULL;

    if (whole == NULL)
        reply_error(exchange, 400, "InvalidBlockList", "The specified block list is invalid.");
    else if (blob_store(service, blob, whole, blob->declared_bytes))
        reply_created(exchange);
    else
        reply_full(exchange);
}

static struct blob *authorized(struct cachesvc *service, struct exchange *exchange)
{
    struct blob *blob = blob_find(service, exchange_path(exchange));
    const char *signature = exchange_query_value(exchange, "sig");
    if (blob != NULL && g_strcmp0(signature, blob->signature) == 0)
        return blob;
    reply_error(exchange, blob == NULL ? 404 : 403,
                blob == NULL ? "BlobNotFound" : "AuthenticationFailed",
                blob == NULL ? "The specified blob does not exist."
                             : "Server failed to authenticate the request.");
    return NULL;
}

static void on_upload(struct exchange *exchange, void *context, GBytes *body)
{
    struct cachesvc *service = context;
    struct blob *blob = authorized(service, exchange);
    const char *part = exchange_query_value(exchange, "comp");

    if (blob == NULL)
        return;
    if (body == NULL)
        reply_full(exchange);
    else if (g_strcmp0(part, "block") == 0)
        stage_block(service, exchange, blob, body);
    else if (g_strcmp0(part, "blocklist") == 0)
        commit_blocks(service, exchange, blob, body);
    else if (g_strcmp0(exchange_header(exchange, "x-ms-blob-type"), "BlockBlob") != 0)
        reply_error(exchange, 400, "MissingRequiredHeader",
                    "An HTTP header that's mandatory for this request is not specified.");
    else if (blob_store(service, blob, body, declared_of(exchange, body)))
        reply_created(exchange);
    else
        reply_full(exchange);
}

void blobs_on_request(void *context, struct exchange *exchange)
{
    const char *method = exchange_method(exchange);
    if (strcmp(method, "PUT") == 0) {
        exchange_collect(exchange, HTTP_BODY_BYTES_MAX, on_upload, context);
        return;
    }
    if (strcmp(method, "GET") != 0 && strcmp(method, "HEAD") != 0) {
        reply_error(exchange, 405, "UnsupportedHttpVerb",
                    "The resource doesn't support specified Http Verb.");
        return;
    }
    const struct blob *blob = authorized(context, exchange);
    if (blob != NULL)
        reply_blob(exchange, blob);
}
