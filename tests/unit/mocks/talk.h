/* What tests of connections share: a client without a library, handlers that do not simply answer.
 */
#pragma once

#include "bench.h"

/* ---- a client without a library ---- */

/* A descriptor connected to "site", by somebody the world does not know. */
int dial(struct bench *bench);
/* The same for a client of the world, which says when it dials and hangs up. */
int dial_as_client(struct bench *bench);
void hang_up(struct bench *bench, int fd);
/* A client of the world that dials and does not come through: its connect() fails. */
void dial_in_vain(struct bench *bench);
void say(int fd, const char *text);
/* Notes what has come by now; the end of the stream reads "EOF". */
void note_heard(struct bench *bench, int fd);
/* Two requests at once, the last on its connection. */
void talk_pipelined(struct bench *bench);
/* POST with an upgrade, by the library. */
void read_upgraded(struct bench *bench);
/* Sleeps, or notes that it was cancelled. */
void rest(struct bench *bench, int64_t delay_us);

#define OK_HEAD    "HTTP/1.1 200 OK\r\n"
#define START      "POST /exec/1/start HTTP/1.1\r\nHost: site\r\n"
#define START_BODY "Content-Length: 2\r\n\r\n{}"

/* ---- handlers ---- */

void handle_hello(void *context, struct exchange *exchange);
/* Never answers; notes its cancellation. */
void handle_for_ever(void *context, struct exchange *exchange);
/* Streams more than anybody reads. */
void handle_much(void *context, struct exchange *exchange);
/* Upgrades and reads until it is cancelled. */
void handle_echo_for_ever(void *context, struct exchange *exchange);
/* Upgrades, says ten bytes and rests. */
void handle_ten_bytes(void *context, struct exchange *exchange);
