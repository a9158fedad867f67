/* Splitting as .NET does it. */
#include "runner/arguments.h"

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
