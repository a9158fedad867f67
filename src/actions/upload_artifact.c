/*
 * actions/upload-artifact: files into an artifact of the run (its v4 to v7 and @actions/artifact).
 * Requests are those of results.h; version 3, whose service GitHub has shut down, is done alike.
 */
#include "actions/actions.h"
#include "actions/file_search.h"
#include "actions/results.h"

#include "base/digest.h"

#include <string.h>

struct upload {
    struct action_run *run;
    const char *name;
    GPtrArray *files;
    char *root;
};

static void upload_clear(struct upload *upload)
{
    g_clear_pointer(&upload->files, g_ptr_array_unref);
    g_free(upload->root);
}

static bool check_name(const char *name, GError **error)
{
    static const char bad[] = "\":<>|*?\r\n\\/";
    if (*name == '\0')
        return core_throw(error, "Provided artifact name input during validation is empty");
    return strpbrk(name, bad) == NULL ||
           core_throw(error,
                      "The artifact name is not valid: %s. Contains the following character:  %c",
                      name, *strpbrk(name, bad));
}

static json_t *request_new(const struct upload *upload)
{
    return json_pack("{s:s, s:s, s:s}", "workflow_run_backend_id",
                     action_context(upload->run, "github.run_id"), "workflow_job_run_backend_id",
                     action_context(upload->run, "github.job"), "name", upload->name);
}

static GBytes *pack(const struct upload *upload, GError **error)
{
    RESULTS_ARCHIVE(archive);
    results_archive_init(&archive);
    gsize length = strlen(upload->root);
    for (guint i = 0; i < upload->files->len; i++) {
        const char *path = g_ptr_array_index(upload->files, i);
        const char *name = path + length + (path[length] == '/');
        if (!results_archive_add(&archive, upload->run, path, name, error))
            return NULL;
    }
    return results_archive_finish(&archive);
}

static bool create(const struct upload *upload, char **url, GError **error)
{
    g_autoptr(json_t) request = request_new(upload);
    g_autoptr(json_t) answer = NULL;
    json_object_set_new(request, "version", json_integer(4));
    if (!results_call(upload->run, "ArtifactService", "CreateArtifact", request, &answer, error))
        return false;
    if (!results_is_ok(answer))
        return core_throw(error, "CreateArtifact: response from backend was not ok");
    *url = g_strdup(results_text(answer, "signed_upload_url"));
    return true;
}

static bool finalize(const struct upload *upload, GBytes *blob, const char *digest, char **id,
                     GError **error)
{
    g_autoptr(json_t) request = request_new(upload);
    g_autoptr(json_t) answer = NULL;
    g_autofree char *size = g_strdup_printf("%" G_GSIZE_FORMAT, g_bytes_get_size(blob));
    json_object_set_new(request, "size", json_text_or_null(size));
    json_object_set_new(request, "hash", json_text_or_null(digest));
    action_log(upload->run, "Finalizing artifact upload");
    if (!results_call(upload->run, "ArtifactService", "FinalizeArtifact", request, &answer, error))
        return false;
    if (!results_is_ok(answer))
        return core_throw(error, "FinalizeArtifact: response from backend was not ok");
    *id = g_strdup(results_text(answer, "artifact_id"));
    action_log(upload->run, "Artifact %s successfully finalized. Artifact ID %s", upload->name,
               *id);
    return true;
}

/* `overwrite` deletes first, whatever comes of it. */
static bool delete_old(const struct upload *upload, GError **error)
{
    GError *thrown = NULL;
    g_autoptr(json_t) request = request_new(upload);
    g_autoptr(json_t) answer = NULL;
    g_autofree char *message = NULL;
    if (g_ascii_strcasecmp(action_input(upload->run, "overwrite"), "true") != 0)
        return true;
    return results_call(upload->run, "ArtifactService", "DeleteArtifact", request, &answer,
                        &thrown) ||
           core_catch(thrown, &message, error);
}

