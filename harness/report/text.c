/* The report for people. */
#include "base/units.h"
#include "harness/report/palette.h"
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

static void append_row(struct text_report *report, const json_t *entry)
{
    g_autofree char *duration = duration_text(json_get_integer(entry, "duration_us", 0));
    g_autofree char *name = palette_printable(json_get_string(entry, "name", ""));
    g_string_append_printf(report->text, "%-*s  ", report->name_columns, name);
    palette_append(report->text, json_get_string(entry, "fate", "unknown"), FATE_COLUMNS,
                   report->has_color);
    g_string_append_printf(report->text, "  %*s  ", TIME_COLUMNS, duration);
    palette_append(report->text, json_get_string(entry, "verdict", "broken"), 0, report->has_color);
    g_string_append_c(report->text, '\n');
}

static void append_failing(GString *text, const json_t *entry)
{
    gsize index;
    json_t *failing;
    json_array_foreach (json_get_array(entry, "failing"), index, failing) {
        g_autofree char *expression = palette_printable(json_get_string(failing, "expression", ""));
        g_autofree char *explanation =
            palette_printable(json_get_string(failing, "explanation", ""));
        g_string_append_printf(text, "  expected  %s\n", expression);
        g_string_append_printf(text, "  but       %s\n", explanation);
    }
}

static void append_trace(GString *text, const json_t *entry)
{
    g_autofree char *trace = palette_printable(json_get_string(entry, "deciding_trace", ""));
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
    g_autofree char *name = palette_printable(json_get_string(entry, "name", ""));
    g_autofree char *file = palette_printable(json_get_string(entry, "file", ""));
    g_autofree char *purpose = palette_printable(json_get_string(entry, "purpose", ""));
    g_autofree char *reason = palette_printable(json_get_string(entry, "reason", ""));
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
