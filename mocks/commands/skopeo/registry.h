/*
 * A registry as containers/image talks to it (docker/docker_client.go): a ping that tells what it
 * wants, tokens by scope, five tries where it answers 429 (after Retry-After, or 2, 4, 8 and 16 s).
 * Nothing else is tried again, but for a request that Go's client repeats because its kept
 * connection has died. Errors are skopeo's words.
 */
#pragma once

#include "loop/fiber.h"
#include "mocks/commands/skopeo/skopeo_private.h"

struct skopeo_registry {
    const struct skopeo_run *run;
    const struct skopeo_context *context;
    const struct image_reference *reference; /* lent; NULL: only host */
    const char *host;                        /* "ghcr.io"; lent */
    const char *actions;                     /* "pull", "pull,push", "*" */
    char *user;
    char *secret;
    const char *scheme; /* NULL: not pinged yet */
    char *challenge;    /* of the ping; NULL: it asked for nothing */
    GHashTable *tokens; /* by the extra scope; values: struct token */
    GError *ping_error; /* the ping is made once, whoever of the blobs needs it first */
    bool is_pinging;
    struct fiber_queue pinged;
};
void skopeo_registry_init(struct skopeo_registry *registry, const struct skopeo_run *run,
                          const struct skopeo_context *context, const char *actions);
/* Looks for who to be there. */
bool skopeo_registry_open(struct skopeo_registry *registry, const struct image_reference *reference,
                          GError **error) MUST_USE;
void skopeo_registry_clear(struct skopeo_registry *registry);
#define SKOPEO_REGISTRY(variable)                                                                  \
    __attribute__((cleanup(skopeo_registry_clear))) struct skopeo_registry variable = {0}

struct skopeo_request {
    const char *method;
    const char *path; /* "/v2/acme/app/tags/list" */
    const char *url;  /* instead, where an answer said so */
    const char *type;
    const char *range; /* "bytes=512-" */
    GBytes *body;      /* NULL: none. One that came as a stream is never sent twice */
    bool wants_manifest;
    int64_t declared_bytes;      /* what the body stands for; 0: itself */
    const char *scope;           /* one more for the token: "repository:acme/base:pull"; or NULL */
    struct http_stream **stream; /* the answer is read bit by bit; or NULL */
};
/* An answer of any status. */
bool skopeo_registry_ask(struct skopeo_registry *registry, const struct skopeo_request *request,
                         struct http_response *response, GError **error) MUST_USE;
/* "ghcr.io/acme/app"; g_free. */
char *skopeo_registry_name(const struct skopeo_registry *registry);
/* The URL of a path; g_free. */
char *skopeo_registry_url(const struct skopeo_registry *registry, const char *path);

/* ---- registry_token.c ---- */

struct skopeo_token;
void skopeo_token_free(void *token);
/* The header line that a request of this scope needs; NULL without an error: none. g_free. */
bool skopeo_registry_authorize(struct skopeo_registry *registry, const char *scope, char **line,
                               GError **error) MUST_USE;
/* The scope that a 401 asks for, where it does; g_free. */
char *skopeo_registry_wanted_scope(const struct http_response *response);
/* key="value" of a challenge; g_free, NULL: not said. */
char *skopeo_challenge_value(const char *challenge, const char *key);

/* One exchange as it is, its redirects followed, without trying again. */
bool skopeo_registry_send(struct skopeo_registry *registry, const struct skopeo_request *request,
                          const char *url, const char *authorization,
                          struct http_response *response, GError **error) MUST_USE;

/* ---- words.c ---- */

/* No answer came; takes reason over. Always false. */
bool skopeo_fail_on_the_way(const char *method, const char *url, GError *reason, GError **error);
/* What an answer of another status than was hoped for says: registryHTTPResponseToError. The body
   may be NULL, of a stream: see skopeo_registry_read_rest(). Always false. */
bool skopeo_fail_with_answer(const struct http_response *response, GError **error);
/* Reads a streamed answer to its end, for its words. */
void skopeo_read_words(struct http_stream *stream, struct http_response *response);

/* ---- registry_images.c: docker/docker_image_src.go, docker_image_dest.go ---- */

struct skopeo_document {
    GBytes *bytes;
    char *media_type; /* without parameters */
};
void skopeo_document_clear(struct skopeo_document *document);
#define SKOPEO_DOCUMENT(variable)                                                                  \
    __attribute__((cleanup(skopeo_document_clear))) struct skopeo_document variable = {0}
bool skopeo_registry_manifest(struct skopeo_registry *registry, const char *wanted,
                              struct skopeo_document *document, GError **error) MUST_USE;
/* The tag or digest of the reference, "latest" where it has none; lent. */
const char *skopeo_registry_wanted(const struct skopeo_registry *registry);
bool skopeo_registry_put_manifest(struct skopeo_registry *registry, const char *wanted,
                                  GBytes *bytes, GError **error) MUST_USE;
/* All tags, added (g_free each). */
bool skopeo_registry_tags(struct skopeo_registry *registry, GPtrArray *tags,
                          GError **error) MUST_USE;
bool skopeo_registry_delete(struct skopeo_registry *registry, GError **error) MUST_USE;

/* ---- registry_blobs.c ---- */

/* A blob that is being read, or that is there already. */
struct skopeo_blob {
    const char *digest;     /* of the source; lent */
    GBytes *bytes;          /* when it is whole */
    int64_t declared_bytes; /* what they stand for; 0: themselves */
    /* From a registry: */
    struct skopeo_registry *registry;
    struct http_stream *stream;
    struct http_response response;
    char *path;
};
void skopeo_blob_clear(struct skopeo_blob *blob);
#define SKOPEO_BLOB(variable)                                                                      \
    __attribute__((cleanup(skopeo_blob_clear))) struct skopeo_blob variable = {0}
bool skopeo_registry_open_blob(struct skopeo_registry *registry, const char *digest,
                               struct skopeo_blob *blob, GError **error) MUST_USE;
/* Reads it whole: reconnects where it is cut or reset (docker/body_reader.go). The error is the
   reader's, as what is done with it words it. */
bool skopeo_blob_read(struct skopeo_blob *blob, GError **error) MUST_USE;
/* HEAD; size_bytes by its answer. scope as in a request. */
bool skopeo_registry_has_blob(struct skopeo_registry *registry, const char *path,
                              const char *digest, const char *scope, bool *found,
                              int64_t *size_bytes, GError **error) MUST_USE;
/* Sends a blob that is not there; its digest has been asked for where is_new is false. */
bool skopeo_registry_put_blob(struct skopeo_registry *registry, struct skopeo_blob *blob,
                              GError **error) MUST_USE;
/* From another repository of the registry. */
bool skopeo_registry_mount(struct skopeo_registry *registry, const char *from, const char *digest,
                           GError **error) MUST_USE;
