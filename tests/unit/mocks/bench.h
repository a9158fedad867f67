/* A world on the virtual clock with one site, "site", and a client; the test's body runs in a
 * fiber. */
#pragma once

#include "base/limits.h"
#include "base/units.h"
#include "loop/vclock.h"
#include "mocks/world.h"

#include <criterion/criterion.h>

struct bench;

struct plan {
    bool is_outside; /* clients on TCP, so the real clock; nothing may wait for time */
    struct network network;
    site_handler *handle; /* of "site" and of the socket "/run/site.sock"; context: the bench */
    void (*disturb)(struct disturbance *disturbance); /* every reply */
    void (*body)(struct bench *bench);
};

struct bench {
    const struct plan *plan;
    struct loop *loop;
    struct trace *trace;
    struct world *world;
    struct site *site;
    struct http *http;
    GString *log;
    bool is_over;
};

/* Runs the plan; "what@seconds " notes come back, g_free. */
char *bench_run(const struct plan *plan);
/* The same, with the digest of the trace in *digest (g_free). */
char *bench_run_traced(const struct plan *plan, char **digest);

/* Notes "what@seconds ", to the microsecond where it is no whole second. */
void bench_note(struct bench *bench, const char *format, ...) G_GNUC_PRINTF(2, 3);
/* Performs and notes "STATUS BODY@seconds " or the error's name. */
void bench_perform(struct bench *bench, const struct http_request *request);
/* GET of http://site/thing. */
void bench_get(struct bench *bench);
/* What an error is: "RESET", "TRUNCATED", …; static. */
const char *bench_error_name(const GError *error);
/* Waits, for what must not fail. */
void bench_sleep(struct bench *bench, int64_t delay_us);
/* The trace so far, lent. */
const char *bench_trace(const struct bench *bench);
