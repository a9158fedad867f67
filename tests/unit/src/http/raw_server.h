/*
 * A server that knows no HTTP: it plays a fixed script of bytes, waits and endings on each
 * connection, so that a client can be shown exactly what a broken peer sends. One fiber a
 * connection.
 */
#pragma once

#include "http/http.h"

enum act_kind {
    ACT_CLOSE, /* FIN; the end of a script, and of zeroes behind it */
    ACT_READ_HEAD,
    ACT_READ_BODY, /* number bytes */
    ACT_SEND,      /* text */
    ACT_SEND_FILL, /* number bytes of 'x' */
    ACT_SLEEP,     /* number us */
    ACT_RESET,     /* poison byte from the client's end, then close (virtual-time 3) */
    ACT_HOLD,      /* wait until the client goes */
};

struct act {
    enum act_kind kind;
    const char *text;
    int64_t number;
};

#define READ_HEAD                                                                                  \
    {                                                                                              \
        .kind = ACT_READ_HEAD                                                                      \
    }
#define READ_BODY(bytes)                                                                           \
    {                                                                                              \
        .kind = ACT_READ_BODY, .number = (bytes)                                                   \
    }
#define SEND(bytes)                                                                                \
    {                                                                                              \
        .kind = ACT_SEND, .text = (bytes)                                                          \
    }
#define SEND_FILL(bytes)                                                                           \
    {                                                                                              \
        .kind = ACT_SEND_FILL, .number = (bytes)                                                   \
    }
#define SLEEP(delay_us)                                                                            \
    {                                                                                              \
        .kind = ACT_SLEEP, .number = (delay_us)                                                    \
    }
#define CLOSE                                                                                      \
    {                                                                                              \
        .kind = ACT_CLOSE                                                                          \
    }
#define RESET                                                                                      \
    {                                                                                              \
        .kind = ACT_RESET                                                                          \
    }
#define HOLD                                                                                       \
    {                                                                                              \
        .kind = ACT_HOLD                                                                           \
    }

/* Connection n plays scripts[n], the last one again and again; NULL ends the list. */
struct raw_server {
    struct loop *loop;
    const struct act *const *scripts;
    char *folder;
    char *path;
    int listen_fd;
    GPtrArray *connections;  /* struct raw_connection, in order of arrival */
    GQueue client_fds;       /* dialled, not yet accepted */
    struct http_route route; /* what the opener answers; a socket leads to path */
    GString *asked;          /* "host:port " of every question */
    int64_t client_gone_at_us;
    int64_t sent_bytes;
    guint close_count; /* of on_close */
};

struct raw_connection {
    struct raw_server *server;
    const struct act *script;
    int fd;
    int client_fd;
    gsize consumed_bytes;
    GString *received;
    struct fiber *fiber;
};

struct raw_server *raw_server_new(struct loop *loop, const struct act *const *scripts);
/* Only after the loop's fibers have ended. */
void raw_server_free(struct raw_server *server);
struct http_opener raw_server_opener(struct raw_server *server);
/* What connection n has sent so far. */
const char *raw_server_received(const struct raw_server *server, guint n);
