/* One piece of content through containerd's reader: reconnects inside a body, size and digest
   checked at the commit, BuildKit's retry handler outside (failures.md D12-D15). */
#include "mocks/puller/resolver.h"

#include "base/digest.h"

#include <string.h>

/* moby's jobs.showProgress looks every 100 ms. */
#define PROGRESS_GAP_US (100 * MILLISECOND_US)

/* Content on its way, shared by all pulls that want it: containerd locks the ref it writes. */
struct ingest {
    guint reference_count;
    bool is_over;
    GBytes *bytes; /* when it went well */
    struct fiber_queue over;
};

struct reading {
    const struct fetch *fetch;
    struct spool spool;
    int stalled_count;
    int64_t told_at_us;
};

/* ---- opening ---- */

static void set_open_status(GError **error, const struct remote *remote, const char *path,
                            const struct remote_answer *answer)
{
    g_autofree char *url = remote_url(remote, path);
    g_autofree char *status = go_status(answer->response.status);
    if (answer->response.status == 404) {
        mishap_set(error, MISHAP_MISSING, 0, "content at %s not found: not found", url);
        return;
    }
    if (resolver_set_complaints(error, remote, answer))
        return;
    g_autoptr(GArray) complaints = registry_complaints_read(answer->response.body);
    g_autofree char *said =
        complaints->len > 0
            ? registry_complaint_text(&g_array_index(complaints, struct registry_complaint, 0))
            : NULL;
    mishap_set(error, MISHAP_STATUS, (int)answer->response.status,
               "unexpected status code %s: %s%s%s", url, status,
               said != NULL ? " - Server message: " : "", said != NULL ? said : "");
}

/* A server that ignores Range sends all again: what is here already is thrown away. */
static bool skip_to_offset(struct remote_answer *answer, gsize offset_bytes, GBytes **left,
                           GError **error)
{
    gsize skipped_bytes = 0;
    while (skipped_bytes < offset_bytes) {
        g_autoptr(GBytes) chunk = NULL;
        if (!http_stream_read(answer->stream, &chunk, error))
            return false;
        if (chunk == NULL) {
            mishap_set(error, MISHAP_OTHER, 0, "unable to discard to offset");
            return false;
        }
        gsize size_bytes = g_bytes_get_size(chunk);
        gsize drop_bytes = MIN(size_bytes, offset_bytes - skipped_bytes);
        skipped_bytes += drop_bytes;
        if (drop_bytes < size_bytes)
            *left = g_bytes_new_from_bytes(chunk, drop_bytes, size_bytes - drop_bytes);
    }
    return true;
}

static bool check_offset(struct reading *reading, struct remote_answer *answer, GError **error)
{
    gsize offset_bytes = reading->spool.bytes->len;
    const char *range = http_response_header(&answer->response, "Content-Range");
    g_autofree char *expected = g_strdup_printf("bytes %" G_GSIZE_FORMAT "-", offset_bytes);
    g_autoptr(GBytes) left = NULL;

    if (offset_bytes == 0 || (range != NULL && g_str_has_prefix(range, expected)))
        return true;
    if (range != NULL) {
        mishap_set(error, MISHAP_OTHER, 0, "unhandled content range in response: %s", range);
        return false;
    }
    return skip_to_offset(answer, offset_bytes, &left, error) &&
           (left == NULL || spool_append(&reading->spool, left, error));
}

static bool open_at(struct reading *reading, struct remote *remote, bool is_last_host,
                    struct remote_answer *answer, GError **error)
{
    const struct fetch *fetch = reading->fetch;
    bool is_manifest = strcmp(fetch->kind, "manifest") == 0 || strcmp(fetch->kind, "index") == 0;
    g_autofree char *path = resolver_path(
        fetch->resolver, remote, is_manifest ? "manifests" : "blobs", fetch->descriptor->digest);
    g_autofree char *accept = g_strdup_printf("Accept: %s%s*/*", fetch->descriptor->media_type,
                                              fetch->descriptor->media_type[0] ? ", " : "");
    g_autofree char *range = g_strdup_printf("Range: bytes=%u-", reading->spool.bytes->len);
    const char *const headers[] = {accept, "Accept-Encoding: zstd;q=1.0, gzip;q=0.8, deflate;q=0.5",
                                   reading->spool.bytes->len > 0 ? range : NULL, NULL};
    const struct remote_call call = {.path = path, .headers = headers, .is_stream = true};

    if (!resolver_ask(remote, &call, is_last_host, answer, error))
        return false;
    if (answer->response.status < 300)
        return check_offset(reading, answer, error);
    set_open_status(error, remote, path, answer);
    return false;
}

