/* A push by dockerd: ping, layers five at a time (HEAD, POST, PATCH, PUT, HEAD), the config, the
   manifest (distribution/push_v2.go, xfer/upload.go; captures 07, 07b, faults/push*). */
#include "mocks/puller/push.h"

#include <string.h>

struct upload {
    struct puller *puller;
    struct pull *voice;
    struct remote *remote;
    const struct push_blob *blob;
    bool is_checked; /* the first try has looked whether the blob is there */
    bool has_waited; /* for a slot */
    bool is_over;
    struct fiber_queue over;
    GError *error;
};

static void upload_say(struct upload *upload, const char *status, int64_t current, int64_t total)
{
    pull_say(upload->voice, status, upload->blob->progress_id, current, total);
}

static bool ask(struct upload *upload, const struct remote_call *call, struct remote_answer *answer,
                GError **error)
{
    return remote_ask_authorized(upload->remote, call, answer, error);
}

static bool refuse(const struct upload *upload, const struct remote_answer *answer, GError **error)
{
    mishap_from_answer(error, upload->remote->habits, &answer->response);
    return false;
}

/* Stat: 404 is "unknown blob", everything else what the answer says. */
static bool stat_blob(struct upload *upload, GError **error)
{
    g_autofree char *path =
        g_strdup_printf("/v2/%s/blobs/%s", upload->remote->repository, upload->blob->digest);
    const struct remote_call call = {.method = "HEAD", .path = path};
    REMOTE_ANSWER(answer);

    if (!ask(upload, &call, &answer, error))
        return false;
    if (answer.response.status < 400)
        return true;
    if (answer.response.status != 404)
        return refuse(upload, &answer, error);
    mishap_set(error, MISHAP_MISSING, 0, "unknown blob");
    return false;
}

/* *location stays NULL when the blob was mounted. */
static bool create_upload(struct upload *upload, const char *mount_from, char **location,
                          GError **error)
{
    g_autofree char *from = mount_from != NULL ? http_escape(mount_from) : NULL;
    g_autofree char *digest = http_escape(upload->blob->digest);
    g_autofree char *path = g_strconcat(
        "/v2/", upload->remote->repository, "/blobs/uploads/", from != NULL ? "?from=" : "",
        from != NULL ? from : "", from != NULL ? "&mount=" : "", from != NULL ? digest : "", NULL);
    const struct remote_call call = {.method = "POST", .path = path};
    REMOTE_ANSWER(answer);

    if (!ask(upload, &call, &answer, error))
        return false;
    if (mount_from != NULL && answer.response.status == 201)
        return stat_blob(upload, error);
    if (answer.response.status != 202)
        return refuse(upload, &answer, error);
    *location = push_location(&answer, error);
    return *location != NULL;
}

/* A 404 inside an upload has words of its own (K8). */
static bool check_upload(const struct upload *upload, const struct remote_answer *answer,
                         GError **error)
{
    if (answer->response.status < 400)
        return true;
    if (answer->response.status != 404)
        return refuse(upload, answer, error);
    mishap_set(error, MISHAP_OTHER, 0, "blob upload unknown");
    return false;
}

static bool send_bytes(struct upload *upload, char **location, GError **error)
{
    const struct remote_call call = {
        .method = "PATCH",
        .path = *location,
        .body = upload->blob->bytes,
        .is_chunked = true,
        .declared_bytes = push_declared_bytes(upload->blob),
    };
    REMOTE_ANSWER(answer);
    if (!ask(upload, &call, &answer, error) || !check_upload(upload, &answer, error))
        return false;
    g_free(*location);
    *location = push_location(&answer, error);
    return *location != NULL;
}

static bool commit_upload(struct upload *upload, const char *location, GError **error)
{
    g_autofree char *url = push_commit_url(location, upload->blob->digest);
    const struct remote_call call = {.method = "PUT", .path = url};
    REMOTE_ANSWER(answer);
    return ask(upload, &call, &answer, error) && check_upload(upload, &answer, error);
}

