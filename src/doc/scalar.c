/* Plain scalars by YAML 1.2's core schema (yaml.org 1.2.2, 10.3.2). */
#include "doc/doc_private.h"

#include <errno.h>
#include <math.h>
#include <string.h>

struct word {
    const char *text;
    enum node_kind kind;
    bool boolean;
    double number;
};

static const struct word words[] = {
    {"", NODE_NULL, false, 0},
    {"~", NODE_NULL, false, 0},
    {"null", NODE_NULL, false, 0},
    {"Null", NODE_NULL, false, 0},
    {"NULL", NODE_NULL, false, 0},
    {"true", NODE_BOOLEAN, true, 0},
    {"True", NODE_BOOLEAN, true, 0},
    {"TRUE", NODE_BOOLEAN, true, 0},
    {"false", NODE_BOOLEAN, false, 0},
    {"False", NODE_BOOLEAN, false, 0},
    {"FALSE", NODE_BOOLEAN, false, 0},
    {".inf", NODE_FLOAT, false, INFINITY},
    {".Inf", NODE_FLOAT, false, INFINITY},
    {".INF", NODE_FLOAT, false, INFINITY},
    {"+.inf", NODE_FLOAT, false, INFINITY},
    {"+.Inf", NODE_FLOAT, false, INFINITY},
    {"+.INF", NODE_FLOAT, false, INFINITY},
    {"-.inf", NODE_FLOAT, false, -INFINITY},
    {"-.Inf", NODE_FLOAT, false, -INFINITY},
    {"-.INF", NODE_FLOAT, false, -INFINITY},
    {".nan", NODE_FLOAT, false, NAN},
    {".NaN", NODE_FLOAT, false, NAN},
    {".NAN", NODE_FLOAT, false, NAN},
};

static bool resolve_word(struct node *node)
{
    for (gsize i = 0; i < G_N_ELEMENTS(words); i++) {
        if (strcmp(node->text, words[i].text) != 0)
            continue;
        node->kind = words[i].kind;
        node->boolean = words[i].boolean;
        node->number = words[i].number;
        return true;
    }
    return false;
}

static gsize digits_at(const char *text)
{
    return strspn(text, "0123456789");
}

struct radix {
    const char *prefix;
    const char *digits;
    guint base;
};

static const struct radix radixes[] = {
    {"0x", "0123456789abcdefABCDEF", 16},
    {"0o", "01234567", 8},
};

/* Integers beyond 64 bits become floats, as JSON readers do it. */
static void set_integer(struct node *node, const char *digits, guint base)
{
    gint64 value = 0;
    node->kind = NODE_INTEGER;
    if (g_ascii_string_to_signed(digits, base, G_MININT64, G_MAXINT64, &value, NULL)) {
        node->integer = value;
        node->number = (double)value;
        return;
    }
    node->kind = NODE_FLOAT;
    if (base == 10) {
        node->number = g_ascii_strtod(digits, NULL);
        return;
    }
    node->number = 0;
    for (const char *at = digits; *at != '\0'; at++)
        node->number = node->number * base + g_ascii_xdigit_value(*at);
}

static bool resolve_radix(struct node *node)
{
    for (gsize i = 0; i < G_N_ELEMENTS(radixes); i++) {
        const char *digits = node->text + 2;
        if (!g_str_has_prefix(node->text, radixes[i].prefix) || digits[0] == '\0' ||
            digits[strspn(digits, radixes[i].digits)] != '\0')
            continue;
        set_integer(node, digits, radixes[i].base);
        return true;
    }
    return false;
}

/* [-+]? ( \. digits | digits ( \. digits? )? ) ( [eE] [-+]? digits )? */
static bool resolve_decimal(struct node *node)
{
    const char *start = node->text + (node->text[0] == '-' || node->text[0] == '+');
    gsize whole = digits_at(start);
    const char *rest = start + whole;

    if (whole > 0 && *rest == '\0') {
        set_integer(node, node->text + (node->text[0] == '+'), 10);
        return true;
    }
    gsize fraction = 0;
    if (*rest == '.') {
        fraction = digits_at(rest + 1);
        rest += 1 + fraction;
    }
    if (whole + fraction == 0)
        return false;
    if (*rest == 'e' || *rest == 'E') {
        rest += 1 + (rest[1] == '-' || rest[1] == '+');
        if (digits_at(rest) == 0)
            return false;
        rest += digits_at(rest);
    }
    if (*rest != '\0')
        return false;
    node->kind = NODE_FLOAT;
    node->number = g_ascii_strtod(node->text, NULL);
    return true;
}

void scalar_resolve(struct node *node)
{
    if (!resolve_word(node) && !resolve_radix(node) && !resolve_decimal(node))
        node->kind = NODE_STRING;
}
