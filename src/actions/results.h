/*
 * The services behind GitHub Actions as node actions ask them: caches and artifacts, both over
 * Twirp with JSON (@actions/cache 4 to 6, @actions/artifact 2 to 6). What a mock has to answer:
 *
 *   POST {ACTIONS_RESULTS_URL}twirp/github.actions.results.api.v1.{service}/{method}
 *
 *   CacheService
 *     GetCacheEntryDownloadURL  {"key", "restore_keys": […], "version"}
 *                            -> {"ok", "signed_download_url", "matched_key"}; ok false: a miss
 *     CreateCacheEntry          {"key", "version"} -> {"ok", "signed_upload_url"}; ok false or 409:
 *                               reserved already
 *     FinalizeCacheEntryUpload  {"key", "size_bytes": "N", "version"} -> {"ok", "entry_id": "N"}
 *   ArtifactService
 *     CreateArtifact            {"workflow_run_backend_id", "workflow_job_run_backend_id", "name",
 *                                "version": 4} -> {"ok", "signed_upload_url"}
 *     FinalizeArtifact          {…ids, "name", "size": "N", "hash"} -> {"ok", "artifact_id": "N"}
 *     ListArtifacts             {…ids} (with "name_filter" or "id_filter" where asked)
 *                            -> {"artifacts": [{"workflow_run_backend_id",
 *                                "workflow_job_run_backend_id", "database_id": "N", "name",
 *                                "size": "N", "digest"}]}
 *     GetSignedArtifactURL      {…ids, "name"} -> {"signed_url"}
 *     DeleteArtifact            {…ids, "name"} -> {"ok", "artifact_id"}
 *
 * Signed URLs lead to https://productionresultssa0.blob.core.windows.net/…: an upload is one PUT
 * with `x-ms-blob-type: BlockBlob` and 201, a download one GET with 200. Blobs are .tar.gz (the
 * real ones are zstd and zip), which only those who put them there read. Answers with camelCase
 * names are understood too. Without ACTIONS_RESULTS_URL there is no service.
 */
#pragma once

#include "actions/core.h"

/* Asks a service; the answer is the caller's. Tries five times, 3 s apart at first, after 5xx and
   broken answers. Throws "Failed to CreateArtifact: …". */
bool results_call(struct action_run *run, const char *service, const char *method,
                  const json_t *request, json_t **answer, GError **error) MUST_USE;
/* A member by its snake_case name, or spelled in camelCase; "" without it. Lent. */
const char *results_text(const json_t *answer, const char *name);
bool results_is_ok(const json_t *answer);

bool results_upload(struct action_run *run, const char *url, GBytes *blob, GError **error) MUST_USE;
bool results_download(struct action_run *run, const char *url, GBytes **blob,
                      GError **error) MUST_USE;

/* Files on their way into a blob. */
struct results_archive {
    struct archive_writer *writer;
    gsize size_bytes;
};
void results_archive_init(struct results_archive *archive);
void results_archive_clear(struct results_archive *archive);
#define RESULTS_ARCHIVE(variable)                                                                  \
    __attribute__((cleanup(results_archive_clear))) struct results_archive variable = {0}
/* Adds a file of the action's world under a name; one that cannot be read is left out. Throws above
   ACTION_BLOB_BYTES_MAX in all. */
bool results_archive_add(struct results_archive *archive, const struct action_run *run,
                         const char *path, const char *name, GError **error) MUST_USE;
GBytes *results_archive_finish(struct results_archive *archive); /* packed */
/* Puts what a .tar.gz holds under a folder of the action's world, or where it came from with "/".
 */
bool results_unpack(struct action_run *run, GBytes *blob, const char *directory,
                    GError **error) MUST_USE;
