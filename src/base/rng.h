/*
 * Chance. Every role and every fault rule has a stream of its own, seeded by a hash of the run's
 * seed, the role and the id, never by order: adding a rule leaves the draws of others unchanged.
 * xoshiro256** seeded by splitmix64 over FNV-1a; public algorithms, fixed for ever by tests.
 */
#pragma once

#include <stdint.h>

struct rng {
    uint64_t state[4];
};

/* A stream for (seed, role, id); role and id are any texts, id may be NULL. */
struct rng rng_stream(uint64_t seed, const char *role, const char *id);
uint64_t rng_next(struct rng *rng);
/* In [0, 1), 53 bits. */
double rng_unit(struct rng *rng);
/* In [0, bound), without bias; bound > 0. */
uint64_t rng_below(struct rng *rng, uint64_t bound);
/* Standard normal (Box-Muller, one value a call so that draws never depend on parity). */
double rng_normal(struct rng *rng);
