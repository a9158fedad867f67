/* An action while a phase of it runs: what action.h keeps to itself. */
#pragma once

#include "runner/use.h"

struct action_run {
    struct step_run *step;
    const struct action *action;
    json_t *inputs;
    GPtrArray *environment; /* char *, "NAME=value", NULL at the end; the last of a name counts */
    GPtrArray *texts;       /* char *, lent to the action until the phase ends */
    struct rng rng;
    bool has_failed;
    bool is_interrupted;
};

/* inputs are taken over. */
void action_run_init(struct action_run *run, struct step_run *step, json_t *inputs);
void action_run_finish(struct action_run *run);
/* Makes the text the phase's. */
const char *action_keep(const struct action_run *run, char *text);
void action_set_variable(struct action_run *run, const char *name, const char *value);
