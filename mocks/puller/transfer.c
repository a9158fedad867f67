/* The life of a layer's transfer: slot, download, the layer below, unpacking. */
#include "mocks/puller/transfer.h"

static void transfer_unref(struct transfer *transfer)
{
    if (transfer == NULL || --transfer->reference_count > 0)
        return;
    transfer_unref(transfer->parent);
    transfer_unref(transfer->twin);
    spool_clear(&transfer->spool);
    g_free(transfer->key);
    g_free(transfer->id);
    g_free(transfer->last_status);
    descriptor_free(transfer->descriptor);
    remote_free(transfer->remote);
    layer_free(transfer->layer);
    g_ptr_array_unref(transfer->watchers);
    g_queue_clear(&transfer->over.waiters);
    g_clear_error(&transfer->error);
    g_free(transfer);
}

static struct transfer *transfer_ref(struct transfer *transfer)
{
    if (transfer != NULL)
        transfer->reference_count++;
    return transfer;
}

void transfer_say(struct transfer *transfer, const char *status, int64_t current, int64_t total)
{
    char *kept = g_strdup(status);
    g_free(transfer->last_status);
    transfer->last_status = kept;
    transfer->last_current = current;
    transfer->last_total = total;
    for (guint i = 0; i < transfer->watchers->len; i++)
        pull_say(g_ptr_array_index(transfer->watchers, i), status, transfer->id, current, total);
}

static void say_unpacked(void *context, int64_t current, int64_t total)
{
    transfer_say(context, "Extracting", current, total);
}

static bool unpack(struct transfer *transfer, GBytes *bytes, GError **error)
{
    const struct unpacking unpacking = {
        .puller = transfer->puller,
        .descriptor = transfer->descriptor,
        .bytes = bytes,
        .step = say_unpacked,
        .context = transfer,
    };
    if (!unpack_layer(&unpacking, error)) {
        mishap_prefix(error, "failed to register layer: %s",
                      transfer->puller->habits->register_words);
        return false;
    }
    int64_t total_bytes = transfer->descriptor->declared_bytes;
    say_unpacked(transfer, total_bytes, total_bytes); /* the last one comes twice (capture 09) */
    return true;
}

/* A layer that stalls or waits to be tried again keeps its slot (failures.md 0). */
static bool take_slot(struct transfer *transfer, GError **error)
{
    struct puller *puller = transfer->puller;
    if (puller->downloads.free_count == 0)
        transfer_say(transfer, "Waiting", -1, -1);
    transfer->has_slot = fiber_slots_take(puller->loop, &puller->downloads, "download slot", error);
    return transfer->has_slot;
}

static void give_slot(struct transfer *transfer)
{
    if (transfer->has_slot)
        fiber_slots_give(&transfer->puller->downloads);
    transfer->has_slot = false;
}

static bool fetch(struct transfer *transfer, GError **error)
{
    if (transfer->twin != NULL)
        return transfer_wait(transfer->twin, error);
    bool is_fine = take_slot(transfer, error) && download_layer(transfer, error);
    give_slot(transfer);
    return is_fine;
}

static GBytes *fetched_bytes(const struct transfer *transfer)
{
    if (transfer->twin != NULL)
        return g_bytes_ref(transfer->twin->layer->bytes);
    return g_bytes_new(transfer->spool.bytes->data, transfer->spool.bytes->len);
}

/* A failure below shows only when this layer's own download is done: dockerd looks no earlier. */
static bool carry_out(struct transfer *transfer, GError **error)
{
    const struct puller_options *options = &transfer->puller->options;
    if (!fetch(transfer, error))
        return false;
    if (transfer->parent != NULL && !transfer_wait(transfer->parent, error))
        return false;
    g_autoptr(GBytes) bytes = fetched_bytes(transfer);
    if (!unpack(transfer, bytes, error))
        return false;
    g_autofree char *diff_id = layer_diff_id(bytes);
    transfer->layer = layer_new(transfer->descriptor, diff_id);
    transfer->layer->bytes = g_bytes_ref(bytes);
    if (options->on_layer != NULL)
        options->on_layer(options->context, transfer->layer);
    transfer_say(transfer, "Pull complete", -1, -1);
    return true;
}

