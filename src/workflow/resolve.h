/*
 * Values of a workflow file with their expressions evaluated, for keys whose contexts are known
 * before anything runs: runs-on, names and matrices of jobs. What needs a job that has not run yet
 * is an error that says so.
 */
#pragma once

#include "workflow/call.h"

struct value;

/* The value as JSON, expressions in texts of it replaced by what they come to, with the contexts of
   the scope, an object of expr/value.h. NULL with an error at the text that cannot be evaluated.
   The caller owns it. */
json_t *resolve_node(const struct node *node, const struct value *scope, GError **error) MUST_USE;

/*
 * The contexts that a leg's keys may use and that are known before a run: github, vars, inputs,
 * matrix and strategy. inputs: of the workflow of the job, an object; NULL: not known, and then
 * their use is an error. leg NULL: none yet. out is cleared by the caller, who may add what a run
 * knows more with value_set(), such as needs.
 */
void resolve_scope(const struct event *event, const json_t *inputs, const struct job *job,
                   const struct leg *leg, struct value *out);

/*
 * The inputs context that a call gives: given is what `with` of the calling job came to, an object;
 * declared inputs that it leaves out get their defaults, whose expressions see github, vars and
 * above, the inputs of the caller. NULL with GitHub's error at the input when a value is not of its
 * type. The caller owns it.
 */
json_t *resolve_inputs(const struct call *call, const struct event *event, const json_t *above,
                       const json_t *given, GError **error) MUST_USE;
/* The inputs context of a call's workflow: the event's for the run's own, else what the calling job
   gives with what is declared filled in. NULL when that needs a leg or a job that has not run. The
   caller owns it. */
json_t *resolve_call_inputs(const struct call *call, const struct event *event);
