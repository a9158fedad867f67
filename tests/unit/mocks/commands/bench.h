/* One machine with its commands, on the virtual clock: sites that tests script, the module proxy, a
   disk, a folder for its files. Test bodies run in a fiber. */
#pragma once

#include "base/limits.h"
#include "base/units.h"
#include "loop/vclock.h"
#include "mocks/commands/commands.h"
#include "mocks/githubapi/githubapi.h"
#include "mocks/goproxy/goproxy.h"
#include "mocks/registry/registry.h"
#include "mocks/sigstore/sigstore.h"

#include <criterion/criterion.h>
#include <string.h>

struct bench;

struct plan {
    const char *go_version; /* NULL: none */
    const char *platform;   /* NULL: linux/amd64 */
    int64_t disk_bytes;     /* 0: 72 GiB, of which 58 are used */
    int64_t disk_used_bytes;
    const struct machine_folder *folders; /* that its image brings; or NULL */
    int64_t date_s;                       /* 0: VCLOCK_EPOCH_S */
    const struct weather *weather;
    site_handler *handle; /* of "site"; context: the bench */
    const struct assumed_command *assumed;
    const struct command_row *more;
    bool has_no_processes; /* the seam starts no children, as for actions */
    bool has_docker;       /* a fake Engine */
    bool is_of_github;     /* the image of the machine */
    bool has_registry;     /* "reg.example", with acme/api:1, an index of two platforms */
    bool has_mirror;       /* "mirror.example", a registry without images */
    bool has_sigstore;
    bool has_github;   /* its API and its releases */
    const char *own;   /* how repositories of the owner begin; NULL: nobody asks */
    bool has_no_proxy; /* the module proxy is no site of the world */
};

struct bench {
    const struct plan *plan;
    struct loop *loop;
    struct trace *trace;
    struct world *world;
    struct disk *disk;
    struct dockerd *dockerd;
    struct goproxy *proxy;
    struct registry *registry; /* or NULL */
    struct registry *mirror;   /* or NULL */
    struct sigstore *sigstore; /* or NULL */
    struct githubapi *api;     /* or NULL */
    struct http *http;
    struct command_set *set;
    char *root; /* the folder that is "/home/runner" */
    void (*body)(struct bench *bench);
    /* For the next calls. */
    const char *environment[8];
    const char *directory;
    const char *input;
    int refuses_signal; /* children ignore this one */
    /* Of the last call. */
    GString *out, *err;
    int64_t elapsed_us;
    bool is_over;
};

/* plan NULL: all as told above. */
void bench_run(const struct plan *plan, void (*body)(struct bench *bench));

/* Runs a command line, words as the shell splits them; its exit code. */
int run(struct bench *bench, const char *line);
/* Asserts exit code, stdout and stderr; NULL: not looked at. */
void expect(struct bench *bench, const char *line, int exit_code, const char *out, const char *err);
/* Whether its stdout, its stderr have a text somewhere. */
bool printed(const struct bench *bench, const char *text);
bool said(const struct bench *bench, const char *text);
/* What was assumed so far: how many lines, and each of them, which must be there. */
guint assumed_count(const struct bench *bench);
const struct assumed_use *assumed_at(const struct bench *bench, guint index);
/* A file of the machine, below "/home/runner". */
void put_file(struct bench *bench, const char *path, const char *text);
/* Its text, or NULL; g_free. */
char *get_file(struct bench *bench, const char *path);
