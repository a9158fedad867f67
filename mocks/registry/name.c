/* Names, tags and digests as registry paths spell them. */
#include "mocks/registry/name.h"

#include "base/digest.h"

#include <string.h>

static bool is_word_character(char c)
{
    return g_ascii_islower(c) || g_ascii_isdigit(c);
}

/* The length of a separator at text: one '.', one or two '_', any run of '-'; 0 if there is none.
 */
static gsize separator_length(const char *text)
{
    if (*text == '.')
        return 1;
    if (*text == '_')
        return text[1] == '_' ? 2 : 1;
    return strspn(text, "-");
}

/* Moves behind `word (separator word)*`; NULL when there is no such thing. */
static const char *skip_component(const char *text)
{
    for (;;) {
        if (!is_word_character(*text))
            return NULL;
        while (is_word_character(*text))
            text++;
        gsize length = separator_length(text);
        if (length == 0)
            return text;
        text += length;
    }
}

bool repository_name_is_valid(const char *name)
{
    if (strlen(name) > REPOSITORY_NAME_BYTES_MAX)
        return false;
    for (;;) {
        name = skip_component(name);
        if (name == NULL)
            return false;
        if (*name == '\0')
            return true;
        if (*name++ != '/')
            return false;
    }
}

bool tag_name_is_valid(const char *tag)
{
    static const char characters[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-";
    gsize length = strlen(tag);
    return length > 0 && length <= TAG_NAME_BYTES_MAX && strspn(tag, characters) == length &&
           tag[0] != '.' && tag[0] != '-';
}

enum manifest_reference manifest_reference_kind(const char *reference)
{
    if (digest_is_valid(reference))
        return MANIFEST_BY_DIGEST;
    return tag_name_is_valid(reference) ? MANIFEST_BY_TAG : MANIFEST_BY_NONSENSE;
}

bool query_number_parse(const char *text, gsize *number)
{
    enum {
        DIGITS_MAX = 9
    };
    gsize length = strlen(text);
    if (length == 0 || length > DIGITS_MAX || strspn(text, "0123456789") != length)
        return false;
    *number = (gsize)g_ascii_strtoull(text, NULL, 10);
    return true;
}
