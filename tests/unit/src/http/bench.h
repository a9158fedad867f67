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
    GString *log;
    bool is_over;
};

/* Runs body against a server that plays the scripts; the bench's log comes back, g_free. */
char *bench_run(const struct act *const *scripts, void (*body)(struct bench *bench));

/* Notes "what@seconds " in the log. */
void bench_note(struct bench *bench, const char *what);

/* A GET of http://site/thing. Notes "200 BODY@seconds " or "ERROR: message@seconds ". */
void bench_get(struct bench *bench);
void bench_perform(struct bench *bench, const struct http_request *request);
