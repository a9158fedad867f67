/* What go-containerregistry writes (pkg/v1/remote/write.go). */
#include "mocks/commands/ggcr/ggcr_private.h"

#include "base/digest.h"
#include "base/units.h"
#include "loop/fiber.h"

#include <string.h>

enum {
    ATTEMPTS_MAX = 3,
    PAUSE_FACTOR = 3,
};
#define PAUSE_US (1 * SECOND_US)

bool ggcr_is_there(struct ggcr *registry, const char *kind, const char *name, bool *found,
                   GError **error)
{
    HTTP_RESPONSE(response);
    g_autofree char *url = ggcr_url(registry, kind, name);
    const struct ggcr_request request = {.method = "HEAD", .url = url};
    if (!ggcr_ask(registry, &request, &response, error))
        return false;
    *found = response.status == 200;
    return *found || response.status == 404 ||
           ggcr_fail_with_answer(&request, &response, /* has_lost_body= */ false, error);
}

/* ---- one blob ---- */

char *ggcr_upload_place(const char *url, const struct http_response *begun, GError **error)
{
    const char *place = http_response_header(begun, "Location");
    if (place != NULL)
        return http_url_join(url, place, error);
    (void)ggcr_fail(error, GGCR_ERROR_REFUSED, "missing Location header");
    return NULL;
}

/* Where the answer says to go on, or the same place; g_free. */
static char *next_place(const char *url, const struct http_response *response, GError **error)
{
    const char *place = http_response_header(response, "Location");
    return place != NULL ? http_url_join(url, place, error) : g_strdup(url);
}

static char *with_digest(const char *url, const char *digest)
{
    g_autofree char *escaped = http_escape(digest);
    return g_strconcat(url, strchr(url, '?') != NULL ? "&" : "?", "digest=", escaped, NULL);
}

bool ggcr_upload(struct ggcr *registry, const char *place, const struct ggcr_blob *blob,
                 GError **error)
{
    HTTP_RESPONSE(patched);
    HTTP_RESPONSE(ended);
    g_autoptr(GBytes) nothing = g_bytes_new(NULL, 0);
    const struct ggcr_request patch = {.method = "PATCH",
                                       .url = place,
                                       .type = "application/octet-stream",
                                       .body = blob->bytes,
                                       .is_write = true,
                                       .declared_bytes = blob->declared_bytes};
    if (!ggcr_demand(registry, &patch, &patched, error))
        return false;
    g_autofree char *last = next_place(place, &patched, error);
    g_autofree char *end_url = last != NULL ? with_digest(last, blob->digest) : NULL;
    const struct ggcr_request end = {.method = "PUT",
                                     .url = end_url,
                                     .type = "application/octet-stream",
                                     .body = nothing,
                                     .is_write = true};
    return end_url != NULL && ggcr_demand(registry, &end, &ended, error);
}

static bool upload(struct ggcr *registry, const char *digest, GBytes *bytes, GError **error)
{
    HTTP_RESPONSE(begun);
    g_autoptr(GBytes) nothing = g_bytes_new(NULL, 0);
    g_autofree char *url = ggcr_url(registry, "blobs", "uploads/");
    const struct ggcr_request begin = {.method = "POST",
                                       .url = url,
                                       .type = "application/json",
                                       .body = nothing,
                                       .is_write = true};
    if (!ggcr_demand(registry, &begin, &begun, error))
        return false;
    g_autofree char *place = ggcr_upload_place(url, &begun, error);
    const struct ggcr_blob blob = {.digest = digest, .bytes = bytes};
    return place != NULL && ggcr_upload(registry, place, &blob, error);
}

/* ---- patience ---- */

static bool may_pass(const GError *error)
{
    return g_error_matches(error, GGCR_ERROR, GGCR_ERROR_TEMPORARY) ||
           g_error_matches(error, GGCR_ERROR, GGCR_ERROR_BROKEN);
}

bool ggcr_write_patiently(struct ggcr *registry, ggcr_write_fn *write, void *self, GError **error)
{
    int64_t pause_us = PAUSE_US;
    for (int attempt = 1;; attempt++, pause_us *= PAUSE_FACTOR) {
        g_autoptr(GError) reason = NULL;
        if (write(self, &reason))
            return true;
        if (attempt == ATTEMPTS_MAX || !may_pass(reason)) {
            g_propagate_error(error, g_steal_pointer(&reason));
            return false;
        }
        if (!fiber_sleep(registry->options->loop, pause_us, error))
            return false;
    }
}

struct writing {
    struct ggcr *registry;
    const char *wanted; /* of a manifest */
    const char *media_type;
    GBytes *bytes;
};

bool ggcr_put(struct ggcr *registry, const char *wanted, const char *type, GBytes *bytes,
              GError **error)
{
    HTTP_RESPONSE(response);
    g_autofree char *url = ggcr_url(registry, "manifests", wanted);
    const struct ggcr_request request = {
        .method = "PUT", .url = url, .type = type, .body = bytes, .is_write = true};
    return ggcr_demand(registry, &request, &response, error);
}

static bool write_manifest(void *self, GError **error)
{
    const struct writing *writing = self;
    return ggcr_put(writing->registry, writing->wanted, writing->media_type, writing->bytes, error);
}

static bool write_blob(void *self, GError **error)
{
    const struct writing *writing = self;
    g_autofree char *digest = digest_of_bytes(writing->bytes);
    bool found = false;
    return ggcr_is_there(writing->registry, "blobs", digest, &found, error) &&
           (found || upload(writing->registry, digest, writing->bytes, error));
}

bool ggcr_put_manifest(struct ggcr *registry, const char *wanted,
                       const struct ggcr_document *document, GError **error)
{
    struct writing writing = {registry, wanted, document->media_type, document->bytes};
    return ggcr_write_patiently(registry, write_manifest, &writing, error);
}

bool ggcr_write(struct ggcr *registry, const char *tag, GBytes *const *blobs, gsize blob_count,
                GBytes *manifest, GError **error)
{
    bool found = false;
    if (!ggcr_is_there(registry, "manifests", tag, &found, error))
        return false;
    for (gsize i = 0; i < blob_count; i++)
        if (!ggcr_write_blob(registry, blobs[i], error))
            return false;
    struct writing last = {registry, tag, GGCR_MANIFEST_TYPE, manifest};
    return ggcr_write_patiently(registry, write_manifest, &last, error);
}

bool ggcr_write_blob(struct ggcr *registry, GBytes *bytes, GError **error)
{
    struct writing blob = {.registry = registry, .bytes = bytes};
    return ggcr_write_patiently(registry, write_blob, &blob, error);
}
