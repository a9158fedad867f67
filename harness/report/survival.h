/*
 * The survival table of a rehearsed workflow, from the entries of its runs (entry.h): a row for
 * each fault and leg, with the leg's fate and the step that broke it; for
 * want of one, the first whose failure the workflow lets pass; and what a green leg owes and lacks.
 *
 * {"format": "seatrial.rehearse/1", "workflow", "event", "rehearsals": [{"fault", "leg",
 * "job_name", "fate", "outcome", "duration_us", "broke_at": {"step", "line", "message"} or null,
 * "reason", "lack", "modelled", "assumed", "assumptions", "cause"?, "remedy"?, "images": [{"image",
 * "platforms", "promised", "before", "fate"}], "attachments": [{"image", "what", "is_there"}],
 * "trace_digest", "queued_us"?, "verdict"}], "broken": [{"fault", "reason"}]}
 */
#pragma once

#include "base/json.h"

/* entries: json_t entries. The caller owns it. */
json_t *survival_json(const char *workflow, const char *event, const GPtrArray *entries);
/* The same document for people; g_free. */
char *survival_text(const json_t *document, bool has_color);
/* Whether a rehearsal shows what nobody would notice (shrunk, hollow), or the workflow does not
   even come through in clear weather. */
bool survival_is_bad(const json_t *document);
/* Whether a leg's fate is unknown under any fault: then that rehearsal proved nothing. */
bool survival_is_inconclusive(const json_t *document);
