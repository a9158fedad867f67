/* A push by containerd's pusher, from dockerd's containerd store or BuildKit: HEAD, POST, one PUT;
   manifests after the blobs, the tag last (core/remotes/docker/pusher.go; capture 46; K1, K6). */
#include "mocks/puller/push.h"
#include "mocks/puller/resolver.h"

#include "base/digest.h"

#include <string.h>

#define LAYER_TYPE  "application/vnd.oci.image.layer.v1.tar+gzip"
#define CONFIG_TYPE "application/vnd.oci.image.config.v1+json"

/* One blob or manifest on its way. */
struct item {
    struct batch *batch;
    const struct push_blob *blob;         /* or */
    const struct push_manifest *manifest; /* this */
    const char *kind;                     /* "layer", "config", "manifest", "index" */
    const char *digest;
};

struct batch {
    struct puller *puller;
    struct remote *remote;
    struct pull *voice;
    GError *error; /* the first */
    struct fiber_group group;
};

static void item_say(const struct item *item, const char *status, int64_t current, int64_t total)
{
    bool is_told = item->blob != NULL && item->blob->progress_id != NULL;
    if (is_told)
        pull_say(item->batch->voice, status, item->blob->progress_id, current, total);
}

static const char *item_type(const struct item *item)
{
    if (item->manifest != NULL)
        return item->manifest->media_type;
    return strcmp(item->kind, "config") == 0 ? CONFIG_TYPE : LAYER_TYPE;
}

static char *item_path(const struct item *item)
{
    const char *repository = item->batch->remote->repository;
    if (item->manifest != NULL)
        return g_strdup_printf("/v2/%s/manifests/%s", repository, item->manifest->reference);
    return g_strdup_printf("/v2/%s/blobs/%s", repository, item->digest);
}

static bool ask(const struct item *item, const struct remote_call *call,
                struct remote_answer *answer, GError **error)
{
    return resolver_ask(item->batch->remote, call, /* is_last_host= */ true, answer, error);
}

/* A tag counts as pushed only when it names this very digest. */
static bool names_item(const struct item *item, const struct remote_answer *answer)
{
    bool is_by_digest = item->blob != NULL || strcmp(item->manifest->reference, item->digest) == 0;
    const char *digest = http_response_header(&answer->response, "Docker-Content-Digest");
    return is_by_digest || g_strcmp0(digest, item->digest) == 0;
}

/* Refused authorization is passed over here: the POST will tell. */
static bool look(const struct item *item, bool *is_there, GError **error)
{
    g_autofree char *path = item_path(item);
    g_autofree char *accept = g_strdup_printf("Accept: %s, */*", item_type(item));
    const char *const headers[] = {accept, NULL};
    const struct remote_call call = {.method = "HEAD", .path = path, .headers = headers};
    GError *cause = NULL;
    REMOTE_ANSWER(answer);

    *is_there = false;
    if (!ask(item, &call, &answer, &cause)) {
        if (mishap_kind(cause) != MISHAP_ACCESS) {
            g_propagate_error(error, cause);
            return false;
        }
        g_error_free(cause);
        return true;
    }
    *is_there = answer.response.status == 200 && names_item(item, &answer);
    if (answer.response.status == 200 || answer.response.status == 404)
        return true;
    resolver_set_status(error, item->batch->remote, "HEAD", &answer);
    return false;
}

static bool post(const struct item *item, const char *mount_from, struct remote_answer *answer,
                 GError **error)
{
    const char *repository = item->batch->remote->repository;
    g_autofree char *path = mount_from != NULL
                                ? g_strdup_printf("/v2/%s/blobs/uploads/?mount=%s&from=%s",
                                                  repository, item->digest, mount_from)
                                : g_strdup_printf("/v2/%s/blobs/uploads/", repository);
    const struct remote_call call = {.method = "POST", .path = path};
    if (ask(item, &call, answer, error))
        return true;
    if (*error != NULL && mishap_kind(*error) == MISHAP_ACCESS)
        mishap_prefix(error, "push access denied, repository does not exist or may require "
                             "authorization: ");
    return false;
}

