/*
 * Where the processes of one machine live: a private directory, a private PATH, no network, the
 * loop's time, a cap on what they may use. Whatever is started here, and whatever that starts,
 * belongs to the sandbox until it is freed; then nothing is left of it.
 *
 * Processes see `directory` as `home` where a mount namespace can be had, and under its own name
 * elsewhere; sandbox_home() says which, and output is the reader's to translate. Protection comes
 * in layers, each of which holds alone: Landlock, seccomp, namespaces; sandbox_probe() says what
 * this machine gives.
 *
 * While any process of a sandbox computes, the loop's clock stands still (virtual-time.md 8).
 * Commands on the private PATH that the command host answers are stubs which call it; calls of one
 * instant are started together, ordered by their arguments, so that runs repeat.
 *
 * Children are found and killed through the subreaper, which is one a process: no other code may
 * wait for children of its own while a sandbox exists.
 */
#pragma once

#include "base/command.h"
#include "loop/fiber.h"

struct sandbox;

enum sandbox_layer {
    SANDBOX_NAMESPACES = 1 << 0, /* user, mount, network, pid as far as they can be had */
    SANDBOX_LANDLOCK = 1 << 1,
    SANDBOX_SECCOMP = 1 << 2,
    SANDBOX_ALL = SANDBOX_NAMESPACES | SANDBOX_LANDLOCK | SANDBOX_SECCOMP,
};

/* The layers that work here, tried in a child of their own. *missing says in a sentence what does
   not and why, or is NULL; g_free. */
unsigned sandbox_probe(char **missing);

struct sandbox_options {
    const char *machine;             /* orders what several sandboxes do at one instant; traced */
    const char *directory;           /* exists, absolute; all that processes may write is below */
    const char *home;                /* "/home/runner" */
    const char *stub;                /* path of the stub executable that stands for commands */
    const char *clock_library;       /* path of the preloaded clock, or NULL */
    const struct command_host *host; /* answers commands; lent */
    unsigned layers;                 /* of enum sandbox_layer; what cannot be had is an error */
    uint64_t seed;                   /* of RANDOM */
    int64_t real_time_us_max;        /* for all processes together; 0: SANDBOX_REAL_TIME_US_MAX */
};

struct sandbox *sandbox_new(struct loop *loop, const struct sandbox_options *options,
                            GError **error) MUST_USE;
/* Kills what is left, waits for it and frees; files are the caller's. Inside no fiber. */
void sandbox_free(struct sandbox *sandbox);
CLEANUP(sandbox, sandbox_free)

/* What processes call the private directory. */
const char *sandbox_home(const struct sandbox *sandbox);
/* A path as processes see it, on this machine, or NULL when it is outside; g_free. */
char *sandbox_host_path(const struct sandbox *sandbox, const char *path);
/* The private PATH, as processes see it. */
const char *sandbox_path(const struct sandbox *sandbox);
/* NULL, or why the sandbox gave up: "processes used more than 30 s of real time", "more than 512
   processes". Everything in it has been killed then. */
const char *sandbox_complaint(const struct sandbox *sandbox);

/* A process whose starter is gone. */
struct leftover {
    unsigned number; /* counted from 1 in the order of their start; for texts that show a pid */
    char *name;      /* "sleep" */
};
/* Everything that still runs but the children that are held; caller unrefs. */
GPtrArray *sandbox_leftovers(struct sandbox *sandbox);
/* Kills them and waits until they are gone. */
bool sandbox_kill_leftovers(struct sandbox *sandbox, GError **error) MUST_USE;
