/* The clauses of `when`, one row each. */
#include "mocks/faults/when.h"

#include "base/units.h"

#include <inttypes.h>

static bool nth_holds(const struct fault_when *when, const struct fault_count *count)
{
    return when->nth == 0 || count->event_count == when->nth;
}

static bool first_holds(const struct fault_when *when, const struct fault_count *count)
{
    return when->first == 0 || count->event_count <= when->first;
}

static bool every_holds(const struct fault_when *when, const struct fault_count *count)
{
    return when->every == 0 || count->event_count % when->every == 0;
}

static bool after_holds(const struct fault_when *when, const struct fault_count *count)
{
    return count->event_count > when->after;
}

static bool bytes_hold(const struct fault_when *when, const struct fault_count *count)
{
    return when->after_bytes == 0 || count->bytes > when->after_bytes;
}

static bool burst_holds(const struct fault_when *when, const struct fault_count *count)
{
    return when->burst.enter == 0 || !count->is_calm;
}

/* A ramp begins where the window does. */
static double probability_at(const struct fault_when *when, int64_t now_us)
{
    int64_t grown_us = now_us - when->from_us;
    if (grown_us >= when->ramp_us)
        return when->probability;
    return when->probability * (double)grown_us / (double)when->ramp_us;
}

static bool probability_holds(const struct fault_when *when, const struct fault_count *count)
{
    return count->draw < probability_at(when, count->now_us);
}

static char *nth_refusal(const struct fault_when *when, const struct fault_count *count)
{
    return g_strdup_printf("it is number %" PRId64 ", nth is %" PRId64, count->event_count,
                           when->nth);
}

static char *first_refusal(const struct fault_when *when, const struct fault_count *count)
{
    return g_strdup_printf("it is number %" PRId64 ", first is %" PRId64, count->event_count,
                           when->first);
}

static char *every_refusal(const struct fault_when *when, const struct fault_count *count)
{
    return g_strdup_printf("it is number %" PRId64 ", every is %" PRId64, count->event_count,
                           when->every);
}

static char *after_refusal(const struct fault_when *when, const struct fault_count *count)
{
    return g_strdup_printf("it is number %" PRId64 ", after is %" PRId64, count->event_count,
                           when->after);
}

static char *bytes_refusal(const struct fault_when *when, const struct fault_count *count)
{
    g_autofree char *passed = size_text(count->bytes);
    g_autofree char *wanted = size_text(when->after_bytes);
    return g_strdup_printf("%s have passed, after_bytes is %s", passed, wanted);
}

static char *probability_refusal(const struct fault_when *when, const struct fault_count *count)
{
    return g_strdup_printf("the draw was %.3f, probability is %g", count->draw,
                           probability_at(when, count->now_us));
}

static char *burst_refusal(const struct fault_when *when, const struct fault_count *count)
{
    (void)when;
    (void)count;
    return g_strdup("it came between bursts");
}

static const struct {
    bool (*holds)(const struct fault_when *when, const struct fault_count *count);
    char *(*refusal)(const struct fault_when *when, const struct fault_count *count);
} clauses[] = {
    {nth_holds, nth_refusal},
    {first_holds, first_refusal},
    {every_holds, every_refusal},
    {after_holds, after_refusal},
    {bytes_hold, bytes_refusal},
    {burst_holds, burst_refusal},
    {probability_holds, probability_refusal},
};

bool fault_when_is_open(const struct fault_when *when, int64_t now_us)
{
    return now_us >= when->from_us && (when->until_us == 0 || now_us < when->until_us);
}

bool fault_when_holds(const struct fault_when *when, const struct fault_count *count)
{
    for (gsize i = 0; i < G_N_ELEMENTS(clauses); i++) {
        if (!clauses[i].holds(when, count))
            return false;
    }
    return true;
}

char *fault_when_refusal(const struct fault_when *when, const struct fault_count *count)
{
    for (gsize i = 0; i < G_N_ELEMENTS(clauses); i++) {
        if (!clauses[i].holds(when, count))
            return clauses[i].refusal(when, count);
    }
    return NULL;
}
