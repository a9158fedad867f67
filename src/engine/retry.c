/* Trying again, as far as the class of the failure says that it can help. */
#include "base/units.h"
#include "engine/leg.h"

static bool may_try_again(struct leg *leg, const char *what, const GError *error, int64_t wait_us)
{
    struct failure failure = leg_classify(leg, error);
    if (error->domain == FIBER_ERROR)
        return false; /* time is up: no failure of its own */
    leg->last_failure = failure;
    g_free(leg->last_message);
    leg->last_message = g_strdup(error->message);
    leg_note(leg, what, error->message);
    return failure.retry == RETRY_TRANSIENT && !leg_is_over(leg) &&
           deadline_remaining_us(leg->loop) > wait_us;
}

bool retry_run(struct leg *leg, const char *what, attempt_fn *attempt, void *context,
               GError **error)
{
    const struct policy_retry *retry = &leg->policy->retry;
    int64_t wait_us = retry->wait_us;

    for (int64_t try = 1;; try++) {
        g_autoptr(GError) attempt_error = NULL;
        if (attempt(leg, context, &attempt_error)) {
            leg->report->has_retried |= try > 1;
            return true;
        }
        if (try >= retry->attempts || !may_try_again(leg, what, attempt_error, wait_us)) {
            g_propagate_error(error, g_steal_pointer(&attempt_error));
            return false;
        }
        if (!fiber_sleep(leg->loop, wait_us, error))
            return false;
        wait_us = MIN(wait_us * 2, retry->wait_us_max);
    }
}
