/* A pull into dockerd's own stores: ping, manifest, then config and layers side by side
   (distribution/pull_v2.go; captures 09, 09d, 09f, 10). */
#include "mocks/puller/transfer.h"

#include "base/digest.h"

#include <string.h>

/* ---- the config ---- */

struct config_fetch {
    struct pull *pull;
    struct remote *remote;
    GBytes *bytes;
    GError *error;
};

static bool get_config(struct remote *remote, const char *digest, GBytes **bytes, GError **error)
{
    static const char *const headers[] = {"Accept-Encoding: identity", NULL};
    g_autofree char *path = g_strdup_printf("/v2/%s/blobs/%s", remote->repository, digest);
    const struct remote_call call = {.path = path, .headers = headers};
    REMOTE_ANSWER(answer);

    if (!remote_ask_authorized(remote, &call, &answer, error))
        return false;
    if (answer.response.status == 404) {
        mishap_set(error, MISHAP_MISSING, 0, "unknown blob");
        return false;
    }
    if (answer.response.status >= 400) {
        mishap_from_answer(error, remote->habits, &answer.response);
        return false;
    }
    *bytes = g_bytes_ref(answer.response.body);
    return true;
}

/* The count in the message is one too many after the last try (D1). */
static bool try_config(struct config_fetch *fetch, const char *digest, GError **error)
{
    int64_t delay_us = CONFIG_DELAY_US;
    for (int try = 1;; try++, delay_us *= 2) {
        GError *cause = NULL;
        if (get_config(fetch->remote, digest, &fetch->bytes, &cause))
            return true;
        bool is_final = mishap_settle(cause);
        if (is_final || try == CONFIG_TRIES) {
            mishap_prefix(&cause, "download failed after attempts=%d: ", is_final ? try : try + 1);
            g_propagate_error(error, cause);
            return false;
        }
        g_error_free(cause);
        if (!fiber_sleep(fetch->pull->puller->loop, delay_us, error))
            return false;
    }
}

static bool fetch_config(struct config_fetch *fetch, GError **error)
{
    const char *digest = fetch->pull->manifest->config->digest;
    if (!try_config(fetch, digest, error))
        return false;
    g_autofree char *actual = digest_of_bytes(fetch->bytes);
    if (strcmp(actual, digest) == 0)
        return true;
    mishap_set(error, MISHAP_OTHER, 0, "image config verification failed for digest %s", digest);
    return false;
}

/* A translation would look at the code; here it only stands inside a longer text. */
static void config_main(void *argument)
{
    struct config_fetch *fetch = argument;
    GError *cause = NULL;
    if (fetch_config(fetch, &cause))
        return;
    if (cause->domain == MISHAP_ERROR)
        mishap_set(&fetch->error, MISHAP_FINAL, 0, "error pulling image configuration: %s",
                   cause->message);
    else
        g_propagate_error(&fetch->error, g_steal_pointer(&cause));
    g_clear_error(&cause);
}

/* ---- the layers ---- */

static bool has_layer(const struct pull *pull, const struct descriptor *layer)
{
    const struct puller_options *options = &pull->puller->options;
    return options->has_layer != NULL && options->has_layer(options->context, layer->digest);
}

static struct transfer *find_twin(const GPtrArray *transfers, const char *digest)
{
    for (guint i = 0; i < transfers->len; i++) {
        struct transfer *transfer = g_ptr_array_index(transfers, i);
        if (strcmp(transfer->descriptor->digest, digest) == 0)
            return transfer;
    }
    return NULL;
}

/* From the first missing layer on everything is fetched: what is there counts as a chain only. */
static GPtrArray *start_layers(struct pull *pull, const struct remote *remote)
{
    const GPtrArray *layers = pull->manifest->layers;
    GPtrArray *transfers = g_ptr_array_new();
    g_autoptr(GString) key = g_string_new(NULL);
    struct transfer *parent = NULL;

    for (guint i = 0; i < layers->len; i++) {
        const struct descriptor *layer = g_ptr_array_index(layers, i);
        g_autofree char *id = digest_short(layer->digest);
        g_string_append(key, layer->digest);
        if (parent == NULL && has_layer(pull, layer)) {
            pull_say(pull, "Already exists", id, -1, -1);
            continue;
        }
        pull_say(pull, "Pulling fs layer", id, -1, -1);
        parent = transfer_join(pull, remote, layer, parent, find_twin(transfers, layer->digest),
                               key->str);
        g_ptr_array_add(transfers, parent);
    }
    return transfers;
}