static bool open_somewhere(struct reading *reading, struct remote_answer *answer, GError **error)
{
    const struct fetch *fetch = reading->fetch;
    const GPtrArray *remotes = fetch->resolver->remotes;
    g_autoptr(GError) first = NULL;

    for (guint i = 0; i < remotes->len; i++) {
        GError *cause = NULL;
        if (open_at(reading, g_ptr_array_index(remotes, i), i + 1 == remotes->len, answer, &cause))
            return true;
        remote_answer_clear(answer);
        bool is_stopped = mishap_kind(cause) == MISHAP_STOPPED;
        if (first == NULL)
            first = cause;
        else
            g_error_free(cause);
        if (is_stopped)
            break;
    }
    bool is_blob = strcmp(fetch->kind, "layer") == 0 || strcmp(fetch->kind, "config") == 0;
    if (is_blob && mishap_kind(first) == MISHAP_MISSING)
        mishap_set(error, MISHAP_MISSING, 0,
                   "could not fetch content descriptor %s (%s) from remote: not found",
                   fetch->descriptor->digest, fetch->descriptor->media_type);
    else
        g_propagate_error(error, g_steal_pointer(&first));
    return false;
}

/* ---- reading ---- */

static void say_downloading(struct reading *reading)
{
    const struct fetch *fetch = reading->fetch;
    int64_t now_us = loop_now_us(fetch->resolver->puller->loop);
    int64_t current_bytes = spool_declared(&reading->spool, (int64_t)reading->spool.bytes->len);
    int64_t total_bytes = fetch->descriptor->declared_bytes;

    if (fetch->id == NULL ||
        (current_bytes < total_bytes && now_us - reading->told_at_us < PROGRESS_GAP_US))
        return;
    reading->told_at_us = now_us;
    pull_say(fetch->pull, "Downloading", fetch->id, current_bytes, total_bytes);
}

static bool is_short(const GError *error)
{
    return g_error_matches(error, HTTP_ERROR, HTTP_ERROR_TRUNCATED);
}

static void set_read_error(const struct reading *reading, const struct remote_answer *answer,
                           GError *cause, GError **error)
{
    if (cause->domain != HTTP_ERROR) {
        g_propagate_error(error, cause);
        return;
    }
    const struct puller_habits *habits = reading->fetch->resolver->puller->habits;
    g_autofree char *words = go_transport_words(habits, cause, "GET", answer->url);
    mishap_set(error, MISHAP_TRANSPORT, cause->code, "failed to copy: %s", words);
    g_error_free(cause);
}

static bool set_short(GError **error)
{
    mishap_set(error, MISHAP_SHORT_BODY, 0,
               "failed to read expected number of bytes: unexpected EOF");
    return false;
}

/* true with *is_over false: the body was cut and a new connection may go on. */
static bool read_body(struct reading *reading, struct remote_answer *answer, bool *is_over,
                      GError **error)
{
    for (;;) {
        g_autoptr(GBytes) chunk = NULL;
        GError *cause = NULL;
        if (!http_stream_read(answer->stream, &chunk, &cause)) {
            if (is_short(cause) && ++reading->stalled_count <= STALLED_READS_MAX) {
                g_error_free(cause);
                return true;
            }
            if (!is_short(cause)) {
                set_read_error(reading, answer, cause, error);
                return false;
            }
            g_error_free(cause);
            return set_short(error);
        }
        *is_over = chunk == NULL;
        if (*is_over)
            return true;
        reading->stalled_count = 0;
        if (!spool_append(&reading->spool, chunk, error)) {
            mishap_prefix(error, "failed to copy: ");
            return false;
        }
        say_downloading(reading);
    }
}

static bool is_complete(const struct reading *reading)
{
    int64_t size_bytes = reading->fetch->descriptor->size_bytes;
    return size_bytes > 0 && (int64_t)reading->spool.bytes->len >= size_bytes;
}

static bool read_all(struct reading *reading, GError **error)
{
    bool is_over = false;
    bool is_first = true;

    for (; !is_over && !is_complete(reading); is_first = false) {
        GError *cause = NULL;
        REMOTE_ANSWER(answer);
        if (!open_somewhere(reading, &answer, &cause)) {
            bool is_stopped = mishap_kind(cause) == MISHAP_STOPPED;
            if (!is_first && !is_stopped) { /* the reconnect's failure is not told */
                g_error_free(cause);
                return set_short(error);
            }
            if (mishap_kind(cause) != MISHAP_CODED)
                mishap_prefix(&cause, "failed to copy: httpReadSeeker: failed open: ");
            g_propagate_error(error, cause);
            return false;
        }
        if (!read_body(reading, &answer, &is_over, error))
            return false;
    }
    return true;
}

/* ---- the commit ---- */

