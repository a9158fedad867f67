/*
 * Which of the events in a rule's scope it strikes: the clauses of `when`, all of which must hold.
 * Events outside the time window do not count; the n-th event is the n-th inside it. Pure.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* Two states, as Gilbert's model of lossy lines: the rule strikes in the bad one only. */
struct fault_burst {
    double enter; /* probability to go bad at an event; 0: no bursts, always bad */
    double leave; /* probability to get good again */
};

struct fault_when {
    int64_t nth;         /* only the n-th event; 0: any */
    int64_t first;       /* the first so many; 0: no limit */
    int64_t every;       /* each so many-th; 0: each */
    int64_t after;       /* those after the first so many */
    int64_t after_bytes; /* once more than so many bytes have passed */
    int64_t from_us;
    int64_t until_us;       /* 0: to the end */
    int64_t ramp_us;        /* the probability grows from 0 for so long; 0: it is there at once */
    double probability;     /* of each event; 1: always */
    double run_probability; /* of each rehearsal; 1: always */
    char *group;            /* rules of one group share the draw of the rehearsal; NULL: none */
    struct fault_burst burst;
};

/* Where a rule stands when an event has been counted. */
struct fault_count {
    int64_t event_count; /* this one included */
    int64_t bytes;       /* this one's included, if it has any yet */
    double draw;         /* [0, 1): the rule's draw for this event */
    int64_t now_us;
    bool is_calm; /* between bursts */
};

/* Whether the window is open. */
bool fault_when_is_open(const struct fault_when *when, int64_t now_us);
/* NULL: strikes. Otherwise which clause does not hold, as "it is number 1, not 3"; g_free. */
char *fault_when_refusal(const struct fault_when *when, const struct fault_count *count);
/* The same without the text. */
bool fault_when_holds(const struct fault_when *when, const struct fault_count *count);
