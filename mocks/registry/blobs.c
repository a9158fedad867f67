/* GET, HEAD and DELETE of blobs: ranges, and the redirect to the blob site and back from there. */
#include "mocks/registry/registry_private.h"

#include "base/digest.h"
#include "mocks/wire_text.h"

#include <string.h>

#define BLOB_PATH_PREFIX "/registry-v2/docker/registry/v2/blobs/"

enum {
    VERIFY_LENGTH = 24,
};

static void reply_unsatisfiable(struct exchange *exchange, gsize total_bytes)
{
    g_autofree char *range = g_strdup_printf("bytes */%" G_GSIZE_FORMAT, total_bytes);
    exchange_set_header(exchange, "Content-Range", range);
    registry_reply_error(exchange, REGISTRY_RANGE_INVALID, NULL);
}

/* A part of a virtual layer stands for the same part of what is declared. */
static int64_t declared_part(const struct stored_blob *blob, gsize part_bytes)
{
    gsize total_bytes = g_bytes_get_size(blob->bytes);
    if (blob->declared_bytes == (int64_t)total_bytes)
        return (int64_t)part_bytes;
    return (int64_t)((double)blob->declared_bytes * ((double)part_bytes / (double)total_bytes));
}

static void reply_part(struct exchange *exchange, const struct stored_blob *blob, int64_t first,
                       int64_t last)
{
    g_autofree char *text =
        g_strdup_printf("bytes %" G_GINT64_FORMAT "-%" G_GINT64_FORMAT "/%" G_GSIZE_FORMAT, first,
                        last, g_bytes_get_size(blob->bytes));
    gsize part_bytes = (gsize)(last - first + 1);
    g_autoptr(GBytes) part = g_bytes_new_from_bytes(blob->bytes, (gsize)first, part_bytes);
    exchange_set_header(exchange, "Content-Range", text);
    exchange_set_declared_bytes(exchange, declared_part(blob, part_bytes));
    exchange_reply(exchange, 206, part);
}

static void reply_whole(struct exchange *exchange, const struct stored_blob *blob)
{
    if (strcmp(exchange_method(exchange), "HEAD") != 0)
        exchange_set_declared_bytes(exchange, blob->declared_bytes);
    exchange_reply(exchange, 200, blob->bytes);
}

static void reply_blob(struct exchange *exchange, const char *digest,
                       const struct stored_blob *blob)
{
    int64_t first = 0;
    int64_t last = 0;
    gsize total_bytes = g_bytes_get_size(blob->bytes);
    bool is_get = strcmp(exchange_method(exchange), "GET") == 0;
    const char *asked = is_get ? exchange_header(exchange, "Range") : NULL;
    g_autofree char *entity_tag = g_strdup_printf("\"%s\"", digest);

    exchange_set_header(exchange, "Accept-Ranges", "bytes");
    exchange_set_header(exchange, "Docker-Content-Digest", digest);
    exchange_set_header(exchange, "ETag", entity_tag);
    exchange_set_header(exchange, "Cache-Control", "max-age=31536000");
    switch (range_parse(asked, (int64_t)total_bytes, &first, &last)) {
    case RANGE_UNSATISFIABLE:
        reply_unsatisfiable(exchange, total_bytes);
        return;
    case RANGE_PART:
        exchange_set_header(exchange, "Content-Type", "application/octet-stream");
        reply_part(exchange, blob, first, last);
        return;
    case RANGE_WHOLE:
        exchange_set_header(exchange, "Content-Type", "application/octet-stream");
        reply_whole(exchange, blob);
        return;
    }
}

/* A signature of the kind CDNs put into their links; ours depends on the digest alone. */
static char *verify_text(const struct registry *registry, const char *digest)
{
    g_autofree char *text = g_strconcat(registry->token_key, digest, NULL);
    g_autofree char *hash = digest_of(text, strlen(text));
    return g_strndup(hash + strlen("sha256:"), VERIFY_LENGTH);
}

static void redirect(const struct request *request)
{
    const struct registry *registry = request->registry;
    g_autofree char *verify = verify_text(registry, request->reference);
    const char *hex = strchr(request->reference, ':') + 1;
    g_autofree char *location = g_strdup_printf(
        "https://%s" BLOB_PATH_PREFIX "%.*s/%.2s/%s/data?verify=%s", registry->service->blob_site,
        (int)(hex - 1 - request->reference), request->reference, hex, hex, verify);
    exchange_set_header(request->exchange, "Location", location);
    exchange_set_header(request->exchange, "Docker-Content-Digest", request->reference);
    exchange_reply(request->exchange, 307, NULL);
}

/* The digest of a path that redirect() made, or NULL. */
static char *digest_of_path(const char *path)
{
    if (!g_str_has_prefix(path, BLOB_PATH_PREFIX))
        return NULL;
    g_auto(GStrv) parts = g_strsplit(path + strlen(BLOB_PATH_PREFIX), "/", -1);
    if (g_strv_length(parts) != 4 || strcmp(parts[3], "data") != 0 ||
        !g_str_has_prefix(parts[2], parts[1]))
        return NULL;
    g_autofree char *digest = g_strdup_printf("%s:%s", parts[0], parts[2]);
    return digest_is_valid(digest) ? g_steal_pointer(&digest) : NULL;
}

/* Needs no token: the link is the right to read (RFC 9110 11.6.2; clients drop theirs here). */
void registry_on_blob_site(void *context, struct exchange *exchange)
{
    struct registry *registry = context;
    g_autofree char *digest = digest_of_path(exchange_path(exchange));
    const struct stored_blob *blob =
        digest != NULL ? registry_store_find_blob(registry->store, digest) : NULL;
    if (blob == NULL) {
        exchange_reply_text(exchange, 404, "text/plain", "not found\n");
        return;
    }
    g_autofree char *verify = verify_text(registry, digest);
    if (g_strcmp0(exchange_query_value(exchange, "verify"), verify) != 0) {
        exchange_reply_text(exchange, 403, "text/plain", "forbidden\n");
        return;
    }
    reply_blob(exchange, digest, blob);
}

/* The repository's blob, or NULL after an error reply. */
static struct stored_blob *find_blob(const struct request *request, struct repository **repository)
{
    if (!digest_is_valid(request->reference)) {
        registry_reply_error_about(request->exchange, REGISTRY_DIGEST_INVALID, "digest",
                                   request->reference);
        return NULL;
    }
    *repository = registry_store_find(request->registry->store, request->name);
    struct stored_blob *blob = *repository != NULL
                                   ? lookup_blob(request->registry, *repository, request->reference)
                                   : NULL;
    if (blob == NULL)
        registry_reply_error_about(request->exchange, REGISTRY_BLOB_UNKNOWN, "digest",
                                   request->reference);
    return blob;
}

void handle_blob_get(struct request *request)
{
    struct repository *repository = NULL;
    const struct stored_blob *blob = find_blob(request, &repository);
    if (blob == NULL)
        return;
    if (request->registry->service->blob_site != NULL && request_is(request, "GET"))
        redirect(request);
    else
        reply_blob(request->exchange, request->reference, blob);
}

void handle_blob_delete(struct request *request)
{
    struct repository *repository = NULL;
    if (find_blob(request, &repository) == NULL)
        return;
    repository_delete_blob(request->registry->store, repository, request->reference);
    registry_trace(request, "delete", NULL, request->reference);
    exchange_reply(request->exchange, 202, NULL);
}
