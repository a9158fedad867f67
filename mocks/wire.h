/*
 * The byte stage: when which part of a reply's body may go out, and where it is cut. A pure plan
 * from the network, the sizes and the disturbance; server*.c asks it and carries it out. Also the
 * two ways of resetting a connection.
 *
 * Offsets of a disturbance count declared bytes; the plan scales them to the real body.
 */
#pragma once

#include "mocks/exchange.h"

/* A world paces no body below this many declared bytes; a disturbance's own rate has no such floor.
 */
#define WIRE_PACED_BYTES_MIN (INT64_C(64) * 1024)

struct wire {
    int64_t real_bytes; /* of the body; INT64_MAX for a stream */
    int64_t declared_bytes;
    int64_t total_us;    /* from the first body byte to the last; 0: at once */
    int64_t slice_count; /* the body goes out in so many equal parts */
    int64_t end_at;      /* real offset where `end` acts; NEVER */
    int64_t end_us;      /* when that offset is reached */
    int64_t corrupt_at;  /* real offset of the byte to flip; NEVER */
    enum exchange_end end;
    int64_t began_us;                /* when the body began; set by the server */
    int64_t sent_bytes;              /* real ones, so far */
    int64_t stream_bytes_per_second; /* of a dribbling stream; 0: at once */
    int64_t piece_due_us;            /* when its next piece may go out; 0: not asked yet */
};

/* real_bytes INT64_MAX: a stream, whose declared bytes are its real ones. */
struct wire wire_plan(int64_t real_bytes, int64_t declared_bytes, int64_t bytes_per_second,
                      const struct disturbance *disturbance);
/* Whether the body needs the stage at all. */
bool wire_is_honest(const struct wire *wire);
/* How many bytes may have gone out elapsed_us after the body began. */
int64_t wire_allowed_bytes(const struct wire *wire, int64_t elapsed_us);
/* When the byte after sent_bytes may go out, as time since the body began. */
int64_t wire_next_us(const struct wire *wire, int64_t sent_bytes);
/* How long the next piece of a stream must still wait at now_us; asked until it is sent. */
int64_t wire_piece_wait_us(struct wire *wire, int64_t now_us, gsize length_bytes);
/* Notes that bytes of a stream were sent. */
void wire_note_piece(struct wire *wire, gsize sent_bytes);
/* The declared bytes that so many real ones stand for. */
int64_t wire_declared_of(const struct wire *wire, int64_t real_bytes);
/* value * times / by without overflow, rounded down; by 0 gives 0. */
int64_t wire_scale(int64_t value, int64_t times, int64_t by);
/* Flips the byte at corrupt_at if it lies in these bytes, which begin at offset. */
void wire_corrupt(const struct wire *wire, char *bytes, int64_t offset, gsize length_bytes);

/*
 * Makes the close of server_fd, which must follow at once, a reset for its client. On a unix socket
 * one unread "poison" byte from the client's own end does it (client_fd; -1 if unknown: the close
 * stays a close); on TCP connect(AF_UNSPEC) does (virtual-time.md 3; SO_LINGER does not work
 * through libmicrohttpd).
 */
void wire_poison(int server_fd, bool is_unix, int client_fd);