static bool upload_whole(struct upload *upload, char **location, GError **error)
{
    return send_bytes(upload, location, error) && commit_upload(upload, *location, error) &&
           stat_blob(upload, error);
}

/* ---- layers ---- */

/* Only "yes" counts: any failure to look is passed over and the upload begins. */
static bool look_for_layer(struct upload *upload, bool *is_there, GError **error)
{
    g_autoptr(GError) dropped = NULL;
    *is_there = false;
    if (upload->is_checked)
        return true;
    upload->is_checked = true;
    *is_there = stat_blob(upload, &dropped);
    if (*is_there || mishap_kind(dropped) != MISHAP_STOPPED)
        return true;
    g_propagate_error(error, g_steal_pointer(&dropped));
    return false;
}

/* A mount that fails is passed over too; one that is declined has begun an upload. */
static bool try_mount(struct upload *upload, char **location, bool *is_mounted, GError **error)
{
    const char *from = upload->blob->mount_from;
    g_autoptr(GError) dropped = NULL;
    if (from == NULL)
        return true;
    *is_mounted = create_upload(upload, from, location, &dropped) && *location == NULL;
    if (*is_mounted)
        pull_say_format(upload->voice, upload->blob->progress_id, "Mounted from %s", from);
    if (dropped == NULL || mishap_kind(dropped) != MISHAP_STOPPED)
        return true;
    g_propagate_error(error, g_steal_pointer(&dropped));
    return false;
}

static bool push_layer_once(struct upload *upload, GError **error)
{
    g_autofree char *location = NULL;
    bool is_there = false;
    bool is_mounted = false;
    int64_t total_bytes = upload->blob->declared_bytes;

    if (!look_for_layer(upload, &is_there, error))
        return false;
    if (is_there) {
        upload_say(upload, "Layer already exists", -1, -1);
        return true;
    }
    if (!try_mount(upload, &location, &is_mounted, error))
        return false;
    if (is_mounted)
        return true;
    if (location == NULL && !create_upload(upload, NULL, &location, error))
        return false;
    upload_say(upload, "Pushing", 0, total_bytes);
    if (!upload_whole(upload, &location, error))
        return false;
    upload_say(upload, "Pushing", total_bytes, total_bytes);
    upload_say(upload, "Pushed", -1, -1);
    return true;
}

static bool count_down(struct upload *upload, int seconds, GError **error)
{
    for (; seconds > 0; seconds--) {
        pull_say_format(upload->voice, upload->blob->progress_id, "Retrying in %d second%s",
                        seconds, seconds != 1 ? "s" : "");
        if (!fiber_sleep(upload->puller->loop, SECOND_US, error))
            return false;
    }
    return true;
}

static bool push_layer(struct upload *upload, GError **error)
{
    for (int try = 1;; try++) {
        GError *cause = NULL;
        if (push_layer_once(upload, &cause))
            return true;
        if (mishap_settle(cause) || try == UPLOAD_TRIES) {
            g_propagate_error(error, cause);
            return false;
        }
        g_error_free(cause);
        if (!count_down(upload, try * LAYER_DELAY_STEP_SECONDS, error))
            return false;
    }
}

static void upload_main(void *argument)
{
    struct upload *upload = argument;
    struct puller *puller = upload->puller;

    if (puller->uploads.free_count == 0)
        upload_say(upload, "Waiting", -1, -1);
    if (fiber_slots_take(puller->loop, &puller->uploads, "upload slot", &upload->error)) {
        if (!push_layer(upload, &upload->error))
            g_assert(upload->error != NULL);
        fiber_slots_give(&puller->uploads);
    }
    upload->is_over = true;
    fiber_queue_wake_all(&upload->over);
}

static bool upload_wait(struct upload *upload, GError **error)
{
    while (!upload->is_over)
        if (!fiber_queue_wait(upload->puller->loop, &upload->over, "upload", error))
            return false;
    if (upload->error == NULL)
        return true;
    g_propagate_error(error, g_steal_pointer(&upload->error));
    return false;
}

static void upload_free(void *pointer)
{
    struct upload *upload = pointer;
    g_queue_clear(&upload->over.waiters);
    g_clear_error(&upload->error);
    g_free(upload);
}

