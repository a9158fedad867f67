/* Steps as reports see them. */
#include "hand_made.h"

#include "harness/step_fact.h"

#include <criterion/criterion.h>

Test(step_fact, lists_the_steps_of_a_leg_in_their_order)
{
    AUTO(hand_made) made = hand_made_new();

    g_autoptr(GArray) facts = step_facts_of(hand_made_leg(made, 0));

    cr_assert_eq(facts->len, 2);
    cr_assert_str_eq(g_array_index(facts, struct step_fact, 0).id, "disk-prune");
    cr_assert_str_eq(g_array_index(facts, struct step_fact, 1).outcome, "failure");
}

Test(step_fact, of_a_leg_that_did_not_run_is_empty)
{
    struct leg_outcome leg = {.id = (char *)"left-out"};
    struct step_fact fact;

    g_autoptr(GArray) facts = step_facts_of(&leg);

    cr_assert_eq(facts->len, 0);
    cr_assert_not(step_fact_find(&leg, "any", &fact));
    cr_assert_not(step_fact_first_broken(&leg, &fact));
}

Test(step_fact, that_was_tolerated_concludes_as_success)
{
    AUTO(hand_made) made = hand_made_new();
    struct step_report *step =
        hand_made_add_step(hand_made_leg(made, 1), "tolerated", STEP_FAILURE, 0, 1);
    struct step_fact fact;
    step->is_tolerated = true;

    cr_assert(step_fact_find(hand_made_leg(made, 1), "tolerated", &fact));

    cr_assert_str_eq(fact.outcome, "failure");
    cr_assert_str_eq(fact.conclusion, "success");
}

Test(step_fact, that_broke_first_is_found)
{
    AUTO(hand_made) made = hand_made_new();
    struct step_fact fact;

    cr_assert(step_fact_first_broken(hand_made_leg(made, 0), &fact));

    cr_assert_str_eq(fact.id, "pre-pull");
    cr_assert(fact.has_timed_out);
}
