/* What server*.c and tunnel.c share. Nobody else includes this. */
#pragma once

#include "mocks/exchange_private.h"
#include "mocks/server.h"
#include "mocks/world.h"

#include <sys/socket.h>

struct MHD_Daemon;

/* One of the world's own clients, from before its connect() to its close(). EXPECTED -> ACCEPTED,
   or EXPECTED -> MISSED (it hung up before its connection was accepted) -> gone. */
struct client {
    struct site *site; /* whose queue of expected clients it stands in; NULL once accepted */
    int fd;            /* -1: closed */
    const struct peer *peer;
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
    bool is_inner;           /* of a client of this world, which says itself when it hangs up */
    bool is_driven;          /* of the inside daemon */
    bool is_readable;        /* stands in the server's queue of these */
    uint32_t watched_events; /* that the loop watches its descriptor for */
    uint32_t wished_events;  /* of a driven one: that libmicrohttpd waits for; 0: suspended */
    bool is_lost;            /* its client has hung up, and that is still to be dealt with */
    bool has_hung_up;
};

struct server {
    struct world *world;
    struct loop *loop;
    struct MHD_Daemon *inside;  /* driven by us; see server_drive.c */
    struct MHD_Daemon *outside; /* with an epoll of its own */
    GPtrArray *driven;          /* struct connection of the inside daemon */
    GQueue readable;            /* those of them that are to be read */
    struct loop_source source;
    GPtrArray *connections; /* struct connection, in the order of arrival */
    GPtrArray *visitors;    /* struct visitor: not taken up yet, or never */
    GHashTable *by_fd;      /* server's descriptor: connection */
    GHashTable *clients;    /* client's descriptor: struct client; never iterated */
    int reserve_fd;         /* given up to hang up on a client when there are no more */
    bool has_lost_clients;  /* a connection is_lost */
    guint fiber_count;
    bool have_fibers_ended;
    bool is_dirty; /* something was resumed: libmicrohttpd tells nobody (virtual-time.md 9.1) */
    bool is_closing;
};

/* server_drive.c */
void server_touch(struct server *server);
/* Lets libmicrohttpd do what there is to do. */
void server_turn(struct server *server);
/* The same, and it looks at every connection. */
void server_turn_all(struct server *server);
void server_drive_begin(struct server *server);
void server_drive_end(struct server *server);
/* Hands an accepted connection to libmicrohttpd; false: it is closed, and given to nobody. */
bool server_drive_connection(struct connection *connection, const struct sockaddr *address,
                             socklen_t length_bytes);
/* libmicrohttpd closes the connection's descriptor next. */
void server_drive_no_more(struct connection *connection);
/* Tells the loop again what the connection's socket waits for. */
void connection_watch(struct connection *connection);
void connection_unwatch(struct connection *connection);
/* Its client has hung up; dealt with in the next turn. */
void connection_lose(struct connection *connection);

/* server_clients.c */
void client_free(void *client);
/* Whoever dialled first is the client of this connection. */
void connection_introduce(struct connection *connection);
/* The same, whose connection was closed at once. */
void site_turn_client_away(struct site *site);

/* server.c */
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
