/* Blobs of a registry: read with patience (docker/body_reader.go), sent, mounted. */
#include "mocks/commands/skopeo/registry.h"

#include "base/digest.h"
#include "base/limits.h"
#include "base/units.h"
#include "loop/fiber.h"
#include "mocks/commands/ggcr/ggcr.h"

#include <string.h>

/* A second, and up to a tenth by chance. */
#define RECONNECT_US   (1050 * MILLISECOND_US)
#define PROGRESS_BYTES (1024 * 1024)

void skopeo_blob_clear(struct skopeo_blob *blob)
{
    g_clear_pointer(&blob->bytes, g_bytes_unref);
    g_clear_pointer(&blob->stream, http_stream_free);
    g_clear_pointer(&blob->path, g_free);
    http_response_clear(&blob->response);
}

/* ---- reading ---- */

static bool ask_for_blob(struct skopeo_blob *blob, const char *range, GError **error)
{
    const struct skopeo_request request = {
        .method = "GET", .path = blob->path, .range = range, .stream = &blob->stream};
    return skopeo_registry_ask(blob->registry, &request, &blob->response, error);
}

bool skopeo_registry_open_blob(struct skopeo_registry *registry, const char *digest,
                               struct skopeo_blob *blob, GError **error)
{
    blob->digest = digest;
    blob->registry = registry;
    blob->path = g_strconcat("/v2/", registry->reference->path, "/blobs/", digest, NULL);
    if (!ask_for_blob(blob, NULL, error))
        return false;
    if (blob->response.status == 200)
        return true;
    skopeo_read_words(blob->stream, &blob->response);
    return skopeo_prefixed(skopeo_fail_with_answer(&blob->response, error), error,
                           "fetching blob: ");
}

struct reading {
    struct skopeo_blob *blob;
    GByteArray *bytes;
    int64_t retry_offset; /* where it was when it reconnected last; -1 at first */
};

/* "unexpected EOF", "read tcp …: read: connection reset by peer"; g_free. */
static char *cut_words(const struct reading *reading, const GError *reason)
{
    g_autofree char *url = skopeo_registry_url(reading->blob->registry, reading->blob->path);
    g_autofree char *whole = ggcr_network_text("GET", url, reason);
    const char *rest = strstr(whole, "\": ");
    return g_strdup(rest != NULL ? rest + strlen("\": ") : whole);
}

static bool is_cut(const GError *reason)
{
    return reason->domain == HTTP_ERROR &&
           (reason->code == HTTP_ERROR_TRUNCATED || reason->code == HTTP_ERROR_RESET ||
            reason->code == HTTP_ERROR_EMPTY_REPLY);
}

static void log_reconnect(const struct reading *reading, const char *words)
{
    const struct skopeo_blob *blob = reading->blob;
    g_autofree char *url = skopeo_registry_url(blob->registry, blob->path);
    int64_t progress = (int64_t)reading->bytes->len - reading->retry_offset;
    g_autofree char *how = progress >= PROGRESS_BYTES
                               ? g_strdup_printf("after %" G_GINT64_FORMAT " bytes", progress)
                               : g_strdup("(first reconnection)");
    g_autofree char *line =
        g_strdup_printf("Reading blob body from %s failed (%s), reconnecting %s…", url, words, how);
    skopeo_log(blob->registry->run, "info", line);
}

static bool fail_cut(const struct reading *reading, const GError *reason, const char *more,
                     GError **error)
{
    g_autofree char *words = cut_words(reading, reason);
    g_set_error(error, SKOPEO_ERROR,
                reason->code == HTTP_ERROR_RESET ? SKOPEO_ERROR_PASSING : SKOPEO_ERROR_SAID, "%s%s",
                words, more);
    return false;
}

