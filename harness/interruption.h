/*
 * What comes over a workflow's run from outside: somebody cancels it, the machine of a leg is shut
 * down or lost. The weather says so when a step begins its work (mocks/weather.h).
 */
#pragma once

#include "harness/stage.h"
#include "runner/server.h"

/* Everything is lent. */
struct interruptions_options {
    const struct stage *stage;
    struct server *server;
};

struct interruptions *interruptions_new(const struct interruptions_options *options);
/* Whatever is still to come does not. */
void interruptions_free(struct interruptions *interruptions);
/* A step of a leg begins: asks the weather about the leg's machine, and lets it happen in its time.
   id may be NULL. */
void interruptions_ask(struct interruptions *interruptions, const char *machine, const char *id,
                       const char *title);
