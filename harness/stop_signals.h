/*
 * The signals that ask the program to stop, SIGINT and SIGTERM, as a descriptor: while they are
 * held, they end nothing by themselves, here and in what is forked. Holds may nest.
 */
#pragma once

#include "base/error.h"

#include <signal.h>

struct stop_signals {
    int fd; /* readable once one came */
    sigset_t before;
};

/* On failure nothing is held. */
bool stop_signals_hold(struct stop_signals *signals, GError **error) MUST_USE;
/* Whether one came that nobody has taken. */
bool stop_signals_came(const struct stop_signals *signals);
/* Takes one: whether there was one. */
bool stop_signals_take(struct stop_signals *signals);
/* Those that came have done their part: pending still, they would end the program before it has
   said what was done. */
void stop_signals_release(struct stop_signals *signals);
