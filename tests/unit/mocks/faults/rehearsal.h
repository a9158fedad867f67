/*
 * A small rehearsal for the tests of faults: rules as text, a world with the sites "hub"
 * (manifests, blobs, pushes) and "auth" (tokens), a client, and a script of steps. What the client
 * sees comes back as text with the virtual times.
 */
#pragma once

#include "base/units.h"
#include "mocks/faults/faults.h"

#include <criterion/criterion.h>

struct rehearsal {
    struct doc *doc;
    struct fault_rules *rules;
    struct loop *loop;
    struct trace *trace;
    struct world *world;
    struct http *http;
    struct faults *faults;
    const char *const *steps;
    GString *log;
    int handled_count; /* requests that came to a handler */
    bool is_over;
};

/*
 * A step is "METHOD URL", or "METHOD /path" for the engine of "leg", with "| Name: value" for a
 * header, several at once with "&&" between; or "sleep 5s"; or "point NAME MACHINE SUBJECT DETAIL
 * AMOUNT" (- for none). The log has, for each, what came of it and when: "200 (1000)@0s",
 * "RESET@0s", "gave up@1min".
 */
struct rehearsal *rehearsal_run(const char *rules, const char *const *steps);
struct rehearsal *rehearsal_run_seeded(const char *rules, const char *const *steps, uint64_t seed);
const char *rehearsal_trace(const struct rehearsal *rehearsal);
void rehearsal_free(struct rehearsal *rehearsal);
CLEANUP(rehearsal, rehearsal_free)

/* The rules of a text; the message of what is wrong with it, g_free. */
char *rules_error(const char *text);

#define STEPS(...) ((const char *const[]){__VA_ARGS__, NULL})
