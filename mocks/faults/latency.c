/* latency: time before the reply's headers, fixed, uniform or log-normal. */
#include "base/limits.h"
#include "mocks/faults/disturb.h"
#include "mocks/faults/kinds.h"

#include <math.h>

struct latency {
    int64_t delay_us;
    int64_t min_us;
    int64_t max_us;
    int64_t median_us;
    double sigma;
    bool is_uniform;
    bool is_log_normal;
};

static const struct field fields[] = {
    {.name = "delay",
     .kind = FIELD_DURATION,
     .offset = offsetof(struct latency, delay_us),
     .summary = "always so long"},
    {.name = "min",
     .kind = FIELD_DURATION,
     .offset = offsetof(struct latency, min_us),
     .summary = "uniform: from this"},
    {.name = "max",
     .kind = FIELD_DURATION,
     .offset = offsetof(struct latency, max_us),
     .summary = "uniform: to this; with median: never longer"},
    {.name = "median",
     .kind = FIELD_DURATION,
     .offset = offsetof(struct latency, median_us),
     .summary = "log-normal: half of the delays are shorter"},
    {.name = "sigma",
     .kind = FIELD_NUMBER,
     .offset = offsetof(struct latency, sigma),
     .otherwise = "0.5",
     .minimum = 0,
     .maximum = 5,
     .summary = "log-normal: standard deviation of the logarithm"},
    {0},
};

/* One of the three shapes, not a mixture. */
static bool check(const struct node *node, void *record, GError **error)
{
    struct latency *latency = record;
    bool has_max = record_has(node, "max");
    latency->is_uniform = record_has(node, "min");
    latency->is_log_normal = record_has(node, "median");
    int shape_count = record_has(node, "delay") + latency->is_uniform + latency->is_log_normal;

    if (shape_count != 1 || (record_has(node, "delay") && has_max) ||
        (latency->is_uniform && !has_max) || (record_has(node, "sigma") && !latency->is_log_normal))
        node_error(error, node,
                   "latency takes 'delay', or 'min' and 'max', or 'median' with 'sigma' "
                   "and 'max'");
    else if (has_max && latency->max_us < MAX(latency->min_us, latency->median_us))
        node_error(error, node_get(node, "max"), "'max' is less than '%s'",
                   latency->is_uniform ? "min" : "median");
    else
        return true;
    return false;
}

static int64_t draw_us(const struct latency *latency, struct rng *rng)
{
    if (latency->is_uniform) {
        uint64_t span = (uint64_t)(latency->max_us - latency->min_us) + 1;
        return latency->min_us + (int64_t)rng_below(rng, span);
    }
    if (!latency->is_log_normal)
        return latency->delay_us;
    int64_t cap_us = latency->max_us > 0 ? latency->max_us : VIRTUAL_TIME_US_MAX;
    double drawn = (double)latency->median_us * exp(latency->sigma * rng_normal(rng));
    return drawn < (double)cap_us ? (int64_t)drawn : cap_us;
}

static void latency_reply(const struct fault_strike *strike, struct exchange *exchange)
{
    disturb_delay(exchange, draw_us(strike->parameters, strike->rng));
}

const struct fault_kind fault_kind_latency = {
    .record = {.name = "latency",
               .summary = "the reply comes later: fixed, uniform or log-normal",
               .size = sizeof(struct latency),
               .fields = fields,
               .check = check},
    .evidence = "peers.md 1.7 latency",
    .stage = FAULT_AT_REPLY,
    .reply = latency_reply,
};
