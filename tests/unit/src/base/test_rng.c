/* Chance: streams are fixed for ever, independent of each other, and fair. */
#include "base/rng.h"

#include <criterion/criterion.h>
#include <glib.h>
#include <math.h>

Test(rng, is_the_published_xoshiro256_star_star)
{
    struct rng rng = {.state = {1, 2, 3, 4}};
    const uint64_t expected[] = {UINT64_C(11520),
                                 UINT64_C(0),
                                 UINT64_C(1509978240),
                                 UINT64_C(1215971899390074240),
                                 UINT64_C(1216172134540287360),
                                 UINT64_C(607988272756665600)};

    for (gsize i = 0; i < G_N_ELEMENTS(expected); i++)
        cr_expect_eq(rng_next(&rng), expected[i], "draw %zu", i);
}

Test(rng, a_stream_depends_on_seed_role_and_id)
{
    struct rng streams[] = {rng_stream(1, "weather", "a"), rng_stream(2, "weather", "a"),
                            rng_stream(1, "runner", "a"),  rng_stream(1, "weather", "b"),
                            rng_stream(1, "weathe", "ra"), rng_stream(1, "weather", NULL)};
    struct rng again = rng_stream(1, "weather", "a");
    uint64_t first[G_N_ELEMENTS(streams)];

    for (gsize i = 0; i < G_N_ELEMENTS(streams); i++)
        first[i] = rng_next(&streams[i]);

    cr_assert_eq(rng_next(&again), first[0]);
    for (gsize i = 0; i < G_N_ELEMENTS(streams); i++)
        for (gsize k = 0; k < i; k++)
            cr_expect_neq(first[i], first[k], "streams %zu and %zu", i, k);
}

Test(rng, the_first_draws_of_a_stream_never_change)
{
    struct rng rng = rng_stream(42, "faults", "rule-1");

    cr_expect_eq(rng_next(&rng), UINT64_C(251430300988514423));
    cr_expect_eq(rng_next(&rng), UINT64_C(9411441108742961792));
}

Test(rng, unit_stays_in_its_range_and_centres_on_a_half)
{
    struct rng rng = rng_stream(1, "test", NULL);
    double sum = 0;

    for (int i = 0; i < 100000; i++) {
        double drawn = rng_unit(&rng);
        cr_assert(drawn >= 0 && drawn < 1);
        sum += drawn;
    }

    cr_assert_float_eq(sum / 100000, 0.5, 0.005);
}

Test(rng, below_reaches_every_value_and_none_beyond)
{
    struct rng rng = rng_stream(1, "test", NULL);
    int counts[7] = {0};

    for (int i = 0; i < 70000; i++)
        counts[rng_below(&rng, 7)]++;

    for (int i = 0; i < 7; i++)
        cr_expect(abs(counts[i] - 10000) < 500, "%d came %d times", i, counts[i]);
    cr_assert_eq(rng_below(&rng, 1), 0);
}

Test(rng, below_works_at_the_largest_bound)
{
    struct rng rng = rng_stream(1, "test", NULL);

    for (int i = 0; i < 100; i++)
        cr_assert_lt(rng_below(&rng, (UINT64_C(1) << 63) + 1), (UINT64_C(1) << 63) + 1);
}

Test(rng, normal_has_mean_zero_and_variance_one)
{
    struct rng rng = rng_stream(1, "test", NULL);
    double sum = 0, squares = 0;

    for (int i = 0; i < 100000; i++) {
        double drawn = rng_normal(&rng);
        cr_assert(isfinite(drawn));
        sum += drawn;
        squares += drawn * drawn;
    }

    cr_assert_float_eq(sum / 100000, 0, 0.02);
    cr_assert_float_eq(squares / 100000, 1, 0.02);
}
