/* Verdicts: pass, fail, broken and the other way round for canaries. */
#include "hand_made.h"

#include "harness/verdict.h"

#include <criterion/criterion.h>
#include <string.h>
#include <unistd.h>

static const struct failing_expectation *failing(const struct verdict *verdict, guint index)
{
    return g_ptr_array_index(verdict->failing, index);
}

/* Loads a scenario whose expectations are other ones; the outcome stays. */
static void expect(struct hand_made *hand_made, const char *fate, const char *expectations,
                   const char *rest)
{
    g_autofree char *path = source_path("tests/cases/hand-made.yaml");
    g_autofree char *text = NULL;
    cr_assert(g_file_get_contents(path, &text, NULL, NULL));
    *strstr(text, "fate: degraded") = '\0';
    g_autofree char *whole =
        g_strdup_printf("%sfate: %s\nexpect: %s\n%s", text, fate, expectations, rest);
    g_autofree char *copy = NULL;
    g_autoptr(GError) error = NULL;
    int fd = g_file_open_tmp("scenario-XXXXXX.yaml", &copy, NULL);
    cr_assert_geq(fd, 0);
    close(fd);
    cr_assert(g_file_set_contents(copy, whole, -1, NULL));

    scenario_free(hand_made->scenario);
    hand_made->scenario = scenario_load(copy, &error);
    cr_assert_not_null(hand_made->scenario, "%s", error != NULL ? error->message : "");
    hand_made->plan->scenario = hand_made->scenario;
    remove(copy);
}

Test(verdict, passes_when_fate_and_expectations_hold)
{
    AUTO(hand_made) hand_made = hand_made_new();
    hand_made->outcome->fate = FATE_DEGRADED;

    AUTO(verdict) verdict = verdict_of(hand_made->outcome);

    cr_assert_eq(verdict->kind, VERDICT_PASS, "%s", verdict->reason);
    cr_assert_null(verdict->reason);
    cr_assert_eq(verdict->failing->len, 0);
}

Test(verdict, fails_on_another_fate_even_when_no_expectation_mentions_it)
{
    AUTO(hand_made) hand_made = hand_made_new();
    hand_made->outcome->fate = FATE_DELIVERED;

    AUTO(verdict) verdict = verdict_of(hand_made->outcome);

    cr_assert_eq(verdict->kind, VERDICT_FAIL);
    cr_assert_str_eq(verdict->reason, "fate == 'degraded': fate is 'delivered'");
    cr_assert_eq(verdict->failing->len, 1);
}

Test(verdict, keeps_every_expectation_that_fails_with_the_values_that_decided)
{
    AUTO(hand_made) hand_made = hand_made_new();
    expect(hand_made, "failed",
           "[\"steps.pre-pull.outcome == 'success'\", \"elapsed < 30min\", \"elapsed > 1h\"]", "");

    AUTO(verdict) verdict = verdict_of(hand_made->outcome);

    cr_assert_eq(verdict->kind, VERDICT_FAIL);
    cr_assert_eq(verdict->failing->len, 2);
    cr_assert_str_eq(failing(verdict, 0)->expression, "steps.pre-pull.outcome == 'success'");
    cr_assert_str_eq(failing(verdict, 0)->explanation, "steps.pre-pull.outcome is 'failure'");
    cr_assert_str_eq(failing(verdict, 1)->explanation, "elapsed is 12min");
    cr_assert(g_str_has_prefix(verdict->reason, "steps.pre-pull.outcome == 'success': "));
}

Test(verdict, passes_when_its_only_expectation_holds)
{
    AUTO(hand_made) hand_made = hand_made_new();
    expect(hand_made, "failed", "[\"fate == 'failed'\"]", "");

    AUTO(verdict) verdict = verdict_of(hand_made->outcome);

    cr_assert_eq(verdict->kind, VERDICT_PASS, "%s", verdict->reason);
}

