/* The survival table for people. */
#include "harness/report/survival.h"

#include "base/units.h"
#include "harness/report/palette.h"

#include <string.h>

enum {
    FATE_COLUMNS = 10,
    TIME_COLUMNS = 16,
    NAME_COLUMNS_MAX = 40,
};

static int columns_of(const json_t *rows, const char *key, const char *title)
{
    gsize columns = strlen(title);
    gsize index;
    json_t *row;
    json_array_foreach (rows, index, row) {
        g_autofree char *text = palette_line(json_get_string(row, key, ""));
        columns = MAX(columns, strlen(text));
    }
    return (int)MIN(columns, NAME_COLUMNS_MAX);
}

static void append_line_number(GString *text, const json_t *object)
{
    int64_t line = json_get_integer(object, "line", 0);
    if (line > 0)
        g_string_append_printf(text, " (line %" G_GINT64_FORMAT ")", line);
}

static void append_broke_at(GString *text, const json_t *row)
{
    const json_t *place = json_get_object(row, "broke_at");
    const char *reason = json_get_string(row, "reason", NULL);
    const char *lack = json_get_string(row, "lack", NULL);
    if (place != NULL) {
        g_autofree char *step = palette_line(json_get_string(place, "step", ""));
        g_string_append(text, step);
        append_line_number(text, place);
    } else if (reason != NULL) {
        g_autofree char *why = palette_line(reason);
        g_string_append(text, why);
    }
    if (lack != NULL) {
        g_autofree char *what = palette_line(lack);
        g_string_append_printf(text, "%s%s", place != NULL || reason != NULL ? "; " : "", what);
    }
}

static void append_row(GString *text, const json_t *row, int fault_columns, int leg_columns,
                       bool has_color)
{
    g_autofree char *fault = palette_printable(json_get_string(row, "fault", ""));
    g_autofree char *leg = palette_line(json_get_string(row, "job_name", ""));
    g_autofree char *duration = duration_text(json_get_integer(row, "duration_us", 0));

    g_string_append_printf(text, "%-*s  %-*s  ", fault_columns, fault, leg_columns, leg);
    palette_append(text, json_get_string(row, "fate", "unknown"), FATE_COLUMNS, has_color);
    g_string_append_printf(text, "  %*s  ", TIME_COLUMNS, duration);
    append_broke_at(text, row);
    g_string_append_c(text, '\n');
}

static void append_table(GString *text, const json_t *document, bool has_color)
{
    const json_t *rows = json_get_array(document, "rehearsals");
    int fault_columns = columns_of(rows, "fault", "fault");
    int leg_columns = columns_of(rows, "job_name", "leg");
    gsize index;
    json_t *row;

    g_string_append_printf(text, "%-*s  %-*s  %-*s  %*s  %s\n", fault_columns, "fault", leg_columns,
                           "leg", FATE_COLUMNS, "fate", TIME_COLUMNS, "virtual time", "broke at");
    json_array_foreach (rows, index, row)
        append_row(text, row, fault_columns, leg_columns, has_color);
}

static void append_broken(GString *text, const json_t *document)
{
    gsize index;
    json_t *row;
    json_array_foreach (json_get_array(document, "broken"), index, row) {
        g_autofree char *reason = palette_printable(json_get_string(row, "reason", ""));
        g_string_append_printf(text, "%s: broken: %s\n", json_get_string(row, "fault", ""), reason);
    }
}

/* The first line of what the step that broke said, and why that may say nothing. */
static void append_trouble(GString *text, const json_t *row)
{
    const json_t *place = json_get_object(row, "broke_at");
    const char *message = place != NULL ? json_get_string(place, "message", NULL) : NULL;
    const char *reason = json_get_string(row, "reason", NULL);
    if (message != NULL) {
        g_auto(GStrv) lines = g_strsplit(message, "\n", 2);
        g_autofree char *first = palette_printable(lines[0]);
        g_string_append_printf(text, "    breaks: %s\n", first);
    }
    if (place != NULL && reason != NULL)
        g_string_append_printf(text, "    says nothing: %s\n", reason);
}

/* Of a push that the job's token was refused. */
static void append_remedy(GString *text, const json_t *row)
{
    static const char *const keys[] = {"cause", "remedy"};
    for (gsize i = 0; i < G_N_ELEMENTS(keys); i++) {
        g_autofree char *what = palette_printable(json_get_string(row, keys[i], ""));
        if (*what != '\0')
            g_string_append_printf(text, "    %s: %s\n", keys[i], what);
    }
}

/* How to give a secret whose value was made up, or a variable. */
static void append_gift(GString *text, const json_t *assumption)
{
    const char *secret = json_get_string(assumption, "secret", NULL);
    if (secret != NULL)
        g_string_append_printf(text, "      give it: --secret %s=VALUE\n", secret);
    const char *variable = json_get_string(assumption, "variable", NULL);
    if (variable != NULL)
        g_string_append_printf(text, "      give it: --var %s=VALUE\n", variable);
}

