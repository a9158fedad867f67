/*
 * make-fetch-happen under promise-retry, as @sigstore/sign and @sigstore/oci fetch
 * (sigstore/sigstore-js: packages/sign/src/external/fetch.ts, packages/oci/src/fetch.ts): no
 * answer, 408, 429 and 5xx are tried again after 1, 2, 4, … seconds.
 */
#pragma once

#include "runner/action.h"

struct node_fetch {
    struct action_exchange exchange; /* its limit is that of one attempt */
    unsigned retry_count;
};
/* The last answer, whatever its status, or the last failure in the words of a FetchError. */
bool node_fetch(struct action_run *run, const struct node_fetch *fetch, struct action_reply *reply,
                GError **error) MUST_USE;
/* What the answer says for itself: the "message" of its JSON, or the words of its status, as
   statusText has them. g_free. */
char *node_fetch_message(const struct action_reply *reply);