Test(verdict, is_broken_by_an_unknown_name_at_its_place_in_the_file)
{
    AUTO(hand_made) hand_made = hand_made_new();
    expect(hand_made, "failed", "[\"steps.pre-pul.outcome == 'success'\"]", "");

    AUTO(verdict) verdict = verdict_of(hand_made->outcome);

    cr_assert_eq(verdict->kind, VERDICT_BROKEN);
    cr_assert_not(verdict->is_our_fault);
    cr_assert_not_null(strstr(verdict->reason, ".yaml:17:17: "), "%s", verdict->reason);
    cr_assert_not_null(strstr(verdict->reason, "pre-pull"), "%s", verdict->reason);
}

Test(verdict, is_broken_by_an_expectation_that_is_no_condition)
{
    AUTO(hand_made) hand_made = hand_made_new();
    expect(hand_made, "failed", "[\"elapsed\"]", "");

    AUTO(verdict) verdict = verdict_of(hand_made->outcome);

    cr_assert_eq(verdict->kind, VERDICT_BROKEN);
    cr_assert_not_null(strstr(verdict->reason, "a duration"), "%s", verdict->reason);
}

Test(verdict, is_broken_when_the_run_was_and_says_whose_fault_it_is)
{
    AUTO(hand_made) hand_made = hand_made_new();
    hand_made->outcome->broken = g_strdup("deadlock: nothing is ready");
    hand_made->outcome->is_our_fault = true;

    AUTO(verdict) verdict = verdict_of(hand_made->outcome);

    cr_assert_eq(verdict->kind, VERDICT_BROKEN);
    cr_assert(verdict->is_our_fault);
    cr_assert_str_eq(verdict->reason, "deadlock: nothing is ready");
}

Test(verdict, of_a_canary_passes_when_it_fails_for_its_reason)
{
    AUTO(hand_made) hand_made = hand_made_new();
    expect(hand_made, "delivered", "[]", "verdict: fail\nbecause: fate is 'failed'\n");

    AUTO(verdict) verdict = verdict_of(hand_made->outcome);

    cr_assert_eq(verdict->kind, VERDICT_PASS, "%s", verdict->reason);
    cr_assert_null(verdict->reason);
}

Test(verdict, of_a_canary_fails_when_it_passes)
{
    AUTO(hand_made) hand_made = hand_made_new();
    expect(hand_made, "failed", "[]", "verdict: fail\nbecause: fate\n");

    AUTO(verdict) verdict = verdict_of(hand_made->outcome);

    cr_assert_eq(verdict->kind, VERDICT_FAIL);
    cr_assert_str_eq(verdict->reason, "the canary passed: it was to fail");
}

Test(verdict, of_a_canary_fails_when_it_fails_for_another_reason)
{
    AUTO(hand_made) hand_made = hand_made_new();
    expect(hand_made, "delivered", "[]", "verdict: fail\nbecause: elapsed\n");

    AUTO(verdict) verdict = verdict_of(hand_made->outcome);

    cr_assert_eq(verdict->kind, VERDICT_FAIL);
    cr_assert_str_eq(verdict->reason, "the canary failed, but not because \"elapsed\": fate == "
                                      "'delivered': fate is 'failed'");
}

Test(verdict, of_a_canary_stays_broken_when_it_is_broken)
{
    AUTO(hand_made) hand_made = hand_made_new();
    expect(hand_made, "failed", "[\"steps.fat == null\"]", "verdict: fail\nbecause: fat\n");

    AUTO(verdict) verdict = verdict_of(hand_made->outcome);

    cr_assert_eq(verdict->kind, VERDICT_BROKEN);
}

Test(verdict, shows_steps_faults_and_what_came_before_the_deciding_step)
{
    AUTO(hand_made) hand_made = hand_made_new();

    g_autofree char *lines = verdict_deciding_trace(hand_made->outcome);

    cr_assert_not_null(strstr(lines, "\"event\":\"step\""));
    cr_assert_not_null(strstr(lines, "\"event\":\"fault\""));
    cr_assert_not_null(strstr(lines, "/v2/acme/web/manifests/main"));
    cr_assert_null(strstr(lines, "seatrial.trace/1"), "the head decides nothing");
    cr_assert_null(strstr(lines, "images/create"), "what comes after decides nothing");
}
