/*
 * The trace: what happened in one run, in order, as JSON Lines. One event is one line,
 *
 *     {"t_us":14400000,"event":"exchange","site":"ghcr.io","method":"GET",...}
 *
 * It holds virtual time, names and sizes; never a pointer, port, pid or real time, so that two runs
 * of one plan are equal byte for byte. The SHA-256 of its bytes names the run. Keys come in the
 * order in which they are written. Events are built without a tree in memory: begin, add, end.
 */
#pragma once

#include "base/error.h"

#include <stdint.h>

struct trace;

/* now(context) gives the virtual time of an event in microseconds. */
struct trace *trace_new(int64_t (*now_us)(const void *context), const void *context);
void trace_free(struct trace *trace);
CLEANUP(trace, trace_free)

/* One event: begin, any number of keys, end. Events do not nest. trace may be NULL everywhere. */
void trace_begin(struct trace *trace, const char *event);
void trace_string(struct trace *trace, const char *key, const char *value); /* NULL writes null */
void trace_bytes(struct trace *trace, const char *key, const char *value, gsize length);
void trace_integer(struct trace *trace, const char *key, int64_t value);
void trace_boolean(struct trace *trace, const char *key, bool value);
void trace_strings(struct trace *trace, const char *key, const char *const *values, gsize count);
void trace_end(struct trace *trace);

/* begin, string pairs, end in one call: trace_note(trace, "state", "tier", "manual", NULL). */
void trace_note(struct trace *trace, const char *event, ...) G_GNUC_NULL_TERMINATED;

/* The lines so far; lent until the next event. The text is cut, with a last line that says so, at
   TRACE_BYTES_MAX. */
const char *trace_text(const struct trace *trace, gsize *length_bytes);
gsize trace_event_count(const struct trace *trace);
/* "sha256:…" over the text; g_free. */
char *trace_digest(const struct trace *trace);
