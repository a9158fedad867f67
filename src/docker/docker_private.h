/*
 * What the files of this folder share: the client's state, one way to ask the Engine and one way to
 * read its streams. Nobody outside includes this.
 */
#pragma once

#include "base/json.h"
#include "docker/docker.h"
#include "docker/messages.h"
#include "docker/output.h"

struct docker {
    struct http *http;
    char *endpoint;    /* as given, for messages */
    char *unix_socket; /* NULL for tcp */
    char *base_url;    /* "http://host", without a slash at the end */
    char *api_version; /* "1.47"; NULL before the negotiation */
};

/* One question. Pointers are lent for the call. */
struct docker_call {
    const char *method; /* NULL: GET */
    const char *path;   /* "/images/json?all=1", escaped; the version goes in front */
    const json_t *json; /* the body; or */
    GBytes *body;       /* a tar as the body; or none */
    const char *header; /* one more header line, or NULL */
    bool is_upgrade;
};

/* The whole answer of any status. Negotiates before the first one. Transport errors are
   DOCKER_ERROR_UNREACHABLE or _CUT; those of fiber.h pass as they are. */
bool docker_ask(struct docker *docker, const struct docker_call *call,
                struct http_response *response, GError **error) MUST_USE;
/* The whole answer; 4xx and 5xx are DOCKER_ERROR with the status and the daemon's own text. */
bool docker_perform(struct docker *docker, const struct docker_call *call,
                    struct http_response *response, GError **error) MUST_USE;
/* The same with the body as JSON: an object or an array. */
bool docker_perform_json(struct docker *docker, const struct docker_call *call, json_t **answer,
                         GError **error) MUST_USE;
/* The same for calls whose answer says nothing more than that it worked. */
bool docker_perform_plain(struct docker *docker, const struct docker_call *call,
                          GError **error) MUST_USE;
/* Like docker_perform_plain(), and "no such thing" (404) is success too. */
bool docker_perform_removal(struct docker *docker, const char *path, GError **error) MUST_USE;
/* Like docker_perform_json(), with *answer NULL and true on 404. */
bool docker_find_json(struct docker *docker, const char *path, json_t **answer,
                      GError **error) MUST_USE;

/* A stream of messages until its proper end: fails on the first message that is a failure. 4xx and
   5xx are errors as in docker_perform(). */
bool docker_stream_messages(struct docker *docker, const struct docker_call *call,
                            messages_fn *receive, void *context, GError **error) MUST_USE;

/* The same for a multiplexed stream; the caller finishes the output. */
bool docker_stream_output(struct docker *docker, const struct docker_call *call,
                          struct output *output, GError **error) MUST_USE;

/* Sets DOCKER_ERROR from an answer of 400 or more. Pure. */
void docker_error_from_answer(GError **error, const char *url, unsigned status, GBytes *body);

/* "X-Registry-Auth: …" and "X-Registry-Config: …" lines; g_free. */
char *docker_auth_header(const struct docker_credentials *credentials);
char *docker_config_header(const struct docker_credentials *credentials, gsize count);

/* "ghcr.io/o/app:main@sha256:…" to the name and the tag or digest that Docker's own client sends:
   a digest wins over a tag, neither means "latest". False when there is no name. */
bool docker_reference_split(const char *reference, char **name, char **tag,
                            GError **error) MUST_USE;
/* Percent-escapes a name for a path, leaving '/', ':' and '@'; g_free. */
char *docker_path_escape(const char *name);
/* A list of JSON strings of any bytes; JSON null for NULL. */
json_t *docker_json_texts(const char *const *texts);
/* "K=V" lines as an object; a line without '=' gets null. An empty object for NULL. */
json_t *docker_json_pairs(const char *const *pairs);
/* "?key=value" or "&key=value" with the value escaped; nothing when value is NULL. */
void docker_query_append(GString *path, const char *key, const char *value);
/* Fixes the version for all calls to come; offered may be NULL. */
bool docker_choose_version(struct docker *docker, const char *offered, GError **error) MUST_USE;
