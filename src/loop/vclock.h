/*
 * The clock interposer: while bound to a loop, clock_gettime(), gettimeofday(), time() and
 * timespec_get() of the whole process, libcurl and libmicrohttpd included, answer with the loop's
 * time. Process-wide by nature and the one place with state at file scope; linked into executables
 * only. Real time is passed through while nothing is bound or the loop's clock is real.
 */
#pragma once

#include "loop/loop.h"

/* What the virtual wall clock shows at time zero of a loop: 2026-01-05 09:00:00 UTC, a Monday. */
#define VCLOCK_EPOCH_S INT64_C(1767603600)

/* loop NULL unbinds. date_s is the wall clock at the loop's time zero, in Unix seconds. */
void vclock_bind(const struct loop *loop, int64_t date_s);
/* How many calls were answered from a loop. */
uint64_t vclock_call_count(void);
/* Whether a shared library's call really arrives here: visibility flags and static linking can
   silently prevent it. Call once at start-up with a virtual loop bound. */
bool vclock_selftest(void);
