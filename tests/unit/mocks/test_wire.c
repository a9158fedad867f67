/* The byte stage's plan and the reading of request lines: pure functions. */
#include "mocks/wire.h"

#include "base/limits.h"
#include "base/rng.h"
#include "base/units.h"
#include "mocks/wire_text.h"

#include <criterion/criterion.h>
#include <string.h>

static struct disturbance calm(void)
{
    return (struct disturbance){.corrupt_at = NEVER};
}

Test(wire, without_a_rate_lets_all_out_at_once)
{
    const struct disturbance none = calm();

    struct wire wire = wire_plan(1000000, 1000000, 0, &none);

    cr_assert(wire_is_honest(&wire));
    cr_assert_eq(wire_allowed_bytes(&wire, 0), 1000000);
}

Test(wire, paces_from_64_KiB_on)
{
    const struct disturbance none = calm();

    struct wire below = wire_plan(10, 65535, 1, &none);
    struct wire at = wire_plan(10, 65536, 65536, &none);

    cr_assert_eq(below.total_us, 0);
    cr_assert_eq(at.total_us, SECOND_US);
}

Test(wire, lets_slices_out_exactly_when_they_are_due)
{
    const struct disturbance none = calm();
    struct rng rng = rng_stream(1, "test", NULL);

    for (int i = 0; i < 1000; i++) {
        int64_t real_bytes = (int64_t)rng_below(&rng, 100000) + 1;
        int64_t declared_bytes = (int64_t)rng_below(&rng, GIB_BYTES) + WIRE_PACED_BYTES_MIN;
        int64_t rate = (int64_t)rng_below(&rng, 100 * MIB_BYTES) + 1;
        struct wire wire = wire_plan(real_bytes, declared_bytes, rate, &none);
        int64_t sent_bytes = 0;
        while (sent_bytes < real_bytes) {
            int64_t due_us = wire_next_us(&wire, sent_bytes);
            int64_t allowed_bytes = wire_allowed_bytes(&wire, due_us);
            cr_assert(allowed_bytes > sent_bytes);
            cr_assert(due_us == 0 || wire_allowed_bytes(&wire, due_us - 1) <= sent_bytes);
            sent_bytes = allowed_bytes;
        }
        cr_assert_eq(wire_allowed_bytes(&wire, wire.total_us), real_bytes);
    }
}

Test(wire, scales_without_overflow)
{
    cr_assert_eq(wire_scale(INT64_MAX, INT64_MAX, INT64_MAX), INT64_MAX);
    cr_assert_eq(wire_scale(INT64_MAX, INT64_MAX, 1), INT64_MAX);
    cr_assert_eq(wire_scale(7, 3, 2), 10);
    cr_assert_eq(wire_scale(7, 3, 0), 0);
    cr_assert_eq(wire_scale(-7, 3, 2), 0);
}

Test(wire, places_ends_by_declared_bytes)
{
    struct disturbance disturbance = calm();
    disturbance.end = END_CLOSE;
    disturbance.ends_at = 500;

    struct wire half = wire_plan(10, 1000, 0, &disturbance);
    struct wire beyond = wire_plan(10, 500, 0, &disturbance);
    struct wire stream = wire_plan(INT64_MAX, INT64_MAX, 0, &disturbance);

    cr_assert_eq(half.end_at, 5);
    cr_assert_eq(wire_declared_of(&half, 5), 500);
    cr_assert_eq(beyond.end_at, NEVER);
    cr_assert_eq(stream.end_at, 500);
}

Test(wire, flips_one_byte_wherever_the_block_lies)
{
    struct disturbance disturbance = calm();
    disturbance.corrupt_at = 5;
    struct wire wire = wire_plan(10, 10, 0, &disturbance);
    char bytes[] = "0123456789";

    wire_corrupt(&wire, bytes, 0, 5);
    wire_corrupt(&wire, bytes + 6, 6, 4);
    cr_assert_str_eq(bytes, "0123456789");
    wire_corrupt(&wire, bytes + 3, 3, 3);
    cr_assert_eq((unsigned char)bytes[5], '5' ^ 0xff);
}

struct range_case {
    const char *text;
    int64_t size_bytes;
    enum range range;
    int64_t from;
    int64_t to;
};

