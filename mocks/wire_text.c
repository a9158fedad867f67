/* Paths, queries and ranges as clients send them. */
#include "mocks/wire_text.h"

#include "base/limits.h"

#include <string.h>

char *percent_decode(const char *text, gsize length_bytes, bool plus_is_space)
{
    GString *decoded = g_string_sized_new(length_bytes + 1);
    for (gsize i = 0; i < length_bytes; i++) {
        char byte = text[i];
        if (byte == '%' && i + 2 < length_bytes && g_ascii_isxdigit(text[i + 1]) &&
            g_ascii_isxdigit(text[i + 2])) {
            int value = g_ascii_xdigit_value(text[i + 1]) * 16 + g_ascii_xdigit_value(text[i + 2]);
            if (value != 0) {
                byte = (char)value;
                i += 2;
            }
        } else if (byte == '+' && plus_is_space) {
            byte = ' ';
        }
        g_string_append_c(decoded, byte);
    }
    return g_string_free(decoded, FALSE);
}

/* As Go's JSON shows it: what is no UTF-8 becomes U+FFFD. */
static char *decode_value(const char *text, gsize length_bytes)
{
    g_autofree char *decoded = percent_decode(text, length_bytes, /* plus_is_space= */ true);
    return g_utf8_make_valid(decoded, -1);
}

static void add_pair(GPtrArray *pairs, const char *text, gsize length_bytes)
{
    const char *equals = memchr(text, '=', length_bytes);
    gsize key_bytes = equals != NULL ? (gsize)(equals - text) : length_bytes;
    gsize value_bytes = equals != NULL ? length_bytes - key_bytes - 1 : 0;
    g_ptr_array_add(pairs, decode_value(text, key_bytes));
    g_ptr_array_add(pairs, decode_value(text + length_bytes - value_bytes, value_bytes));
}

GPtrArray *query_parse(const char *query)
{
    GPtrArray *pairs = g_ptr_array_new_with_free_func(g_free);
    while (query != NULL && *query != '\0' && pairs->len < 2 * QUERY_PAIRS_MAX) {
        gsize length_bytes = strcspn(query, "&");
        if (length_bytes > 0)
            add_pair(pairs, query, length_bytes);
        query += length_bytes;
        if (*query == '&')
            query++;
    }
    return pairs;
}

const char *query_find(const GPtrArray *pairs, const char *key)
{
    for (guint i = 0; i + 1 < pairs->len; i += 2)
        if (strcmp(g_ptr_array_index(pairs, i), key) == 0)
            return g_ptr_array_index(pairs, i + 1);
    return NULL;
}

/* Reads digits; a number too large for us is as good as the largest. False without any digit. */
static bool read_position(const char **text, int64_t *position)
{
    const char *start = *text;
    int64_t value = 0;
    for (; g_ascii_isdigit(**text); (*text)++) {
        int digit = **text - '0';
        value = value > (INT64_MAX - digit) / 10 ? INT64_MAX : value * 10 + digit;
    }
    *position = value;
    return *text > start;
}

static enum range range_of_suffix(const char *text, int64_t size_bytes, int64_t *from, int64_t *to)
{
    int64_t length_bytes;
    if (!read_position(&text, &length_bytes) || *text != '\0')
        return RANGE_WHOLE;
    if (length_bytes == 0 || size_bytes == 0)
        return RANGE_UNSATISFIABLE;
    *from = MAX(size_bytes - length_bytes, 0);
    *to = size_bytes - 1;
    return RANGE_PART;
}

enum range range_parse(const char *text, int64_t size_bytes, int64_t *from, int64_t *to)
{
    static const char unit[] = "bytes=";
    if (text == NULL || g_ascii_strncasecmp(text, unit, sizeof unit - 1) != 0)
        return RANGE_WHOLE;
    text += sizeof unit - 1;
    if (*text == '-')
        return range_of_suffix(text + 1, size_bytes, from, to);

    int64_t first;
    int64_t last = INT64_MAX;
    if (!read_position(&text, &first) || *text++ != '-')
        return RANGE_WHOLE;
    bool has_last = read_position(&text, &last);
    if (*text != '\0')
        return RANGE_WHOLE;
    if (first >= size_bytes || (has_last && last < first))
        return RANGE_UNSATISFIABLE;
    *from = first;
    *to = has_last ? MIN(last, size_bytes - 1) : size_bytes - 1;
    return RANGE_PART;
}
