/* What the files of the cache service share. */
#pragma once

#include "base/json.h"
#include "base/limits.h"
#include "mocks/cachesvc/cachesvc.h"

struct cachesvc {
    struct world *world;
    GPtrArray *entries;   /* struct cache_entry */
    GPtrArray *artifacts; /* struct artifact */
    GHashTable *blobs;    /* path to struct blob; looked up, never iterated */
    int64_t memory_bytes; /* real bytes of all blobs */
    int64_t last_id;
    struct rng rng; /* of signatures */
};

/* ---- cachesvc.c: Twirp ---- */

enum twirp_error {
    TWIRP_INVALID_ARGUMENT,
    TWIRP_UNAUTHENTICATED,
    TWIRP_PERMISSION_DENIED,
    TWIRP_NOT_FOUND,
    TWIRP_BAD_ROUTE,
    TWIRP_ALREADY_EXISTS,
    TWIRP_RESOURCE_EXHAUSTED,
};

/* One call of a method. */
struct call {
    struct cachesvc *service;
    struct exchange *exchange;
    const json_t *request;
    GArray *scopes; /* struct scope, in the token's order */
};
typedef void call_fn(struct call *call);
/* Takes the answer. */
void call_answer(struct call *call, json_t *answer);
void call_refuse(struct call *call, enum twirp_error code, const char *message);
/* A member by its snake_case name or in camelCase; "" when missing. Lent. */
const char *call_text(const struct call *call, const char *name);
json_t *call_array(const struct call *call, const char *name);
/* A 64-bit number, as text or number; -1: none. */
int64_t call_integer(const struct call *call, const char *name);

/* ---- token.c ---- */

struct scope {
    char *ref;
    bool may_write;
};
/* Of a bearer token; one without the claim has the scope of the main branch. */
GArray *token_scopes(const char *token);

/* ---- caches.c ---- */

void cache_create(struct call *call);
void cache_finalize(struct call *call);
void cache_look_up(struct call *call);
void cache_entry_free(void *entry);
char *cache_blob_path(const struct cache_entry *entry);

/* ---- artifacts.c ---- */

void artifact_create(struct call *call);
void artifact_finalize(struct call *call);
void artifact_list(struct call *call);
void artifact_sign(struct call *call);
void artifact_delete(struct call *call);
void artifact_free(void *artifact);

/* ---- blobs.c ---- */

struct blob {
    GBytes *bytes;     /* NULL: not uploaded yet */
    GPtrArray *blocks; /* struct block, staged */
    int64_t declared_bytes;
    char *signature;
};
void blob_free(void *blob);
/* Makes room for an upload at a path and gives its signed URL, g_free. */
char *blob_prepare(struct cachesvc *service, const char *path);
/* NULL: nothing is there. */
char *blob_url(struct cachesvc *service, const char *path);
struct blob *blob_find(struct cachesvc *service, const char *path);
void blob_remove(struct cachesvc *service, const char *path);
/* False above CACHE_MEMORY_BYTES_MAX. */
bool blob_store(struct cachesvc *service, struct blob *blob, GBytes *bytes,
                int64_t declared_bytes) MUST_USE;
void blobs_on_request(void *context, struct exchange *exchange);
