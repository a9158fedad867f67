/*
 * The fallback engine against a real Docker Engine: the legs of a policy one after the other in
 * this process, over the real network, on a session's clock. The same engine code that rehearsals
 * run; only the opener and the host are the real ones.
 */
#pragma once

#include "engine/engine.h"
#include "harness/session.h"

struct up_options {
    const struct policy *policy;
    const char *endpoint; /* "unix:///var/run/docker.sock" */
    const char *leg;      /* only this one; NULL: all */
    const char *run_id;   /* in the names of builders */
    struct trace *trace;  /* or NULL */
    engine_step_fn *on_step;
    void *on_step_context;
};

/* Whether the policy has such a leg; names the ones there are when not. */
bool up_check_leg(const struct policy *policy, const char *leg, GError **error) MUST_USE;
/* Runs the legs in the session's loop. A signal cancels the leg that runs, lets it clean up and
   starts no other. The reports (struct leg_report) of those that ran come back; caller unrefs. */
GPtrArray *up_run(struct session *session, const struct up_options *options, GError **error);
