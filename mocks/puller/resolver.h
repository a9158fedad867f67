/*
 * containerd's resolver and fetcher, as dockerd's containerd store and BuildKit use them: no ping,
 * a token when a 401 asks for one, its own few retries without any wait
 * (core/remotes/docker/resolver.go, fetcher.go, httpreadseeker.go; failures.md 0).
 */
#pragma once

#include "mocks/puller/pull.h"

/* The hosts of one pull or push in order of asking: struct remote. */
struct resolver {
    struct puller *puller;
    const struct reference *reference;
    GPtrArray *remotes;
};
void resolver_init(struct resolver *resolver, struct puller *puller,
                   const struct reference *reference, const struct credentials *credentials,
                   const char *actions);
void resolver_clear(struct resolver *resolver);

/* Asks with containerd's retries. Any status in the end is success; transport failures read "failed
   to do request: Get …", refused tokens are MISHAP_ACCESS. */
bool resolver_ask(struct remote *remote, const struct remote_call *call, bool is_last_host,
                  struct remote_answer *answer, GError **error) MUST_USE;
/* "unexpected status from HEAD request to URL: 503 Service Unavailable", or the registry's own
   words in dockerd (C11). */
void resolver_set_status(GError **error, const struct remote *remote, const char *method,
                         const struct remote_answer *answer);
/* "error from registry: …" if the answer lists errors and the program passes them on; else false.
 */
bool resolver_set_complaints(GError **error, const struct remote *remote,
                             const struct remote_answer *answer);
/* HEAD by tag or digest; *descriptor has digest, type and size. */
bool resolver_resolve(struct resolver *resolver, struct descriptor **descriptor,
                      GError **error) MUST_USE;
/* "/v2/NAME/KIND/OBJECT", with ?ns= at a mirror; g_free. */
char *resolver_path(const struct resolver *resolver, const struct remote *remote, const char *kind,
                    const char *object);

/* ---- fetch.c ---- */

struct fetch {
    struct resolver *resolver;
    struct pull *pull; /* hears of progress and of BuildKit's retries; may be silent */
    const struct descriptor *descriptor;
    const char *kind; /* "layer", "config", "manifest", "index" */
    const char *id;   /* in progress lines; NULL: tells nothing */
};
/* The content, complete and verified, with reconnects inside a body and BuildKit's retry handler
   round the whole. The disk is free of it again. */
bool fetch_content(const struct fetch *fetch, GBytes **bytes, GError **error) MUST_USE;

/* ---- parts.c ---- */

/* Config and layers of the manifest chosen; layers only when the pull wants them. */
bool parts_fetch(struct pull *pull, struct resolver *resolver, GError **error) MUST_USE;

/* BuildKit's retry handler: 4 tries, 1, 2, 4 s. action fails with errors of this folder. */
bool handler_run(struct pull *pull, bool (*action)(void *context, GError **error), void *context,
                 GError **error) MUST_USE;
