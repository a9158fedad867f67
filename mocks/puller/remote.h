/*
 * One registry as one pull or push sees it: where it is, who asks, the challenge it gave, the token
 * it wants. The protocol is written anew here; nothing of mocks/registry is used.
 */
#pragma once

#include "mocks/puller/mishap.h"

struct puller;

enum challenge_scheme {
    CHALLENGE_NONE,
    CHALLENGE_BEARER,
    CHALLENGE_BASIC,
};

struct remote {
    struct http *http;
    const struct puller_habits *habits;
    char *host;       /* "registry-1.docker.io", "localhost:5000" */
    char *base;       /* "https://registry-1.docker.io" */
    char *repository; /* "library/golang"; NULL: the credentials alone are tried (login) */
    char *actions;    /* "pull", "push,pull" */
    char *mount_from; /* another repository to ask a pull scope for, or NULL */
    char *username;
    char *password;
    enum challenge_scheme scheme;
    char *realm;
    char *service;
    char *token;
    int64_t token_expires_us;
};

struct remote_target {
    struct http *http;
    const struct puller_habits *habits;
    const char *host;
    const char *repository;
    const char *actions;
    const struct credentials *credentials;
};
struct remote *remote_new(const struct remote_target *target);
void remote_free(struct remote *remote);
CLEANUP(remote, remote_free)
/* Takes over what another one has learnt and been granted. */
void remote_copy_grant(struct remote *remote, const struct remote *other);
/* The host that serves a domain: registry-1.docker.io for docker.io; lent. */
const char *remote_host_of(const char *domain);

/* One request. All pointers are lent for the call. */
struct remote_call {
    const char *method;         /* "GET" if NULL */
    const char *path;           /* "/v2/…", or a whole URL */
    const char *const *headers; /* "Name: value", NULL-terminated, or NULL */
    GBytes *body;
    bool is_chunked;            /* sends the body without a length, as dockerd's PATCH */
    int64_t declared_bytes;     /* what the body stands for; 0: its length */
    int64_t connect_timeout_us; /* 0: Go's 30 s */
    bool is_stream;             /* leaves the body of a success in answer->stream */
};

struct remote_answer {
    struct http_response response; /* the body is there unless the stream is */
    struct http_stream *stream;
    char *url;        /* that answered, after redirects */
    GPtrArray *lines; /* of the request: the stream needs them */
};
void remote_answer_clear(struct remote_answer *answer);
#define REMOTE_ANSWER(variable)                                                                    \
    __attribute__((cleanup(remote_answer_clear))) struct remote_answer variable = {0}

/*
 * Asks once, with what authorization is at hand, and follows redirects of GET and HEAD. Any status
 * is success. Transport failures read `Get "url": words` and are MISHAP_TRANSPORT.
 */
bool remote_ask(struct remote *remote, const struct remote_call *call, struct remote_answer *answer,
                GError **error) MUST_USE;
/* The same with dockerd's token first, if a challenge asks for one: its failure stands inside this
   request's words (B1). */
bool remote_ask_authorized(struct remote *remote, const struct remote_call *call,
                           struct remote_answer *answer, GError **error) MUST_USE;
/* "https://host" + path; g_free. */
char *remote_url(const struct remote *remote, const char *path);

/* ---- auth.c ---- */

/* Learns scheme, realm and service from WWW-Authenticate; false: there is none it understands. */
bool remote_learn(struct remote *remote, const struct http_response *response);
/* containerd's: always a new one; POST with credentials, GET without. */
bool remote_renew_token(struct remote *remote, GError **error) MUST_USE;
/* dockerd's GET /v2/: reachable with any status within 15 s; learns the challenge. */
bool remote_ping(struct remote *remote, GError **error) MUST_USE;
/* dockerd's login: the ping, then GET /v2/ as its challenge asks; *status is that answer's. A ping
   that challenges nothing leaves the second request without credentials. */
bool remote_log_in(struct remote *remote, unsigned *status, GError **error) MUST_USE;
