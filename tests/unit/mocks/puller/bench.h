/*
 * A world with a registry, weather written as fault rules, one machine's disk and one puller, on
 * the virtual clock. A pull or push leaves an outcome: what was asked when, what was told, how it
 * ended.
 */
#pragma once

#include "base/digest.h"
#include "base/units.h"
#include "doc/doc.h"
#include "mocks/faults/faults.h"
#include "mocks/puller/puller.h"
#include "mocks/registry/registry.h"

#include <criterion/criterion.h>
#include <string.h>

struct bench;

struct plan {
    enum puller_kind kind;
    const char *service;   /* "localhost:5000" if NULL: no token, no redirect */
    const char *rules;     /* of the weather, or NULL */
    const char *reference; /* "localhost:5000/o/img:1" if NULL */
    const char *platform;  /* "linux/amd64" if NULL */
    const char *mirror;
    struct registry_options registry; /* but for service */
    struct credentials credentials;
    struct network network;
    int64_t disk_bytes; /* 100 GiB if 0 */
    gsize layer_count;  /* 1 if 0; of 40 MiB each */
    bool is_index;
    bool is_docker_types;
    void (*body)(struct bench *bench); /* instead of one pull */
};

struct bench {
    const struct plan *plan;
    struct loop *loop;
    struct trace *trace;
    struct world *world;
    struct registry *registry;
    struct registry *mirror;
    struct doc *doc;
    struct fault_rules *rules;
    struct faults *faults;
    struct disk *disk;
    struct puller *puller;
    GPtrArray *labels;   /* digest, label, digest, label, … */
    GHashTable *layers;  /* what the machine has: digest */
    GHashTable *configs; /* digest -> GBytes: images the machine has */
    GString *notes;
    bool is_over;
};

struct outcome {
    char *requests; /* "GET /v2/ 200@0s\n…" with digests as <config>, <layer1>, … */
    char *progress; /* "1: Pulling from o/img\n…" */
    char *error;    /* NULL: it went well */
    int code;       /* of the error; -1: of another domain */
    int64_t ended_us;
    int64_t disk_used_bytes;
    int64_t temporary_bytes;
    struct pulled_image *image; /* of the last pull */
    char *notes;
    char *trace_digest;
};
void outcome_clear(struct outcome *outcome);
#define OUTCOME(variable) __attribute__((cleanup(outcome_clear))) struct outcome variable

struct outcome bench_run(const struct plan *plan);

/* ---- for bodies ---- */

/* One pull with progress into the outcome's; the error's message, lent until the next one, or NULL.
 */
const char *bench_pull(struct bench *bench, const char *reference, struct pulled_image **image);
/* One login with the plan's credentials, as bench_pull() tells of a pull. */
const char *bench_log_in(struct bench *bench, const char *domain);
/* A pull in a fiber of its own, noted as "NAME ok@5s" or "NAME text@5s". */
void bench_note(struct bench *bench, const char *format, ...) G_GNUC_PRINTF(2, 3);
/* The machine keeps what it pulled, as dockerd does. */
void bench_keep_image(struct bench *bench, const struct pulled_image *image);
struct outcome *bench_outcome(struct bench *bench);
void bench_tell(void *context, const struct pull_progress *progress);
/* How often a text occurs. */
int count_of(const char *text, const char *part);
