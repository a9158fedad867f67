/*
 * An exchange: one HTTP request with the reply intended for it, as data. A site's handler reads the
 * request and states the honest reply; the fault stage may change it or add a disturbance; server.c
 * and wire.c alone carry the result out. Freed by the server when the client has it, or has gone.
 */
#pragma once

#include "loop/fiber.h"

struct exchange;
struct site;

/* A client of the world's own. */
struct peer {
    const char *machine; /* where it runs; NULL: nowhere in particular */
    const char *role;    /* what it is called in traces */
};

/*
 * Times. A reply waits the network's round trip from the moment it is stated; a body of at least
 * 64 KiB declared bytes then flows at the network's rate, in four equal parts, the last of which
 * ends with it. A request's body of that length costs time likewise: it counts as received that
 * long after the request began, both for exchange_read() and for the reply. Our own mocks' clients
 * send few bytes for many and say so in the request header "Seatrial-Declared-Bytes: N"; it is
 * looked at only where the network has a rate. Streams and upgrades are not paced.
 *
 * Every exchange is one "exchange" event in the trace when it ends: n, site, client (the role of
 * the opener; absent for clients from outside), method, target, status (0: none went out), bytes
 * (of the body, declared ones; 0 if the client left a reply that needed no staging), request_bytes
 * (absent: none), end (ok, client-gone, closed, reset, silent, raw), started_us.
 */

/* ---- what was asked (lent, valid as long as the exchange) ---- */

const char *exchange_method(const struct exchange *exchange);
/* The path as sent, percent-escapes and all, without the query. */
const char *exchange_path(const struct exchange *exchange);
/* The part after '?', as sent, or NULL. */
const char *exchange_query(const struct exchange *exchange);
/* The decoded value of one query key, or NULL; several of one name: the first. Lent. */
const char *exchange_query_value(struct exchange *exchange, const char *key);
/* All decoded values of one query key; lent strings in an array that the caller unrefs. */
GPtrArray *exchange_query_values(struct exchange *exchange, const char *key);
/* The first header of this name, case-insensitive, or NULL. */
const char *exchange_header(const struct exchange *exchange, const char *name);
/* All header lines of this name (dockerd sends six Accept lines); caller unrefs. */
GPtrArray *exchange_headers(const struct exchange *exchange, const char *name);
/* The trace id of the exchange: 1, 2, … in order of arrival in its world. */
uint64_t exchange_number(const struct exchange *exchange);
struct site *exchange_site(const struct exchange *exchange);
/* Who asks: the role of the opener that dialled, NULL for clients from outside. */
const char *exchange_role(const struct exchange *exchange);
/* The machine it asks from, or NULL; valid as long as the world. */
const char *exchange_machine(const struct exchange *exchange);

/* ---- the request's body: only inside the exchange's own fiber ---- */

/* The next bytes; *chunk NULL at the end. After exchange_upgrade(): the raw bytes of the client. */
bool exchange_read(struct exchange *exchange, GBytes **chunk, GError **error) MUST_USE;
/* The whole body; more than bytes_max is BASE_ERROR_LIMIT. */
bool exchange_read_all(struct exchange *exchange, gsize bytes_max, GBytes **body,
                       GError **error) MUST_USE;

/*
 * Runs the rest of the handling in a fiber that ends with the exchange: it is cancelled when the
 * client closes its connection (half a close counts, as in Go's server; not after an upgrade), the
 * site stops listening or the world ends. Handlers that answer at once need none. The request body
 * is not read before the fiber asks for it; what is unread when the reply is stated is drained, and
 * only then the reply goes out. A fiber that ends without a reply closes the connection; it may go
 * on after its reply. The exchange stays valid until the fiber ends, even without a client.
 */
void exchange_spawn(struct exchange *exchange,
                    void (*run)(struct exchange *exchange, void *context), void *context);

/*
 * The same without a fiber, for bodies that are wanted whole: calls ready once the body is there,
 * with NULL if it is longer than bytes_max. ready replies, or spawns. body is lent.
 */