static bool commit(struct reading *reading, GError **error)
{
    const struct descriptor *descriptor = reading->fetch->descriptor;
    const char *kind = reading->fetch->kind;
    int64_t size_bytes = (int64_t)reading->spool.bytes->len;
    g_autofree char *digest = digest_of(reading->spool.bytes->data, reading->spool.bytes->len);

    if (descriptor->size_bytes > 0 && size_bytes < descriptor->size_bytes)
        return set_short(error);
    if (descriptor->size_bytes > 0 && size_bytes > descriptor->size_bytes) {
        mishap_set(error, MISHAP_FINAL, 0,
                   "failed commit on ref \"%s-%s\": \"%s-%s\" failed size validation: "
                   "%" G_GINT64_FORMAT " != %" G_GINT64_FORMAT ": failed precondition",
                   kind, descriptor->digest, kind, descriptor->digest, size_bytes,
                   descriptor->size_bytes);
        return false;
    }
    if (strcmp(digest, descriptor->digest) == 0)
        return true;
    spool_truncate(&reading->spool);
    mishap_set(error, MISHAP_FINAL, 0,
               "failed commit on ref \"%s-%s\": unexpected commit digest %s, expected %s: failed "
               "precondition",
               kind, descriptor->digest, digest, descriptor->digest);
    return false;
}

static bool read_and_commit(void *context, GError **error)
{
    struct reading *reading = context;
    reading->stalled_count = 0;
    return read_all(reading, error) && commit(reading, error);
}

bool handler_run(struct pull *pull, bool (*action)(void *context, GError **error), void *context,
                 GError **error)
{
    struct puller *puller = pull->puller;
    int64_t delay_us = HANDLER_DELAY_US;

    for (unsigned try = 1;; try++, delay_us *= 2) {
        GError *cause = NULL;
        if (action(context, &cause))
            return true;
        bool may_retry = puller->habits->handler_tries > 1 && mishap_is_transient(cause);
        if (may_retry)
            pull_say_format(pull, NULL, "error: %s", cause->message);
        if (!may_retry || try >= puller->habits->handler_tries) {
            g_propagate_error(error, cause);
            return false;
        }
        g_error_free(cause);
        pull_say_format(pull, NULL, "retrying in %ds", (int)(delay_us / SECOND_US));
        if (!fiber_sleep(puller->loop, delay_us, error))
            return false;
    }
}

/* ---- one download for all who want it ---- */

static void ingest_unref(struct ingest *ingest)
{
    if (--ingest->reference_count > 0)
        return;
    g_clear_pointer(&ingest->bytes, g_bytes_unref);
    g_queue_clear(&ingest->over.waiters);
    g_free(ingest);
}

/* Waits for whoever writes this content now. *bytes stays NULL when that failed. */
static bool wait_for_other(struct puller *puller, struct ingest *ingest, GBytes **bytes,
                           GError **error)
{
    bool is_fine = true;
    ingest->reference_count++;
    while (is_fine && !ingest->is_over)
        is_fine = fiber_queue_wait(puller->loop, &ingest->over, "content", error);
    if (is_fine && ingest->bytes != NULL)
        *bytes = g_bytes_ref(ingest->bytes);
    ingest_unref(ingest);
    return is_fine;
}

static bool write_content(const struct fetch *fetch, GBytes **bytes, GError **error)
{
    struct puller *puller = fetch->resolver->puller;
    struct reading reading = {.fetch = fetch, .told_at_us = -SECOND_US};
    spool_init(&reading.spool, puller, fetch->descriptor);

    bool is_fine = handler_run(fetch->pull, read_and_commit, &reading, error);
    if (is_fine)
        *bytes = g_bytes_new(reading.spool.bytes->data, reading.spool.bytes->len);
    spool_clear(&reading.spool);
    return is_fine;
}

bool fetch_content(const struct fetch *fetch, GBytes **bytes, GError **error)
{
    struct puller *puller = fetch->resolver->puller;
    const char *digest = fetch->descriptor->digest;
    struct ingest *other = NULL;

    while (*bytes == NULL && (other = g_hash_table_lookup(puller->ingests, digest)) != NULL)
        if (!wait_for_other(puller, other, bytes, error))
            return false;
    if (*bytes != NULL)
        return true;
    struct ingest *ingest = g_new0(struct ingest, 1);
    ingest->reference_count = 1;
    g_autofree char *key = g_strdup(digest);
    g_hash_table_insert(puller->ingests, key, ingest);

    bool is_fine = write_content(fetch, bytes, error);
    g_hash_table_remove(puller->ingests, key);
    ingest->is_over = true;
    ingest->bytes = is_fine ? g_bytes_ref(*bytes) : NULL;
    fiber_queue_wake_all(&ingest->over);
    ingest_unref(ingest);
    return is_fine;
}
