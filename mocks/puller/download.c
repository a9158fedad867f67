/* One layer over the wire as dockerd fetches it: tries, waits, resume, digest
   (distribution/pull_v2.go, http_reader.go; captures/faults). */
#include "mocks/puller/transfer.h"

#include "base/digest.h"

#include <string.h>

/* golang.org/x/time/rate in dockerd's progress reader: at most one object in 100 ms. */
#define PROGRESS_GAP_US (100 * MILLISECOND_US)

#define WRONG_RANGE_WORDS "expected HTTP 206 from byte range request"

struct attempt {
    struct transfer *transfer;
    int64_t offset_bytes;  /* real bytes that were there before */
    int64_t current_bytes; /* declared, since this attempt began */
    int64_t total_bytes;   /* declared, still to come; 0: the length is not known */
    bool is_final;         /* dockerd's DoNotRetry */
    bool is_told;          /* whether the reader has said a last word already */
};

static void say_downloading(struct attempt *attempt)
{
    struct transfer *transfer = attempt->transfer;
    int64_t now_us = loop_now_us(transfer->puller->loop);
    bool is_done = attempt->current_bytes == attempt->total_bytes;

    if (!is_done && now_us - transfer->told_at_us < PROGRESS_GAP_US)
        return;
    transfer->told_at_us = now_us;
    bool has_numbers = attempt->total_bytes > 0;
    transfer_say(transfer, "Downloading", has_numbers ? attempt->current_bytes : -1,
                 has_numbers ? attempt->total_bytes : -1);
}

static bool check_range(const struct http_response *response, int64_t offset_bytes, GError **error)
{
    const char *range = http_response_header(response, "Content-Range");
    char *rest = NULL;

    if (response->status != 206) {
        mishap_set(error, MISHAP_OTHER, 0, WRONG_RANGE_WORDS);
        return false;
    }
    if (range == NULL) {
        mishap_set(error, MISHAP_OTHER, 0, "no Content-Range header found in HTTP 206 response");
        return false;
    }
    if (!g_str_has_prefix(range, "bytes ") || !g_ascii_isdigit(range[6])) {
        mishap_set(error, MISHAP_OTHER, 0, "could not parse Content-Range header: %s", range);
        return false;
    }
    int64_t start_bytes = g_ascii_strtoll(range + 6, &rest, 10);
    int64_t end_bytes = *rest == '-' ? g_ascii_strtoll(rest + 1, &rest, 10) : 0;
    if (start_bytes != offset_bytes) {
        mishap_set(error, MISHAP_OTHER, 0,
                   "received Content-Range starting at offset %" G_GINT64_FORMAT
                   " instead of requested %" G_GINT64_FORMAT,
                   start_bytes, offset_bytes);
        return false;
    }
    if (g_strcmp0(rest, "/*") != 0 && g_ascii_strtoll(rest + 1, NULL, 10) != end_bytes + 1) {
        mishap_set(error, MISHAP_OTHER, 0,
                   "range in Content-Range stops before the end of the content: %s", range);
        return false;
    }
    return true;
}

static bool check_opened(const struct attempt *attempt, const struct remote_answer *answer,
                         GError **error)
{
    const struct http_response *response = &answer->response;
    if (response->status == 404) {
        mishap_set(error, MISHAP_MISSING, 0, "unknown blob");
        return false;
    }
    if (response->status >= 400) {
        mishap_from_answer(error, attempt->transfer->puller->habits, response);
        return false;
    }
    return attempt->offset_bytes == 0 || check_range(response, attempt->offset_bytes, error);
}

static bool open_blob(const struct attempt *attempt, struct remote_answer *answer, GError **error)
{
    struct transfer *transfer = attempt->transfer;
    g_autofree char *path = g_strdup_printf("/v2/%s/blobs/%s", transfer->remote->repository,
                                            transfer->descriptor->digest);
    g_autofree char *range =
        g_strdup_printf("Range: bytes=%" G_GINT64_FORMAT "-", attempt->offset_bytes);
    const char *const headers[] = {"Accept-Encoding: identity",
                                   attempt->offset_bytes > 0 ? range : NULL, NULL};
    const struct remote_call call = {.path = path, .headers = headers, .is_stream = true};

    if (!remote_ask_authorized(transfer->remote, &call, answer, error))
        return false;
    return check_opened(attempt, answer, error);
}

/* Seek(0, io.SeekEnd) asks first and its failure is dropped; io.Copy then asks again. That is why
   every failing try shows twice in the registry's log (captures/faults/blob500). */
static bool open_twice(struct attempt *attempt, struct remote_answer *answer, GError **error)
{
    g_autoptr(GError) dropped = NULL;
    if (open_blob(attempt, answer, &dropped)) {
        attempt->total_bytes = attempt->transfer->descriptor->declared_bytes;
        return true;
    }
    if (mishap_kind(dropped) == MISHAP_STOPPED) {
        g_propagate_error(error, g_steal_pointer(&dropped));
        return false;
    }
    remote_answer_clear(answer);
    return open_blob(attempt, answer, error);
}

