/* text/tabwriter with blanks as padding, aligned left. */
#include "mocks/commands/docker/table.h"

#include <string.h>

struct layout {
    char ***lines; /* each a NULL-terminated list of cells; the last is no column */
    guint *cell_counts;
    int width_min;
    int padding;
    GArray *widths; /* int: of the columns to the left */
    GString *text;
};

static void write_lines(struct layout *layout, gsize first, gsize end)
{
    for (gsize i = first; i < end; i++) {
        for (guint j = 0; j < layout->cell_counts[i]; j++) {
            const char *cell = layout->lines[i][j];
            g_string_append(layout->text, cell);
            if (j + 1 == layout->cell_counts[i] || j >= layout->widths->len)
                continue;
            int width = g_array_index(layout->widths, int, j);
            for (glong used = g_utf8_strlen(cell, -1); used < width; used++)
                g_string_append_c(layout->text, ' ');
        }
        if (layout->lines[i + 1] != NULL)
            g_string_append_c(layout->text, '\n');
    }
}

static bool has_column(const struct layout *layout, gsize line, guint column)
{
    return column + 1 < layout->cell_counts[line];
}

/* The lines from first to end have the columns to the left of this one in common. */
static void format_block(struct layout *layout, gsize first, gsize end)
{
    guint column = layout->widths->len;

    for (gsize i = first; i < end; i++) {
        if (!has_column(layout, i, column))
            continue;
        write_lines(layout, first, i);
        first = i;
        int width = layout->width_min;
        for (; i < end && has_column(layout, i, column); i++)
            width = MAX(width, (int)g_utf8_strlen(layout->lines[i][column], -1) + layout->padding);
        g_array_append_val(layout->widths, width);
        format_block(layout, first, i);
        g_array_set_size(layout->widths, column);
        first = i;
    }
    write_lines(layout, first, end);
}

char *table_layout(const char *text, int width_min, int padding)
{
    g_autofree char *valid = g_utf8_make_valid(text, -1);
    g_auto(GStrv) lines = g_strsplit(valid, "\n", -1);
    gsize count = g_strv_length(lines);
    struct layout layout = {.lines = g_new0(char **, count + 1),
                            .cell_counts = g_new0(guint, count + 1),
                            .width_min = width_min,
                            .padding = padding,
                            .widths = g_array_new(FALSE, FALSE, sizeof(int)),
                            .text = g_string_new(NULL)};

    for (gsize i = 0; i < count; i++) {
        layout.lines[i] = g_strsplit(lines[i], "\t", -1);
        layout.cell_counts[i] = g_strv_length(layout.lines[i]);
    }
    format_block(&layout, 0, count);
    for (gsize i = 0; i < count; i++)
        g_strfreev(layout.lines[i]);
    g_free(layout.lines);
    g_free(layout.cell_counts);
    g_array_unref(layout.widths);
    return g_string_free(layout.text, FALSE);
}
