/* Numbers of GitHub's dialect: from texts and to texts (actions-semantics.md 3.4). */
#include "expr/fold.h"
#include "expr/github_private.h"

#include <math.h>
#include <string.h>

/* Without the white space of .NET round it; g_free. */
static char *trimmed(const char *text)
{
    const char *end = text;
    const char *start = text;
    while (character_is_white(text_next(&text)))
        start = text;
    for (text = start; *text != '\0';)
        if (!character_is_white(text_next(&text)))
            end = text;
    return g_strndup(start, end > start ? (gsize)(end - start) : 0);
}

static const char *skip_digits(const char *text)
{
    return text + strspn(text, "0123456789");
}

/* Digits, a point among them, an exponent: what Double.TryParse takes. */
static bool is_decimal(const char *text)
{
    const char *point = skip_digits(text);
    const char *end = *point == '.' ? skip_digits(point + 1) : point;
    if (end - text - (*point == '.') < 1)
        return false;
    if (*end == 'e' || *end == 'E') {
        const char *digits = end + 1 + (end[1] == '-' || end[1] == '+');
        end = skip_digits(digits);
        if (end == digits)
            return false;
    }
    return *end == '\0';
}

/* Int32 of 32 bits: 0xFFFFFFFF is -1. */
static double parse_bits(const char *digits, int base, const char *alphabet)
{
    guint64 bits = 0;
    if (*digits == '\0' || digits[strspn(digits, alphabet)] != '\0' ||
        !g_ascii_string_to_unsigned(digits, (guint)base, 0, G_MAXUINT32, &bits, NULL))
        return NAN;
    return bits > G_MAXINT32 ? (double)bits - 4294967296.0 : (double)bits;
}

double github_number_parse(const char *text)
{
    g_autofree char *number = trimmed(text);
    const char *unsigned_text = number + (*number == '-' || *number == '+');
    double sign = *number == '-' ? -1 : 1;

    if (*number == '\0')
        return 0;
    if (is_decimal(unsigned_text))
        return sign * g_ascii_strtod(unsigned_text, NULL);
    if (g_ascii_strcasecmp(unsigned_text, "infinity") == 0)
        return sign * INFINITY;
    if (g_str_has_prefix(number, "0x"))
        return parse_bits(number + 2, 16, "0123456789abcdefABCDEF");
    if (g_str_has_prefix(number, "0o"))
        return parse_bits(number + 2, 8, "01234567");
    return NAN;
}

char *github_number_text(double number)
{
    char digits[G_ASCII_DTOSTR_BUF_SIZE];
    if (isnan(number))
        return g_strdup("NaN");
    if (isinf(number))
        return g_strdup(number > 0 ? "Infinity" : "-Infinity");
    if (number == 0)
        return g_strdup("0"); /* minus zero too */
    return g_strdup(g_ascii_formatd(digits, sizeof digits, "%.15G", number));
}
