/*
 * How a leg starts processes: the seam between the runner's rules and whatever runs them. In a
 * rehearsal that is src/process (shell_child.c); unit tests script it. The meaning of each call is
 * that of child.h.
 */
#pragma once

#include "base/command.h"
#include "loop/fiber.h"

struct sandbox;

struct shell_start {
    const char *const *arguments;
    const char *const *environment;
    const char *directory; /* as the process sees it */
    const char *tracking;  /* RUNNER_TRACKING_ID */
    /* Called outside any fiber, or from one that must not wait meanwhile. */
    void (*output)(void *context, int stream, const char *bytes, gsize length_bytes);
    void *output_context;
};

/* What still runs when the job is over; a row of "Terminate orphan process". */
struct shell_leftover {
    unsigned number;
    char *name;
};

struct shell_type {
    /* G_FILE_ERROR_NOENT: there is no such program. */
    void *(*start)(void *self, const struct shell_start *start, GError **error);
    bool (*wait_exit)(void *process, GError **error);
    bool (*wait_output_end)(void *process, GError **error);
    int (*exit_code)(const void *process);
    void (*signal)(void *process, int signal_number);
    void (*free)(void *process);
    /* NULL, or why no process runs any more: they used too much of the machine. */
    const char *(*complaint)(void *self);
    /* Adds struct shell_leftover, name for g_free, to an array. */
    void (*leftovers)(void *self, GArray *leftovers);
    bool (*kill_leftovers)(void *self, GError **error);
};

struct runner_shell {
    const struct shell_type *type;
    void *self;
};

/* Processes in a sandbox, which is lent. */
struct runner_shell shell_of_sandbox(struct sandbox *sandbox);
