/* What a test's run holds: between the two files of the double. */
#pragma once

#include "fake_run.h"

struct reply {
    char *pattern;
    unsigned status;
    char *body;
    GBytes *bytes;      /* or these */
    GPtrArray *headers; /* lines */
};

struct action_run {
    const struct action *action;
    char *ref;
    char *root; /* of the action's world on this machine */
    GHashTable *inputs, *variables, *states, *saved, *outputs, *exported;
    GPtrArray *lent; /* texts that live as long as the run */
    json_t *contexts;
    GArray *answers; /* struct fake_answer */
    GArray *replies; /* struct reply */
    GString *commands, *log, *requests, *warnings, *assumed, *masked, *path, *unknown;
    const char *changes; /* lent, or NULL */
    char *failure, *stdin_text, *nested_successes, *nested_inputs;
    GBytes *uploaded;
    bool has_failed, reads_unknown;
    unsigned nested_count, git_failure_count;
    uint64_t chance;
    int64_t date_ms, slept_us;
};
