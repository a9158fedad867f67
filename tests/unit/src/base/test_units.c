/* Durations and sizes: what is read, what is refused, what is printed. */
#include "base/limits.h"
#include "base/units.h"

#include <criterion/criterion.h>

Test(duration, reads_every_unit_and_several_in_falling_order)
{
    const struct {
        const char *text;
        int64_t duration_us;
    } rows[] = {
        {"0s", 0},
        {"7us", 7},
        {"250ms", 250 * MILLISECOND_US},
        {"14.4s", 14400 * MILLISECOND_US},
        {"30min", 30 * MINUTE_US},
        {"2h", 2 * HOUR_US},
        {"1d", 24 * HOUR_US},
        {"30d", VIRTUAL_TIME_US_MAX},
        {"1h30min", 90 * MINUTE_US},
        {"1h2min3.5s", HOUR_US + 2 * MINUTE_US + 3500 * MILLISECOND_US},
        {"0.1us", 0},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        int64_t duration_us = -1;
        cr_expect(duration_parse(rows[i].text, &duration_us, NULL), "%s", rows[i].text);
        cr_expect_eq(duration_us, rows[i].duration_us, "%s", rows[i].text);
    }
}

Test(duration, refuses_everything_else)
{
    const char *const texts[] = {"",       "5",    "s",     "5 s",  " 5s",     "5s ",
                                 "-5s",    "+5s",  "0x10s", "1e3s", "1.s",     ".5s",
                                 "5m",     "5S",   "31d",   "1s1h", "1s1s",    "1h2",
                                 "1.2.3s", "nans", "infs",  "5sec", "1h 30min"};

    for (gsize i = 0; i < G_N_ELEMENTS(texts); i++) {
        int64_t duration_us = 0;
        g_autoptr(GError) error = NULL;
        cr_expect_not(duration_parse(texts[i], &duration_us, &error), "%s", texts[i]);
        cr_expect(g_error_matches(error, BASE_ERROR, BASE_ERROR_INVALID), "%s", texts[i]);
    }
}

Test(duration, error_says_what_would_be_right)
{
    int64_t duration_us = 0;
    g_autoptr(GError) error = NULL;

    cr_assert_not(duration_parse("5", &duration_us, &error));

    cr_assert_str_eq(error->message,
                     "'5' is no duration; write a number with us, ms, s, min, h or d, at most 30d");
}

Test(duration, prints_the_shortest_exact_spelling)
{
    const struct {
        int64_t duration_us;
        const char *text;
    } rows[] = {
        {0, "0s"},
        {1, "1us"},
        {999, "999us"},
        {1000, "1ms"},
        {1500, "1.5ms"},
        {250 * MILLISECOND_US, "250ms"},
        {14400 * MILLISECOND_US, "14.4s"},
        {59999999, "59.999999s"},
        {5 * MINUTE_US, "5min"},
        {62 * MINUTE_US, "1h2min"},
        {HOUR_US + SECOND_US / 2, "1h0.5s"},
        {VIRTUAL_TIME_US_MAX, "720h"},
        {-SECOND_US, "-1s"},
        {INT64_MAX, "2562047788h54.775807s"},
        {INT64_MIN, "-2562047788h54.775808s"},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *text = duration_text(rows[i].duration_us);
        cr_expect_str_eq(text, rows[i].text);
    }
}

Test(duration, what_is_printed_reads_back_the_same)
{
    for (int64_t i = 0; i < 20000; i++) {
        int64_t duration_us = (i * i * i * 7919) % VIRTUAL_TIME_US_MAX;
        int64_t again_us = -1;
        g_autofree char *text = duration_text(duration_us);
        cr_assert(duration_parse(text, &again_us, NULL), "%s", text);
        cr_assert_eq(again_us, duration_us, "%s", text);
    }
}

