/*
 * What the files of this folder share: the client's state, one way to ask the Engine and one way to
 * read its streams. Nobody outside includes this.
 */
#pragma once

#include "docker/call.h"
#include "docker/output.h"

struct docker {
    struct http *http;
    char *endpoint;       /* as given, for messages */
    char *unix_socket;    /* NULL for tcp */
    char *base_url;       /* "http://host", without a slash at the end */
    char *api_version;    /* "1.47"; NULL before the negotiation */
    char *pinned_version; /* the one to speak whatever is offered; NULL: none */
    char *user_agent;     /* NULL: our own */
    bool has_new_words;   /* of the client of Docker 29 and later */
    long minor_max;       /* the newest API version to speak is 1.N */
};

/* Agrees on a version, if that is still to do. Who stands for Docker's own client may go on without
   one, as that does. */
bool docker_negotiate(struct docker *docker, const struct docker_call *call,
                      GError **error) MUST_USE;
/* One question as it is, without negotiation. */
bool docker_ask_once(struct docker *docker, const struct docker_call *call,
                     struct http_response *response, GError **error) MUST_USE;
/* "/v1.48/info"; g_free. */
char *docker_call_path(const struct docker *docker, const struct docker_call *call);
/* As Docker's client shows it: "http://%2Fvar%2Frun%2Fdocker.sock/v1.48/info"; g_free. */
char *docker_shown_url(const struct docker *docker, const struct docker_call *call);
/* DOCKER_ERROR in the words of Docker's own client, from an HTTP_ERROR; others as they are. */
void docker_explain_transport(GError **error, const struct docker *docker,
                              const struct docker_call *call, const GError *reason);

/* The same for a multiplexed stream; the caller finishes the output. */
bool docker_stream_output(struct docker *docker, const struct docker_call *call,
                          struct output *output, GError **error) MUST_USE;

/* Sets DOCKER_ERROR from an answer of 400 or more. Pure. */
void docker_error_from_answer(GError **error, const char *url, unsigned status, GBytes *body);

/* "ghcr.io/o/app:main@sha256:…" to the name and the tag or digest that Docker's own client sends:
   a digest wins over a tag, neither means "latest". False when there is no name. */
bool docker_reference_split(const char *reference, char **name, char **tag,
                            GError **error) MUST_USE;
/* A list of JSON strings of any bytes; JSON null for NULL. */
json_t *docker_json_texts(const char *const *texts);
/* "K=V" lines as an object; a line without '=' gets null. An empty object for NULL. */
json_t *docker_json_pairs(const char *const *pairs);
/* Fixes the version for all calls to come; offered may be NULL. */
bool docker_choose_version(struct docker *docker, const char *offered, GError **error) MUST_USE;
