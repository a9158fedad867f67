/* One machine with a fake Docker Engine, a registry and a client of its socket, on the virtual
   clock; the test's body runs in a fiber. */
#pragma once

#include "base/archive.h"
#include "base/digest.h"
#include "base/json.h"
#include "base/units.h"
#include "loop/vclock.h"
#include "mocks/dockerd/dockerd.h"
#include "mocks/registry/registry.h"

#include <criterion/criterion.h>
#include <string.h>

struct bench {
    struct loop *loop;
    struct trace *trace;
    struct world *world;
    struct disk *disk;
    struct dockerd *dockerd;
    struct registry *registry; /* plain, at localhost:5000 */
    struct http *http;
    struct http_response response; /* of the last ask() */
    void (*body)(struct bench *bench);
    bool is_over;
};

struct plan {
    const char *profile; /* NULL: self-hosted-20.10, the one of the captures */
    const struct container_program *const *programs;
    const struct weather *weather;
    int64_t disk_free_bytes; /* 0: plenty */
    struct network network;
};

/* plan NULL: all as told above. */
void bench_run(const struct plan *plan, void (*body)(struct bench *bench));
/* The same, and the digest of the trace; g_free. */
char *bench_run_traced(const struct plan *plan, void (*body)(struct bench *bench));

/* One request to the socket; the status, or 0 with the error noted as a failure of the test. */
unsigned ask(struct bench *bench, const char *method, const char *path, const char *json);
unsigned ask_bytes(struct bench *bench, const char *method, const char *path, GBytes *body);
/* The last answer: its body as text (g_free) and as JSON (json_decref), a header ("" if absent). */
char *text_of(const struct bench *bench);
json_t *json_of(const struct bench *bench);
const char *header(const struct bench *bench, const char *name);
/* The last answer's {"message": …}, lent until bench_run() ends. */
const char *message_of(const struct bench *bench);
/* printf into a string that lives until bench_run() ends. */
const char *format(const char *format, ...) G_GNUC_PRINTF(1, 2);
/* An archive of executable files: path, text, …, NULL. */
GBytes *tar_of(const char *const *files);
#define TAR(...) tar_of((const char *const[]){__VA_ARGS__, NULL})

/* The keys of an object, sorted, joined by blanks; g_free. */
char *keys_of(json_t *object);
/* The image bb:1, without the network. */
void preload_busybox(struct bench *bench);
/* Creates a container; its id. options: more members of the body, "" or ",\"Cmd\":[…]". */
const char *create(struct bench *bench, const char *name, const char *image, const char *options);
/* create and start */
const char *run(struct bench *bench, const char *name, const char *image, const char *options);
/* Creates an exec of these words; its id. */
const char *make_exec(struct bench *bench, const char *container, const char *json_words);
/* Starts it attached and reads to the end; all bytes. Headers are in bench->response. */
GBytes *stream_exec(struct bench *bench, const char *id, bool is_upgrade);
/* Runs it to its end: the output of a stream (g_free) and the exit code. */
char *exec_output(struct bench *bench, const char *id, int stream, int *exit_code);
/* The same of an exec that is made for it; g_free. */
char *run_exec(struct bench *bench, const char *container, const char *json_words, int stream,
               int *exit_code);
/* The payload of all frames of one stream; g_free. */
char *frames_of(GBytes *bytes, int stream);
