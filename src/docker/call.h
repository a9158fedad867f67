/*
 * Calls of the Engine API as they are, for those who show an answer to people or need a member that
 * docker.h has no name for: the fake docker command, mostly. Everything that docker.h says of
 * deadlines, versions and errors holds here too.
 */
#pragma once

#include "base/json.h"
#include "docker/docker.h"
#include "docker/frames.h"
#include "docker/messages.h"

/* One question. Pointers are lent for the call. */
struct docker_call {
    const char *method; /* NULL: GET */
    const char *path;   /* "/images/json?all=1", escaped; the version goes in front */
    const json_t *json; /* the body; or */
    GBytes *body;       /* a tar as the body; or none */
    const char *header; /* one more header line, or NULL */
    bool is_upgrade;
    bool is_unversioned; /* "/grpc", "/_ping": without the version in front */
    /* Of streams: called once, when the head of an answer that is no error has come. May be NULL.
     */
    void (*on_open)(void *context);
    void *open_context;
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
/* The same for a multiplexed stream of exec, attach or logs: pieces as they come. */
bool docker_stream_frames(struct docker *docker, const struct docker_call *call, frames_fn *receive,
                          void *context, GError **error) MUST_USE;
/* The same for bytes that mean nothing here: what a terminal prints, a large tar. receive() returns
   false with an error to end the reading. */
typedef bool docker_bytes_fn(void *context, const void *bytes, gsize length_bytes, GError **error);
bool docker_stream_bytes(struct docker *docker, const struct docker_call *call,
                         docker_bytes_fn *receive, void *context, GError **error) MUST_USE;

/* "X-Registry-Auth: …" and "X-Registry-Config: …" lines; g_free. */
char *docker_auth_header(const struct docker_credentials *credentials);
char *docker_config_header(const struct docker_credentials *credentials, gsize count);

/* Percent-escapes a name for a path, leaving '/', ':' and '@'; g_free. */
char *docker_path_escape(const char *name);
/* "?key=value" or "&key=value" with the value escaped; nothing when value is NULL. */
void docker_query_append(GString *path, const char *key, const char *value);
