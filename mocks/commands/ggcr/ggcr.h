/*
 * A registry as google/go-containerregistry talks to it (its pkg/v1/remote): what cosign, crane and
 * trivy are made of. Every request is real traffic of the world's; retries take their time. Errors
 * of the domain GGCR_ERROR are the library's words, those of other domains end the caller's fiber.
 *
 * Reads are tried three times, writes as a whole from their first request on (options.go,
 * transport/retry.go). Before v0.21.6 an answer that was tried again has lost its body: its error
 * tells the status alone.
 */
#pragma once

#include "base/command.h"
#include "base/json.h"
#include "http/http.h"
#include "mocks/commands/docker/image_reference.h"

#define GGCR_ERROR (ggcr_error_quark())
GQuark ggcr_error_quark(void);
enum ggcr_error {
    GGCR_ERROR_REFUSED,
    GGCR_ERROR_NOT_FOUND, /* 404 */
    GGCR_ERROR_TEMPORARY, /* transport.Error's Temporary() */
    GGCR_ERROR_BROKEN,    /* the connection ended under way */
};

struct ggcr_options {
    struct http *http; /* borrowed, as all here */
    struct loop *loop;
    const struct command_call *call; /* whose docker login counts */
    const char *agent; /* "cosign/v2.5.3 (linux; amd64) go-containerregistry/v0.20.6" */
    const char *basic; /* a header line that comes before docker login's; or NULL */
    bool is_patient;   /* v0.21.6: reads wait 1 and 3 s, not 0.1 and 0.3, 429 is tried again, and
                        answers that were keep their bodies */
};

struct ggcr {
    const struct ggcr_options *options;
    const struct image_reference *reference; /* lent */
    char *authorization;                     /* a header line, or NULL */
    char *mount_path; /* of the other repository that the token is good for, or NULL */
};
void ggcr_clear(struct ggcr *registry);
#define GGCR(variable) __attribute__((cleanup(ggcr_clear))) struct ggcr variable = {0}

/* "GET /v2/" and the token that its challenge asks for. */
bool ggcr_open(struct ggcr *registry, const struct ggcr_options *options,
               const struct image_reference *reference, bool is_push, GError **error) MUST_USE;

struct ggcr_document {
    GBytes *bytes;
    char *digest;
    char *media_type;
    int64_t size_bytes;
};
void ggcr_document_clear(struct ggcr_document *document);
#define GGCR_DOCUMENT(variable)                                                                    \
    __attribute__((cleanup(ggcr_document_clear))) struct ggcr_document variable = {0}
/* wanted: a tag or a digest. Of the head there are no bytes. */
bool ggcr_head(struct ggcr *registry, const char *wanted, struct ggcr_document *document,
               GError **error) MUST_USE;
bool ggcr_manifest(struct ggcr *registry, const char *wanted, struct ggcr_document *document,
                   GError **error) MUST_USE;
/* From where the registry sends to; *bytes: g_bytes_unref. */
bool ggcr_blob(struct ggcr *registry, const char *digest, GBytes **bytes, GError **error) MUST_USE;
/* Blobs that are not there, then the manifest under its tag. */
bool ggcr_write(struct ggcr *registry, const char *tag, GBytes *const *blobs, gsize blob_count,
                GBytes *manifest, GError **error) MUST_USE;

bool ggcr_write_blob(struct ggcr *registry, GBytes *bytes, GError **error) MUST_USE;
/* A manifest under its digest, which refers to the subject; where the registry keeps no list of
   referrers, it is added to that of a tag. */
bool ggcr_write_referrer(struct ggcr *registry, const char *subject, GBytes *manifest,
                         GError **error) MUST_USE;
/* The descriptor of a manifest, by HEAD; json_decref. */
bool ggcr_descriptor(struct ggcr *registry, const char *wanted, json_t **descriptor,
                     GError **error) MUST_USE;
/* Descriptors of the manifests that refer to this one, added to an array. */
bool ggcr_referrers(struct ggcr *registry, const char *digest, json_t *list,
                    GError **error) MUST_USE;

/* The manifest under a tag or a digest that is there already. */
bool ggcr_put_manifest(struct ggcr *registry, const char *wanted,
                       const struct ggcr_document *document, GError **error) MUST_USE;
/* DELETE of what a tag or digest names. */
bool ggcr_delete(struct ggcr *registry, const char *wanted, GError **error) MUST_USE;
/* Appends all tags (g_free each), page by page. */
bool ggcr_tags(struct ggcr *registry, GPtrArray *tags, GError **error) MUST_USE;

/* One copy from a repository to another (pkg/v1/remote/pusher.go). The real one sends several blobs
   at once, and so tells of them in any order; here they go one after another. */
struct ggcr_copying {
    struct ggcr *from;
    struct ggcr *to;                           /* opened to be pushed to */
    void (*say)(void *self, const char *line); /* of what is done, without its end */
    void *self;
};
/* What is not there yet of an image or an index, and the manifest under wanted, a tag or a digest.
   Blobs are mounted where the registry has them. */
bool ggcr_copy(const struct ggcr_copying *copying, const struct ggcr_document *document,
               const char *wanted, GError **error) MUST_USE;

/* "ghcr.io/acme/app", "index.docker.io/library/app"; g_free. */
char *ggcr_repository_name(const struct image_reference *reference);
/* What Go says of a request that got no answer; g_free. */
char *ggcr_network_text(const char *method, const char *url, const GError *error);
