/* The budget rule: never start what cannot finish, always keep the last fallback its time. */
#include "base/limits.h"
#include "base/units.h"
#include "engine/leg.h"

/* To verify effects, tag and clean up after the last build. */
#define FINISH_US (2 * MINUTE_US)

int64_t budget_grant_us(int64_t remaining_us, int64_t wanted_us, int64_t reserve_us,
                        int64_t least_us)
{
    int64_t granted_us = MIN(wanted_us, remaining_us - reserve_us);
    return granted_us < MIN(least_us, wanted_us) ? 0 : granted_us;
}

int64_t leg_remaining_us(const struct leg *leg)
{
    return leg->deadline_us - loop_now_us(leg->loop);
}

/* Several services on one machine share the clock. Where it cannot hold a full rescue for each of
   them, half of what is left stays for the rescues. */
int64_t leg_reserve_us(const struct leg *leg, guint services_left)
{
    int64_t left_us = MAX(leg_remaining_us(leg) - FINISH_US, 0);
    int64_t wanted_us = services_left * leg->policy->single.timeout_us;

    if (!leg->policy->job.has_budget)
        return -VIRTUAL_TIME_US_MAX; /* every phase gets what it wants; the job clock ends it */
    if (services_left > 1 && wanted_us > left_us)
        wanted_us = left_us / 2;
    return FINISH_US + wanted_us;
}
