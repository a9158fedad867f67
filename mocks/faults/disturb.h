/* What kinds of the wire share: disturbances of one exchange composed from several rules. */
#pragma once

#include "mocks/faults/kind.h"

/* Ends the reply there unless an earlier rule ends it sooner or at the same place. silent_us counts
   for END_SILENT. */
void disturb_end(struct exchange *exchange, enum exchange_end end, int64_t ends_at,
                 int64_t silent_us);
/* Delays of several rules add up. */
void disturb_delay(struct exchange *exchange, int64_t delay_us);
/* The slowest rate counts. */
void disturb_rate(struct exchange *exchange, int64_t bytes_per_second);
/* Whether the reply is a stream, of a length that nobody knows. */
bool disturb_is_stream(const struct exchange *exchange);

/* A misfit for kinds that act inside a body: no body, no success (unless `match.status` asks for
   that status), or one that ends before after_bytes. */
const char *disturb_body_misfit(const struct fault_rule *rule, struct exchange *exchange,
                                int64_t after_bytes);
