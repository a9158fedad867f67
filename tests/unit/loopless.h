/*
 * For the test executables of folders that stand below the loop. The clock interposer is linked into
 * every executable and refers to these two; nothing binds it here, so they are never called. Include
 * it in one file of the folder.
 */
#pragma once

#include "loop/loop.h"

enum clock_mode loop_clock_mode(const struct loop *loop)
{
    (void)loop;
    g_assert_not_reached();
}

int64_t loop_now_us(const struct loop *loop)
{
    (void)loop;
    g_assert_not_reached();
}
