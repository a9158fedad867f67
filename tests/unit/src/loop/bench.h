/* A loop with a pair of sockets and what tests put on them: each thing that runs notes itself. */
#pragma once

#include "loop/loop.h"

#include <glib.h>

struct bench {
    struct loop *loop;
    GString *log; /* "what@seconds " */
    struct timer timer;
    struct loop_source source;
    int source_work_count;
    int ends[2];
    bool is_over;
};

struct bench bench_new(enum clock_mode mode, unsigned speed);
void bench_clear(struct bench *bench);
/* On the virtual clock. */
#define BENCH(name)                                                                                \
    __attribute__((cleanup(bench_clear))) struct bench name = bench_new(CLOCK_VIRTUAL, 1)

void bench_note(struct bench *bench, const char *what);

/* Reads what comes at the second end and notes each byte: "readable". */
void bench_watch(struct bench *bench);
void bench_write(struct bench *bench, const char *bytes); /* into the first end */
/* Both ends: the numbers that are closed stay in the bench, and are those of the next pair. */
void bench_close_ends(struct bench *bench);
void bench_open_ends(struct bench *bench);

/* Notes "end" after a second and runs the loop until then. */
void bench_run_a_second(struct bench *bench);
/* Callback of a timer: notes "end", and the run is over. */
void bench_on_end(void *bench);
/* Runs to the end; "none" or code and message; g_free. */
char *bench_run_error(struct bench *bench);
