/*
 * What a registry holds, in memory: blobs shared by content, and repositories with links to blobs,
 * manifests, tags with their history, and referrers. Knows no HTTP and no clock. Everything here is
 * owned by the store; pointers handed out are lent until the thing is deleted. Ceilings:
 * REGISTRY_MEMORY_BYTES_MAX of contents and REGISTRY_OBJECTS_MAX of things.
 */
#pragma once

#include "base/error.h"
#include "base/json.h"

#include <stdint.h>

struct store;
struct repository;
struct recipe; /* an image that is generated when it is first asked for (image.h) */

struct stored_blob {
    GBytes *bytes;
    int64_t declared_bytes; /* what it stands for in the world; the real length for honest ones */
    guint link_count;       /* repositories that have it */
};

struct stored_manifest {
    char *digest;
    char *media_type;
    GBytes *bytes;
    uint64_t pushed_by_exchange;   /* 0: there from the start */
    const char *pushed_by_machine; /* lent by the world, or NULL */
    int64_t pushed_at_us;
    char *subject;    /* digest it refers to, or NULL */
    json_t *referrer; /* its descriptor in the referrers list, when it has a subject */
};

struct stored_tag {
    char *digest;          /* NULL while recipe waits */
    struct recipe *recipe; /* lent */
    uint64_t pushed_by_exchange;
    const char *pushed_by_machine;
    int64_t pushed_at_us;
};

/* bytes_max: REGISTRY_MEMORY_BYTES_MAX but in tests of the ceiling. */
struct store *registry_store_new(int64_t bytes_max);
void registry_store_free(struct store *store);
CLEANUP(store, registry_store_free)

struct repository *registry_store_find(struct store *store, const char *name);
/* Finds or makes it. NULL at REGISTRY_OBJECTS_MAX. */
struct repository *registry_store_open(struct store *store, const char *name,
                                       GError **error) MUST_USE;
/* Whether so many more bytes fit; the error names the ceiling. */
bool registry_store_has_room(const struct store *store, int64_t more_bytes,
                             GError **error) MUST_USE;
/* Names after `after` (NULL: from the first) in byte order, at most count_max; lent strings. */
GPtrArray *registry_store_names(struct store *store, const char *after, gsize count_max);

/* ---- blobs ---- */

struct stored_blob *repository_find_blob(struct repository *repository, const char *digest);
/* A blob of any repository, or NULL. */
struct stored_blob *registry_store_find_blob(struct store *store, const char *digest);
/* The digest must be that of the bytes; takes a reference. Again the same blob: nothing happens. */
bool repository_put_blob(struct store *store, struct repository *repository, const char *digest,
                         GBytes *bytes, GError **error) MUST_USE;
/* Links a blob that some repository has; false: none has it, or the store is full. */
bool repository_mount_blob(struct store *store, struct repository *repository, const char *digest);
bool repository_delete_blob(struct store *store, struct repository *repository, const char *digest);

/* ---- manifests ---- */

struct stored_manifest *repository_find_manifest(struct repository *repository, const char *digest);
/* Takes the manifest over, on failure too. One of this digest is replaced. */
bool repository_put_manifest(struct store *store, struct repository *repository,
                             struct stored_manifest *manifest, GError **error) MUST_USE;
/* Its tags and its place among the referrers go too. */
bool repository_delete_manifest(struct store *store, struct repository *repository,
                                const char *digest);
void stored_manifest_free(struct stored_manifest *manifest);
CLEANUP(stored_manifest, stored_manifest_free)
/* Digests of the manifests with this subject, in byte order; lent, NULL if there are none. */
const GPtrArray *repository_referrers(struct repository *repository, const char *subject);

/* ---- tags ---- */

struct stored_tag *repository_find_tag(struct repository *repository, const char *tag);
/* Points the tag at the digest and notes it in its history. */
struct stored_tag *repository_put_tag(struct store *store, struct repository *repository,
                                      const char *tag, const char *digest, GError **error) MUST_USE;
/* The tag will be there once the recipe is carried out; then repository_put_tag() replaces it. */
bool repository_put_recipe(struct store *store, struct repository *repository, const char *tag,
                           struct recipe *recipe, GError **error) MUST_USE;
/* A recipe of this repository that waits, the first by tag, or NULL. */
struct recipe *repository_next_recipe(struct repository *repository);
/* The history stays: it is what the oracle tells about tags that went. */
bool repository_delete_tag(struct store *store, struct repository *repository, const char *tag);
/* Tags after `after`, as registry_store_names(). */
GPtrArray *repository_tags(struct repository *repository, const char *after, gsize count_max);
/* Every digest the tag has had, also of a deleted tag; NULL if never there. Lent. */
const GPtrArray *repository_tag_history(struct repository *repository, const char *tag);