/* A seek that fails is an error as it stands, tried again whatever it is, from the start. */
static bool open_resumed(struct attempt *attempt, struct remote_answer *answer, GError **error)
{
    struct spool *spool = &attempt->transfer->spool;
    if (!open_blob(attempt, answer, error)) {
        spool_truncate(spool);
        return false;
    }
    attempt->total_bytes = spool->declared_bytes - spool_declared(spool, attempt->offset_bytes);
    return true;
}

static void set_body_error(const struct attempt *attempt, const struct remote_answer *answer,
                           GError *cause, GError **error)
{
    if (cause->domain != HTTP_ERROR) {
        g_propagate_error(error, cause);
        return;
    }
    g_autofree char *words =
        go_transport_words(attempt->transfer->puller->habits, cause, "GET", answer->url);
    mishap_set(error, MISHAP_TRANSPORT, cause->code, "%s", words);
    g_error_free(cause);
}

static bool copy_body(struct attempt *attempt, struct remote_answer *answer, GError **error)
{
    struct spool *spool = &attempt->transfer->spool;
    int64_t before_bytes = spool_declared(spool, attempt->offset_bytes);

    for (;;) {
        g_autoptr(GBytes) chunk = NULL;
        GError *cause = NULL;
        if (!http_stream_read(answer->stream, &chunk, &cause)) {
            set_body_error(attempt, answer, cause, error);
            return false;
        }
        if (chunk == NULL)
            return true;
        if (!spool_append(spool, chunk, error))
            return false;
        attempt->current_bytes = spool_declared(spool, (int64_t)spool->bytes->len) - before_bytes;
        say_downloading(attempt);
    }
}

static bool verify(struct attempt *attempt, GError **error)
{
    struct transfer *transfer = attempt->transfer;
    g_autofree char *digest = digest_of(transfer->spool.bytes->data, transfer->spool.bytes->len);

    transfer_say(transfer, "Verifying Checksum", -1, -1);
    if (strcmp(digest, transfer->descriptor->digest) == 0)
        return true;
    attempt->is_final = attempt->offset_bytes == 0;
    mishap_set(error, MISHAP_OTHER, 0, "filesystem layer verification failed for digest %s",
               transfer->descriptor->digest);
    if (!attempt->is_final)
        spool_truncate(&transfer->spool);
    return false;
}

/* A reader that is closed too soon shows a full bar (capture 91); one without a length, no numbers
   (captures/faults/blob404). Only the last try's is seen: the countdown hides the others. */
static void say_given_up(struct attempt *attempt)
{
    if (!attempt->is_final || attempt->is_told)
        return;
    attempt->current_bytes = attempt->total_bytes;
    say_downloading(attempt);
}

static bool try_once(struct attempt *attempt, GError **error)
{
    REMOTE_ANSWER(answer);
    if (attempt->offset_bytes > 0 && !open_resumed(attempt, &answer, error))
        return false;
    GError *cause = NULL;
    bool is_open = attempt->offset_bytes > 0 || open_twice(attempt, &answer, &cause);
    if (is_open && copy_body(attempt, &answer, &cause)) {
        attempt->is_told = true;
        return verify(attempt, error);
    }
    attempt->is_final = mishap_settle(cause);
    g_propagate_error(error, cause);
    return false;
}

static bool count_down(struct transfer *transfer, int seconds, GError **error)
{
    for (; seconds > 0; seconds--) {
        g_autofree char *status =
            g_strdup_printf("Retrying in %d second%s", seconds, seconds != 1 ? "s" : "");
        transfer_say(transfer, status, -1, -1);
        if (!fiber_sleep(transfer->puller->loop, SECOND_US, error))
            return false;
    }
    return true;
}

bool download_layer(struct transfer *transfer, GError **error)
{
    const struct puller *puller = transfer->puller;
    unsigned tries_max =
        puller->options.layer_tries > 0 ? puller->options.layer_tries : puller->habits->layer_tries;

    for (unsigned try = 1;; try++) {
        struct attempt attempt = {.transfer = transfer,
                                  .offset_bytes = (int64_t)transfer->spool.bytes->len};
        GError *cause = NULL;
        if (try_once(&attempt, &cause)) {
            transfer_say(transfer, "Download complete", -1, -1);
            return true;
        }
        bool is_stopped = mishap_kind(cause) == MISHAP_STOPPED;
        attempt.is_final = attempt.is_final || try >= tries_max || is_stopped;
        if (!is_stopped)
            say_given_up(&attempt);
        if (attempt.is_final) {
            g_propagate_error(error, cause);
            return false;
        }
        g_error_free(cause);
        if (!count_down(transfer, (int)try * LAYER_DELAY_STEP_SECONDS, error))
            return false;
    }
}
