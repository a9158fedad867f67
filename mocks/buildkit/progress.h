/*
 * Plain progress of buildctl, on stderr as captures 51-57 have it: numbered vertexes, "#5 ...",
 * when another takes over, DONE, CACHED, ERROR, CANCELED. Lines go out at once.
 */
#pragma once

#include "mocks/dockerd/dockerd.h"

struct progress;

struct progress *progress_new(struct process *process, struct loop *loop, bool is_quiet);
void progress_free(struct progress *progress);
CLEANUP(progress, progress_free)

struct vertex {
    int number;
    char *key;
    char *name;
    int64_t started_us;
    bool is_over;
    GString *output; /* of a RUN, for the summary of a failure */
};
/* The vertex of this key, told when it is new; lent. */
struct vertex *progress_begin(struct progress *progress, const char *key, const char *name);
/* "#5 text" */
void progress_line(struct progress *progress, struct vertex *vertex, const char *format, ...)
    G_GNUC_PRINTF(3, 4);
/* "#5 0.123 text" for every line of output. */
void progress_output(struct progress *progress, struct vertex *vertex, const char *text);
void progress_done(struct progress *progress, struct vertex *vertex);
void progress_cached(struct progress *progress, struct vertex *vertex);
void progress_failed(struct progress *progress, struct vertex *vertex, const char *message);
void progress_canceled(struct progress *progress, struct vertex *vertex);
/* Text outside any vertex. */
void progress_say(struct progress *progress, const char *text);
/* "1.06MB", "79B", "2.1kB", as the units package of buildx prints sizes; g_free. */
char *progress_size(int64_t bytes);
