/* A loop on the virtual clock for the tests of fibers: the test's body runs in the fiber "main". */
#pragma once

#include "base/rng.h"
#include "loop/fiber.h"

struct fiber_bench {
    struct loop *loop;
    struct fiber_slots slots;
    struct fiber_queue queue;
    struct fiber *other;
    struct rng rng;
    GString *log; /* "what@seconds " */
    bool is_over;
    void (*body)(struct fiber_bench *bench);
};

void fiber_bench_note(struct fiber_bench *bench, const char *what);
/* Runs the body to its end; the log, with the loop's error in brackets if there was one; g_free. */
char *fiber_bench_run(void (*body)(struct fiber_bench *bench), uint64_t seed);
/* The same, where nothing is drawn by chance. */
void fiber_bench_expect(void (*body)(struct fiber_bench *bench), const char *expected);
