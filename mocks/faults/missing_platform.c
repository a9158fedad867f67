/* missing-platform: the image has nothing for the platform, as while an official tag is being
 * rebuilt. */
#include "mocks/faults/kinds.h"

static void missing_platform_point(const struct fault_strike *strike,
                                   const struct point_event *event, struct point_effect *effect)
{
    (void)strike;
    (void)event;
    effect->is_missing = true;
}

const struct fault_kind fault_kind_missing_platform = {
    .record = {.name = "missing-platform",
               .summary = "the image has nothing for the platform",
               .size = sizeof(struct fault_no_parameters),
               .fields = fault_no_parameters},
    .evidence = "failures.md C9",
    .stage = FAULT_AT_POINT,
    .point = POINT_IMAGE_RESOLVE,
    .point_strike = missing_platform_point,
};
