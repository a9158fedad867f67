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

static bool is_there(struct ggcr *registry, const char *kind, const char *name, bool *found,
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

static bool upload(struct ggcr *registry, const char *digest, GBytes *bytes, GError **error)
{
    HTTP_RESPONSE(begun);
    HTTP_RESPONSE(patched);
    HTTP_RESPONSE(ended);
    g_autoptr(GBytes) nothing = g_bytes_new(NULL, 0);
    g_autofree char *url = ggcr_url(registry, "blobs", "uploads/");
    const struct ggcr_request begin = {"POST", url, "application/json", nothing, true};
    if (!ggcr_demand(registry, &begin, &begun, error))
        return false;
    if (http_response_header(&begun, "Location") == NULL)
        return ggcr_fail(error, GGCR_ERROR_REFUSED, "missing Location header");
    g_autofree char *location = next_place(url, &begun, error);
    const struct ggcr_request patch = {"PATCH", location, "application/octet-stream", bytes, true};
    if (location == NULL || !ggcr_demand(registry, &patch, &patched, error))
        return false;
    g_autofree char *last = next_place(location, &patched, error);
    g_autofree char *end_url = last != NULL ? with_digest(last, digest) : NULL;
    const struct ggcr_request end = {"PUT", end_url, "application/octet-stream", nothing, true};
    return end_url != NULL && ggcr_demand(registry, &end, &ended, error);
}

/* One thing to be written, tried as a whole. */
struct writing {
    struct ggcr *registry;
    const char *tag; /* of a manifest; NULL: a blob */
    GBytes *bytes;
};

static bool write_manifest(const struct writing *writing, GError **error)
{
    HTTP_RESPONSE(response);
    g_autofree char *url = ggcr_url(writing->registry, "manifests", writing->tag);
    const struct ggcr_request request = {"PUT", url, "application/vnd.oci.image.manifest.v1+json",
                                         writing->bytes, true};
    return ggcr_demand(writing->registry, &request, &response, error);
}

static bool write_blob(const struct writing *writing, GError **error)
{
    g_autofree char *digest = digest_of_bytes(writing->bytes);
    bool found = false;
    return is_there(writing->registry, "blobs", digest, &found, error) &&
           (found || upload(writing->registry, digest, writing->bytes, error));
}

static bool may_pass(const GError *error)
{
    return g_error_matches(error, GGCR_ERROR, GGCR_ERROR_TEMPORARY) ||
           g_error_matches(error, GGCR_ERROR, GGCR_ERROR_BROKEN);
}

static bool write_patiently(const struct writing *writing, GError **error)
{
    int64_t pause_us = PAUSE_US;
    for (int attempt = 1;; attempt++, pause_us *= PAUSE_FACTOR) {
        g_autoptr(GError) reason = NULL;
        if (writing->tag != NULL ? write_manifest(writing, &reason) : write_blob(writing, &reason))
            return true;
        if (attempt == ATTEMPTS_MAX || !may_pass(reason)) {
            g_propagate_error(error, g_steal_pointer(&reason));
            return false;
        }
        if (!fiber_sleep(writing->registry->options->loop, pause_us, error))
            return false;
    }
}

bool ggcr_write(struct ggcr *registry, const char *tag, GBytes *const *blobs, gsize blob_count,
                GBytes *manifest, GError **error)
{
    bool found = false;
    if (!is_there(registry, "manifests", tag, &found, error))
        return false;
    for (gsize i = 0; i < blob_count; i++) {
        const struct writing blob = {registry, NULL, blobs[i]};
        if (!write_patiently(&blob, error))
            return false;
    }
    const struct writing last = {registry, tag, manifest};
    return write_patiently(&last, error);
}
