/* One loop on the virtual clock with a raw server and a client; the test's body runs in a fiber. */
#pragma once

#include "raw_server.h"

#include "base/limits.h"
#include "base/units.h"

#include <criterion/criterion.h>

struct bench {
    struct loop *loop;
    struct raw_server *server;
    struct http *http;
    void (*body)(struct bench *bench);
    const void *context; /* of bench_run_with() */
    GString *log;
    bool is_over;
};

/* Runs body against a server that plays the scripts; the bench's log comes back, g_free. */
char *bench_run(const struct act *const *scripts, void (*body)(struct bench *bench));
char *bench_run_with(const struct act *const *scripts, void (*body)(struct bench *bench),
                     const void *context);

/* Notes "what@seconds " in the log. */
void bench_note(struct bench *bench, const char *what);

/* "REFUSED (message)@seconds "; without the usual method and URL of bench_get(). */
void bench_note_error(struct bench *bench, const GError *error);

/* A GET of http://site/thing. Notes "200 BODY@seconds " or the error. */
void bench_get(struct bench *bench);
void bench_perform(struct bench *bench, const struct http_request *request);