static const struct range_case range_cases[] = {
    {NULL, 10, RANGE_WHOLE, 0, 0},
    {"", 10, RANGE_WHOLE, 0, 0},
    {"bytes=0-4", 10, RANGE_PART, 0, 4},
    {"bytes=0-9", 10, RANGE_PART, 0, 9},
    {"bytes=5-", 10, RANGE_PART, 5, 9},
    {"bytes=9-100", 10, RANGE_PART, 9, 9},
    {"bytes=-3", 10, RANGE_PART, 7, 9},
    {"bytes=-100", 10, RANGE_PART, 0, 9},
    {"Bytes=1-1", 10, RANGE_PART, 1, 1},
    {"bytes=0-99999999999999999999999", 10, RANGE_PART, 0, 9},
    {"bytes=10-", 10, RANGE_UNSATISFIABLE, 0, 0},
    {"bytes=10-20", 10, RANGE_UNSATISFIABLE, 0, 0},
    {"bytes=-0", 10, RANGE_UNSATISFIABLE, 0, 0},
    {"bytes=0-", 0, RANGE_UNSATISFIABLE, 0, 0},
    {"bytes=-1", 0, RANGE_UNSATISFIABLE, 0, 0},
    {"bytes=99999999999999999999999-", 10, RANGE_UNSATISFIABLE, 0, 0},
    {"bytes=5-4", 10, RANGE_UNSATISFIABLE, 0, 0},
    {"bytes=", 10, RANGE_WHOLE, 0, 0},
    {"bytes=-", 10, RANGE_WHOLE, 0, 0},
    {"bytes=5", 10, RANGE_WHOLE, 0, 0},
    {"bytes=0-1,3-4", 10, RANGE_WHOLE, 0, 0},
    {"bytes=a-b", 10, RANGE_WHOLE, 0, 0},
    {"bytes= 0-1", 10, RANGE_WHOLE, 0, 0},
    {"lines=0-1", 10, RANGE_WHOLE, 0, 0},
};

Test(wire_text, reads_ranges_as_rfc_9110_says)
{
    for (gsize i = 0; i < G_N_ELEMENTS(range_cases); i++) {
        const struct range_case *row = &range_cases[i];
        int64_t from = 0;
        int64_t to = 0;
        enum range range = range_parse(row->text, row->size_bytes, &from, &to);
        cr_assert_eq(range, row->range, "%s", row->text);
        cr_assert(from == row->from && to == row->to, "%s", row->text);
    }
}

struct text_case {
    const char *text;
    const char *expected;
};

static const struct text_case query_cases[] = {
    {"", ""},
    {"a=1&b=2", "a=1;b=2;"},
    {"a", "a=;"},
    {"&&a=1&", "a=1;"},
    {"=x", "=x;"},
    {"a=1=2", "a=1=2;"},
    {"a=x%3Ay+z", "a=x:y z;"},
    {"a%3d=%26", "a==&;"},
    {"a=%", "a=%;"},
    {"a=%4", "a=%4;"},
    {"a=%zz", "a=%zz;"},
    {"a=%00b", "a=%00b;"},
    {"a=%41%4", "a=A%4;"},
};

Test(wire_text, decodes_queries_and_leaves_broken_escapes_alone)
{
    for (gsize i = 0; i < G_N_ELEMENTS(query_cases); i++) {
        g_autoptr(GPtrArray) pairs = query_parse(query_cases[i].text);
        g_autoptr(GString) joined = g_string_new(NULL);
        for (guint j = 0; j + 1 < pairs->len; j += 2)
            g_string_append_printf(joined, "%s=%s;", (char *)g_ptr_array_index(pairs, j),
                                   (char *)g_ptr_array_index(pairs, j + 1));
        cr_assert_str_eq(joined->str, query_cases[i].expected, "%s", query_cases[i].text);
    }
}

Test(wire_text, ignores_query_pairs_above_the_ceiling)
{
    g_autoptr(GString) query = g_string_new(NULL);
    for (int i = 0; i < QUERY_PAIRS_MAX + 1; i++)
        g_string_append_printf(query, "k%d=v&", i);

    g_autoptr(GPtrArray) pairs = query_parse(query->str);

    cr_assert_eq(pairs->len, 2 * QUERY_PAIRS_MAX);
    cr_assert_null(query_find(pairs, "k256"));
    cr_assert_str_eq(query_find(pairs, "k255"), "v");
}

Test(wire_text, survives_any_bytes)
{
    static const char alphabet[] = "/%&=+?-bytes=019afz\x80";
    struct rng rng = rng_stream(2, "test", NULL);

    for (int i = 0; i < 20000; i++) {
        char text[33] = "";
        gsize length_bytes = rng_below(&rng, sizeof text);
        for (gsize j = 0; j < length_bytes; j++)
            text[j] = alphabet[rng_below(&rng, sizeof alphabet - 1)];
        g_autoptr(GPtrArray) pairs = query_parse(text);
        int64_t from = 0;
        int64_t to = 0;
        enum range range = range_parse(text, 100, &from, &to);
        cr_assert(range != RANGE_PART || (from >= 0 && from <= to && to < 100));
        cr_assert(pairs->len % 2 == 0);
    }
}
