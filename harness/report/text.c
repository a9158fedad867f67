/* The report for people. */
#include "base/units.h"
#include "harness/report/report.h"

#include <string.h>

enum {
    NAME_COLUMNS_MAX = 64,
    FATE_COLUMNS = 10,
    TIME_COLUMNS = 18,
};

struct text_report {
    GString *text;
    bool has_color;
    int name_columns;
};

static const struct {
    const char *word;
    const char *color;
} word_colors[] = {
    {"pass", "32"},     {"fail", "31;1"},    {"broken", "35;1"}, {"delivered", "32"},
    {"degraded", "33"}, {"cancelled", "31"}, {"failed", "31"},   {"shrunk", "31;1"},
    {"hollow", "31;1"}, {"unknown", "35"},
};

/* The word, padded to columns; the padding stays outside the colour. */
static void append_word(struct text_report *report, const char *word, int columns)
{
    const char *color = NULL;
    for (gsize i = 0; i < G_N_ELEMENTS(word_colors); i++)
        if (strcmp(word_colors[i].word, word) == 0)
            color = word_colors[i].color;
    if (report->has_color && color != NULL)
        g_string_append_printf(report->text, "\033[%sm%s\033[0m", color, word);
    else
        g_string_append(report->text, word);
    for (int length = (int)strlen(word); length < columns; length++)
        g_string_append_c(report->text, ' ');
}

/* Texts of others must not steer the terminal: control characters, of ISO 6429's second set too,
   become question marks. Newlines stay. */
static char *printable(const json_t *entry, const char *key)
{
    char *text = g_strdup(json_get_string(entry, key, ""));
    for (char *each = text; *each != '\0'; each++) {
        unsigned char byte = (unsigned char)*each;
        bool is_second_set = byte == 0xc2 && (unsigned char)each[1] < 0xa0;
        if (is_second_set)
            *each++ = '?';
        if (is_second_set || (byte < 0x20 && byte != '\n') || byte == 0x7f)
            *each = '?';
    }
    return text;
}

static void append_row(struct text_report *report, const json_t *entry)
{
    g_autofree char *duration = duration_text(json_get_integer(entry, "duration_us", 0));
    g_autofree char *name = printable(entry, "name");
    g_string_append_printf(report->text, "%-*s  ", report->name_columns, name);
    append_word(report, json_get_string(entry, "fate", "unknown"), FATE_COLUMNS);
    g_string_append_printf(report->text, "  %*s  ", TIME_COLUMNS, duration);
    append_word(report, json_get_string(entry, "verdict", "broken"), 0);
    g_string_append_c(report->text, '\n');
}

static void append_failing(GString *text, const json_t *entry)
{
    gsize index;
    json_t *failing;
    json_array_foreach (json_get_array(entry, "failing"), index, failing) {
        g_autofree char *expression = printable(failing, "expression");
        g_autofree char *explanation = printable(failing, "explanation");
        g_string_append_printf(text, "  expected  %s\n", expression);
        g_string_append_printf(text, "  but       %s\n", explanation);
    }
}

static void append_trace(GString *text, const json_t *entry)
{
    g_autofree char *trace = printable(entry, "deciding_trace");
    g_auto(GStrv) lines = g_strsplit(trace, "\n", -1);
    if (lines[0] == NULL || *lines[0] == '\0')
        return;
    g_string_append(text, "  deciding part of the trace:\n");
    for (char **line = lines; *line != NULL; line++)
        if (**line != '\0')
            g_string_append_printf(text, "    %s\n", *line);
}

static void append_details(struct text_report *report, const json_t *entry)
{
    GString *text = report->text;
    if (strcmp(json_get_string(entry, "verdict", ""), "pass") == 0)
        return;
    g_autofree char *name = printable(entry, "name");
    g_autofree char *file = printable(entry, "file");
    g_autofree char *purpose = printable(entry, "purpose");
    g_autofree char *reason = printable(entry, "reason");
    g_string_append_printf(text, "\n%s (%s, seed %" G_GUINT64_FORMAT ")\n", name, file,
                           (guint64)json_get_integer(entry, "seed", 0));
    if (*purpose != '\0')
        g_string_append_printf(text, "  %s\n", purpose);
    if (*reason != '\0')
        g_string_append_printf(text, "  %s: %s\n", json_get_string(entry, "verdict", ""), reason);
    append_failing(text, entry);
    append_trace(text, entry);
}

static int name_columns(const json_t *scenarios)
{
    gsize index;
    json_t *entry;
    gsize columns = strlen("scenario");
    json_array_foreach ((json_t *)scenarios, index, entry)
        columns = MAX(columns, strlen(json_get_string(entry, "name", "?")));
    return (int)MIN(columns, NAME_COLUMNS_MAX);
}

static void append_diagnoses(GString *text, const json_t *run)
{
    struct diagnosis_counts counts = report_diagnoses(run);
    if (counts.right + counts.unknown + counts.wrong > 0)
        g_string_append_printf(text, "diagnoses: %u right, %u cannot tell, %u wrong\n",
                               counts.right, counts.unknown, counts.wrong);
}

char *report_text(const json_t *run, bool has_color, bool is_quiet)
{
    const json_t *scenarios = json_get_array(run, "scenarios");
    struct text_report report = {.text = g_string_new(NULL),
                                 .has_color = has_color,
                                 .name_columns = name_columns(scenarios)};
    struct report_counts counts = report_count(run);
    gsize index;
    json_t *entry;

    if (!is_quiet) {
        g_string_append_printf(report.text, "%-*s  %-*s  %*s  %s\n", report.name_columns,
                               "scenario", FATE_COLUMNS, "fate", TIME_COLUMNS, "virtual time",
                               "verdict");
        json_array_foreach ((json_t *)scenarios, index, entry)
            append_row(&report, entry);
    }
    json_array_foreach ((json_t *)scenarios, index, entry)
        append_details(&report, entry);
    g_string_append_printf(report.text, "%s%u passed, %u failed, %u broken\n", is_quiet ? "" : "\n",
                           counts.passed, counts.failed, counts.broken);
    append_diagnoses(report.text, run);
    return g_string_free(report.text, FALSE);
}
