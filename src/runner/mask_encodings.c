/* How a secret may look where a program has wrapped it: base64 of it, its JSON text and so on,
   which are masked too (the runner's HostContext.cs, ValueEncoders.cs). */
#include "runner/mask.h"

#include <string.h>

/* Each answers with g_free; NULL or "": nothing to mask. */
typedef char *encode_fn(const char *secret);

/* ---- base64 ---- */

/* What stands before a secret shifts it against the groups of three bytes. */
static char *base64_from(const char *secret, gsize shift)
{
    gsize length = strlen(secret);
    gsize skipped = length > shift ? shift : 0;
    return g_base64_encode((const guchar *)secret + skipped, length - skipped);
}

static char *base64(const char *secret)
{
    return base64_from(secret, 0);
}

static char *base64_shifted_by_1(const char *secret)
{
    return base64_from(secret, 1);
}

static char *base64_shifted_by_2(const char *secret)
{
    return base64_from(secret, 2);
}

/* ---- escapes ---- */

struct escape {
    char character;
    const char *text;
};

/* A row for each character that is not itself; the last one has none. */
static char *escaped(const char *secret, const struct escape *escapes)
{
    GString *text = g_string_new(NULL);
    for (; *secret != '\0'; secret++) {
        const struct escape *each = escapes;
        while (each->text != NULL && each->character != *secret)
            each++;
        if (each->text != NULL)
            g_string_append(text, each->text);
        else
            g_string_append_c(text, *secret);
    }
    return g_string_free(text, FALSE);
}

static char *command_line_escape(const char *secret)
{
    static const struct escape escapes[] = {{'"', "\\\""}, {0}};
    return escaped(secret, escapes);
}

static char *expression_escape(const char *secret)
{
    static const struct escape escapes[] = {{'\'', "''"}, {0}};
    return escaped(secret, escapes);
}

static char *json_escape(const char *secret)
{
    static const struct escape escapes[] = {
        {'"', "\\\""}, {'\\', "\\\\"}, {'\b', "\\b"}, {'\f', "\\f"},
        {'\n', "\\n"}, {'\r', "\\r"},  {'\t', "\\t"}, {0}};
    return escaped(secret, escapes);
}

static char *uri_escape(const char *secret)
{
    return g_uri_escape_string(secret, NULL, /* allow_utf8= */ FALSE);
}

static char *xml_escape(const char *secret)
{
    static const struct escape escapes[] = {{'&', "&amp;"},  {'<', "&lt;"},    {'>', "&gt;"},
                                            {'"', "&quot;"}, {'\'', "&apos;"}, {0}};
    return escaped(secret, escapes);
}

/* ---- parts ---- */

static char *without_quotes(const char *secret)
{
    enum {
        LENGTH_MIN = 9
    };
    gsize length = strlen(secret);
    if (length < LENGTH_MIN || secret[0] != '"' || secret[length - 1] != '"')
        return NULL;
    return g_strndup(secret + 1, length - 2);
}

enum {
    PART_LENGTH_MIN = 6 /* of what PowerShell makes of a secret with & in it */
};

/* Up to the first "&+", or up to the last &. */
static char *before_ampersand(const char *secret)
{
    const char *plus = strstr(secret, "&+");
    const char *last = strrchr(secret, '&');
    if (last == NULL)
        return NULL;
    gsize length = (gsize)((plus != NULL ? plus + strlen("&+") : last + 1) - secret);
    return length >= PART_LENGTH_MIN ? g_strndup(secret, length) : NULL;
}

/* Behind it; after "&+" without the letter that is coloured. */
static char *behind_ampersand(const char *secret)
{
    const char *plus = strstr(secret, "&+");
    const char *last = strrchr(secret, '&');
    if (last == NULL)
        return NULL;
    const char *start = plus != NULL ? plus + strlen("&+") : last + 1;
    if (plus != NULL)
        start += *start != '\0';
    return strlen(start) >= PART_LENGTH_MIN ? g_strdup(start) : NULL;
}

GPtrArray *mask_encodings(const char *secret)
{
    static encode_fn *const encoders[] = {
        base64,         base64_shifted_by_1, base64_shifted_by_2, command_line_escape,
        json_escape,    expression_escape,   uri_escape,          xml_escape,
        without_quotes, before_ampersand,    behind_ampersand,
    };
    GPtrArray *encodings = g_ptr_array_new_with_free_func(g_free);
    for (gsize i = 0; i < G_N_ELEMENTS(encoders); i++) {
        g_autofree char *text = encoders[i](secret);
        if (text != NULL && text[0] != '\0')
            g_ptr_array_add(encodings, g_steal_pointer(&text));
    }
    return encodings;
}
