/* The trace: lines, escaping, digest, ceiling. */
#include "base/digest.h"
#include "base/json.h"
#include "base/limits.h"
#include "base/trace.h"

#include <criterion/criterion.h>
#include <string.h>

static int64_t fixed_now_us(const void *context)
{
    return *(const int64_t *)context;
}

static const int64_t some_time_us = 14400000;

static struct trace *fresh_trace(void)
{
    return trace_new(fixed_now_us, &some_time_us);
}

static const char *text_of(const struct trace *trace)
{
    gsize length_bytes = 0;
    return trace_text(trace, &length_bytes);
}

Test(trace, writes_one_line_an_event_in_the_order_of_writing)
{
    const char *const platforms[] = {"linux/amd64", "linux/arm64"};
    AUTO(trace) trace = fresh_trace();

    trace_begin(trace, "exchange");
    trace_string(trace, "site", "ghcr.io");
    trace_string(trace, "client", NULL);
    trace_integer(trace, "status", 200);
    trace_integer(trace, "delta", INT64_MIN);
    trace_boolean(trace, "is_cut", false);
    trace_strings(trace, "platforms", platforms, 2);
    trace_strings(trace, "none", NULL, 0);
    trace_end(trace);

    cr_assert_str_eq(
        text_of(trace),
        "{\"t_us\":14400000,\"event\":\"exchange\",\"site\":\"ghcr.io\",\"client\":null,"
        "\"status\":200,\"delta\":-9223372036854775808,\"is_cut\":false,"
        "\"platforms\":[\"linux/amd64\",\"linux/arm64\"],\"none\":[]}\n");
    cr_assert_eq(trace_event_count(trace), 1);
}

Test(trace, note_writes_string_pairs)
{
    AUTO(trace) trace = fresh_trace();

    trace_note(trace, "state", "tier", "manual", "why", NULL, NULL);

    cr_assert_str_eq(text_of(trace),
                     "{\"t_us\":14400000,\"event\":\"state\",\"tier\":\"manual\",\"why\":null}\n");
}

Test(trace, every_line_is_valid_json_whatever_the_bytes)
{
    AUTO(trace) trace = fresh_trace();
    char every_byte[256];
    for (int i = 0; i < 256; i++)
        every_byte[i] = (char)i;

    trace_begin(trace, "x");
    trace_bytes(trace, "bytes", every_byte, sizeof every_byte);
    trace_bytes(trace, "text", "a\"b\\c\nd\te\x7f", 10);
    trace_end(trace);

    g_autoptr(json_t) line = json_parse_bytes(text_of(trace), strlen(text_of(trace)), NULL);
    cr_assert_not_null(line);
    cr_assert_str_eq(json_get_string(line, "text", ""), "a\"b\\c\nd\te\x7f");
}

Test(trace, is_silent_without_a_trace)
{
    trace_begin(NULL, "x");
    trace_string(NULL, "a", "b");
    trace_integer(NULL, "a", 1);
    trace_boolean(NULL, "a", true);
    trace_bytes(NULL, "a", "b", 1);
    trace_strings(NULL, "a", NULL, 0);
    trace_end(NULL);
    trace_note(NULL, "x", "a", "b", NULL);
    trace_free(NULL);
}

Test(trace, digest_is_the_sha256_of_the_text)
{
    AUTO(trace) trace = fresh_trace();
    g_autofree char *of_nothing = trace_digest(trace);
    trace_note(trace, "state", "tier", "manual", NULL);
    gsize length_bytes = 0;
    const char *text = trace_text(trace, &length_bytes);

    g_autofree char *digest = trace_digest(trace);

    g_autofree char *expected = digest_of(text, length_bytes);
    cr_assert_str_eq(of_nothing,
                     "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    cr_assert_str_eq(digest, expected);
    cr_assert_str_neq(digest, of_nothing);
}

Test(trace, says_when_it_is_full_and_takes_no_more)
{
    AUTO(trace) trace = fresh_trace();
    g_autofree char *large = g_strnfill(TRACE_BYTES_MAX, 'x');

    trace_note(trace, "large", "text", large, NULL);
    trace_note(trace, "late", "text", "lost", NULL);
    gsize length_bytes = 0;
    const char *text = trace_text(trace, &length_bytes);

    cr_assert(g_str_has_suffix(text + length_bytes - 64, "x\"}\n{\"event\":\"trace-full\"}\n"));
    cr_assert_eq(trace_event_count(trace), 1);
}
