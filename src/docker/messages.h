/*
 * The JSON stream of pull, push and build: objects one after another, split by JSON value and never
 * by line or read (engine-contract.md 0: one read holds several, one object spans several). Pure:
 * bytes in, messages out; one object may have JSON_MESSAGE_BYTES_MAX bytes.
 */
#pragma once

#include "base/json.h"

struct messages;

/* One object of the stream; all texts are lent for the call and NULL when absent. */
struct message {
    const char *status;
    const char *id;
    const char *stream;  /* a piece of build output, not aligned with lines */
    const char *failure; /* "errorDetail" or "error": the operation has failed */
    int64_t failure_code;
    int64_t current_bytes; /* 0 when absent */
    int64_t total_bytes;
    const json_t *aux;
};
typedef void messages_fn(void *context, const struct message *message);

struct messages *messages_new(messages_fn *receive, void *context);
void messages_free(struct messages *messages);
CLEANUP(messages, messages_free)
/*
 * The next bytes. After a message with a failure the rest of the stream is ignored. Fails with
 * DOCKER_ERROR_FORMAT on bytes that are no JSON objects and on an object above the ceiling; no
 * further bytes may follow then.
 */
bool messages_feed(struct messages *messages, const void *bytes, gsize length_bytes,
                   GError **error) MUST_USE;
/* The stream is over: DOCKER_ERROR_CUT when it stopped inside an object, DOCKER_ERROR with code 0
   and the daemon's own text when a message was a failure. */
bool messages_end(struct messages *messages, GError **error) MUST_USE;
/* Whether a failure has come: nothing after it counts. */
bool messages_has_failed(const struct messages *messages);
