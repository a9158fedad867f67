/* blackhole: SYNs are dropped. The kernel of the client sends them again; one that goes out when
   the rule's window is over gets through, if the client's dial still lasts. */
#include "mocks/faults/kinds.h"

#include "base/units.h"
#include "mocks/faults/rule.h"

static const int64_t resent_s[] = {HTTP_SYN_SENT_AGAIN_S};

static void blackhole_connect(const struct fault_strike *strike, struct http_route *route)
{
    const struct fault_when *when = &strike->rule->when;
    for (gsize i = 0; i < G_N_ELEMENTS(resent_s); i++) {
        int64_t delay_us = resent_s[i] * SECOND_US;
        if (!fault_when_is_open(when, strike->now_us + route->delay_us + delay_us)) {
            route->delay_us += delay_us;
            return;
        }
    }
    route->way = HTTP_WAY_SILENT;
}

const struct fault_kind fault_kind_blackhole = {
    .record = {.name = "blackhole",
               .summary =
                   "no answer to a SYN; the client's kernel sends more, or its dial times out",
               .size = sizeof(struct fault_no_parameters),
               .fields = fault_no_parameters},
    .evidence = "failures.md A5",
    .stage = FAULT_AT_CONNECT,
    .connect = blackhole_connect,
};
