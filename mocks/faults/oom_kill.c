/* oom-kill: the kernel kills what runs for want of memory. */
#include "mocks/faults/kinds.h"

enum {
    OOM_EXIT_CODE = 128 + 9
};

static void oom_kill_point(const struct fault_strike *strike, const struct point_event *event,
                           struct point_effect *effect)
{
    (void)strike;
    (void)event;
    effect->is_failure = true;
    effect->exit_code = OOM_EXIT_CODE;
}

const struct fault_kind fault_kind_oom_kill = {
    .record = {.name = "oom-kill",
               .summary = "the kernel kills what runs (SIGKILL, exit code 137)",
               .size = sizeof(struct fault_no_parameters),
               .fields = fault_no_parameters},
    .evidence = "failures.md M5",
    .stage = FAULT_AT_POINT,
    .point = POINT_PROCESS_MEMORY,
    .point_strike = oom_kill_point,
};
