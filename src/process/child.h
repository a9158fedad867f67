/*
 * A child process in a sandbox. Its stdin is closed from the start, its two streams come in as they
 * are written. Signals go to the child alone, never to its descendants: what it leaves behind runs
 * on in the sandbox, with whatever it still does to the world (actions-semantics.md 1.4).
 */
#pragma once

#include "process/sandbox.h"

struct child;

/* Bytes of stream 1 or 2 as they come. Called outside any fiber: must not wait. */
typedef void child_output_fn(void *context, int stream, const char *bytes, gsize length_bytes);

struct child_options {
    const char *const *arguments; /* argv; the first is looked up in the sandbox's PATH */
    const char *const *environment;
    const char *directory;   /* as the process sees it; must exist */
    const char *tracking;    /* kept in RUNNER_TRACKING_ID, or NULL */
    child_output_fn *output; /* or NULL */
    void *output_context;
};

/* G_FILE_ERROR with the system's words when the program cannot be started. */
struct child *child_start(struct sandbox *sandbox, const struct child_options *options,
                          GError **error) MUST_USE;
/* Lets go of it; does not kill. No output is reported any more. */
void child_free(struct child *child);
CLEANUP(child, child_free)

/* Waits until the child itself is gone. */
bool child_wait_exit(struct child *child, GError **error) MUST_USE;
/* Waits until both streams are at their end: nobody holds them any more. */
bool child_wait_output_end(struct child *child, GError **error) MUST_USE;
bool child_has_exited(const struct child *child);
/* As a shell has it: 128 + signal for a killed child. Only after its exit. */
int child_exit_code(const struct child *child);
/* To the child alone; nothing happens once it is gone. */
void child_signal(struct child *child, int signal_number);
