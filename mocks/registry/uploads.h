/*
 * Upload sessions: bytes that wait for the digest under which they become a blob. A session lives
 * until its closing PUT, its DELETE, or the registry's end; its URL never changes (registry.md 1b).
 * Hashing comes last, because only the closing request says by which algorithm.
 */
#pragma once

#include "mocks/registry/registry_private.h"

struct upload {
    char *id;
    char *repository;
    GByteArray *bytes;
    bool is_receiving; /* a request is streaming into it */
    bool is_closed;    /* no longer in the table */
};

/* NULL at REGISTRY_UPLOADS_MAX. Lent by the table. */
struct upload *upload_new(struct registry *registry, const char *repository,
                          GError **error) MUST_USE;
struct upload *upload_find(struct registry *registry, const char *repository, const char *id);
/* NULL gives NULL. */
struct upload *upload_ref(struct upload *upload);
void upload_unref(struct upload *upload);
CLEANUP(upload, upload_unref)
/* Out of the table; who holds a reference keeps it. */
void upload_close(struct registry *registry, struct upload *upload);
bool upload_append(struct registry *registry, struct upload *upload, const void *bytes,
                   gsize length_bytes, GError **error) MUST_USE;
/* Back to an earlier length, after a chunk that was not what it said. */
void upload_cut(struct registry *registry, struct upload *upload, gsize length_bytes);
/* Location, Range (`0-N`, `0-0` when empty) and Docker-Upload-UUID. */
void upload_set_headers(const struct upload *upload, struct exchange *exchange);
