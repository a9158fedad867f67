/*
 * The outcome as expectations see it: the names an expression may use and what they are. Lazy: what
 * an expression does not ask for is not built. scenarios/README.md has the same list for people.
 *
 *   fate, elapsed           the worst fate; the virtual duration of the run
 *   steps.ID                a step: of the leg that has it; of the first leg when several do
 *   legs.ID, legs['a/b']    .outcome .conclusion .fate .tier .elapsed .steps .diagnosis .containers
 * .images effects.image('REF')    .exists .platforms .before .digest .complete .fresh .fate
 * .side_image … requests('METHOD SITE/PATH')  .count .first .last; * matches any run of characters
 *   faults.ID               .fired
 *   diagnosis               .cause .rule .step .evidence .escalation
 *
 * A step has .outcome .conclusion .message .duration .started .timed_out .cause .rule; a step that
 * did not run has outcome 'absent'.
 */
#pragma once

#include "expr/expr.h"
#include "harness/outcome.h"

struct view;

/* The dialect of expectations before there is an outcome: enough to find what is no expression and
   names that no outcome has. */
struct dialect view_dialect_of_names(void);

struct view *view_new(const struct outcome *outcome);
void view_free(struct view *view);
CLEANUP(view, view_free)
/* Lent; valid as long as the view. */
const struct dialect *view_dialect(const struct view *view);
const struct expr_scope *view_scope(const struct view *view);
