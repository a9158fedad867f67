/*
 * A workflow as `seatrial plan --json` prints it, format seatrial.plan/1: what starts it, its jobs
 * in the order of the file with legs, machines and steps, and the workflows that its jobs call.
 *
 *     {"format": "seatrial.plan/1",
 *      "workflow": {"name", "file", "triggers": [{"event", "line", "column", filters as given}]},
 *      "event": {"name", "ref", "starts": whether it starts the workflow},
 *      "jobs": [{"id", "name", "line", "column", "needs": [ids], "runs_on", "if",
 *                "timeout_minutes", "token": {scope: level},
 *                "legs": [{"id", "name", "matrix", "runner"}] or null,
 *                "steps": [{"number", "id", "name", "line", "column", "run" or "uses",
 * "leads_to"}], "call": {"state", "file", "origin", "workflow", "jobs"}}]}
 *
 * Expressions are as they stand in the file, but in names of legs where nothing else is needed than
 * what is known before the run. legs is null when the matrix depends on expressions, runner when
 * runs-on needs what is not known before the run. leads_to of a `uses` is {"kind",
 * "path"}: file, dockerfile, image, modelled, missing or not-mapped; of a file also what its action
 * "runs" and the "steps" of a composite one, or the "errors" for which it is refused. Keys that a
 * job or step does not have are left out, but for "if", "runs_on" and "timeout_minutes" of jobs and
 * "id" of steps, which are null. A file that is refused gives {"format", "errors": [{"file",
 * "line", "column", "message"}]}.
 */
#pragma once

#include "workflow/call.h"
#include "workflow/runs_on.h"

struct plan_sources {
    const struct event *event;
    const struct repository_map *map;
    const char *date; /* "2026-11-26" */
    /* Whether an action is rehearsed without its file; NULL: none is. */
    bool (*is_modelled)(const struct uses *uses);
    const char *job; /* only this job of the run's own workflow; NULL: all */
};

/* The caller owns it. */
json_t *workflow_json(const struct call *root, const struct plan_sources *sources);
json_t *workflow_errors_json(const GPtrArray *errors);

/* What plan shows in text and JSON alike. */

/* The runner of a leg; false: not known before the run. The caller clears it. */
bool plan_runner(const struct call *call, const struct job *job, const struct leg *leg,
                 const struct plan_sources *sources, struct runner *runner);
/* What GitHub will call a leg; a name that needs more than is known before the run as it stands.
   g_free. */
char *plan_leg_name(const struct call *call, const struct job *job, const struct leg *leg,
                    const struct plan_sources *sources);
/* Where a step's uses leads: "file", …; *path is its file or NULL, g_free. */
const char *plan_leads_to(const struct step *step, const struct call *call,
                          const struct plan_sources *sources, char **path);
