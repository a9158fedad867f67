/* A line of a Dockerfile to its words. */
#include "mocks/dockerfile/expand.h"

/* The end of the word that begins at start. */
static const char *word_end(const char *start, char escape)
{
    char quote = '\0';
    const char *next = start;
    for (; *next != '\0'; next++) {
        if (quote == '\0' && (*next == ' ' || *next == '\t'))
            break;
        if (*next == escape && quote != '\'' && next[1] != '\0')
            next++;
        else if (quote == '\0' && (*next == '"' || *next == '\''))
            quote = *next;
        else if (*next == quote)
            quote = '\0';
    }
    return next;
}

char **split_words(const char *text, char escape)
{
    GPtrArray *words = g_ptr_array_new();
    const char *next = text + strspn(text, " \t");
    while (*next != '\0') {
        const char *end = word_end(next, escape);
        g_ptr_array_add(words, g_strndup(next, (gsize)(end - next)));
        next = end + strspn(end, " \t");
    }
    g_ptr_array_add(words, NULL);
    return (char **)g_ptr_array_free(words, FALSE);
}
