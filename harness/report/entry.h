/*
 * One scenario's result as JSON: an element of `scenarios` in `seatrial.run/1`. Workers hand it to
 * their parent, and all other reports are made from it, so nothing is in one report that is not in
 * this one.
 *
 * {"name", "file", "purpose", "seed", "verdict", "fate", "reason", "duration_us", "trace_digest",
 *  "exchanges", "cause"?, "diagnosed"?,
 *  "steps": [{"leg", "id", "outcome", "started_us", "duration_us", "message"?,
 *             and of a workflow "title", "conclusion", "line"}],
 *  "legs": [{"id", "outcome", "fate", "tier", "duration_us", "used_local_image", "retried",
 *            "diagnosis"}], of a workflow [{"id", "name", "outcome", "conclusion", "fate",
 *            "duration_us", "reason", "assumptions": [{"what", "line", "touches_images",
 *            "secret"?, "variable"?}], "cause"?, "remedy"?,
 *            "queued_us"? of a leg that waited for one of GitHub's runners}],
 *  "effects": [{"service", "image", "digest", "complete", "fresh", "fate", "side_image",
 *               "platforms", "before", "promised"}],
 *  "faults": [{"id", "kind", "fired"}], "failing": [{"expression", "explanation"}],
 *  "deciding_trace"?, "is_our_fault"?, "is_nondeterministic"?}
 */
#pragma once

#include "harness/verdict.h"

/* The caller owns it. */
json_t *entry_of(const struct outcome *outcome, const struct verdict *verdict);
/* For a scenario whose run never came back. */
json_t *entry_broken(const char *name, const char *path, const char *reason);
