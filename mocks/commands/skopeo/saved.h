/* Images as `docker save` writes them: what reading and writing them share. */
#pragma once

#include "mocks/commands/skopeo/place.h"

/* A request to the Engine of a context, in the older of both sides' versions of the API. */
struct skopeo_engine_call {
    const char *method;
    const char *path; /* "/images/load?quiet=1" */
    GBytes *body;     /* a tar; or NULL */
};
/* Another answer than 200 is an error in the client's words. */
bool skopeo_engine_ask(const struct skopeo_run *run, const struct skopeo_context *context,
                       const struct skopeo_engine_call *call, struct http_response *response,
                       GError **error) MUST_USE;

/* A target's functions. */
bool skopeo_archive_begin(struct skopeo_target *target, GError **error);
bool skopeo_archive_end(struct skopeo_target *target, GError **error);
bool skopeo_daemon_begin(struct skopeo_target *target, GError **error);
bool skopeo_daemon_end(struct skopeo_target *target, GError **error);
bool skopeo_saved_put(struct skopeo_target *target, struct skopeo_blob *blob, bool is_known,
                      GError **error);
bool skopeo_saved_put_manifest(struct skopeo_target *target, GBytes *bytes, const char *digest,
                               GError **error);
