/* Reads WWW-Authenticate. */
#include "oci/challenge.h"

#include <string.h>

static bool is_token_byte(char byte)
{
    return g_ascii_isalnum(byte) || (byte != '\0' && strchr("!#$%&'*+-.^_`|~", byte) != NULL);
}

static void skip(const char **text, const char *bytes)
{
    *text += strspn(*text, bytes);
}

static char *take_token(const char **text)
{
    const char *start = *text;
    while (is_token_byte(**text))
        (*text)++;
    return g_strndup(start, (gsize)(*text - start));
}

/* The text between quotes, without its backslashes. An open quote ends with the text. */
static char *take_quoted(const char **text)
{
    GString *value = g_string_new(NULL);

    (*text)++;
    while (**text != '\0' && **text != '"') {
        if (**text == '\\' && (*text)[1] != '\0')
            (*text)++;
        g_string_append_c(value, *(*text)++);
    }
    if (**text == '"')
        (*text)++;
    return g_string_free(value, FALSE);
}

/* Some registries leave out the quotes where they must not: up to the next comma or space. */
static char *take_value(const char **text)
{
    if (**text == '"')
        return take_quoted(text);
    gsize length = strcspn(*text, ", \t");
    char *value = g_strndup(*text, length);
    *text += length;
    return value;
}

static void set_parameter(struct challenge *challenge, const char *name, char *value)
{
    char **place = g_ascii_strcasecmp(name, "realm") == 0     ? &challenge->realm
                   : g_ascii_strcasecmp(name, "service") == 0 ? &challenge->service
                   : g_ascii_strcasecmp(name, "scope") == 0   ? &challenge->scope
                                                              : NULL;
    if (place == NULL) {
        g_free(value);
        return;
    }
    g_free(*place);
    *place = value;
}

static enum challenge_kind kind_of(const char *scheme)
{
    if (g_ascii_strcasecmp(scheme, "Bearer") == 0)
        return CHALLENGE_BEARER;
    return g_ascii_strcasecmp(scheme, "Basic") == 0 ? CHALLENGE_BASIC : CHALLENGE_NONE;
}

/* Keeps what was read so far if it beats what was kept; Bearer is the greater kind. */
static void keep_better(struct challenge *best, struct challenge *read)
{
    if (read->kind > best->kind) {
        challenge_clear(best);
        *best = *read;
    } else {
        challenge_clear(read);
    }
    memset(read, 0, sizeof(*read));
}

/* A name with '=' behind it is a parameter, one without begins the next challenge. */
static void take_part(const char **text, struct challenge *best, struct challenge *read)
{
    g_autofree char *name = take_token(text);
    if (*name == '\0') {
        (*text)++;
        return;
    }
    skip(text, " \t");
    if (**text == '=') {
        (*text)++;
        skip(text, " \t");
        set_parameter(read, name, take_value(text));
        return;
    }
    keep_better(best, read);
    read->kind = kind_of(name);
}

void challenge_parse(const char *header, struct challenge *challenge)
{
    struct challenge read = {0};

    memset(challenge, 0, sizeof(*challenge));
    for (skip(&header, ", \t"); *header != '\0'; skip(&header, ", \t"))
        take_part(&header, challenge, &read);
    keep_better(challenge, &read);
}

void challenge_clear(struct challenge *challenge)
{
    g_free(challenge->realm);
    g_free(challenge->service);
    g_free(challenge->scope);
    memset(challenge, 0, sizeof(*challenge));
}
