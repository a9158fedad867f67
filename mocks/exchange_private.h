/* What exchange*.c, server*.c, tunnel.c and wire.c share about one exchange. Nobody else includes
   this. */
#pragma once

#include "base/units.h"
#include "mocks/exchange.h"
#include "mocks/wire.h"

struct MHD_Connection;
struct MHD_UpgradeResponseHandle;
struct connection;
struct server;

enum {
    METHOD_BYTES_MAX = 24, /* a longer one is cut; it is no method that a site knows */
};

/* How an exchange ended; NONE goes to one of the others once. */
enum exchange_ending {
    ENDING_NONE,
    ENDING_OK,
    ENDING_CLIENT_GONE,
    ENDING_CLOSED, /* by a disturbance, by its site or by the end of the world */
    ENDING_RESET,
    ENDING_SILENT, /* the client gave up waiting */
    ENDING_RAW,    /* a disturbance's own bytes went out instead of a reply */
};

/* The request's body on its way to the reader. */
struct inbox {
    GQueue chunks; /* GBytes */
    int64_t buffered_bytes;
    int64_t total_bytes;
    int64_t declared_bytes; /* of the Seatrial-Declared-Bytes header; -1: none */
    bool is_wanted;         /* somebody has asked for it */
    bool is_complete;       /* all of it has arrived */
};

struct reply {
    unsigned status;
    GPtrArray *headers; /* "name\0value", each one allocation */
    GBytes *body;
    int64_t length_bytes;   /* of the real body; -1: a stream */
    int64_t declared_bytes; /* -1: as many as real ones */
    bool is_stated;
    bool is_stream;
    bool is_upgrade;
    bool has_ended;     /* the owner has ended the stream */
    bool is_settled;    /* the weather has seen it; due_us counts */
    bool is_on_its_way; /* queued: too late for changes */
    int64_t due_us;     /* when the headers may go out */
    GQueue chunks;      /* of a stream: GBytes not yet sent */
    gsize chunk_offset; /* sent of the first */
    gsize buffered_bytes;
    struct wire wire;
};

/* The client's socket after an upgrade, or while raw bytes replace a reply. */
struct tunnel {
    struct MHD_UpgradeResponseHandle *upgrade; /* NULL: taken from a suspended connection */
    bool is_open;
    bool is_read_closed;
    bool is_blocked; /* the socket takes no more bytes now */
};

struct exchange {
    struct server *server;
    struct site *site;
    struct connection *connection; /* NULL once the client has the reply or has gone */
    struct MHD_Connection *mhd;    /* NULL likewise */
    uint64_t number;               /* 0: its headers are not complete yet */
    int64_t started_us;
    char method[METHOD_BYTES_MAX];
    char *path;
    char *query;               /* inside path's allocation, or NULL */
    GPtrArray *query_pairs;    /* parsed when first asked for */
    GPtrArray *header_copies;  /* made when the connection goes before the fiber */
    const char *hidden_header; /* by the weather; NULL: none */
    struct fiber *fiber;
    void (*run)(struct exchange *exchange, void *context);
    void *run_context;
    exchange_collected *collected;
    gsize collected_bytes_max;
    struct inbox inbox;
    struct reply reply;
    struct disturbance disturbance;
    struct tunnel tunnel;
    struct timer timer;
    enum exchange_ending ending;
    bool is_suspended; /* in libmicrohttpd, until exchange_resume() */
    bool is_aborted;   /* the next callback of libmicrohttpd closes the connection */
    bool is_silent;    /* a disturbance keeps it from going on */
};

/* exchange.c */
struct exchange *exchange_new(struct server *server, struct connection *connection,
                              const char *target);
void exchange_free(struct exchange *exchange);
bool exchange_is_head(const struct exchange *exchange);
/* Settles the reply: shows it to the weather and fixes when it may go out. */
void exchange_settle(struct exchange *exchange);
void exchange_trace(const struct exchange *exchange);

/* exchange_body.c */
void inbox_clear(struct inbox *inbox);
void inbox_push(struct inbox *inbox, const void *bytes, gsize length_bytes);
/* Waking whoever waits in exchange_read() or exchange_stream_write(). */
void exchange_wake(struct exchange *exchange);
void reply_drop_chunks(struct reply *reply);
/* Drops the stream's bytes that were sent; count may end inside a chunk. */
void reply_drop_sent(struct reply *reply, gsize sent_bytes);
/* Takes a piece of the body; false: there is no room for it now. */
bool exchange_take_body(struct exchange *exchange, const char *bytes, gsize length_bytes);
/* The body is complete (idempotent). */
void exchange_end_body(struct exchange *exchange);
/* When the request's body counts as received: its declared bytes take their time. */
int64_t exchange_body_due_us(const struct exchange *exchange);

/* server_exchange.c: the way of an exchange through libmicrohttpd */
void exchange_resume(struct exchange *exchange);
void exchange_on_timer(void *exchange);
/* Cuts the connection of the exchange as soon as libmicrohttpd allows. */
void exchange_abort(struct exchange *exchange, enum exchange_ending ending);
/* The client hung up. */
void exchange_lose_client(struct exchange *exchange);
/* tunnel.c */
void tunnel_open(struct exchange *exchange, const void *early_bytes, gsize early_length_bytes);
/* Sends what is waiting as far as the socket takes it. */
void tunnel_pump(struct exchange *exchange);
/* Ends the connection; a reset if that is the ending. */
void tunnel_close(struct exchange *exchange, enum exchange_ending ending);
void tunnel_on_event(struct exchange *exchange, uint32_t events);
/* Which events of its socket a tunnel waits for. */
uint32_t tunnel_interest(const struct exchange *exchange);