/* *url NULL afterwards: the registry has mounted the blob. */
static bool begin_upload(const struct item *item, char **url, GError **error)
{
    const char *mount_from = item->blob->mount_from;
    REMOTE_ANSWER(answer);

    if (!post(item, mount_from, &answer, error))
        return false;
    if (mount_from != NULL && answer.response.status == 401) {
        remote_answer_clear(&answer);
        if (!post(item, NULL, &answer, error))
            return false;
    }
    unsigned status = answer.response.status;
    if (status == 201)
        return true;
    if (status != 200 && status != 202 && status != 204) {
        resolver_set_status(error, item->batch->remote, "POST", &answer);
        return false;
    }
    g_autofree char *location = push_location(&answer, error);
    *url = location != NULL ? push_commit_url(location, item->digest) : NULL;
    return *url != NULL;
}

static bool put(const struct item *item, const char *path, GError **error)
{
    bool is_blob = item->blob != NULL;
    g_autofree char *type =
        g_strconcat("Content-Type: ", is_blob ? "application/octet-stream" : item_type(item), NULL);
    const char *const headers[] = {type, NULL};
    const struct remote_call call = {
        .method = "PUT",
        .path = path,
        .headers = headers,
        .body = is_blob ? item->blob->bytes : item->manifest->bytes,
        .declared_bytes = is_blob ? push_declared_bytes(item->blob) : 0,
    };
    REMOTE_ANSWER(answer);

    if (!ask(item, &call, &answer, error)) {
        mishap_prefix(error, "failed to copy: ");
        return false;
    }
    unsigned status = answer.response.status;
    if (status == 200 || status == 201 || status == 202 || status == 204)
        return true;
    resolver_set_status(error, item->batch->remote, "PUT", &answer);
    if (error == NULL || *error == NULL || mishap_kind(*error) == MISHAP_STATUS)
        mishap_prefix(error, "failed commit on ref \"%s-%s\": ", item->kind, item->digest);
    return false;
}

static bool push_blob_once(const struct item *item, GError **error)
{
    g_autofree char *url = NULL;
    int64_t total_bytes = item->blob->declared_bytes;

    if (!begin_upload(item, &url, error))
        return false;
    if (url == NULL) {
        const char *from = item->blob->mount_from;
        g_autofree char *status = g_strdup_printf("Mounted from %s", from != NULL ? from : "");
        item_say(item, status, -1, -1);
        return true;
    }
    item_say(item, "Pushing", 0, total_bytes);
    if (!put(item, url, error))
        return false;
    item_say(item, "Pushing", total_bytes, total_bytes);
    item_say(item, "Pushed", -1, -1);
    return true;
}

static bool push_item_once(void *context, GError **error)
{
    const struct item *item = context;
    bool is_there = false;

    if (!look(item, &is_there, error))
        return false;
    if (is_there) {
        item_say(item, "Layer already exists", -1, -1);
        return true;
    }
    if (item->blob != NULL)
        return push_blob_once(item, error);
    g_autofree char *path = item_path(item);
    return put(item, path, error);
}

static bool push_item(struct item *item, GError **error)
{
    return handler_run(item->batch->voice, push_item_once, item, error);
}

/* ---- blobs side by side, manifests one after the other ---- */

static bool push_in_slot(struct item *item, GError **error)
{
    struct puller *puller = item->batch->puller;
    if (!fiber_slots_take(puller->loop, &puller->uploads, "upload slot", error))
        return false;
    bool is_fine = push_item(item, error);
    fiber_slots_give(&puller->uploads);
    return is_fine;
}

static void item_main(void *argument)
{
    struct item *item = argument;
    struct batch *batch = item->batch;
    GError *cause = NULL;
    if (push_in_slot(item, &cause))
        return;
    if (batch->error == NULL) {
        batch->error = g_steal_pointer(&cause);
        fiber_group_cancel(&batch->group); /* errgroup: the first failure ends the others */
    }
    g_clear_error(&cause);
}

