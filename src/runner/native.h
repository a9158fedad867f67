/* An action while a phase of it runs: what action.h keeps to itself. */
#pragma once

#include "runner/use.h"

struct action_run {
    struct step_run *step;
    const struct action *action;
    json_t *inputs;
    GPtrArray *environment; /* char *, "NAME=value", NULL at the end; the last of a name counts */
    GPtrArray *texts;       /* char *, lent to the action until the phase ends */
    const char *ref;        /* behind the @ of its `uses`, or NULL */
    const char *version;    /* what release that is, as far as the file tells; or NULL */
    json_t *outputs;        /* of a nested action, instead of the step's; or NULL */
    struct rng rng;
    bool has_failed;
    bool is_interrupted;
};

/* Makes the text the phase's. */
const char *action_keep(const struct action_run *run, char *text);
void action_set_variable(struct action_run *run, const char *name, const char *value);
