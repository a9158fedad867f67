/* One machine with a fake Docker Engine, a BuildKit container on it, Docker Hub and a plain
   registry, weather as fault rules, on the virtual clock; the test's body runs in a fiber. */
#pragma once

#include "base/archive.h"
#include "base/json.h"
#include "base/units.h"
#include "doc/doc.h"
#include "mocks/buildkit/buildkit.h"
#include "mocks/cachesvc/cachesvc.h"
#include "mocks/faults/faults.h"
#include "mocks/registry/registry.h"

#include <criterion/criterion.h>
#include <string.h>

struct bench {
    struct loop *loop;
    struct trace *trace;
    struct world *world;
    struct disk *disk;
    struct dockerd *dockerd;
    struct registry *hub;      /* docker.io with library/alpine:3 and library/golang:1.21 */
    struct registry *local;    /* localhost:5000, where builds push */
    struct cachesvc *cachesvc; /* NULL: GitHub's services cannot be reached */
    struct doc *doc;
    struct fault_rules *rules;
    struct faults *faults;
    struct http *http;
    void (*body)(struct bench *bench);
    bool is_over;
};

struct plan {
    const char *rules;       /* a weather file's rules, or NULL */
    const char *config;      /* buildkitd.toml, or NULL */
    int64_t disk_free_bytes; /* 0: plenty */
    bool has_cachesvc;
    const char *user; /* who may push to localhost:5000, with the secret "pw"; NULL: all */
};

/* plan NULL: none of it. */
void bench_run(const struct plan *plan, void (*body)(struct bench *bench));

/* Creates and starts the builder "b0"; the request's statuses are checked. */
void start_builder(struct bench *bench, const char *config);
/* Waits until buildctl debug workers succeeds, as buildx does; how often it had to ask, 0: never.
 */
int probe_builder(struct bench *bench);
/* What the daemon has logged; g_free. */
char *builder_logs(struct bench *bench);
/* start and probe, with success */
void boot_builder(struct bench *bench);

/* Removes the container and leaves its volume. */
void remove_builder(struct bench *bench);
/* Puts files into the builder: path, text, path, text, …, NULL. */
void put_files(struct bench *bench, const char *path, ...) G_GNUC_NULL_TERMINATED;

struct answer {
    int exit_code;
    char *text; /* both streams */
    int64_t duration_us;
};
void answer_clear(struct answer *answer);
/* Some answers are only waited for: clang would call them unused. */
#define ANSWER(variable) __attribute__((cleanup(answer_clear), unused)) struct answer variable
/* Runs a command line (split at blanks) in the builder; more environment "A=b", or NULL. */
struct answer run_in_builder(struct bench *bench, const char *line, const char *environment);
/* buildctl build of /ctx with more options; pushes nothing by itself. */
struct answer build(struct bench *bench, const char *options);
/* build() with two platforms and a push to localhost:5000/o/app:1. */
struct answer build_two(struct bench *bench, const char *options);
/* Whether a step, which must be told, came from the cache. */
bool is_cached(const struct answer *answer, const char *step);
/* Starts it and comes back at once. */
void begin_in_builder(struct bench *bench, const char *line);

/* A file of the builder as text ("" if it is not there); g_free. */
char *file_text(struct bench *bench, const char *path);
/* Whether any layer of a pushed image holds a file of this path. */
bool image_has_file(struct bench *bench, const char *repository, const char *reference,
                    const char *path);
void wait_for(struct bench *bench, int64_t duration_us);
