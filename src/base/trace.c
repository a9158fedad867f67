/* The trace of a run: events appended as JSON Lines to one growing text. */
#include "base/trace.h"

#include "base/digest.h"
#include "base/limits.h"

#include <string.h>

struct trace {
    int64_t (*now_us)(const void *context);
    const void *context;
    GString *text;
    gsize event_count;
    bool is_in_event;
    bool is_full;
};

struct trace *trace_new(int64_t (*now_us)(const void *context), const void *context)
{
    struct trace *trace = g_new0(struct trace, 1);
    trace->now_us = now_us;
    trace->context = context;
    trace->text = g_string_sized_new(16 * 1024);
    return trace;
}

void trace_free(struct trace *trace)
{
    if (trace == NULL)
        return;
    g_string_free(trace->text, TRUE);
    g_free(trace);
}

static void append_escaped_byte(GString *text, unsigned char byte)
{
    if (byte == '"' || byte == '\\') {
        g_string_append_c(text, '\\');
        g_string_append_c(text, (char)byte);
    } else if (byte == '\n') {
        g_string_append(text, "\\n");
    } else {
        g_string_append_printf(text, "\\u%04x", byte);
    }
}

static bool needs_escape(unsigned char byte)
{
    return byte < 0x20 || byte == '"' || byte == '\\' || byte == 0x7f;
}

static bool is_ascii(const char *text, gsize length)
{
    unsigned char seen_bits = 0;
    for (gsize i = 0; i < length; i++)
        seen_bits |= (unsigned char)text[i];
    return seen_bits < 0x80;
}

/* Bytes that are no UTF-8 become U+FFFD, so that every trace is valid JSON. */
static void append_quoted(GString *text, const char *value, gsize length)
{
    g_autofree char *valid = NULL;
    if (!is_ascii(value, length) && !g_utf8_validate_len(value, length, NULL)) {
        valid = g_utf8_make_valid(value, (gssize)length);
        value = valid;
        length = strlen(valid);
    }
    g_string_append_c(text, '"');
    gsize plain_start = 0;
    for (gsize i = 0; i < length; i++) {
        if (!needs_escape((unsigned char)value[i]))
            continue;
        g_string_append_len(text, value + plain_start, (gssize)(i - plain_start));
        append_escaped_byte(text, (unsigned char)value[i]);
        plain_start = i + 1;
    }
    g_string_append_len(text, value + plain_start, (gssize)(length - plain_start));
    g_string_append_c(text, '"');
}

static bool is_writing(const struct trace *trace)
{
    return trace != NULL && trace->is_in_event;
}

static void append_integer(GString *text, int64_t value)
{
    char digits[24];
    char *end = digits + sizeof digits;
    char *start = end;
    uint64_t rest = value < 0 ? -(uint64_t)value : (uint64_t)value;
    do
        *--start = (char)('0' + rest % 10);
    while ((rest /= 10) > 0);
    if (value < 0)
        *--start = '-';
    g_string_append_len(text, start, end - start);
}

static void append_key(struct trace *trace, const char *key)
{
    g_string_append_len(trace->text, ",\"", 2);
    g_string_append(trace->text, key);
    g_string_append_len(trace->text, "\":", 2);
}

void trace_begin(struct trace *trace, const char *event)
{
    if (trace == NULL || trace->is_full)
        return;
    g_assert(!trace->is_in_event);
    trace->is_in_event = true;
    trace->event_count++;
    g_string_append(trace->text, "{\"t_us\":");
    append_integer(trace->text, trace->now_us(trace->context));
    append_key(trace, "event");
    append_quoted(trace->text, event, strlen(event));
}

void trace_bytes(struct trace *trace, const char *key, const char *value, gsize length)
{
    if (!is_writing(trace))
        return;
    append_key(trace, key);
    append_quoted(trace->text, value, length);
}

void trace_string(struct trace *trace, const char *key, const char *value)
{
    if (!is_writing(trace))
        return;
    append_key(trace, key);
    if (value == NULL)
        g_string_append(trace->text, "null");
    else
        append_quoted(trace->text, value, strlen(value));
}

void trace_integer(struct trace *trace, const char *key, int64_t value)
{
    if (!is_writing(trace))
        return;
    append_key(trace, key);
    append_integer(trace->text, value);
}

void trace_boolean(struct trace *trace, const char *key, bool value)
{
    if (!is_writing(trace))
        return;
    append_key(trace, key);
    g_string_append(trace->text, value ? "true" : "false");
}

void trace_strings(struct trace *trace, const char *key, const char *const *values, gsize count)
{
    if (!is_writing(trace))
        return;
    append_key(trace, key);
    g_string_append_c(trace->text, '[');
    for (gsize i = 0; i < count; i++) {
        if (i > 0)
            g_string_append_c(trace->text, ',');
        append_quoted(trace->text, values[i], strlen(values[i]));
    }
    g_string_append_c(trace->text, ']');
}

void trace_end(struct trace *trace)
{
    if (!is_writing(trace))
        return;
    g_string_append(trace->text, "}\n");
    trace->is_in_event = false;
    if (trace->text->len > TRACE_BYTES_MAX) {
        g_string_append(trace->text, "{\"event\":\"trace-full\"}\n");
        trace->is_full = true;
    }
}

void trace_note(struct trace *trace, const char *event, ...)
{
    va_list arguments;
    const char *key;

    trace_begin(trace, event);
    va_start(arguments, event);
    while ((key = va_arg(arguments, const char *)) != NULL)
        trace_string(trace, key, va_arg(arguments, const char *));
    va_end(arguments);
    trace_end(trace);
}

const char *trace_text(const struct trace *trace, gsize *length_bytes)
{
    *length_bytes = trace->text->len;
    return trace->text->str;
}

gsize trace_event_count(const struct trace *trace)
{
    return trace->event_count;
}

char *trace_digest(const struct trace *trace)
{
    return digest_of(trace->text->str, trace->text->len);
}