static void leave_layers(struct pull *pull, GPtrArray *transfers)
{
    for (guint i = transfers->len; i > 0; i--)
        transfer_leave(g_ptr_array_index(transfers, i - 1), pull);
    g_ptr_array_unref(transfers);
}

static void keep_bytes(struct pull *pull, const GPtrArray *transfers)
{
    for (guint i = 0; i < pull->layers->len; i++) {
        struct layer *layer = g_ptr_array_index(pull->layers, i);
        const struct transfer *transfer = find_twin(transfers, layer->digest);
        if (transfer != NULL && layer->bytes == NULL)
            layer->bytes = g_bytes_ref(transfer->layer->bytes);
    }
}

/* The config's failure is the more telling one, so it is waited for first. */
static bool wait_for_parts(struct pull *pull, struct fiber_group *group, struct config_fetch *fetch,
                           const GPtrArray *transfers, GError **error)
{
    if (!fiber_group_wait(group, error))
        return false;
    if (fetch->error != NULL) {
        g_propagate_error(error, g_steal_pointer(&fetch->error));
        return false;
    }
    if (!pull_take_config(pull, fetch->bytes, error))
        return false;
    struct transfer *top =
        transfers->len > 0 ? g_ptr_array_index(transfers, transfers->len - 1) : NULL;
    if (top != NULL && !transfer_wait(top, error))
        return false;
    keep_bytes(pull, transfers);
    return true;
}

static bool fetch_parts(struct pull *pull, struct remote *remote, GError **error)
{
    struct config_fetch fetch = {.pull = pull, .remote = remote};
    struct fiber_group group;
    fiber_group_init(&group, pull->puller->loop);

    fiber_group_spawn(&group, "image config", config_main, &fetch);
    GPtrArray *transfers = pull->needs_layers ? start_layers(pull, remote) : g_ptr_array_new();
    bool is_fine = wait_for_parts(pull, &group, &fetch, transfers, error);
    fiber_group_finish(&group);
    leave_layers(pull, transfers);
    g_clear_pointer(&fetch.bytes, g_bytes_unref);
    g_clear_error(&fetch.error);
    return is_fine;
}

static bool fetch_image(struct pull *pull, struct remote *remote, GError **error)
{
    if (pull->manifest->config == NULL) {
        mishap_set(error, MISHAP_OTHER, 0, "invalid rootfs in image configuration");
        return false;
    }
    g_autoptr(GBytes) config = puller_find_config(pull->puller, pull->manifest->config->digest);
    if (config != NULL)
        return pull_take_config(pull, config, error);
    pull->has_fetched = true;
    return fetch_parts(pull, remote, error);
}

/* ---- the whole ---- */

static bool pull_from(struct pull *pull, const char *host, GError **error)
{
    AUTO(remote) remote = pull_remote(pull, host);
    return remote_ping(remote, error) && classic_find_manifest(pull, remote, error) &&
           fetch_image(pull, remote, error);
}

/* distribution/errors.go continueOnError: a full disk, too, sends dockerd to the next registry. */
static bool may_go_on(const GError *error)
{
    return mishap_kind(error) != MISHAP_STOPPED;
}

/* What one registry gave before it failed. */
static void forget_attempt(struct pull *pull)
{
    g_ptr_array_set_size(pull->layers, 0);
    g_clear_pointer(&pull->config, g_bytes_unref);
    g_clear_pointer(&pull->parsed, image_config_free);
}

bool classic_pull(struct pull *pull, GError **error)
{
    g_autoptr(GPtrArray) hosts = puller_hosts(pull->puller, pull->reference->domain);

    for (guint i = 0;; i++) {
        GError *cause = NULL;
        if (pull_from(pull, g_ptr_array_index(hosts, i), &cause))
            break;
        if (i + 1 == hosts->len || !may_go_on(cause)) {
            g_propagate_error(error, cause);
            return false;
        }
        g_error_free(cause);
        forget_attempt(pull);
    }
    pull_say_status(pull);
    return true;
}
