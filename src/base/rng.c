/* Streams of pseudo-random numbers; see rng.h for why there are many. */
#include "base/rng.h"

#include <glib.h>
#include <math.h>

static uint64_t splitmix64(uint64_t *state)
{
    uint64_t mixed = (*state += UINT64_C(0x9e3779b97f4a7c15));
    mixed = (mixed ^ (mixed >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    mixed = (mixed ^ (mixed >> 27)) * UINT64_C(0x94d049bb133111eb);
    return mixed ^ (mixed >> 31);
}

static uint64_t fnv1a(uint64_t hash, const char *text)
{
    for (; text != NULL && *text != '\0'; text++)
        hash = (hash ^ (uint8_t)*text) * UINT64_C(0x100000001b3);
    return (hash ^ 0xff) * UINT64_C(0x100000001b3); /* so that ("ab","c") and ("a","bc") differ */
}

struct rng rng_stream(uint64_t seed, const char *role, const char *id)
{
    struct rng rng;
    uint64_t state = fnv1a(fnv1a(UINT64_C(0xcbf29ce484222325), role), id) ^ splitmix64(&seed);
    for (int i = 0; i < 4; i++)
        rng.state[i] = splitmix64(&state);
    return rng;
}

static uint64_t rotate_left(uint64_t value, int bits)
{
    return (value << bits) | (value >> (64 - bits));
}

uint64_t rng_next(struct rng *rng)
{
    uint64_t *state = rng->state;
    uint64_t result = rotate_left(state[1] * 5, 7) * 9;
    uint64_t shifted = state[1] << 17;
    state[2] ^= state[0];
    state[3] ^= state[1];
    state[1] ^= state[2];
    state[0] ^= state[3];
    state[2] ^= shifted;
    state[3] = rotate_left(state[3], 45);
    return result;
}

double rng_unit(struct rng *rng)
{
    return (double)(rng_next(rng) >> 11) * 0x1.0p-53;
}

uint64_t rng_below(struct rng *rng, uint64_t bound)
{
    uint64_t refused = -bound % bound; /* the part of the range that would bias the remainder */
    uint64_t drawn;
    do
        drawn = rng_next(rng);
    while (drawn < refused);
    return drawn % bound;
}

double rng_normal(struct rng *rng)
{
    double radius = sqrt(-2.0 * log(1.0 - rng_unit(rng)));
    return radius * cos(2.0 * G_PI * rng_unit(rng));
}
