/*
 * The reports of legs that ran against a real Engine: text for people, and `seatrial.up/1` as JSON.
 *
 * {"format": "seatrial.up/1", "policy", "endpoint", "legs": [{"id", "outcome", "tier",
 *  "duration_us", "steps": [{"id", "outcome", "started_us", "duration_us", "is_tolerated",
 *  "message"?}], "services": [{"id", "image", "pushed", "digest", "platforms", "is_delivered",
 *  "is_rescue", "is_side_tag", "dropped"}], "diagnosis": {"cause", "rule", "step", "evidence",
 *  "escalation"} or null}]}
 */
#pragma once

#include "engine/engine.h"

#include <jansson.h>

/* legs: struct leg_report. The caller owns it. */
json_t *legs_json(const struct policy *policy, const char *endpoint, const GPtrArray *legs);
/* g_free. */
char *legs_text(const GPtrArray *legs);
/* "failure    pre-pull    45.2s  why"; no newline at its end; g_free. */
char *step_text(const struct step_report *step);
