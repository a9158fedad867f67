/* The artifact service of a workflow run. */
#include "mocks/cachesvc/cachesvc_private.h"

#include <string.h>

void artifact_free(void *data)
{
    struct artifact *artifact = data;
    g_free(artifact->run_id);
    g_free(artifact->job_id);
    g_free(artifact->name);
    g_free(artifact->hash);
    g_free(artifact);
}

static void note(const struct cachesvc *service, const char *action, const char *name)
{
    trace_note(world_trace(service->world), "artifact", "action", action, "name", name, NULL);
}

static char *blob_path(const struct artifact *artifact)
{
    return g_strdup_printf("/actions-results/artifacts/%016" G_GINT64_MODIFIER "x.zip",
                           artifact->id);
}

static char *id_text(const struct artifact *artifact)
{
    return g_strdup_printf("%" G_GINT64_FORMAT, artifact->id);
}

static struct artifact *find(const struct call *call)
{
    const char *run_id = call_text(call, "workflow_run_backend_id");
    const char *name = call_text(call, "name");
    for (guint i = 0; i < call->service->artifacts->len; i++) {
        struct artifact *artifact = g_ptr_array_index(call->service->artifacts, i);
        if (strcmp(artifact->run_id, run_id) == 0 && strcmp(artifact->name, name) == 0)
            return artifact;
    }
    return NULL;
}

static struct artifact *find_final(struct call *call)
{
    struct artifact *artifact = find(call);
    if (artifact != NULL && artifact->is_final)
        return artifact;
    call_refuse(call, TWIRP_NOT_FOUND, "artifact not found");
    return NULL;
}

void artifact_create(struct call *call)
{
    struct cachesvc *service = call->service;
    const char *name = call_text(call, "name");
    struct artifact *artifact;

    if (*name == '\0') {
        call_refuse(call, TWIRP_INVALID_ARGUMENT, "name must not be empty");
        return;
    }
    if (find(call) != NULL) {
        note(service, "taken", name);
        call_refuse(call, TWIRP_ALREADY_EXISTS,
                    "an artifact with this name already exists on the workflow run");
        return;
    }
    if (service->artifacts->len >= CACHE_ENTRIES_MAX) {
        call_refuse(call, TWIRP_RESOURCE_EXHAUSTED, "rate limit exceeded");
        return;
    }
    artifact = g_new0(struct artifact, 1);
    artifact->id = ++service->last_id;
    artifact->run_id = g_strdup(call_text(call, "workflow_run_backend_id"));
    artifact->job_id = g_strdup(call_text(call, "workflow_job_run_backend_id"));
    artifact->name = g_strdup(name);
    g_ptr_array_add(service->artifacts, artifact);
    g_autofree char *path = blob_path(artifact);
    g_autofree char *url = blob_prepare(service, path);
    note(service, "create", name);
    call_answer(call, json_pack("{s:b, s:s}", "ok", 1, "signed_upload_url", url));
}

void artifact_finalize(struct call *call)
{
    struct artifact *artifact = find(call);
    const char *hash = call_text(call, "hash");
    g_autofree char *path = artifact != NULL ? blob_path(artifact) : NULL;
    const struct blob *blob = path != NULL ? blob_find(call->service, path) : NULL;

    if (artifact == NULL || artifact->is_final || blob == NULL || blob->bytes == NULL) {
        call_refuse(call, TWIRP_NOT_FOUND, "artifact not found");
        return;
    }
    artifact->is_final = true;
    artifact->size_bytes = MAX(call_integer(call, "size"), blob->declared_bytes);
    artifact->hash = *hash != '\0' ? g_strdup(hash) : NULL;
    note(call->service, "save", artifact->name);
    g_autofree char *id = id_text(artifact);
    call_answer(call, json_pack("{s:b, s:s}", "ok", 1, "artifact_id", id));
}

/* ---- what is there ---- */

static bool is_asked_for(const struct call *call, const struct artifact *artifact)
{
    const char *name = call_text(call, "name_filter");
    int64_t id = call_integer(call, "id_filter");
    return artifact->is_final &&
           strcmp(artifact->run_id, call_text(call, "workflow_run_backend_id")) == 0 &&
           (*name == '\0' || strcmp(artifact->name, name) == 0) && (id < 0 || artifact->id == id);
}

static json_t *describe(const struct artifact *artifact)
{
    g_autofree char *id = id_text(artifact);
    g_autofree char *size = g_strdup_printf("%" G_GINT64_FORMAT, artifact->size_bytes);
    json_t *object = json_pack("{s:s, s:s, s:s, s:s, s:s}", "workflow_run_backend_id",
                               artifact->run_id, "workflow_job_run_backend_id", artifact->job_id,
                               "database_id", id, "name", artifact->name, "size", size);
    if (artifact->hash != NULL)
        json_object_set_new(object, "digest", json_string(artifact->hash));
    return object;
}

void artifact_list(struct call *call)
{
    json_t *list = json_array();
    for (guint i = 0; i < call->service->artifacts->len; i++) {
        const struct artifact *artifact = g_ptr_array_index(call->service->artifacts, i);
        if (is_asked_for(call, artifact))
            json_array_append_new(list, describe(artifact));
    }
    call_answer(call, json_pack("{s:o}", "artifacts", list));
}

void artifact_sign(struct call *call)
{
    const struct artifact *artifact = find_final(call);
    if (artifact == NULL)
        return;
    g_autofree char *path = blob_path(artifact);
    g_autofree char *url = blob_url(call->service, path);
    note(call->service, "download", artifact->name);
    call_answer(call, json_pack("{s:s, s:s}", "name", artifact->name, "signed_url", url));
}

void artifact_delete(struct call *call)
{
    struct artifact *artifact = find_final(call);
    if (artifact == NULL)
        return;
    g_autofree char *path = blob_path(artifact);
    g_autofree char *id = id_text(artifact);
    note(call->service, "delete", artifact->name);
    blob_remove(call->service, path);
    g_ptr_array_remove(call->service->artifacts, artifact);
    call_answer(call, json_pack("{s:b, s:s}", "ok", 1, "artifact_id", id));
}