typedef void exchange_collected(struct exchange *exchange, void *context, GBytes *body);
void exchange_collect(struct exchange *exchange, gsize bytes_max, exchange_collected *ready,
                      void *context);

/* ---- the honest reply ---- */

/* Adds a header to the reply. Content-Length and Transfer-Encoding are the server's own. */
void exchange_set_header(struct exchange *exchange, const char *name, const char *value);
/* A whole reply; body NULL: empty with Content-Length 0 (none for 204; libmicrohttpd cannot leave
   it out of a 304). HEAD requests get the length and no body by themselves. Stating a reply again
   replaces it as long as it has not gone out; its headers stay. */
void exchange_reply(struct exchange *exchange, unsigned status, GBytes *body);
void exchange_reply_text(struct exchange *exchange, unsigned status, const char *content_type,
                         const char *text);
/* The number of bytes this body stands for in the world (a virtual layer: few real bytes, declared
   size used for time, faults and disk). Default: its real length. */
void exchange_set_declared_bytes(struct exchange *exchange, int64_t declared_bytes);

/* A chunked reply, each write flushed at once as its own chunk. From the exchange's fiber. Write
   waits while the client does not read; it fails when the client has gone. */
void exchange_stream_begin(struct exchange *exchange, unsigned status);
bool exchange_stream_write(struct exchange *exchange, const void *bytes, gsize length_bytes,
                           GError **error) MUST_USE;
void exchange_stream_end(struct exchange *exchange);

/* 101 (or 200 without the client's Upgrade header, as dockerd does) and then raw bytes both ways by
   exchange_stream_write() and exchange_read(); exchange_stream_end() closes. */
void exchange_upgrade(struct exchange *exchange, const char *content_type);

bool exchange_has_reply(const struct exchange *exchange);
unsigned exchange_reply_status(const struct exchange *exchange); /* 0: none yet */

/* ---- what faults may do with it; carried out by the server ---- */

/* Where in the reply a disturbance acts: -1 before its headers, else after so many body bytes
   (declared bytes; the server scales them to real ones). A place at or beyond the end of the body
   is never reached: the reply stays honest. */
#define BEFORE_HEADERS INT64_C(-1)
#define NEVER          INT64_MAX

enum exchange_end {
    END_HONEST,
    END_CLOSE,  /* FIN at ends_at: truncation, or an empty reply before the headers */
    END_RESET,  /* RST at ends_at; FIN for a unix client from outside the world */
    END_SILENT, /* nothing more after ends_at, and the connection stays open */
};

struct disturbance {
    int64_t delay_us;         /* before the headers */
    int64_t bytes_per_second; /* 0: the world's own rate */
    enum exchange_end end;
    int64_t ends_at;    /* BEFORE_HEADERS or body bytes; counts when end is not END_HONEST */
    int64_t silent_us;  /* END_SILENT goes on honestly after this; 0: never */
    int64_t corrupt_at; /* body byte to flip, NEVER for none; struct init must set it */
    GBytes *raw;        /* these bytes instead of a reply, then close */
};

struct disturbance *exchange_disturbance(struct exchange *exchange);
/* The honest reply in place, to be read or replaced before it is sent. body is NULL for streams. */
GBytes *exchange_reply_body(const struct exchange *exchange);
void exchange_replace_body(struct exchange *exchange, GBytes *body);
void exchange_remove_header(struct exchange *exchange, const char *name);
const char *exchange_reply_header(const struct exchange *exchange, const char *name);
/* Drops every header stated so far. */
void exchange_clear_headers(struct exchange *exchange);
/* How many bytes the reply's body stands for; -1: a stream, nobody knows. */
int64_t exchange_reply_declared_bytes(const struct exchange *exchange);
/* From now on the handler does not find this header of the request; name is a literal. One at most.
 */
void exchange_hide_header(struct exchange *exchange, const char *name);
