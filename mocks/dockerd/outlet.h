/*
 * Bytes on their way from whoever writes them to one reader, both fibers: output of a process to an
 * attached client, progress of a pull to the client that asked, events to a subscriber. The reader
 * may go at any time; what is written then is dropped, as dockerd does. Shared by reference count.
 */
#pragma once

#include "mocks/exchange.h"

struct outlet;

struct outlet *outlet_new(struct loop *loop);
struct outlet *outlet_ref(struct outlet *outlet);
void outlet_unref(struct outlet *outlet);
CLEANUP(outlet, outlet_unref)

/* Waits while OUTLET_BYTES_MAX are unread. Fails only when the calling fiber is cancelled or times
   out. Outside fibers it never waits. */
bool outlet_write(struct outlet *outlet, const void *bytes, gsize length_bytes,
                  GError **error) MUST_USE;
/* Never waits: dropped while OUTLET_BYTES_MAX are unread, as dockerd drops events of slow readers.
 */
void outlet_offer(struct outlet *outlet, const void *bytes, gsize length_bytes);
/* Between the two writes never wait: the reader itself fills it before it reads. */
void outlet_hold(struct outlet *outlet);
void outlet_release(struct outlet *outlet);
/* Nothing more will be written. */
void outlet_end(struct outlet *outlet);
/* Waits until something is there to read (true) or the writer has ended without (false, no error).
 */
bool outlet_wait(struct outlet *outlet, GError **error) MUST_USE;
/* Sends everything, as it comes, to a streaming or upgraded exchange until the writer has ended;
   then, or when the client has gone, detaches. */
bool outlet_pump(struct outlet *outlet, struct exchange *exchange, GError **error) MUST_USE;

/* One multiplexed frame: 8 bytes {stream,0,0,0,length} and the text (engine-contract.md 0). */
bool outlet_write_frame(struct outlet *outlet, int stream, const char *bytes, gsize length_bytes,
                        GError **error) MUST_USE;
