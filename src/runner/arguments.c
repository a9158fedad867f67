/* Splitting and filling in as .NET does it. */
#include "runner/arguments.h"
#include "base/error.h"

#include <stdbool.h>
#include <string.h>

/* Backslashes count only before a quote: two make one, an odd one makes the quote plain. */
static const char *take_backslashes(const char *at, GString *word, bool *is_plain_quote)
{
    gsize count = strspn(at, "\\");
    bool is_before_quote = at[count] == '"';
    gsize kept = is_before_quote ? count / 2 : count;
    for (gsize i = 0; i < kept; i++)
        g_string_append_c(word, '\\');
    *is_plain_quote = is_before_quote && count % 2 == 1;
    return at + count;
}

/* The word that begins at *at, which moves behind it. */
static char *next_word(const char **at)
{
    GString *word = g_string_new(NULL);
    bool is_quoted = false;
    while (**at != '\0' && (is_quoted || strchr(" \t", **at) == NULL)) {
        bool is_plain_quote = false;
        if (**at == '\\')
            *at = take_backslashes(*at, word, &is_plain_quote);
        if (is_plain_quote) {
            g_string_append_c(word, '"');
            (*at)++;
        } else if (**at == '"') {
            is_quoted = !is_quoted;
            (*at)++;
        } else if (**at != '\0' && (is_quoted || strchr(" \t", **at) == NULL)) {
            g_string_append_c(word, **at);
            (*at)++;
        }
    }
    return g_string_free(word, FALSE);
}

void arguments_split(const char *text, GPtrArray *words)
{
    for (text += strspn(text, " \t"); *text != '\0'; text += strspn(text, " \t"))
        g_ptr_array_add(words, next_word(&text));
}

/* The words of .NET 8, whose offset is that of the character behind the brace. */
static void fail_format(const char *format, const char *at, const char *reason, GError **error)
{
    g_set_error(error, BASE_ERROR, BASE_ERROR_INVALID,
                "Input string was not in a correct format. Failure to parse near offset "
                "%" G_GSIZE_FORMAT ". %s",
                (gsize)g_utf8_pointer_to_offset(format, at), reason);
}

/* "{0}" at `at`; NULL: an error, else what follows. */
static const char *skip_item(const char *format, const char *at, GError **error)
{
    const char *digits = at + 1;
    const char *end = digits + strspn(digits, "0123456789");
    if (*digits == '\0' || (end > digits && *end != '}'))
        fail_format(format, end, "Format item ends prematurely.", error);
    else if (end == digits)
        fail_format(format, digits, "Expected an ASCII digit.", error);
    else if (digits[strspn(digits, "0")] != '}')
        g_set_error_literal(error, BASE_ERROR, BASE_ERROR_INVALID,
                            "Index (zero based) must be greater than or equal to zero and less "
                            "than the size of the argument list.");
    else
        return end + 1;
    return NULL;
}

char *arguments_format(const char *format, const char *argument, GError **error)
{
    g_autoptr(GString) text = g_string_new(NULL);
    const char *at = format;
    while (*at != '\0') {
        bool is_brace = *at == '{' || *at == '}';
        if (!is_brace || at[1] == *at) {
            g_string_append_c(text, *at);
            at += is_brace ? 2 : 1;
        } else if (*at == '}') {
            fail_format(format, at + 1,
                        at[1] == '\0' ? "Format item ends prematurely."
                                      : "Unexpected closing brace without a corresponding opening "
                                        "brace.",
                        error);
            return NULL;
        } else {
            at = skip_item(format, at, error);
            if (at == NULL)
                return NULL;
            g_string_append(text, argument);
        }
    }
    return g_string_free(g_steal_pointer(&text), FALSE);
}
