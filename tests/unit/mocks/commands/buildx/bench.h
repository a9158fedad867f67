/* One machine with a fake Docker Engine, its own BuildKit, Docker Hub and a plain registry, files
   in a folder of this machine, and the plugin; the test's body runs in a fiber on the virtual
   clock. */
#pragma once

#include "base/json.h"
#include "base/limits.h"
#include "base/units.h"
#include "doc/doc.h"
#include "mocks/buildkit/buildkit.h"
#include "mocks/commands/buildx/buildx.h"
#include "mocks/faults/faults.h"
#include "mocks/registry/registry.h"

#include <criterion/criterion.h>
#include <string.h>

#define ECR_HOST "123456789012.dkr.ecr.eu-west-1.amazonaws.com"

struct bench {
    struct loop *loop;
    struct trace *trace;
    struct world *world;
    struct disk *disk;
    struct dockerd *dockerd;
    struct registry *hub; /* moby/buildkit:buildx-stable-1, library/alpine:3, library/golang:1.21 */
    struct registry *local; /* localhost:5000 */
    struct registry *ecr;   /* ECR_HOST */
    struct doc *doc;
    struct fault_rules *rules;
    struct faults *faults;
    struct http *http;
    struct docker_plugin plugins[2]; /* buildx, and the end */
    struct docker_cli *cli;
    struct buildx *buildx;
    char *root;       /* of the machine's files; "/src" is the working directory */
    char *source;     /* what "/src" is on this machine */
    GString *assumed; /* what was assumed, one a line */
    void (*body)(struct bench *bench);
    bool is_over;
};

struct plan {
    const char *rules;   /* a weather file's rules, or NULL */
    const char *profile; /* NULL: "ubuntu-24.04" */
    const char *version; /* of the plugin; NULL: "v0.26.1" */
    const char *user;    /* who may push to localhost:5000, with the secret "pw"; NULL: all */
    bool has_no_image;   /* Docker Hub does not have moby/buildkit */
};
/* plan NULL: none of it. */
void bench_run(const struct plan *plan, void (*body)(struct bench *bench));

struct outcome {
    int exit_code;
    char *out;
    char *err;
    int64_t duration_us;
};
void outcome_clear(struct outcome *outcome);
#define OUTCOME(variable) __attribute__((cleanup(outcome_clear), unused)) struct outcome variable
/* "docker buildx …" as a shell splits it; more environment "A=b", or NULL. */
struct outcome run_with(struct bench *bench, const char *line, const char *environment);
struct outcome run_line(struct bench *bench, const char *line);
/* The same, that must succeed. */
void run_well(struct bench *bench, const char *line);
/* The same, that must fail with 1, exactly this on stderr and nothing on stdout. */
void fails_with(struct bench *bench, const char *line, const char *wanted);
/* Starts it and comes back at once; cancelled after the delay. */
void run_and_kill(struct bench *bench, const char *line, int64_t after_us);

void write_file(struct bench *bench, const char *path, const char *text);
/* "" if it is not there; g_free. */
char *read_file(struct bench *bench, const char *path);
bool has_file(struct bench *bench, const char *path);
/* A Dockerfile of two steps on alpine in /src, and what it copies. */
void write_context(struct bench *bench);

/* Weather: a minute for the first step of write_context()'s Dockerfile. */
extern const char slow_step[];

/* "METHOD /path" of every request to the Engine so far, versions taken off, one a line; g_free. */
char *engine_requests(struct bench *bench);
/* The platforms under a tag of localhost:5000, "linux/amd64 linux/arm64"; "" if it is not there. */
char *platforms_of(struct bench *bench, const char *repository, const char *tag);

void assert_has(const char *text, const char *part);
void assert_lacks(const char *text, const char *part);
