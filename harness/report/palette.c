/* Colours of words; control characters of others. */
#include "harness/report/palette.h"

#include <string.h>

static const struct {
    const char *word;
    const char *color;
} word_colors[] = {
    {"pass", "32"},     {"fail", "31;1"},    {"broken", "35;1"}, {"delivered", "32"},
    {"degraded", "33"}, {"cancelled", "31"}, {"failed", "31"},   {"shrunk", "31;1"},
    {"hollow", "31;1"}, {"unknown", "35"},   {"skipped", "2"},
};

void palette_append(GString *text, const char *word, int columns, bool has_color)
{
    const char *color = NULL;
    for (gsize i = 0; i < G_N_ELEMENTS(word_colors); i++)
        if (strcmp(word_colors[i].word, word) == 0)
            color = word_colors[i].color;
    if (has_color && color != NULL)
        g_string_append_printf(text, "\033[%sm%s\033[0m", color, word);
    else
        g_string_append(text, word);
    for (int length = (int)strlen(word); length < columns; length++)
        g_string_append_c(text, ' ');
}

char *palette_printable(const char *text)
{
    char *copy = g_strdup(text);
    for (char *each = copy; *each != '\0'; each++) {
        unsigned char byte = (unsigned char)*each;
        bool is_second_set = byte == 0xc2 && (unsigned char)each[1] < 0xa0;
        if (is_second_set)
            *each++ = '?';
        if (is_second_set || (byte < 0x20 && byte != '\n') || byte == 0x7f)
            *each = '?';
    }
    return copy;
}

char *palette_line(const char *text)
{
    char *line = palette_printable(text);
    char *end = line;
    for (const char *each = line; *each != '\0'; each++) {
        bool is_blank = g_ascii_isspace(*each);
        if (!is_blank)
            *end++ = *each;
        else if (end > line && end[-1] != ' ')
            *end++ = ' ';
    }
    while (end > line && end[-1] == ' ')
        end--;
    *end = '\0';
    return line;
}
