/*
 * `seatrial plan` of a workflow file: the file, the event that starts it, and the workflows it
 * calls, loaded and shown. Nothing runs.
 */
#pragma once

#include "workflow/workflow_json.h"

/* What the command line says. */
struct workflow_options {
    const char *event;       /* NULL: the first that the workflow names */
    const char *const *maps; /* owner/repo@ref=PATH; NULL-terminated or NULL */
    const char *map_file;
    const char *date;
    const char *job;
};

/* Whether a file is meant to be a workflow: `jobs` at the top, and no `seatrial`. */
bool workflow_is_one(const char *path);

struct workflow_plan;

/* NULL when GitHub would refuse the workflow, or an option makes no sense for it; then errors gets
   GError's, at least one. options are lent. */
struct workflow_plan *workflow_plan_load(const char *path, const struct workflow_options *options,
                                         GPtrArray *errors) MUST_USE;
void workflow_plan_free(struct workflow_plan *plan);
CLEANUP(workflow_plan, workflow_plan_free)

/* For people; g_free. */
char *workflow_plan_text(const struct workflow_plan *plan);
/* seatrial.plan/1; the caller owns it. */
json_t *workflow_plan_json(const struct workflow_plan *plan);
