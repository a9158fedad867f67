/* The answers of an Engine that the tests of this folder are made of. */
#pragma once

#include "docker/docker.h"
#include "scripted_site.h"

#include <string.h>

#define PING                                                                                       \
    {                                                                                              \
        .text = "HTTP/1.1 200 OK\r\nApi-Version: 1.41\r\nContent-Length: 0\r\n\r\n"                \
    }
/* A whole answer; the body ends with the connection. */
#define ANSWER(status, body)                                                                       \
    {                                                                                              \
        .text = "HTTP/1.1 " status "\r\nContent-Type: application/json\r\n"                        \
                "Connection: close\r\n\r\n" body                                                   \
    }
#define CHUNKED_HEAD                                                                               \
    "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"

#define FRAMES_HEAD "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n"
#define UPGRADED                                                                                   \
    "HTTP/1.1 101 UPGRADED\r\nContent-Type: application/vnd.docker.raw-stream\r\n"                 \
    "Connection: Upgrade\r\nUpgrade: tcp\r\n\r\n"
#define NOT_UPGRADED "HTTP/1.1 200 OK\r\nContent-Type: application/vnd.docker.raw-stream\r\n\r\n"
#define FRAMES                                                                                     \
    "\1\0\0\0\0\0\0\3"                                                                             \
    "eo\n"                                                                                         \
    "\2\0\0\0\0\0\0\3"                                                                             \
    "ee\n"
#define BYTES(literal)                                                                             \
    {                                                                                              \
        .text = (literal), .length_bytes = sizeof(literal) - 1                                     \
    }

static inline struct docker *engine_of(struct scripted_site *site)
{
    return docker_new(site->http, "unix:///var/run/docker.sock", NULL);
}

/* "domain code: message"; the domain of this folder is "docker". */
static inline void note_error(struct scripted_site *site, const GError *error)
{
    g_string_append_printf(site->log, "%s %d: %s\n",
                           error->domain == DOCKER_ERROR ? "docker"
                                                         : g_quark_to_string(error->domain),
                           error->code, error->message);
}

static inline void note_targets(struct scripted_site *site)
{
    g_autofree char *targets = scripted_site_targets(site);
    g_string_append(site->log, targets);
}

/* The body of request n. */
static inline const char *body_of(struct scripted_site *site, guint n)
{
    const char *end = strstr(scripted_site_request(site, n), "\r\n\r\n");
    return end != NULL ? end + 4 : "";
}
