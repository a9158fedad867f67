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

/* A job clock that cannot hold a full rescue and as much again keeps half of itself for it. */
static int64_t rescue_us(const struct policy *policy)
{
    return MIN(policy->single.timeout_us, MAX(policy->job.timeout_us - FINISH_US, 0) / 2);
}

/* Several services on one machine share the clock: at most half of what is left stays for their
   rescues, or the first would keep the others from their full builds. */
int64_t leg_reserve_us(const struct leg *leg, guint services_left)
{
    int64_t left_us = MAX(leg_remaining_us(leg) - FINISH_US, 0);
    int64_t wanted_us = services_left * rescue_us(leg->policy);

    if (!leg->policy->job.has_budget)
        return -VIRTUAL_TIME_US_MAX; /* every phase gets what it wants; the job clock ends it */
    if (services_left > 1)
        wanted_us = MIN(wanted_us, left_us / 2);
    return FINISH_US + wanted_us;
}

/* The tiers are fallbacks too: what comes before one leaves it its time, up to a quarter of what is
   left. */
int64_t leg_reserve_before_tier_us(const struct leg *leg, guint first_tier)
{
    int64_t tiers_us = 0;
    for (guint i = first_tier; i < leg->policy->tiers->len; i++)
        tiers_us += ((struct policy_tier *)g_ptr_array_index(leg->policy->tiers, i))->timeout_us;
    return leg_reserve_us(leg, leg->services_left) +
           MIN(tiers_us, MAX(leg_remaining_us(leg), 0) / 4);
}