static void set_outputs(const struct upload *upload, const char *id, const char *digest)
{
    struct action_run *run = upload->run;
    g_autofree char *url = g_strdup_printf("https://github.com/%s/actions/runs/%s/artifacts/%s",
                                           action_context(run, "github.repository"),
                                           action_context(run, "github.run_id"), id);
    action_set_output(run, "artifact-id", id);
    action_set_output(run, "artifact-digest", digest + strlen("sha256:"));
    action_log(run, "Artifact download URL: %s", url);
    action_set_output(run, "artifact-url", url);
}

static bool send(const struct upload *upload, GError **error)
{
    struct action_run *run = upload->run;
    g_autofree char *url = NULL, *id = NULL;
    if (!check_name(upload->name, error) || !delete_old(upload, error) ||
        !create(upload, &url, error))
        return false;
    g_autoptr(GBytes) blob = pack(upload, error);
    if (blob == NULL)
        return false;
    g_autofree char *digest = digest_of_bytes(blob);
    action_log(run, "Uploading artifact: %s.zip", upload->name);
    if (!results_upload(run, url, blob, error) || !finalize(upload, blob, digest, &id, error))
        return false;
    action_log(run,
               "Artifact %s has been successfully uploaded! Final size is %" G_GSIZE_FORMAT
               " bytes. Artifact ID is %s",
               upload->name, g_bytes_get_size(blob), id);
    set_outputs(upload, id, digest);
    return true;
}

static bool find_nothing(struct action_run *run, GError **error)
{
    g_autofree char *text =
        g_strdup_printf("No files were found with the provided path: %s. No artifacts will be "
                        "uploaded.",
                        action_input(run, "path"));
    const char *what = action_input(run, "if-no-files-found");
    if (strcmp(what, "error") == 0)
        return core_throw(error, "%s", text);
    if (strcmp(what, "ignore") == 0)
        action_log(run, "%s", text);
    else
        action_warn(run, "%s", text);
    return true;
}

/* archive: false since v7: one file alone, and the artifact has the file's name, whatever `name`
   says. How it is packed is not seen. */
static bool take_name(struct upload *upload, GError **error)
{
    if (g_ascii_strcasecmp(action_input(upload->run, "archive"), "false") != 0)
        return true;
    if (upload->files->len > 1)
        return core_throw(error,
                          "When 'archive' is set to false, only a single file can be uploaded. "
                          "Found %u files to upload.",
                          upload->files->len);
    const char *path = g_ptr_array_index(upload->files, 0);
    const char *slash = strrchr(path, '/');
    upload->name = slash != NULL ? slash + 1 : path;
    return true;
}

static bool perform(struct action_run *run, GError **error)
{
    __attribute__((cleanup(upload_clear))) struct upload upload = {
        .run = run, .name = action_input(run, "name")};
    if (!action_input_is_given(run, "path"))
        return core_throw(error, "Input required and not supplied: path");
    g_autoptr(GPtrArray) lines = action_input_lines(run, "path");
    bool has_hidden = g_ascii_strcasecmp(action_input(run, "include-hidden-files"), "true") == 0;
    upload.files = file_search(run, lines, has_hidden, &upload.root, error);
    if (upload.files == NULL)
        return false;
    if (upload.files->len == 0)
        return find_nothing(run, error);
    action_log(run, "With the provided path, there will be %u file%s uploaded", upload.files->len,
               upload.files->len == 1 ? "" : "s");
    return take_name(&upload, error) && send(&upload, error);
}

static bool main_phase(struct action_run *run, GError **error)
{
    return core_run(run, perform, error);
}

static const struct action_input inputs[] = {
    {"name", "artifact", false},
    {"path", "", true},
    {"if-no-files-found", "warn", false},
    {"retention-days", "", false},
    {"compression-level", "6", false},
    {"overwrite", "false", false},
    {"include-hidden-files", "false", false},
    {"archive", "true", false},
    {NULL, NULL, false},
};

const struct action action_upload_artifact = {
    .name = "actions/upload-artifact",
    .summary = "Keeps files as an artifact of the run.",
    .first_major = 3,
    .last_major = 7,
    .inputs = inputs,
    .main = main_phase,
    .touches_images = false,
};
