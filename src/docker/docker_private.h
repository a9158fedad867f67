/*
 * What the files of this folder share: the client's state, one way to ask the Engine and one way to
 * read its streams. Nobody outside includes this.
 */
#pragma once

#include "docker/call.h"
#include "docker/output.h"

struct docker {
    struct http *http;
    char *endpoint;    /* as given, for messages */
    char *unix_socket; /* NULL for tcp */
    char *base_url;    /* "http://host", without a slash at the end */
    char *api_version; /* "1.47"; NULL before the negotiation */
    char *user_agent;  /* NULL: our own */
    long minor_max;    /* the newest API version to speak is 1.N */
};

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
