/* Texts as .NET compares them. */
#include "expr/fold.h"

enum {
    REPLACEMENT = 0xfffd,
    BEYOND_BASIC_PLANE = 0x10000,
    DOTLESS_I = 0x131,
    LONG_S = 0x17f,
};

gunichar text_next(const char **at)
{
    unsigned char first = (unsigned char)**at;
    if (first < 0x80) {
        *at += first != '\0';
        return first;
    }
    gunichar character = g_utf8_get_char_validated(*at, -1);
    if (character == (gunichar)-1 || character == (gunichar)-2) {
        *at += 1;
        return REPLACEMENT;
    }
    *at = g_utf8_next_char(*at);
    return character;
}

/* .NET keeps these two apart from I and S (runtime, pal_casing.c). */
static gunichar upper_of(gunichar character)
{
    if (character < 0x80)
        return (gunichar)g_ascii_toupper((char)character);
    if (character >= BEYOND_BASIC_PLANE || character == DOTLESS_I || character == LONG_S)
        return character;
    return g_unichar_toupper(character);
}

char *text_fold(const char *text)
{
    GString *folded = g_string_new(NULL);
    while (*text != '\0')
        g_string_append_unichar(folded, upper_of(text_next(&text)));
    return g_string_free(folded, FALSE);
}

/* Orders characters as their UTF-16 units: surrogates stand before U+E000. */
static guint32 order_of(gunichar character)
{
    if (character < BEYOND_BASIC_PLANE)
        return character << 16;
    guint32 rest = character - BEYOND_BASIC_PLANE;
    return (0xd800u + (rest >> 10)) << 16 | (0xdc00u + (rest & 0x3ffu));
}

int text_compare_folded(const char *left, const char *right)
{
    guint32 left_order, right_order;
    do {
        left_order = order_of(upper_of(text_next(&left)));
        right_order = order_of(upper_of(text_next(&right)));
    } while (left_order == right_order && left_order != 0);
    return (left_order > right_order) - (left_order < right_order);
}

guint text_hash_folded(gconstpointer text)
{
    const char *at = text;
    guint hash = 5381;
    while (*at != '\0')
        hash = hash * 33 + upper_of(text_next(&at));
    return hash;
}

gboolean text_equal_folded(gconstpointer left, gconstpointer right)
{
    return text_compare_folded(left, right) == 0;
}

gsize text_utf16_length(const char *text, gsize length_bytes)
{
    const char *end = text + length_bytes;
    gsize length = 0;
    while (text < end && *text != '\0')
        length += text_next(&text) >= BEYOND_BASIC_PLANE ? 2 : 1;
    return length;
}

bool character_is_white(gunichar character)
{
    if ((character >= '\t' && character <= '\r') || character == ' ')
        return true;
    return character == 0x85 || character == 0xa0 || character == 0x1680 ||
           (character >= 0x2000 && character <= 0x200a) || character == 0x2028 ||
           character == 0x2029 || character == 0x202f || character == 0x205f || character == 0x3000;
}
