/* The budget rule, over the cases in which it decides. */
#include "base/units.h"
#include "engine/leg.h"

#include <criterion/criterion.h>

struct budget_case {
    const char *what;
    int remaining, wanted, reserve, least, granted; /* minutes */
};

static const struct budget_case cases[] = {
    {"plenty: what is wanted", 60, 25, 22, 2, 25},
    {"some: what the reserve leaves", 40, 25, 22, 2, 18},
    {"exactly the least", 24, 25, 22, 2, 2},
    {"under the least: not started", 23, 25, 22, 2, 0},
    {"nothing beyond the reserve", 22, 25, 22, 2, 0},
    {"less than the reserve", 5, 25, 22, 2, 0},
    {"a small wish is no longer than itself", 60, 1, 22, 2, 1},
    {"no reserve: up to the clock", 10, 25, 0, 2, 10},
};

Test(budget, grants_what_the_last_fallback_can_spare)
{
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        const struct budget_case *each = &cases[i];

        int64_t granted_us = budget_grant_us(each->remaining * MINUTE_US, each->wanted * MINUTE_US,
                                             each->reserve * MINUTE_US, each->least * MINUTE_US);

        cr_expect_eq(granted_us, each->granted * MINUTE_US, "%s: %d min", each->what,
                     (int)(granted_us / MINUTE_US));
    }
}

/* A leg at the start of its job, of a policy with one rescue of so many minutes. */
struct budget_leg {
    struct loop *loop;
    struct policy policy;
    struct leg leg;
};

static void budget_leg_init(struct budget_leg *bench, int job_minutes, int rescue_minutes)
{
    *bench = (struct budget_leg){.loop = loop_new(CLOCK_VIRTUAL, 1)};
    bench->policy.job =
        (struct policy_job){.timeout_us = job_minutes * MINUTE_US, .has_budget = true};
    bench->policy.single.timeout_us = rescue_minutes * MINUTE_US;
    bench->leg = (struct leg){.policy = &bench->policy,
                              .loop = bench->loop,
                              .deadline_us = job_minutes * MINUTE_US,
                              .services_left = 1};
}

Test(budget, keeps_time_for_the_rescues_that_are_still_to_come)
{
    static const struct {
        const char *what;
        int job, rescue; /* minutes */
        guint services;
        int reserve;
    } rows[] = {
        {"a rescue and two minutes to finish", 60, 20, 1, 22},
        {"nothing is left to build", 60, 20, 0, 2},
        {"a short job clock keeps half of itself", 22, 20, 1, 12},
        {"two services with time for both", 90, 20, 2, 42},
        {"several services get half of what is left at most", 62, 20, 3, 32},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct budget_leg bench;
        budget_leg_init(&bench, rows[i].job, rows[i].rescue);

        int64_t reserve_us = leg_reserve_us(&bench.leg, rows[i].services);

        cr_expect_eq(reserve_us, rows[i].reserve * MINUTE_US, "%s: %d min", rows[i].what,
                     (int)(reserve_us / MINUTE_US));
        bench.policy.job.has_budget = false;
        cr_expect_lt(leg_reserve_us(&bench.leg, rows[i].services), 0, "nothing is kept");
        loop_free(bench.loop);
    }
}

Test(budget, keeps_the_tiers_to_come_a_quarter_of_what_is_left_at_most)
{
    struct policy_tier short_tier = {.timeout_us = 5 * MINUTE_US};
    struct policy_tier long_tier = {.timeout_us = 20 * MINUTE_US};
    struct budget_leg bench;
    budget_leg_init(&bench, 60, 20);
    bench.policy.tiers = g_ptr_array_new();
    g_ptr_array_add(bench.policy.tiers, &long_tier);
    g_ptr_array_add(bench.policy.tiers, &short_tier);

    cr_expect_eq(leg_reserve_before_tier_us(&bench.leg, 2), 22 * MINUTE_US);
    cr_expect_eq(leg_reserve_before_tier_us(&bench.leg, 1), (22 + 5) * MINUTE_US);
    cr_expect_eq(leg_reserve_before_tier_us(&bench.leg, 0), (22 + 15) * MINUTE_US);

    g_ptr_array_unref(bench.policy.tiers);
    loop_free(bench.loop);
}