static void transfer_main(void *argument)
{
    struct transfer *transfer = argument;
    struct puller *puller = transfer->puller;

    if (!carry_out(transfer, &transfer->error))
        give_slot(transfer);
    spool_clear(&transfer->spool);
    transfer->is_over = true;
    if (g_hash_table_lookup(puller->transfers, transfer->key) == transfer)
        g_hash_table_remove(puller->transfers, transfer->key);
    fiber_queue_wake_all(&transfer->over);
    transfer_unref(transfer);
}

static struct transfer *transfer_start(struct pull *pull, const struct remote *remote,
                                       const struct descriptor *descriptor, const char *key)
{
    struct puller *puller = pull->puller;
    struct transfer *transfer = g_new0(struct transfer, 1);
    const struct remote_target target = {
        .http = puller->http,
        .habits = puller->habits,
        .host = remote->host,
        .repository = remote->repository,
        .actions = remote->actions,
        .credentials = pull->credentials,
    };
    *transfer = (struct transfer){
        .puller = puller,
        .key = g_strdup(key),
        .descriptor = descriptor_copy(descriptor),
        .id = digest_short(descriptor->digest),
        .remote = remote_new(&target),
        .watchers = g_ptr_array_new(),
        .reference_count = 1, /* the fiber's */
        .told_at_us = -SECOND_US,
    };
    remote_copy_grant(transfer->remote, remote);
    spool_init(&transfer->spool, puller, descriptor);
    g_hash_table_insert(puller->transfers, transfer->key, transfer);
    return transfer;
}

struct transfer *transfer_join(struct pull *pull, const struct remote *remote,
                               const struct descriptor *descriptor, struct transfer *parent,
                               struct transfer *twin, const char *key)
{
    struct puller *puller = pull->puller;
    struct transfer *transfer = g_hash_table_lookup(puller->transfers, key);

    if (transfer == NULL) {
        transfer = transfer_start(pull, remote, descriptor, key);
        transfer->parent = transfer_ref(parent);
        transfer->twin = transfer_ref(twin);
        transfer->fiber = fiber_spawn(puller->loop, "layer", transfer_main, transfer);
    }
    transfer_ref(transfer);
    g_ptr_array_add(transfer->watchers, pull);
    if (transfer->last_status != NULL)
        pull_say(pull, transfer->last_status, transfer->id, transfer->last_current,
                 transfer->last_total);
    return transfer;
}

bool transfer_wait(struct transfer *transfer, GError **error)
{
    while (!transfer->is_over)
        if (!fiber_queue_wait(transfer->puller->loop, &transfer->over, "layer", error))
            return false;
    if (transfer->error == NULL)
        return true;
    g_propagate_error(error, g_error_copy(transfer->error));
    return false;
}

/* Whoever comes from now on starts anew: this one is about to fail. */
static void transfer_abandon(struct transfer *transfer)
{
    struct puller *puller = transfer->puller;
    if (g_hash_table_lookup(puller->transfers, transfer->key) == transfer)
        g_hash_table_remove(puller->transfers, transfer->key);
    fiber_cancel(transfer->fiber);
    DEADLINE(shield);
    deadline_begin_shielded(puller->loop, &shield, "layer's end", HOUR_US);
    while (!transfer->is_over)
        if (!fiber_queue_wait(puller->loop, &transfer->over, "layer's end", NULL))
            break;
}

void transfer_leave(struct transfer *transfer, struct pull *pull)
{
    g_ptr_array_remove(transfer->watchers, pull);
    if (transfer->watchers->len == 0 && !transfer->is_over)
        transfer_abandon(transfer);
    transfer_unref(transfer);
}
