/* Writes the line of progress: a bar for a terminal, a sentence for a log. */
#include "harness/progress_line.h"

#include "base/units.h"
#include "harness/report/palette.h"

#include <string.h>

enum {
    BAR_COLUMNS = 24,
    NAME_COLUMNS_MIN = 4,
};

/* "1:23", "1:02:03": what reads as a running clock. g_free. */
static char *clock_text(int64_t duration_us)
{
    const int64_t seconds = duration_us / SECOND_US;
    const int minutes = (int)(seconds / 60 % 60);
    if (seconds < 3600)
        return g_strdup_printf("%d:%02d", minutes, (int)(seconds % 60));
    return g_strdup_printf("%" G_GINT64_FORMAT ":%02d:%02d", seconds / 3600, minutes,
                           (int)(seconds % 60));
}

static int columns_of(gunichar character)
{
    if (g_unichar_iszerowidth(character))
        return 0;
    return g_unichar_iswide(character) ? 2 : 1;
}

static int columns_of_text(const char *text)
{
    int columns = 0;
    for (; *text != '\0'; text = g_utf8_next_char(text))
        columns += columns_of(g_utf8_get_char(text));
    return columns;
}

/* At most so many columns of it, an end that is missing shown by two dots; g_free. */
static char *shorten(const char *text, int columns)
{
    static const char dots[] = "..";
    int kept = 0;
    const char *end = text;
    if (columns_of_text(text) <= columns)
        return g_strdup(text);
    for (; *end != '\0'; end = g_utf8_next_char(end)) {
        const int next = columns_of(g_utf8_get_char(end));
        if (kept + next + (int)sizeof dots - 1 > columns)
            break;
        kept += next;
    }
    g_autofree char *start = g_strndup(text, (gsize)(end - text));
    return g_strconcat(start, dots, NULL);
}

static char *harmless(const char *text)
{
    g_autofree char *valid = g_utf8_make_valid(text, -1);
    g_autofree char *printable = palette_printable(valid);
    return g_strdelimit(g_steal_pointer(&printable), "\n", ' ');
}

static void append_bar(GString *line, const struct progress_view *view)
{
    const unsigned filled = view->total > 0 ? view->done * BAR_COLUMNS / view->total : 0;
    g_string_append_c(line, '[');
    for (unsigned i = 0; i < BAR_COLUMNS; i++)
        g_string_append_c(line, i < filled ? '=' : i == filled ? '>' : ' ');
    g_string_append(line, "] ");
}

/* How long the one at work has taken, and how far it is. */
static char *longest_facts(const struct progress_view *view)
{
    g_autofree char *time = clock_text(view->longest_us);
    if (view->longest_legs == 0)
        return g_strdup_printf(" %s", time);
    return g_strdup_printf(" %s, %u leg%s", time, view->longest_legs,
                           view->longest_legs == 1 ? "" : "s");
}

static void append_longest(GString *line, const struct progress_view *view, int columns)
{
    static const char gap[] = "  ";
    if (view->longest == NULL)
        return;
    g_autofree char *facts = longest_facts(view);
    g_autofree char *name = harmless(view->longest);
    const int room =
        columns - columns_of_text(line->str) - (int)(sizeof gap - 1) - columns_of_text(facts);
    if (room < NAME_COLUMNS_MIN)
        return;
    g_autofree char *shown = shorten(name, room);
    g_string_append_printf(line, "%s%s%s", gap, shown, facts);
}

char *progress_bar_line(const struct progress_view *view, int columns)
{
    enum {
        ROOM_BESIDE_BAR = 14 /* for a name and its facts: what is at work says more than a bar */
    };
    const int room = MIN(columns - 1, PROGRESS_COLUMNS_MAX);
    g_autofree char *elapsed = clock_text(view->elapsed_us);
    g_autofree char *counts = g_strdup_printf("%u/%u  %s", view->done, view->total, elapsed);
    g_autofree char *head = g_strdup_printf("%s ", view->what);
    GString *line = g_string_new(NULL);

    if (columns_of_text(counts) > room)
        return g_string_free(line, FALSE);
    if (columns_of_text(head) + BAR_COLUMNS + 3 + columns_of_text(counts) + ROOM_BESIDE_BAR <=
        room) {
        g_string_append(line, head);
        append_bar(line, view);
    }
    g_string_append(line, counts);
    append_longest(line, view, room);
    return g_string_free(line, FALSE);
}

bool progress_wants_bar(bool is_terminal, const char *term, const char *ci)
{
    return is_terminal && term != NULL && strcmp(term, "dumb") != 0 && ci == NULL;
}

char *progress_log_line(const struct progress_view *view)
{
    g_autofree char *elapsed = clock_text(view->elapsed_us);
    g_autofree char *facts = longest_facts(view);
    g_autofree char *name = harmless(view->longest != NULL ? view->longest : "");
    return g_strdup_printf("seatrial: %s: %u of %u done, %s%s%s%s", view->what, view->done,
                           view->total, elapsed, view->longest != NULL ? "; at work: " : "", name,
                           view->longest != NULL ? facts : "");
}
