/* Outcomes made by hand, for tests of what reads them. */
#pragma once

#include "harness/outcome.h"

/* tests/cases/hand-made.yaml with an outcome: leg api is red, web is green and degraded, the only
   fault fired twice, the trace has four exchanges. */
struct hand_made {
    struct scenario *scenario;
    struct plan *plan;
    struct outcome *outcome;
};

struct hand_made *hand_made_new(void);
void hand_made_free(struct hand_made *hand_made);
CLEANUP(hand_made, hand_made_free)

/* The leg's report gets one more step; the answer is lent. */
struct step_report *hand_made_add_step(struct leg_outcome *leg, const char *id,
                                       enum step_outcome outcome, int64_t started_us,
                                       int64_t duration_us);
struct leg_outcome *hand_made_leg(struct hand_made *hand_made, guint index);
struct effect *hand_made_effect(struct hand_made *hand_made, guint index);
/* "linux/amd64,linux/arm64"; NULL stays NULL. */
GPtrArray *texts_of(const char *commas);
/* A path below the source tree; g_free. */
char *source_path(const char *relative);
