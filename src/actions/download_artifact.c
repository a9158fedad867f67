/*
 * actions/download-artifact: artifacts of this run into folders (its v4 to v8 and
 * @actions/artifact). Artifacts of other runs are not modelled.
 */
#include "actions/actions.h"
#include "actions/file_search.h"
#include "actions/list.h"
#include "actions/results.h"

#include "base/digest.h"
#include "base/units.h"

#include <string.h>

#define ATTEMPTS 5

struct download {
    struct action_run *run;
    char *path;     /* absolute, in the action's world */
    json_t *wanted; /* artifacts as ListArtifacts tells of them */
};

static bool list_artifacts(struct action_run *run, const char *name, json_t **artifacts,
                           GError **error)
{
    g_autoptr(json_t) answer = NULL;
    g_autoptr(json_t) request =
        json_pack("{s:s, s:s}", "workflow_run_backend_id", action_context(run, "github.run_id"),
                  "workflow_job_run_backend_id", action_context(run, "github.job"));
    if (*name != '\0')
        json_object_set_new(request, "name_filter", json_text_or_null(name));
    if (!results_call(run, "ArtifactService", "ListArtifacts", request, &answer, error))
        return false;
    json_t *list = json_get_array(answer, "artifacts");
    *artifacts = list != NULL ? json_incref(list) : json_array();
    return true;
}

static void keep(struct download *download, const json_t *artifacts, const char *pattern)
{
    gsize i;
    json_t *artifact;
    json_array_foreach (artifacts, i, artifact)
        if (*pattern == '\0' || file_search_matches(pattern, results_text(artifact, "name")))
            json_array_append(download->wanted, artifact);
}

static bool find_one(struct download *download, const char *name, GError **error)
{
    g_autoptr(json_t) artifacts = NULL;
    action_log(download->run, "Downloading single artifact");
    if (!list_artifacts(download->run, name, &artifacts, error))
        return false;
    gsize i;
    json_t *artifact;
    json_array_foreach (artifacts, i, artifact)
        if (strcmp(results_text(artifact, "name"), name) == 0) {
            json_array_append(download->wanted, artifact);
            return true;
        }
    return core_throw(error,
                      "Artifact not found for name: %s\n        Please ensure that your artifact "
                      "is not expired and the artifact was uploaded using a compatible version of "
                      "toolkit/upload-artifact.",
                      name);
}

static bool find_ids(struct download *download, const char *text, GError **error)
{
    g_autoptr(json_t) artifacts = NULL;
    g_autoptr(GPtrArray) ids = list_items(text, 0, error);
    action_log(download->run, "Downloading artifacts by ID");
    if (ids == NULL || !list_artifacts(download->run, "", &artifacts, error))
        return false;
    gsize i;
    json_t *artifact;
    json_array_foreach (artifacts, i, artifact)
        if (list_has(ids, results_text(artifact, "database_id")))
            json_array_append(download->wanted, artifact);
    return json_array_size(download->wanted) > 0 ||
           core_throw(error, "None of the provided artifact IDs were found");
}

static bool find_all(struct download *download, GError **error)
{
    struct action_run *run = download->run;
    const char *pattern = action_input(run, "pattern");
    bool is_merged = strcmp(action_input(run, "merge-multiple"), "true") == 0;
    g_autoptr(json_t) artifacts = NULL;
    if (!list_artifacts(run, "", &artifacts, error))
        return false;
    action_log(run, "Found %zu artifact(s)", json_array_size(artifacts));
    if (*pattern != '\0')
        action_log(run, "Filtering artifacts by pattern '%s'", pattern);
    else
        action_log(run, "No input name, artifact-ids or pattern filtered specified, downloading "
                        "all artifacts");
    if (*pattern == '\0' && !is_merged)
        action_log(run, "An extra directory with the artifact name will be created for each "
                        "download");
    keep(download, artifacts, pattern);
    return true;
}

static bool find(struct download *download, GError **error)
{
    const char *name = action_input(download->run, "name");
    const char *ids = action_input(download->run, "artifact-ids");
    if (*name != '\0' && *ids != '\0')
        return core_throw(error, "Inputs 'name' and 'artifact-ids' cannot be used together. "
                                 "Please specify only one.");
    if (*name != '\0')
        return find_one(download, name, error);
    return *ids != '\0' ? find_ids(download, ids, error) : find_all(download, error);
}

/* ---- getting one ---- */

static bool sign(struct action_run *run, const json_t *artifact, char **url, GError **error)
{
    g_autoptr(json_t) answer = NULL;
    g_autoptr(json_t) request =
        json_pack("{s:s, s:s, s:s}", "workflow_run_backend_id",
                  results_text(artifact, "workflow_run_backend_id"), "workflow_job_run_backend_id",
                  results_text(artifact, "workflow_job_run_backend_id"), "name",
                  results_text(artifact, "name"));
    if (!results_call(run, "ArtifactService", "GetSignedArtifactURL", request, &answer, error))
        return false;
    *url = g_strdup(results_text(answer, "signed_url"));
    return true;
}

