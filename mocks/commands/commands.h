/*
 * The commands of a fake machine: what answers when a step or an action runs `docker`, `df`,
 * `sleep` and so on. One row and one file a command; output and exit codes are the real programs'
 * where scripts look at them (captures, engine-contract.md A). Docker commands go through
 * src/docker to the machine's fake Engine, over its socket, so that faults meet them where they
 * meet the real CLI.
 *
 * A command that is not in the table is assumed: it prints nothing, takes no time, exits 0, unless
 * the scenario says otherwise, and is listed in command_set_assumed().
 */
#pragma once

#include "base/command.h"
#include "base/trace.h"
#include "mocks/disk.h"
#include "mocks/dockerd/dockerd.h"

struct command_set;

/* What a scenario says of a command that is assumed, or of one that shall not do what it does. */
struct assumed_command {
    const char *pattern; /* glob over the words of the command line: "npm ci*" */
    int exit_code;
    const char *output; /* on stdout, or NULL */
    int64_t duration_us;
    const char *const *creates; /* files made below the working directory, or NULL */
};

struct command_set_options {
    struct loop *loop;
    struct trace *trace;     /* or NULL */
    const char *machine;     /* "leg-build" */
    struct http *http;       /* the CLI's client as seen from this machine: sites and the socket */
    struct dockerd *dockerd; /* for what has no API: loads nothing past the socket */
    struct disk *disk;       /* of df */
    int64_t memory_bytes;    /* of free */
    unsigned core_count;     /* of nproc */
    const char *docker_version;  /* of the CLI: "28.0.4" */
    const char *buildx_version;  /* "0.26.1"; NULL: no plugin */
    const char *compose_version; /* "2.38.2"; NULL: no plugin */
    const char *go_version;      /* on the machine: "1.24.5"; NULL: none */
    uint64_t seed;
    int64_t date_s;                        /* wall clock at the loop's time zero */
    const struct assumed_command *assumed; /* ends with a NULL pattern; or NULL */
};

struct command_set *command_set_new(const struct command_set_options *options);
/* Commands still running must have ended. */
void command_set_free(struct command_set *set);
CLEANUP(command_set, command_set_free)
/* Lent: answers all commands of the machine. */
const struct command_host *command_set_host(struct command_set *set);

/* A command line that was assumed, as often as it came. */
struct assumed_use {
    char *line; /* "terraform apply", its first two words */
    int64_t count;
    bool touches_images; /* it is one of the programs that build, pull or push images */
};
/* struct assumed_use in the order of first use; lent. */
const GPtrArray *command_set_assumed(const struct command_set *set);
