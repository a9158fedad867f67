/*
 * The commands of a fake machine: what answers when a step or an action runs `docker`, `df`,
 * `sleep` and so on. One row and one file a command; output and exit codes are the real programs'
 * where scripts look at them (captures, engine-contract.md A; measured with coreutils 9.1, procps
 * 4.0.2, curl 7.88.1, wget 1.21.3, Go 1.21 to 1.26). The docker command goes to the machine's
 * fake Engine over its socket, and curl, wget and go to the sites of the world, so that faults meet
 * them where they meet the real programs.
 *
 * What a scenario says of a command line counts first, whatever row there is. A command that is in
 * no row is assumed: it prints nothing (a version when asked for one), takes no time, exits 0, and
 * is listed in command_set_assumed(); a script that waits for a word of it gets
 * COMMAND_UNKNOWN_WORD. So is a download from a host that the world does not have, for a
 * rehearsal does not know what is there, and what the docker command and its plugins have and
 * do not model.
 *
 * Wrappers (sudo, timeout, nice, …) start the program they are given as their child; where there
 * are no processes, the set answers it itself.
 */
#pragma once

#include "base/command.h"
#include "base/trace.h"
#include "mocks/disk.h"
#include "mocks/dockerd/dockerd.h"

struct command_set;

/* One command. The set has rows of its own (commands.c); a caller may bring more. */
struct command_row {
    const char *name;
    const char *summary; /* one sentence, for the table in the docs */
    command_fn *run;
    void *self;
};
/* The set's own rows, for docs; ends with a NULL name. */
const struct command_row *command_rows(void);

/* What a scenario says of a command that is assumed, or of one that shall not do what it does. */
struct assumed_command {
    const char *pattern; /* glob over the words of the command line: "npm ci*" */
    int exit_code;
    const char *output; /* on stdout, or NULL */
    int64_t duration_us;
    const char *const *creates; /* empty files made below the working directory, NULL-terminated;
                                   or NULL */
};

/* The rehearsed repository as its host has it, for conversations with the machine's git. */
struct git_origin {
    /* A bare repository, put where the machine's processes reach it: its path as they see it; NULL:
       there is none that git could read; g_free. *is_partial: history is missing from it. */
    char *(*open)(void *self, bool *is_partial);
    /* Takes it away again; what was pushed to it is there the next time, on any machine. */
    void (*close)(void *self, const char *path, bool was_pushed);
    /* A push was refused for what the token may not. */
    void (*refused)(void *self);
    const char *token; /* of the job that runs here */
    bool may_push;     /* with the token */
    void *self;
};

struct command_set_options {
    struct loop *loop;
    struct trace *trace;        /* or NULL */
    const char *machine;        /* "leg-build" */
    struct world *world;        /* which hosts there are: all others are assumed */
    struct http *http;          /* the client of curl, wget and go on this machine */
    struct http *registry_http; /* of programs that ask registries for images; NULL: the same */
    struct dockerd *dockerd;    /* for what has no API: systemctl restart docker; or NULL */
    struct disk *disk;          /* of df */
    const struct machine_folder *folders; /* that root may remove from it; or NULL */
    int64_t memory_bytes;                 /* of free */
    unsigned core_count;                  /* of nproc */
    const char *platform;                 /* of uname: "linux/amd64" */
    int64_t second_disk_bytes;            /* mounted at /mnt, as on older images; 0: none */
    const char *go_version;               /* on the machine: "1.24.5"; NULL: none */
    /* Of the docker command. NULL: it is not modelled, and assumed like any other. */
    const char *docker_version;  /* "28.0.4" */
    const char *api_version;     /* the newest it speaks: "1.48" */
    const char *buildx_version;  /* "v0.26.1"; NULL: no plugin */
    const char *compose_version; /* "v2.38.2"; NULL: no plugin */
    bool has_old_system;         /* systemd before version 254 */
    bool is_of_github;           /* GitHub's own image: docker-compose is not there */
    /* The folder that git contexts of the rehearsed repository are read from, made when it is asked
       for; lent. NULL: there is none. */
    const char *(*repository)(void *self);
    void *repository_self;
    const struct git_origin *origin; /* or NULL: what git asks of it is assumed */
    /* Whether "acme/app" is an image of the workflow's own, about which the world knows all; NULL:
       every one is. */
    bool (*is_own_image)(void *self, const char *repository);
    void *is_own_self;
    uint64_t seed;                         /* names of builders */
    int64_t date_s;                        /* wall clock at the loop's time zero */
    const struct command_row *more;        /* ends with a NULL name; win over the set's; or NULL */
    const struct assumed_command *assumed; /* ends with a NULL pattern; or NULL */
};

struct command_set *command_set_new(const struct command_set_options *options);
/* Commands still running must have ended. */
void command_set_free(struct command_set *set);
CLEANUP(command_set, command_set_free)
/* Lent: answers all commands of the machine. */
const struct command_host *command_set_host(struct command_set *set);

/* A command line that was assumed, as often as it came in a step. */
struct assumed_use {
    char *line; /* "terraform apply", its first two words */
    int64_t count;
    bool touches_images; /* it is one of the programs that build, pull or push images */
    bool leaves_gap;     /* no scenario said what it leaves behind */
    guint step;          /* in which it came, as the host was told */
};
/* struct assumed_use in the order of first use, each step's on its own; lent. */
const GPtrArray *command_set_assumed(const struct command_set *set);