/* Five tries, 5 s apart. */
static bool fetch(struct action_run *run, const char *url, GBytes **blob, GError **error)
{
    for (unsigned attempt = 1;; attempt++) {
        GError *thrown = NULL;
        g_autofree char *message = NULL;
        if (results_download(run, url, blob, &thrown))
            return true;
        if (!core_catch(thrown, &message, error))
            return false;
        if (attempt > ATTEMPTS)
            return core_throw(error, "Unable to download and extract artifact: Artifact download "
                                     "failed after 5 retries.");
        if (!action_sleep(run, 5 * SECOND_US, error))
            return false;
    }
}

/* The place: one artifact goes straight to the path, as do all that are to be merged. */
static char *place_of(const struct download *download, const json_t *artifact)
{
    struct action_run *run = download->run;
    bool is_single = action_input_is_given(run, "name") ||
                     strcmp(action_input(run, "merge-multiple"), "true") == 0 ||
                     (action_major(run) >= 5 && json_array_size(download->wanted) == 1);
    return is_single ? g_strdup(download->path)
                     : g_build_filename(download->path, results_text(artifact, "name"), NULL);
}

/* A wrong digest fails since 8; before, it is a warning. */
static bool check_digest(struct action_run *run, const json_t *artifact, GBytes *blob,
                         GError **error)
{
    const char *name = results_text(artifact, "name");
    const char *expected = results_text(artifact, "digest");
    g_autofree char *actual = digest_of_bytes(blob);
    action_log(run, "SHA256 digest of downloaded artifact is %s", actual + strlen("sha256:"));
    if (*expected == '\0' || strcmp(expected, actual) == 0)
        return true;
    const char *asked = action_input(run, "digest-mismatch");
    if (action_major(run) >= 8 && strcmp(asked, "error") == 0)
        return core_throw(error,
                          "Digest validation failed for artifact(s): %s. Use 'digest-mismatch: "
                          "warn' to continue on mismatch.",
                          name);
    action_warn(run,
                "Artifact '%s' digest validation failed. Please verify the integrity of the "
                "artifact.",
                name);
    return true;
}

static bool get(const struct download *download, const json_t *artifact, GError **error)
{
    struct action_run *run = download->run;
    g_autofree char *url = NULL;
    g_autofree char *place = place_of(download, artifact);
    g_autoptr(GBytes) blob = NULL;
    if (!sign(run, artifact, &url, error))
        return false;
    g_autofree char *shown = g_strndup(url, strcspn(url, "?"));
    action_log(run, "Redirecting to blob download url: %s", shown);
    action_log(run, "Starting download of artifact to: %s", place);
    if (!fetch(run, url, &blob, error) || !check_digest(run, artifact, blob, error) ||
        !results_unpack(run, blob, place, error))
        return false;
    action_log(run, "Artifact download completed successfully.");
    return true;
}

static void announce(const struct download *download)
{
    gsize i;
    json_t *artifact;
    if (json_array_size(download->wanted) > 0)
        action_log(download->run, "Preparing to download the following artifacts:");
    json_array_foreach (download->wanted, i, artifact)
        action_log(download->run, "- %s (ID: %s, Size: %s, Expected Digest: %s)",
                   results_text(artifact, "name"), results_text(artifact, "database_id"),
                   results_text(artifact, "size"), results_text(artifact, "digest"));
}

static bool get_all(struct download *download, GError **error)
{
    gsize i;
    json_t *artifact;
    if (!find(download, error))
        return false;
    announce(download);
    json_array_foreach (download->wanted, i, artifact)
        if (!get(download, artifact, error))
            return false;
    action_log(download->run, "Total of %zu artifact(s) downloaded",
               json_array_size(download->wanted));
    action_set_output(download->run, "download-path", download->path);
    action_log(download->run, "Download artifact has finished successfully");
    return true;
}

static bool perform(struct action_run *run, GError **error)
{
    const char *workspace = action_variable(run, "GITHUB_WORKSPACE");
    const char *home = action_variable(run, "HOME");
    const char *asked = action_input(run, "path");
    g_autofree char *given =
        *asked == '~' ? g_strconcat(home != NULL ? home : "", asked + 1, NULL) : g_strdup(asked);
    struct download download = {
        .run = run,
        .path = g_canonicalize_filename(*given != '\0' ? given : ".",
                                        workspace != NULL ? workspace : "/"),
        .wanted = json_array(),
    };
    bool is_done = get_all(&download, error);
    g_free(download.path);
    json_decref(download.wanted);
    return is_done;
}

static bool main_phase(struct action_run *run, GError **error)
{
    GError *thrown = NULL;
    g_autofree char *message = NULL;
    if (perform(run, &thrown))
        return true;
    if (!core_catch(thrown, &message, error))
        return false;
    action_fail(run, "Unable to download artifact(s): %s", message);
    return true;
}

static const struct action_input inputs[] = {
    {"name", "", false},
    {"artifact-ids", "", false},
    {"path", "", false},
    {"pattern", "", false},
    {"merge-multiple", "false", false},
    {"github-token", "", false},
    {"repository", "${{ github.repository }}", false},
    {"run-id", "${{ github.run_id }}", false},
    {"skip-decompress", "false", false},
    {"digest-mismatch", "error", false},
    {NULL, NULL, false},
};

const struct action action_download_artifact = {
    .name = "actions/download-artifact",
    .summary = "Gets artifacts of the run.",
    .first_major = 3,
    .last_major = 8,
    .inputs = inputs,
    .main = main_phase,
    .touches_images = false,
};
