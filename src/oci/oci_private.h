/*
 * What the files of this folder share: the client's state and one way to ask a registry. Nobody
 * outside includes this.
 */
#pragma once

#include "base/json.h"
#include "oci/challenge.h"
#include "oci/oci.h"
#include "oci/reference.h"

struct oci {
    struct http *http;
    struct oci_credentials
        *credentials; /* own copies of all strings; registry by its proper name */
    gsize credential_count;
    char **plain_http_hosts;
    bool asks_for_push;         /* every token is asked for with push too */
    GHashTable *authorizations; /* "host repository actions" to an Authorization value; only looked
                                   up, never walked */
};

struct oci_call;
/* What a call's token must allow. */
const char *oci_actions(const struct oci *oci, const struct oci_call *call);

/* What of a repository a request is about. Pointers are lent for the call. */
struct oci_call {
    const char *method; /* NULL: GET */
    const struct reference *reference;
    const char *path;    /* "/manifests/main", behind the repository */
    const char *actions; /* "pull" or "pull,push" */
    const char *header;  /* one more header line, or NULL */
    const char *second_header;
    GBytes *body; /* or NULL */
};

/* Sends, answers one challenge and follows redirects of GET and HEAD; Authorization goes to the
   registry alone. Any status is success. */
bool oci_ask(struct oci *oci, const struct oci_call *call, struct http_response *response,
             GError **error) MUST_USE;

/* Gets the Authorization value that the challenge of a 401 asks for; NULL without an error when
   there is none to be had. */
bool oci_authorize(struct oci *oci, const struct oci_call *call,
                   const struct http_response *refusal, char **authorization,
                   GError **error) MUST_USE;

/* "https://host", or http for the hosts that are to be spoken to so; g_free. */
char *oci_base_url(const struct oci *oci, const char *host);
/* Where a call goes: "https://ghcr.io/v2/o/app" and the path; g_free. */
char *oci_url(const struct oci *oci, const struct reference *reference, const char *path);
/* "unexpected status from GET request to URL: 503 Service Unavailable: unavailable: text"; the URL
   without its query, which may hold secrets. prefix goes in front. */
void oci_error_from_answer(GError **error, const char *prefix, const char *method, const char *url,
                           const struct http_response *response);
/* Like http_perform(), with the query left out of its error. */
bool oci_send(struct oci *oci, const struct http_request *request, struct http_response *response,
              GError **error) MUST_USE;

/* Whether bytes have the valid digest expected; what names them in the error, OCI_ERROR code 0. */
bool oci_check_digest(GBytes *bytes, const char *expected, const char *what,
                      GError **error) MUST_USE;

/* A manifest: its bytes as they came, checked against every digest that is known of them. */
struct manifest {
    GBytes *bytes;
    json_t *json;
    char *digest;
    char *media_type;
};
void manifest_clear(struct manifest *manifest);
#define MANIFEST(variable) __attribute__((cleanup(manifest_clear))) struct manifest variable = {0}
/* wanted is a tag or digest of the reference's repository. *is_there false and true: 404. */
bool manifest_get(struct oci *oci, const struct reference *reference, const char *wanted,
                  const char *actions, struct manifest *manifest, bool *is_there,
                  GError **error) MUST_USE;
/* The list of an index; NULL for an image's manifest. */
json_t *manifest_children(const struct manifest *manifest);
/* PUT under a tag or digest; the registry's digest must be ours. */
bool manifest_put(struct oci *oci, const struct reference *reference, const char *wanted,
                  GBytes *bytes, const char *media_type, GError **error) MUST_USE;

#define OCI_INDEX_TYPE    "application/vnd.oci.image.index.v1+json"
#define DOCKER_INDEX_TYPE "application/vnd.docker.distribution.manifest.list.v2+json"
#define OCI_IMAGE_TYPE    "application/vnd.oci.image.manifest.v1+json"
#define DOCKER_IMAGE_TYPE "application/vnd.docker.distribution.manifest.v2+json"
