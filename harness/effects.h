/*
 * Effects: what the world holds before and after a run, read from the stores of the fakes, never
 * from what the pipeline says of itself. They decide the fates.
 */
#pragma once

#include "harness/promise.h"
#include "harness/stage.h"

/* Of a policy: before the run, what is promised and what is there already. */
void effects_begin(struct outcome *outcome, const struct stage *stage);
/* After it: fills effects, legs' fates and the outcome's. */
void effects_finish(struct outcome *outcome, const struct stage *stage);

/* Of a workflow, after the run: its legs, what they pushed, what they owe, their fates. promises:
   promise.h; NULL: this is the run in clear weather that makes them. */
void effects_of_workflow(struct outcome *outcome, const struct stage *stage,
                         const struct promises *promises);

/* ---- for the two ---- */

struct registry *effects_registry(const struct stage *stage, const char *image);
/* Fills digest, after, files and the rest from the registry; nothing when the tag is not there. */
void effect_read_after(struct effect *effect, const struct stage *stage);
/* Copies of texts, owned by the array. */
GPtrArray *effects_copy_texts(const GPtrArray *texts);
enum fate effect_judge(const struct effect *effect, bool is_green, bool is_cancelled);