/* A part that starts where this one ended, and goes on to the end. */
static bool check_part(const struct reading *reading, const GError *reason, GError **error)
{
    struct skopeo_blob *blob = reading->blob;
    if (blob->response.status == 200)
        return fail_cut(reading, reason,
                        " (after reconnecting, server did not process a Range: header, status 200)",
                        error);
    if (blob->response.status != 206) {
        g_autoptr(GError) refusal = NULL;
        skopeo_read_words(blob->stream, &blob->response);
        (void)skopeo_fail_with_answer(&blob->response, &refusal);
        g_autofree char *more =
            g_strdup_printf(" (after reconnecting, fetching blob: %s)", refusal->message);
        return fail_cut(reading, reason, more, error);
    }
    const char *range = http_response_header(&blob->response, "Content-Range");
    g_autofree char *wanted = g_strdup_printf("bytes %u-", reading->bytes->len);
    return (range != NULL && g_str_has_prefix(range, wanted)) || skopeo_fail_unknown(error);
}

/* v5.26.2 forgets when it reconnected, and so does it again and again. */
static bool reconnect(struct reading *reading, const GError *reason, GError **error)
{
    struct skopeo_blob *blob = reading->blob;
    g_autofree char *words = cut_words(reading, reason);
    g_autofree char *range = g_strdup_printf("bytes=%u-", reading->bytes->len);
    GError *failure = NULL;
    log_reconnect(reading, words);
    if (!fiber_sleep(blob->registry->run->options->loop, RECONNECT_US, error))
        return false;
    if (ask_for_blob(blob, range, &failure)) {
        reading->retry_offset = reading->bytes->len;
        return check_part(reading, reason, error);
    }
    if (!skopeo_is_said(failure)) {
        g_propagate_error(error, failure);
        return false;
    }
    g_autofree char *more = g_strdup_printf(" (while reconnecting: %s)", failure->message);
    g_error_free(failure);
    return fail_cut(reading, reason, more, error);
}

static bool read_on(struct reading *reading, bool *is_whole, GError **error)
{
    g_autoptr(GBytes) chunk = NULL;
    g_autoptr(GError) reason = NULL;
    if (!http_stream_read(reading->blob->stream, &chunk, &reason)) {
        if (is_cut(reason))
            return reconnect(reading, reason, error);
        g_propagate_error(error, g_steal_pointer(&reason));
        return false;
    }
    *is_whole = chunk == NULL;
    if (chunk == NULL)
        return true;
    if (reading->bytes->len + g_bytes_get_size(chunk) > HTTP_BODY_BYTES_MAX)
        return skopeo_fail_unknown(error);
    g_byte_array_append(reading->bytes, g_bytes_get_data(chunk, NULL),
                        (guint)g_bytes_get_size(chunk));
    return true;
}

static bool read_whole(struct skopeo_blob *blob, GError **error)
{
    struct reading reading = {.blob = blob, .bytes = g_byte_array_new(), .retry_offset = -1};
    bool is_whole = false;
    bool is_fine = true;
    while (is_fine && !is_whole)
        is_fine = read_on(&reading, &is_whole, error);
    g_clear_pointer(&blob->stream, http_stream_free);
    blob->bytes = g_byte_array_free_to_bytes(reading.bytes);
    return is_fine;
}

bool skopeo_blob_read(struct skopeo_blob *blob, GError **error)
{
    if (blob->bytes == NULL && !read_whole(blob, error))
        return false;
    g_autofree char *digest = digest_of_bytes(blob->bytes);
    return strcmp(digest, blob->digest) == 0 ||
           skopeo_fail(error, "Digest did not match, expected %s, got %s", blob->digest, digest);
}

/* ---- what is there ---- */

bool skopeo_registry_has_blob(struct skopeo_registry *registry, const char *path,
                              const char *digest, const char *scope, bool *found,
                              int64_t *size_bytes, GError **error)
{
    HTTP_RESPONSE(response);
    g_autofree char *place = g_strconcat("/v2/", path, "/blobs/", digest, NULL);
    const struct skopeo_request request = {.method = "HEAD", .path = place, .scope = scope};
    if (!skopeo_registry_ask(registry, &request, &response, error))
        return false;
    const char *length = http_response_header(&response, "Content-Length");
    *found = response.status == 200;
    *size_bytes = length != NULL ? g_ascii_strtoll(length, NULL, 10) : -1;
    return *found || response.status == 404 ||
           skopeo_prefixed(skopeo_fail_with_answer(&response, error), error,
                           "checking whether a blob %s exists in %s/%s: ", digest, registry->host,
                           path);
}

/* ---- sending ---- */

