/* Elastic tab stops, as Go's text/tabwriter sets them. */
#include "mocks/commands/buildx/plugin.h"

#include <string.h>

struct table {
    char ***rows; /* cells of each line; the last one of a line is in no column */
    gsize row_count;
    gsize width_min;
    gsize padding;
    GArray *widths; /* gsize, of the columns that are open */
    GString *text;
};

static gsize cell_count(char *const *cells)
{
    return g_strv_length((char **)cells);
}

static void write_row(struct table *table, char *const *cells)
{
    for (gsize i = 0; cells[i] != NULL; i++) {
        bool is_last = cells[i + 1] == NULL;
        gsize width = (gsize)g_utf8_strlen(cells[i], -1);
        g_string_append(table->text, cells[i]);
        if (is_last || i >= table->widths->len)
            continue;
        for (gsize w = g_array_index(table->widths, gsize, i); w > width; w--)
            g_string_append_c(table->text, ' ');
    }
    g_string_append_c(table->text, '\n');
}

static bool has_cell(const struct table *table, gsize row, gsize column)
{
    return column + 1 < cell_count(table->rows[row]);
}

/* Rows from first to last, whose columns before those that are open are done. A column is as long
   as the run of lines that have it. */
static void write_rows(struct table *table, gsize first, gsize last)
{
    gsize column = table->widths->len;
    for (gsize row = first; row < last;) {
        if (!has_cell(table, row, column)) {
            write_row(table, table->rows[row++]);
            continue;
        }
        gsize end = row;
        gsize width = table->width_min;
        for (; end < last && has_cell(table, end, column); end++)
            width = MAX(width, (gsize)g_utf8_strlen(table->rows[end][column], -1) + table->padding);
        g_array_append_val(table->widths, width);
        write_rows(table, row, end);
        g_array_set_size(table->widths, (guint)column);
        row = end;
    }
}

char *table_format(const char *text, gsize width_min, gsize padding)
{
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    struct table table = {
        .row_count = g_strv_length(lines), .width_min = width_min, .padding = padding};
    table.widths = g_array_new(FALSE, FALSE, sizeof(gsize));
    table.text = g_string_new(NULL);
    if (table.row_count > 0 && *lines[table.row_count - 1] == '\0')
        table.row_count--; /* behind the last line's end */
    table.rows = g_new0(char **, table.row_count + 1);
    for (gsize i = 0; i < table.row_count; i++)
        table.rows[i] = *lines[i] != '\0' ? g_strsplit(lines[i], "\t", -1) : g_new0(char *, 1);
    write_rows(&table, 0, table.row_count);
    for (gsize i = 0; i < table.row_count; i++)
        g_strfreev(table.rows[i]);
    g_free(table.rows);
    g_array_unref(table.widths);
    return g_string_free(table.text, FALSE);
}