/* A job's clock does not run meanwhile, but the run's users wait. */
static void append_queued(GString *text, const json_t *row)
{
    int64_t queued_us = json_get_integer(row, "queued_us", 0);
    g_autofree char *duration = duration_text(queued_us);
    if (queued_us > 0)
        g_string_append_printf(text, "    queued %s for one of GitHub's runners\n", duration);
}

/* What clear weather showed: how much is modelled, what is assumed, which images are promised. */
static void append_leg_notes(GString *text, const json_t *row)
{
    gsize index;
    json_t *each;
    g_autofree char *leg = palette_line(json_get_string(row, "job_name", ""));
    g_string_append_printf(
        text, "  %s: %" G_GINT64_FORMAT " steps modelled, %" G_GINT64_FORMAT " things assumed\n",
        leg, json_get_integer(row, "modelled", 0), json_get_integer(row, "assumed", 0));
    append_queued(text, row);
    json_array_foreach (json_get_array(row, "images"), index, each)
        g_string_append_printf(text, "    promises %s\n", json_get_string(each, "image", ""));
    json_array_foreach (json_get_array(row, "attachments"), index, each)
        g_string_append_printf(text, "    promises the %s of %s\n",
                               json_get_string(each, "what", ""),
                               json_get_string(each, "image", ""));
    json_array_foreach (json_get_array(row, "assumptions"), index, each) {
        g_autofree char *what = palette_line(json_get_string(each, "what", ""));
        g_string_append_printf(text, "    assumes %s", what);
        append_line_number(text, each);
        g_string_append_c(text, '\n');
        append_gift(text, each);
    }
    append_trouble(text, row);
    append_remedy(text, row);
}

#define WORKFLOW_MARK "workflow " /* what an assumption of a whole workflow begins with */

/* Whether what an action or a command does would tell the fate. */
static bool is_unknown(const json_t *row)
{
    gsize index;
    json_t *each;
    if (strcmp(json_get_string(row, "fate", ""), "unknown") != 0)
        return false;
    json_array_foreach (json_get_array(row, "assumptions"), index, each)
        if (json_object_get(each, "secret") == NULL && json_object_get(each, "variable") == NULL &&
            !g_str_has_prefix(json_get_string(each, "what", ""), WORKFLOW_MARK))
            return true;
    return false;
}

/* "owner/repo@ref" of the first workflow that is in a repository which is not here, or NULL;
   g_free. */
static char *missing_repository(const json_t *row)
{
    gsize index;
    json_t *each;
    json_array_foreach (json_get_array(row, "assumptions"), index, each) {
        const char *what = json_get_string(each, "what", "");
        const char *at = strrchr(what, '@');
        if (!g_str_has_prefix(what, WORKFLOW_MARK) || at == NULL)
            continue;
        g_auto(GStrv) parts = g_strsplit(what + strlen(WORKFLOW_MARK), "/", 3);
        if (g_strv_length(parts) == 3)
            return g_strconcat(parts[0], "/", parts[1], at, NULL);
    }
    return NULL;
}

/* Whether it did not run, and nobody knows whether it would have. */
static bool is_left_out(const json_t *row)
{
    return strcmp(json_get_string(row, "fate", ""), "unknown") == 0 &&
           json_get_integer(row, "modelled", 0) == 0;
}

static void append_notes(GString *text, const json_t *document)
{
    gsize index;
    gsize image_count = 0;
    bool is_any_unknown = false;
    bool is_any_left_out = false;
    g_autofree char *repository = NULL;
    json_t *row;
    g_string_append(text, "\nin clear weather:\n");
    json_array_foreach (json_get_array(document, "rehearsals"), index, row) {
        if (strcmp(json_get_string(row, "fault", ""), "none") != 0)
            continue;
        append_leg_notes(text, row);
        image_count += json_array_size(json_object_get(row, "images"));
        is_any_unknown = is_any_unknown || is_unknown(row);
        is_any_left_out = is_any_left_out || is_left_out(row);
        if (repository == NULL)
            repository = missing_repository(row);
    }
    if (image_count == 0)
        g_string_append(text, is_any_left_out
                                  ? "  nothing is pushed: what this event promises is not known\n"
                                  : "  nothing is pushed: this event promises no image\n");
    if (is_any_unknown)
        g_string_append(text,
                        "  what assumed actions and commands do can be told: --assume FILE\n");
    if (repository != NULL)
        g_string_append_printf(text, "  where another repository is can be told: --map %s=PATH\n",
                               repository);
}

char *survival_text(const json_t *document, bool has_color)
{
    GString *text = g_string_new(NULL);
    append_table(text, document, has_color);
    append_broken(text, document);
    append_notes(text, document);
    return g_string_free(text, FALSE);
}
