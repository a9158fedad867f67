/*
 * The inside of a registry: its parts, one request on its way through them, and the handlers of
 * routes.c's table. A handler states the reply at once, or hands over to exchange_collect() or a
 * fiber when it wants a body.
 */
#pragma once

#include "mocks/registry/errors.h"
#include "mocks/registry/registry.h"
#include "mocks/registry/store.h"

struct registry {
    struct world *world;
    const struct registry_service *service;
    struct registry_rate_limit rate_limit; /* used: in the window that began at window_at_us */
    int64_t window_at_us;
    bool needs_login_to_pull;
    bool needs_login_to_push;
    const char *paths[3]; /* of the API and, on the same host, of tokens; ends with NULL */
    GPtrArray *logins;    /* struct login */
    GHashTable *refusals; /* a login's secret to the first repository it may not push to */
    struct registry_inventor inventor;
    GHashTable *invented; /* "repository:tag" of what the inventor had made; a set */
    bool is_virtual;
    struct image_cache *image_cache; /* lent, or NULL */
    struct store *store;
    GPtrArray *recipes;   /* struct recipe, owned */
    GHashTable *uploads;  /* id -> struct upload */
    int64_t upload_bytes; /* in all open uploads */
    struct rng rng;       /* upload ids */
    char *token_key;
};

enum route_kind {
    ROUTE_BASE,
    ROUTE_CATALOG,
    ROUTE_MANIFEST,
    ROUTE_BLOB,
    ROUTE_UPLOADS,
    ROUTE_UPLOAD,
    ROUTE_TAGS,
    ROUTE_REFERRERS,
    ROUTE_NONE,
};

struct request {
    struct registry *registry;
    struct exchange *exchange;
    enum route_kind kind;
    char *name;      /* of the repository, or NULL */
    char *reference; /* tag, digest or upload id, or NULL */
    char *user;      /* who has logged in, or NULL */
};

/* routes.c */
void request_init(struct request *request, struct registry *registry, struct exchange *exchange);
void request_finish(struct request *request);
#define REQUEST(variable) __attribute__((cleanup(request_finish))) struct request variable = {0}
/* A copy on the heap, for a fiber; request is left empty. */
struct request *request_steal(struct request *request);
void request_free(struct request *request);
CLEANUP(request, request_free)
bool request_is(const struct request *request, const char *method);
void registry_on_api(void *registry, struct exchange *exchange);

/* access.c: 401 and false unless the request may do the action ("pull", "push", "delete", "*"). */
bool access_check(struct request *request, const char *action);
/* Whether the request's token also covers pulling from another repository. */
bool access_may_mount(const struct request *request, const char *repository);
/* "user" and "secret" of an Authorization: Basic header. */
bool access_basic(struct exchange *exchange, char **user, char **secret);

/* logins.c: whether these are the registry's credentials; whether they are good for pushing. */
bool access_is_known(const struct registry *registry, const char *user, const char *secret);
bool access_may_push(const struct registry *registry, const char *user, const char *secret,
                     const char *repository);
void login_free(void *login);

/* token.c */
void registry_on_token(void *registry, struct exchange *exchange);

/* ratelimit.c: headers, and false after a 429 when a GET finds the window spent. */
bool ratelimit_check(const struct request *request);
void ratelimit_count(const struct request *request);

/* lookup.c: what is stored, with recipes carried out when they are first needed. NULL: not there.
 */
struct stored_manifest *lookup_manifest(struct registry *registry, struct repository *repository,
                                        const char *reference);
struct stored_blob *lookup_blob(struct registry *registry, struct repository *repository,
                                const char *digest);
struct stored_tag *lookup_tag(struct registry *registry, struct repository *repository,
                              const char *tag);
/* The repository, or NULL after a 404. */
struct repository *lookup_repository(const struct request *request);
void lookup_cook_all(struct registry *registry);

/* invent.c: makes the tag if the inventor wants the repository; whether it would. */
void registry_invent(struct registry *registry, const char *repository, const char *tag);
/* The same for a digest that somebody pinned in the real world, under a tag made of it: "sha256-…",
   g_free. NULL: no such image is made up. */
char *registry_invent_pinned(struct registry *registry, const char *repository, const char *digest);
bool registry_would_invent(const struct registry *registry, const char *repository,
                           const char *tag);

void registry_on_blob_site(void *registry, struct exchange *exchange);

/* uploads.c */
void uploads_init(struct registry *registry);

/* Handlers of the table in routes.c. */
void handle_base(struct request *request);
void handle_catalog(struct request *request);
void handle_manifest_get(struct request *request);
void handle_manifest_put(struct request *request);
void handle_manifest_delete(struct request *request);
void handle_blob_get(struct request *request);
void handle_blob_delete(struct request *request);
void handle_uploads_post(struct request *request);
void handle_upload_get(struct request *request);
void handle_upload_receive(struct request *request);
void handle_upload_delete(struct request *request);
void handle_tags_get(struct request *request);
void handle_referrers_get(struct request *request);

/* A change of state in the trace; reference and digest may be NULL. */
void registry_trace(const struct request *request, const char *action, const char *reference,
                    const char *digest);
/* The store is full: 413 that names the ceiling. */
void registry_reply_full(struct exchange *exchange, const GError *error);
