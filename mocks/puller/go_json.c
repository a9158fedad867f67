/* What Go's encoding/json says about text that is no JSON: registries' HTML pages end up in it. */
#include "base/limits.h"
#include "mocks/puller/words.h"

#include <string.h>

struct scan {
    const char *at;
    const char *end;
    int depth;
    char *problem;
};

static char *quote_character(unsigned char c)
{
    if (c == '\'')
        return g_strdup("'\\''");
    if (c == '"')
        return g_strdup("'\"'");
    char text[8] = {0};
    text[g_unichar_to_utf8(c, text)] = '\0';
    g_autofree char *quoted = go_quote(text, strlen(text));
    return g_strdup_printf("'%.*s'", (int)strlen(quoted) - 2, quoted + 1);
}

static bool fail(struct scan *scan, const char *context)
{
    if (scan->problem != NULL)
        return false;
    if (scan->at >= scan->end) {
        scan->problem = g_strdup("unexpected end of JSON input");
        return false;
    }
    g_autofree char *character = quote_character((unsigned char)*scan->at);
    scan->problem = g_strdup_printf("invalid character %s %s", character, context);
    return false;
}

static bool is_at(const struct scan *scan, char c)
{
    return scan->at < scan->end && *scan->at == c;
}

static void skip_space(struct scan *scan)
{
    while (scan->at < scan->end && strchr(" \t\r\n", *scan->at) != NULL && *scan->at != '\0')
        scan->at++;
}

static bool scan_digits(struct scan *scan, const char *context)
{
    if (scan->at >= scan->end || !g_ascii_isdigit(*scan->at))
        return fail(scan, context);
    while (scan->at < scan->end && g_ascii_isdigit(*scan->at))
        scan->at++;
    return true;
}

static bool scan_number(struct scan *scan)
{
    if (is_at(scan, '-'))
        scan->at++;
    if (is_at(scan, '0'))
        scan->at++;
    else if (!scan_digits(scan, "in numeric literal"))
        return false;
    if (is_at(scan, '.')) {
        scan->at++;
        if (!scan_digits(scan, "after decimal point in numeric literal"))
            return false;
    }
    if (!is_at(scan, 'e') && !is_at(scan, 'E'))
        return true;
    scan->at++;
    if (is_at(scan, '+') || is_at(scan, '-'))
        scan->at++;
    return scan_digits(scan, "in exponent of numeric literal");
}

static bool scan_literal(struct scan *scan, const char *word)
{
    for (gsize i = 0; word[i] != '\0'; i++, scan->at++) {
        if (is_at(scan, word[i]))
            continue;
        g_autofree char *context = g_strdup_printf("in literal %s (expecting '%c')", word, word[i]);
        return fail(scan, context);
    }
    return true;
}

static bool scan_escape(struct scan *scan)
{
    scan->at++;
    if (scan->at >= scan->end || strchr("bfnrt\\/\"u", *scan->at) == NULL)
        return fail(scan, "in string escape code");
    bool is_unicode = *scan->at++ == 'u';
    for (int i = 0; is_unicode && i < 4; i++, scan->at++)
        if (scan->at >= scan->end || !g_ascii_isxdigit(*scan->at))
            return fail(scan, "in \\u hexadecimal character escape");
    return true;
}

static bool scan_string(struct scan *scan)
{
    scan->at++;
    while (scan->at < scan->end && *scan->at != '"') {
        if ((unsigned char)*scan->at < ' ')
            return fail(scan, "in string literal");
        if (*scan->at != '\\')
            scan->at++;
        else if (!scan_escape(scan))
            return false;
    }
    if (scan->at >= scan->end)
        return fail(scan, "");
    scan->at++;
    return true;
}

static bool scan_value(struct scan *scan);

static bool scan_member(struct scan *scan)
{
    skip_space(scan);
    if (!is_at(scan, '"'))
        return fail(scan, "looking for beginning of object key string");
    if (!scan_string(scan))
        return false;
    skip_space(scan);
    if (!is_at(scan, ':'))
        return fail(scan, "after object key");
    scan->at++;
    return scan_value(scan);
}

/* An object or array: items between commas. */
static bool scan_items(struct scan *scan, char end, bool (*item)(struct scan *scan),
                       const char *context)
{
    scan->at++;
    skip_space(scan);
    if (is_at(scan, end)) {
        scan->at++;
        return true;
    }
    for (;;) {
        if (!item(scan))
            return false;
        skip_space(scan);
        if (is_at(scan, end))
            break;
        if (!is_at(scan, ','))
            return fail(scan, context);
        scan->at++;
    }
    scan->at++;
    return true;
}

static bool scan_begun_value(struct scan *scan)
{
    switch (*scan->at) {
    case '{':
        return scan_items(scan, '}', scan_member, "after object key:value pair");
    case '[':
        return scan_items(scan, ']', scan_value, "after array element");
    case '"':
        return scan_string(scan);
    case 't':
        return scan_literal(scan, "true");
    case 'f':
        return scan_literal(scan, "false");
    case 'n':
        return scan_literal(scan, "null");
    default:
        if (g_ascii_isdigit(*scan->at) || *scan->at == '-')
            return scan_number(scan);
        return fail(scan, "looking for beginning of value");
    }
}

static bool scan_value(struct scan *scan)
{
    skip_space(scan);
    if (scan->at >= scan->end)
        return fail(scan, "");
    if (scan->depth >= JSON_DEPTH_MAX) {
        scan->problem = g_strdup("exceeded max depth");
        return false;
    }
    scan->depth++;
    bool is_fine = scan_begun_value(scan);
    scan->depth--;
    return is_fine;
}

char *go_json_error(const void *bytes, gsize length_bytes)
{
    const char *text = length_bytes > 0 ? bytes : "";
    struct scan scan = {.at = text, .end = text + length_bytes};

    if (!scan_value(&scan))
        return scan.problem;
    skip_space(&scan);
    if (scan.at < scan.end)
        fail(&scan, "after top-level value");
    return scan.problem;
}
