/* What server*.c and tunnel.c share. Nobody else includes this. */
#pragma once

#include "mocks/exchange_private.h"
#include "mocks/server.h"
#include "mocks/world.h"

#include <sys/socket.h>

struct MHD_Daemon;

/* One of the world's own clients, from before its connect() to its close(). */
struct client {
    int fd;
    const struct peer *peer;
    unsigned name;                 /* of its autobound address, as a number */
    struct connection *connection; /* NULL until accepted, or after the server closed it */
};

struct connection {
    struct server *server;
    struct site *site;
    struct client *client;   /* NULL: from outside the world, or closed */
    const struct peer *peer; /* also after the client has gone; NULL: from outside */
    struct exchange *exchange;
    int fd;
    bool is_unix;
    uint32_t watched_events;
    bool has_hung_up;
};

struct server {
    struct world *world;
    struct loop *loop;
    struct MHD_Daemon *daemon;
    struct loop_source source;
    GPtrArray *connections;   /* struct connection, in the order of arrival */
    GPtrArray *visitors;      /* struct visitor: not taken up yet, or never */
    GHashTable *by_fd;        /* server's descriptor: connection */
    GHashTable *clients;      /* client's descriptor: struct client; never iterated */
    GHashTable *client_names; /* autobound name: struct client; never iterated */
    int reserve_fd;           /* given up to hang up on a client when there are no more */
    guint fiber_count;
    bool have_fibers_ended;
    bool is_dirty; /* something was resumed: libmicrohttpd tells nobody (virtual-time.md 9.1) */
    bool is_closing;
};

/* server.c */
void server_touch(struct server *server);
/* Tells the loop again what the connection's socket waits for. */
void connection_watch(struct connection *connection);
void connection_poison(const struct connection *connection);
/* Hands an accepted connection to libmicrohttpd. */
void server_take(struct server *server, struct site *site, int fd,
                 const struct sockaddr_storage *address, socklen_t length_bytes);

/* server_gate.c: accepted connections from outside the world; the weather decides. */
void gate_admit(struct server *server, struct site *site, int fd,
                const struct sockaddr_storage *address, socklen_t length_bytes);
/* Closes those that wait or stand at a site's door; NULL: at any. */
void gate_clear(struct server *server, const struct site *site);
void visitor_free(void *visitor);

/* server_exchange.c: libmicrohttpd's callbacks about one request */
/* Suspends inside a callback of libmicrohttpd; false: the client has gone, close instead. */
bool exchange_suspend(struct exchange *exchange);
/* The same, until a time. */
bool exchange_suspend_for(struct exchange *exchange, int64_t delay_us);

/* server_reply.c. True: queued, or the socket is taken over; false: close the connection. */
bool exchange_send(struct exchange *exchange);
/* Begins the end that the disturbance asks for; true: keep silent, false: close the connection. */
bool exchange_carry_out_end(struct exchange *exchange);
/* Gives an upgraded connection back to libmicrohttpd, which closes it. */
void exchange_close_upgrade(struct exchange *exchange);
