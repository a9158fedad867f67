/*
 * The services behind GitHub Actions of one workflow run, shared by all its legs: the cache service
 * (version 2) and the artifact service, both Twirp with JSON, and the blob storage that their
 * signed URLs lead to (actions/toolkit, packages/cache and packages/artifact; go-actions-cache).
 *
 *   https://results-receiver.actions.githubusercontent.com/twirp/github.actions.results.api.v1.
 *     CacheService/     CreateCacheEntry FinalizeCacheEntryUpload GetCacheEntryDownloadURL
 *     ArtifactService/  CreateArtifact FinalizeArtifact ListArtifacts GetSignedArtifactURL
 *                       DeleteArtifact
 *   https://productionresultssa0.blob.core.windows.net/
 *     PUT (one block blob, or blocks and their list), GET, HEAD, Range
 *
 * Requests may name members in snake_case, as the toolkit sends them, or in camelCase; answers are
 * in snake_case; 64-bit numbers are texts. Errors are {"code", "msg"} with Twirp's statuses.
 *
 * Caches belong to a scope, a ref. The token says which scopes may be read and written, in its
 * claim "ac", as GitHub's does; it is looked up in their order: for each key, the exact one first,
 * then the newest that begins so. Entries above CACHE_BYTES_MAX in all push out those that were
 * longest unused. Sizes are declared ones. Events "cache" and "artifact" in the trace say what
 * became of each call: action, key or name, and scope.
 */
#pragma once

#include "mocks/world.h"

#define CACHESVC_SITE      "results-receiver.actions.githubusercontent.com"
#define CACHESVC_BLOB_SITE "productionresultssa0.blob.core.windows.net"

struct cachesvc;

/* Adds the two sites to the world. Free it after world_end_exchanges() and before the world. */
struct cachesvc *cachesvc_new(struct world *world);
void cachesvc_free(struct cachesvc *service);
CLEANUP(cachesvc, cachesvc_free)

/* ACTIONS_RESULTS_URL as the runner tells it. */
#define CACHESVC_URL "https://" CACHESVC_SITE "/"
/* ACTIONS_RUNTIME_TOKEN of a job: reads and writes the scope of ref ("refs/heads/main"), reads that
   of default_ref (NULL or the same: none). run_id and job_id are the backend ids of its artifacts.
   g_free. */
char *cachesvc_token(const char *ref, const char *default_ref, const char *run_id,
                     const char *job_id);

/* ---- the oracle ---- */

struct cache_entry {
    int64_t id;
    char *key, *version, *scope;
    int64_t size_bytes; /* declared; counts once it is finalized */
    int64_t created_us, used_us;
    bool is_final;
};
/* struct cache_entry in the order of creation, reserved ones too; lent. */
const GPtrArray *cachesvc_entries(const struct cachesvc *service);
int64_t cachesvc_used_bytes(const struct cachesvc *service);
/* A cache that an earlier run has left. BASE_ERROR_LIMIT above a ceiling, BASE_ERROR_INVALID when
   it is there already. */
bool cachesvc_add(struct cachesvc *service, const char *key, const char *version, const char *scope,
                  GBytes *bytes, int64_t declared_bytes, GError **error) MUST_USE;

struct artifact {
    int64_t id;
    char *run_id, *job_id, *name;
    char *hash; /* "sha256:…", or NULL */
    int64_t size_bytes;
    bool is_final;
};
/* struct artifact, in the order of creation; lent. */
const GPtrArray *cachesvc_artifacts(const struct cachesvc *service);
