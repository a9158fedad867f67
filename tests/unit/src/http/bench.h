/* One loop on the virtual clock with a raw server and a client; the test's body runs in a fiber. */
#pragma once

#include "raw_server.h"

#include "base/limits.h"
#include "base/units.h"

#include <criterion/criterion.h>

/* An answer that leaves its connection open. */
#define HELLO "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"

/* The scripts of a server, in the order of its connections. */
#define SCRIPTS(...)                                                                               \
    (const struct act *const[])                                                                    \
    {                                                                                              \
        __VA_ARGS__, NULL                                                                          \
    }

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
/* Runs it and compares the log. */
void bench_expect(const struct act *const *scripts, void (*body)(struct bench *bench),
                  const char *expected);

/* Notes "what@seconds " in the log. */
void bench_note(struct bench *bench, const char *what);

/* "REFUSED (message)@seconds "; without the usual method and URL of bench_get(). */
void bench_note_error(struct bench *bench, const GError *error);

/* A GET of http://site/thing. Notes "200 BODY@seconds " or the error. */
void bench_get(struct bench *bench);
/* The same as the body of a fiber, whose argument is the bench. */
void bench_get_in_a_fiber(void *bench);
void bench_perform(struct bench *bench, const struct http_request *request);