Test(size, reads_powers_of_1000_and_of_1024)
{
    const struct {
        const char *text;
        int64_t size_bytes;
    } rows[] = {{"0B", 0},
                {"17B", 17},
                {"1KB", 1000},
                {"1KiB", 1024},
                {"1.5MiB", 3 * MIB_BYTES / 2},
                {"4GiB", 4 * GIB_BYTES},
                {"2TB", INT64_C(2000000000000)},
                {"1024TiB", 1024 * 1024 * GIB_BYTES}};

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        int64_t size_bytes = -1;
        cr_expect(size_parse(rows[i].text, &size_bytes, NULL), "%s", rows[i].text);
        cr_expect_eq(size_bytes, rows[i].size_bytes, "%s", rows[i].text);
    }
}

Test(size, refuses_everything_else)
{
    const char *const texts[] = {"", "5", "5k", "5kb", "5 MB", "-1B", "0x1B", "1025TiB", "1GiBx"};

    for (gsize i = 0; i < G_N_ELEMENTS(texts); i++) {
        int64_t size_bytes = 0;
        g_autoptr(GError) error = NULL;
        cr_expect_not(size_parse(texts[i], &size_bytes, &error), "%s", texts[i]);
        g_autofree char *message = g_strdup_printf(
            "'%s' is no size; write a number with B, KiB, MiB, GiB, TiB, KB, MB, GB or TB",
            texts[i]);
        cr_expect_str_eq(error->message, message);
    }
}

Test(size, prints_binary_units)
{
    const struct {
        int64_t size_bytes;
        const char *text;
    } rows[] = {{0, "0B"},
                {17, "17B"},
                {1024, "1KiB"},
                {1536 * KIB_BYTES, "1.5MiB"},
                {4 * GIB_BYTES, "4GiB"},
                {1500, "1.5KiB"},
                {-5, "-5B"},
                {2048 * GIB_BYTES, "2TiB"}};

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *text = size_text(rows[i].size_bytes);
        cr_expect_str_eq(text, rows[i].text);
    }
}

Test(go_duration, is_read_with_m_for_minutes)
{
    const struct {
        const char *text;
        int64_t duration_us; /* -1: none */
    } rows[] = {{"10s", 10 * SECOND_US},
                {"1m30s", 90 * SECOND_US},
                {"500ms", 500 * MILLISECOND_US},
                {"1.5h", 90 * MINUTE_US},
                {"0", 0},
                {"7ns", 0},
                {"10", -1},
                {"", -1},
                {"1min", -1},
                {"-3s", -1},
                {"900000h", -1}};

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        int64_t duration_us = -1;
        bool is_one = go_duration_parse(rows[i].text, &duration_us);
        cr_expect_eq(is_one, rows[i].duration_us >= 0, "%s", rows[i].text);
        cr_expect(!is_one || duration_us == rows[i].duration_us, "%s", rows[i].text);
    }
}

Test(interval, is_read_as_sleep_reads_it)
{
    const struct {
        const char *text;
        int64_t interval_us; /* -1: none */
    } rows[] = {{"90", 90 * SECOND_US},
                {"0.5", SECOND_US / 2},
                {"1.5m", 90 * SECOND_US},
                {"2h", 2 * HOUR_US},
                {"1d", 24 * HOUR_US},
                {"0", 0},
                {"1e-9", 1},
                {"infinity", VIRTUAL_TIME_US_MAX},
                {"1e300d", VIRTUAL_TIME_US_MAX},
                {"", -1},
                {"s", -1},
                {"nan", -1},
                {"-1", -1},
                {"1 s", -1},
                {"1ms", -1},
                {"1min", -1}};

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        int64_t interval_us = -1;
        bool is_one = interval_parse(rows[i].text, &interval_us);
        cr_expect_eq(is_one, rows[i].interval_us >= 0, "%s", rows[i].text);
        cr_expect(!is_one || interval_us == rows[i].interval_us, "%s", rows[i].text);
    }
}