/* Where an answer says to go on; g_free. */
static char *place_of(const char *url, const struct http_response *response, GError **error)
{
    const char *place = http_response_header(response, "Location");
    if (place != NULL)
        return http_url_join(url, place, error);
    (void)skopeo_fail(error, "determining upload URL: http: no Location header in response");
    return NULL;
}

static char *begin(struct skopeo_registry *registry, GError **error)
{
    HTTP_RESPONSE(response);
    g_autofree char *path = g_strconcat("/v2/", registry->reference->path, "/blobs/uploads/", NULL);
    const struct skopeo_request request = {.method = "POST", .path = path};
    if (!skopeo_registry_ask(registry, &request, &response, error))
        return NULL;
    g_autofree char *url = skopeo_registry_url(registry, path);
    if (response.status == 202)
        return place_of(url, &response, error);
    const char *host =
        strcmp(registry->host, "docker.io") == 0 ? "registry-1.docker.io" : registry->host;
    (void)skopeo_prefixed(skopeo_fail_with_answer(&response, error), error,
                          "initiating layer upload to %s in %s: ", path, host);
    return NULL;
}

static char *send_bytes(struct skopeo_registry *registry, const char *place,
                        const struct skopeo_blob *blob, GError **error)
{
    HTTP_RESPONSE(response);
    const struct skopeo_request request = {.method = "PATCH",
                                           .url = place,
                                           .type = "application/octet-stream",
                                           .body = blob->bytes,
                                           .declared_bytes = blob->declared_bytes};
    if (!skopeo_registry_ask(registry, &request, &response, error))
        return NULL;
    if (response.status >= 200 && response.status <= 399)
        return place_of(place, &response, error);
    (void)skopeo_prefixed(skopeo_fail_with_answer(&response, error), error,
                          "uploading layer chunked: ");
    return NULL;
}

static bool finish(struct skopeo_registry *registry, const char *place, const char *digest,
                   GError **error)
{
    HTTP_RESPONSE(response);
    g_autofree char *escaped = http_escape(digest);
    g_autofree char *url =
        g_strconcat(place, strchr(place, '?') != NULL ? "&" : "?", "digest=", escaped, NULL);
    const struct skopeo_request request = {
        .method = "PUT", .url = url, .type = "application/octet-stream"};
    if (!skopeo_registry_ask(registry, &request, &response, error))
        return false;
    return response.status == 201 || skopeo_prefixed(skopeo_fail_with_answer(&response, error),
                                                     error, "uploading layer to %s: ", url);
}

bool skopeo_registry_put_blob(struct skopeo_registry *registry, struct skopeo_blob *blob,
                              GError **error)
{
    g_autofree char *place = begin(registry, error);
    if (place == NULL)
        return false;
    if (!skopeo_prefixed(skopeo_blob_read(blob, error), error,
                         "Patch \"%s\": happened during read: ", place))
        return false;
    g_autofree char *last = send_bytes(registry, place, blob, error);
    return last != NULL && finish(registry, last, blob->digest, error);
}

bool skopeo_registry_mount(struct skopeo_registry *registry, const char *from, const char *digest,
                           GError **error)
{
    HTTP_RESPONSE(response);
    HTTP_RESPONSE(ended);
    g_autofree char *scope = g_strdup_printf("repository:%s:pull", from);
    g_autofree char *escaped_from = http_escape(from);
    g_autofree char *mount = http_escape(digest);
    g_autofree char *path = g_strdup_printf("/v2/%s/blobs/uploads/?from=%s&mount=%s",
                                            registry->reference->path, escaped_from, mount);
    const struct skopeo_request request = {.method = "POST", .path = path, .scope = scope};
    if (!skopeo_registry_ask(registry, &request, &response, error))
        return false;
    if (response.status == 201)
        return true;
    if (response.status != 202)
        return skopeo_fail_with_answer(&response, error);
    /* An upload has begun instead: it is called off. */
    g_autofree char *url = skopeo_registry_url(registry, path);
    g_autofree char *place = place_of(url, &response, error);
    const struct skopeo_request end = {.method = "DELETE", .url = place, .scope = scope};
    if (place == NULL || !skopeo_registry_ask(registry, &end, &ended, error))
        return false;
    return skopeo_fail(error, "Mounting %s from %s started an upload instead", digest, from);
}