/* From the top layer down, as dockerd lists them. */
static GPtrArray *list_uploads(struct puller *puller, const struct push *push,
                               struct remote *remote, struct pull *voice)
{
    GPtrArray *uploads = g_ptr_array_new_with_free_func(upload_free);
    for (guint i = push->blobs->len - 1; i > 0; i--) {
        struct upload *upload = g_new0(struct upload, 1);
        *upload = (struct upload){
            .puller = puller,
            .voice = voice,
            .remote = remote,
            .blob = g_ptr_array_index(push->blobs, i - 1),
        };
        upload_say(upload, "Preparing", -1, -1);
        g_ptr_array_add(uploads, upload);
    }
    return uploads;
}

/* Failures are met in the order of the list. */
static bool push_layers(struct puller *puller, GPtrArray *uploads, GError **error)
{
    FIBER_GROUP(group);
    fiber_group_init(&group, puller->loop);
    for (guint i = 0; i < uploads->len; i++)
        fiber_group_spawn(&group, "upload", upload_main, g_ptr_array_index(uploads, i));
    for (guint i = 0; i < uploads->len; i++)
        if (!upload_wait(g_ptr_array_index(uploads, i), error))
            return false;
    return true;
}

/* ---- config and manifest: neither is tried again ---- */

static bool push_config(struct upload *upload, GError **error)
{
    g_autofree char *location = NULL;
    GError *cause = NULL;
    if (stat_blob(upload, &cause))
        return true;
    if (mishap_kind(cause) != MISHAP_MISSING) {
        g_propagate_error(error, cause);
        return false;
    }
    g_error_free(cause);
    return create_upload(upload, NULL, &location, error) && upload_whole(upload, &location, error);
}

/* Once: dockerd retries layers only, and 20.10 does not fall back to the old schema either
   (measured: tests/clients/dockerd.sh, put-500). */
static bool put_manifest(struct remote *remote, const struct push_manifest *manifest,
                         GError **error)
{
    g_autofree char *path =
        g_strdup_printf("/v2/%s/manifests/%s", remote->repository, manifest->reference);
    g_autofree char *type = g_strconcat("Content-Type: ", manifest->media_type, NULL);
    const char *const headers[] = {type, NULL};
    const struct remote_call call = {
        .method = "PUT", .path = path, .headers = headers, .body = manifest->bytes};
    REMOTE_ANSWER(answer);

    if (!remote_ask_authorized(remote, &call, &answer, error))
        return false;
    if (answer.response.status < 400)
        return true;
    mishap_from_answer(error, remote->habits, &answer.response);
    return false;
}

static bool push_all(struct puller *puller, const struct push *push, struct remote *remote,
                     struct pull *voice, GError **error)
{
    struct upload config = {
        .puller = puller,
        .voice = voice,
        .remote = remote,
        .blob = g_ptr_array_index(push->blobs, push->blobs->len - 1),
    };
    g_autoptr(GPtrArray) uploads = list_uploads(puller, push, remote, voice);
    if (!push_layers(puller, uploads, error) || !push_config(&config, error))
        return false;
    for (guint i = 0; i < push->manifests->len; i++)
        if (!put_manifest(remote, g_ptr_array_index(push->manifests, i), error))
            return false;
    push_say_end(voice, push);
    return true;
}

bool classic_push(struct puller *puller, const struct push *push,
                  const struct credentials *credentials, struct pull *voice, GError **error)
{
    g_autofree char *name = reference_name(push->reference);
    const struct remote_target target = {
        .http = puller->http,
        .habits = puller->habits,
        .host = remote_host_of(push->reference->domain),
        .repository = push->reference->path,
        .actions = "push,pull",
        .credentials = credentials,
    };
    AUTO(remote) remote = remote_new(&target);

    g_assert(push->blobs->len > 0);
    pull_say_format(voice, NULL, "The push refers to repository [%s]", name);
    return remote_ping(remote, error) && push_all(puller, push, remote, voice, error);
}
