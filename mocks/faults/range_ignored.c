/* range-ignored: the server answers a Range request with 200 and the whole, as the handler does
   when it does not see the header. */
#include "mocks/faults/kinds.h"

static const char *range_ignored_misfit(const struct fault_rule *rule, struct exchange *exchange)
{
    (void)rule;
    return exchange_header(exchange, "Range") != NULL ? NULL : "the request has no Range";
}

static bool range_ignored_request(const struct fault_strike *strike, struct exchange *exchange)
{
    (void)strike;
    exchange_hide_header(exchange, "Range");
    return false;
}

const struct fault_kind fault_kind_range_ignored = {
    .record = {.name = "range-ignored",
               .summary = "a Range request gets 200 and the whole body instead of 206",
               .size = sizeof(struct fault_no_parameters),
               .fields = fault_no_parameters},
    .evidence = "failures.md D7",
    .stage = FAULT_AT_REQUEST,
    .misfit = range_ignored_misfit,
    .request = range_ignored_request,
};
