/*
 * What BuildKit asks of the Actions cache: the service (go-actions-cache, cache.go) and the blob
 * storage behind it (azcore). Private to cache_gha*.c.
 *
 * A 429 of the service is waited out, by all requests of one buildkitd together: 1 s, doubling to
 * 90 s, or as long as Retry-After says (v0.27 and newer), until the patience of the request ends
 * (failures.md 0, L2). The storage is asked eleven times, after 10, 30, 70 and then 120 s each, or
 * as long as its Retry-After says. Everything else fails at once.
 */
#pragma once

#include "mocks/buildkit/cache.h"

struct gha {
    struct build *build;
    struct http *http;
    const char *token;   /* lent; NULL: none */
    char *index_key;     /* indexes are numbered: what is written once stays (SaveMutable) */
    int64_t patience_us; /* for one request, with its repetitions */
};

/* A call of the service, question taken over. *answer NULL and true: "already exists". */
bool gha_call(const struct gha *gha, const char *method, json_t *question, json_t **answer,
              GError **error) MUST_USE;
/* One request to the storage, with its repetitions. */
bool gha_ask_storage(const struct gha *gha, const struct http_request *request,
                     struct http_response *response, GError **error) MUST_USE;
