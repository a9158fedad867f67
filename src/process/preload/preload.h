/* What the files of the preloaded library share. Plain C. */
#pragma once

#include "process/preload/clock_page.h"

#define EXPORTED __attribute__((visibility("default")))

/* The function of this name that a program would have without the library. */
#define REAL(name, type) (__extension__(type *) dlsym(RTLD_NEXT, name))

/* ---- clock.c ---- */

/* NULL: there is none, and everything stays real. */
const struct clock_shown *clock_page(void);
/* A number that both decide. */
uint64_t clock_mix(uint64_t a, uint64_t b);
/* A number that the process's arguments decide. */
uint64_t clock_hash_command_line(void);
