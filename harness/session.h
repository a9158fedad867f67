/*
 * A session: one loop beside real programs, on the real clock or a scaled one, until its work is
 * over or SIGINT or SIGTERM asks for the end. For the commands that serve or drive them.
 */
#pragma once

#include "harness/run.h"
#include "harness/stop_signals.h"

struct clock_choice {
    enum clock_mode mode; /* never virtual */
    unsigned speed;
};
/* "real", or "scaled:N" with N of 1 to 1000 times as fast; NULL: real. */
bool clock_choice_parse(const char *text, struct clock_choice *choice, GError **error) MUST_USE;

struct session {
    struct loop *loop;
    bind_clock_fn *bind_clock;
    bool is_over;        /* whoever sets it ends session_run() */
    bool is_interrupted; /* by a signal */
    void (*on_interrupt)(void *argument);
    void *argument;
    struct stop_signals signals;
};

/* on_interrupt is called in the loop, outside any fiber, at each signal; NULL: the session is over
   at once. While a session lives the two signals only reach its loop. */
bool session_begin(struct session *session, const struct clock_choice *choice,
                   bind_clock_fn *bind_clock, GError **error) MUST_USE;
/* Until is_over. */
bool session_run(struct session *session, GError **error) MUST_USE;
/* Frees the loop; what stands on it must be gone. */
void session_end(struct session *session);
