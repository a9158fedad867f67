/* What the files of the client share. */
#pragma once

#include "base/json.h"
#include "mocks/commands/ggcr/ggcr.h"

struct ggcr_request {
    const char *method;
    const char *url; /* as it is shown */
    const char *type;
    GBytes *body;
    bool is_write;          /* not tried again by itself */
    int64_t declared_bytes; /* what the body stands for; 0: itself */
};
/* Fills error with words; false. */
bool ggcr_fail(GError **error, enum ggcr_error code, const char *format, ...) G_GNUC_PRINTF(3, 4);
/* transport.Error; has_lost_body: it was tried again. Always false. */
bool ggcr_fail_with_answer(const struct ggcr_request *request, const struct http_response *response,
                           bool has_lost_body, GError **error);
/* No answer came; takes reason over. Always false. */
bool ggcr_fail_on_the_way(const struct ggcr_request *request, GError *reason, GError **error);
/* Whether the connection ended under way: EOF, reset. */
bool ggcr_is_broken(const GError *error);

/* An answer of any status. */
bool ggcr_ask(struct ggcr *registry, const struct ggcr_request *request,
              struct http_response *response, GError **error);
/* One that is no refusal. */
bool ggcr_demand(struct ggcr *registry, const struct ggcr_request *request,
                 struct http_response *response, GError **error);
/* ".../v2/PATH/KIND/NAME" as errors show it; g_free. */
char *ggcr_url(const struct ggcr *registry, const char *kind, const char *name);

/* A token for pushing that lets blobs of another repository of the registry be mounted, unless
   there is one. */
bool ggcr_open_mount(struct ggcr *registry, const char *path, GError **error);

/* One thing to be written, from its first request on (options.go, defaultRetryBackoff). */
typedef bool ggcr_write_fn(void *self, GError **error);
/* Tries thrice what may help. */
bool ggcr_write_patiently(struct ggcr *registry, ggcr_write_fn *write, void *self, GError **error);
/* HEAD; of a manifest or a blob. */
bool ggcr_is_there(struct ggcr *registry, const char *kind, const char *name, bool *found,
                   GError **error);
/* PUT of a manifest, tried once. */
bool ggcr_put(struct ggcr *registry, const char *wanted, const char *type, GBytes *bytes,
              GError **error);
/* Where the answer of a POST says that the blob is to go; g_free, NULL with an error. */
char *ggcr_upload_place(const char *url, const struct http_response *begun, GError **error);
struct ggcr_blob {
    const char *digest;
    GBytes *bytes;
    int64_t declared_bytes; /* what the bytes stand for; 0: themselves */
};
bool ggcr_upload(struct ggcr *registry, const char *place, const struct ggcr_blob *blob,
                 GError **error);

#define GGCR_INDEX_TYPE    "application/vnd.oci.image.index.v1+json"
#define GGCR_MANIFEST_TYPE "application/vnd.oci.image.manifest.v1+json"
/* "sha256-…", under which clients keep the list; g_free. */
char *ggcr_referrers_tag(const char *digest);
/* What that list has, added to an array. */
bool ggcr_tagged_referrers(struct ggcr *registry, const char *digest, json_t *list, GError **error);
