/* What legs of a run may lean on: those of the jobs they need, also through called workflows. */
#include "runner/server.h"

#include <criterion/criterion.h>

struct part {
    struct job job;
    struct server_leg leg;
};

static void begin(struct part *part, const struct server_leg *caller)
{
    part->job.needs = g_ptr_array_new();
    part->leg.job = &part->job;
    part->leg.caller = caller;
}

static void need(struct part *part, struct part *needed)
{
    g_ptr_array_add(part->job.needs, &needed->job);
}

static void finish(struct part *parts, gsize count)
{
    for (gsize i = 0; i < count; i++)
        g_ptr_array_unref(parts[i].job.needs);
}

Test(server_needs, reach_through_the_jobs_between)
{
    struct part parts[4] = {0};
    for (gsize i = 0; i < G_N_ELEMENTS(parts); i++)
        begin(&parts[i], NULL);
    need(&parts[1], &parts[0]);
    need(&parts[2], &parts[1]);

    cr_expect(server_leg_needs(&parts[2].leg, &parts[0].leg));
    cr_expect_not(server_leg_needs(&parts[0].leg, &parts[2].leg));
    cr_expect_not(server_leg_needs(&parts[3].leg, &parts[0].leg));
    cr_expect_not(server_leg_needs(&parts[2].leg, &parts[2].leg));
    finish(parts, G_N_ELEMENTS(parts));
}

Test(server_needs, reach_into_and_out_of_called_workflows_but_not_into_another_call)
{
    enum {
        FIRST,
        CALL,
        LAST,
        OTHER_CALL,
        INSIDE,
        INSIDE_LATER,
        COUNT
    };
    struct part parts[COUNT] = {0};
    for (gsize i = 0; i < INSIDE; i++)
        begin(&parts[i], NULL);
    begin(&parts[INSIDE], &parts[CALL].leg);
    begin(&parts[INSIDE_LATER], &parts[CALL].leg);
    need(&parts[CALL], &parts[FIRST]);
    need(&parts[LAST], &parts[CALL]);
    need(&parts[INSIDE_LATER], &parts[INSIDE]);
    struct server_leg elsewhere = {.job = &parts[INSIDE_LATER].job,
                                   .caller = &parts[OTHER_CALL].leg};

    cr_expect(server_leg_needs(&parts[INSIDE].leg, &parts[FIRST].leg));
    cr_expect(server_leg_needs(&parts[LAST].leg, &parts[INSIDE].leg));
    cr_expect(server_leg_needs(&parts[INSIDE_LATER].leg, &parts[INSIDE].leg));
    cr_expect_not(server_leg_needs(&elsewhere, &parts[INSIDE].leg));
    finish(parts, G_N_ELEMENTS(parts));
}