static bool push_blobs(struct batch *batch, const struct push *push, GError **error)
{
    g_autofree struct item *items = g_new0(struct item, push->blobs->len + 1);
    fiber_group_init(&batch->group, batch->puller->loop);

    for (guint i = 0; i < push->blobs->len; i++) {
        const struct push_blob *blob = g_ptr_array_index(push->blobs, i);
        bool is_config = i + 1 == push->blobs->len;
        items[i] = (struct item){.batch = batch,
                                 .blob = blob,
                                 .kind = is_config ? "config" : "layer",
                                 .digest = blob->digest};
        fiber_group_spawn(&batch->group, "upload", item_main, &items[i]);
    }
    bool is_fine = fiber_group_wait(&batch->group, error);
    fiber_group_finish(&batch->group);
    if (is_fine && batch->error != NULL) {
        g_propagate_error(error, g_steal_pointer(&batch->error));
        return false;
    }
    return is_fine;
}

/* ---- a cache, piece by piece ---- */

/* "error writing layer blob: …" */
static bool push_cache_item(struct item *item, const char *what, GError **error)
{
    bool is_layer = strcmp(item->kind, "layer") == 0;
    if (is_layer ? push_item(item, error) : push_item_once(item, error))
        return true;
    if (error != NULL && *error != NULL && (*error)->domain == MISHAP_ERROR)
        mishap_prefix(error, "error writing %s blob: ", what);
    return false;
}

static bool push_cache(struct batch *batch, const struct push *push, GError **error)
{
    for (guint i = 0; i < push->blobs->len; i++) {
        const struct push_blob *blob = g_ptr_array_index(push->blobs, i);
        const char *kind = i + 1 == push->blobs->len ? "config" : "layer";
        struct item item = {.batch = batch, .blob = blob, .kind = kind, .digest = blob->digest};
        if (!push_cache_item(&item, kind, error))
            return false;
    }
    const struct push_manifest *manifest = g_ptr_array_index(push->manifests, 0);
    g_autofree char *digest = digest_of_bytes(manifest->bytes);
    struct item item = {.batch = batch, .manifest = manifest, .kind = "manifest", .digest = digest};
    return push_cache_item(&item, "manifest", error);
}

static bool push_manifest(struct batch *batch, const struct push_manifest *manifest, GError **error)
{
    g_autofree char *digest = digest_of_bytes(manifest->bytes);
    bool is_index = strstr(manifest->media_type, "index") != NULL ||
                    strstr(manifest->media_type, "list") != NULL;
    struct item item = {.batch = batch,
                        .manifest = manifest,
                        .kind = is_index ? "index" : "manifest",
                        .digest = digest};
    return push_item(&item, error);
}

static bool push_everything(struct batch *batch, const struct push *push, GError **error)
{
    if (push->is_cache)
        return push_cache(batch, push, error);
    if (!push_blobs(batch, push, error))
        return false;
    for (guint i = 0; i < push->manifests->len; i++)
        if (!push_manifest(batch, g_ptr_array_index(push->manifests, i), error))
            return false;
    return true;
}

bool containerd_push(struct puller *puller, const struct push *push,
                     const struct credentials *credentials, struct pull *voice, GError **error)
{
    g_autofree char *name = reference_name(push->reference);
    bool is_dockerd = puller->habits->names_registry;
    struct resolver resolver;
    resolver_init(&resolver, puller, push->reference, credentials, "pull,push");
    struct batch batch = {
        .puller = puller,
        .remote = g_ptr_array_index(resolver.remotes, 0),
        .voice = voice,
    };
    if (is_dockerd)
        pull_say_format(voice, NULL, "The push refers to repository [%s]", name);
    bool is_fine = push_everything(&batch, push, error);
    if (is_fine && is_dockerd)
        push_say_end(voice, push);
    g_clear_error(&batch.error);
    resolver_clear(&resolver);
    return is_fine;
}
