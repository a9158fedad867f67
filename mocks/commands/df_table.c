/* The table that df prints: headers, roundings and columns of coreutils. */
#include "mocks/commands/df.h"

#include "base/units.h"

#include <math.h>
#include <string.h>

#define BYTES_PER_INODE (16 * KIB_BYTES) /* mke2fs's default */

struct column {
    const char *name;   /* of --output */
    const char *header; /* NULL: depends on the style */
    int width_min;
    bool is_left;
};

static const struct column columns[FIELD_COUNT] = {
    [FIELD_SOURCE] = {"source", "Filesystem", 14, true},
    [FIELD_TYPE] = {"fstype", "Type", 4, true},
    [FIELD_INODES] = {"itotal", "Inodes", 5, false},
    [FIELD_INODES_USED] = {"iused", "IUsed", 5, false},
    [FIELD_INODES_FREE] = {"iavail", "IFree", 5, false},
    [FIELD_INODES_PERCENT] = {"ipcent", "IUse%", 4, false},
    [FIELD_SIZE] = {"size", NULL, 5, false},
    [FIELD_USED] = {"used", "Used", 5, false},
    [FIELD_FREE] = {"avail", NULL, 5, false},
    [FIELD_PERCENT] = {"pcent", NULL, 4, false},
    [FIELD_FILE] = {"file", "File", 0, true},
    [FIELD_TARGET] = {"target", "Mounted on", 0, true},
};

int df_field_find(const char *name)
{
    for (int field = 0; field < FIELD_COUNT; field++)
        if (strcmp(columns[field].name, name) == 0)
            return field;
    return -1;
}

/* ---- numbers ---- */

static const char unit_letters[] = "KMGTPE";

/* Rounded up: one digit after the point below ten, none above. */
static char *human(int64_t value, int base, const char *after_zero)
{
    double scaled = (double)value;
    int unit = -1;

    while (scaled >= base && unit + 1 < (int)sizeof(unit_letters) - 1) {
        scaled /= base;
        unit++;
    }
    if (unit < 0)
        return g_strdup_printf("%" G_GINT64_FORMAT "%s", value, after_zero);
    char letter = base == 1000 && unit == 0 ? 'k' : unit_letters[unit];
    double tenths = ceil(scaled * 10 - 1e-9) / 10;
    if (tenths < 10)
        return g_strdup_printf("%.1f%c", tenths, letter);
    double whole = ceil(scaled - 1e-9);
    if (whole >= base && unit + 1 < (int)sizeof(unit_letters) - 1)
        return g_strdup_printf("1.0%c", unit_letters[unit + 1]);
    return g_strdup_printf("%.0f%c", whole, letter);
}

static char *size_shown(const struct df_style *style, int64_t bytes)
{
    if (style->block_bytes == 0)
        return human(bytes, style->human_base, "");
    int64_t blocks = bytes / style->block_bytes + (bytes % style->block_bytes != 0);
    return g_strdup_printf("%" G_GINT64_FORMAT "%s", blocks, style->suffix);
}

static char *count_shown(const struct df_style *style, int64_t count)
{
    return style->block_bytes == 0 ? human(count, style->human_base, "")
                                   : g_strdup_printf("%" G_GINT64_FORMAT, count);
}

static char *percent_shown(int64_t used, int64_t free)
{
    if (used + free <= 0)
        return g_strdup("-");
    double percent = ceil((double)used * 100 / (double)(used + free));
    return g_strdup_printf("%.0f%%", percent);
}

/* ---- sizes of blocks ---- */

static int64_t unit_bytes(char letter, int base)
{
    int64_t bytes = 1;
    const char *place = strchr(unit_letters, g_ascii_toupper(letter));
    if (place == NULL || letter == '\0')
        return 0;
    for (const char *each = unit_letters; each <= place; each++)
        bytes *= base;
    return bytes;
}

/* Kept static so that a style can lend it. */
static const char *suffix_of(char letter, int base)
{
    static const char *const powers_of_1024[] = {"K", "M", "G", "T", "P", "E"};
    static const char *const powers_of_1000[] = {"kB", "MB", "GB", "TB", "PB", "EB"};
    const char *place = strchr(unit_letters, g_ascii_toupper(letter));
    return (base == 1000 ? powers_of_1000 : powers_of_1024)[place - unit_letters];
}

bool df_block_parse(const char *text, struct df_style *style)
{
    char *end;
    guint64 number = g_ascii_strtoull(text, &end, 10);
    bool has_number = end != text;

    style->suffix = "";
    if (strcmp(text, "human-readable") == 0 || strcmp(text, "si") == 0) {
        style->block_bytes = 0;
        style->human_base = *text == 's' ? 1000 : 1024;
        return true;
    }
    if (*end == '\0') {
        style->block_bytes = (int64_t)number;
        return has_number && number > 0 && number <= G_MAXINT64;
    }
    int base = strcmp(end + 1, "B") == 0 ? 1000 : 1024;
    int64_t unit = unit_bytes(*end, base);
    if (unit == 0 || (end[1] != '\0' && base == 1024 && strcmp(end + 1, "iB") != 0) ||
        (has_number && (number == 0 || number > (guint64)(G_MAXINT64 / unit))))
        return false;
    style->block_bytes = has_number ? (int64_t)number * unit : unit;
    if (!has_number)
        style->suffix = suffix_of(*end, base);
    return true;
}

/* "1K", "1GB", "512B" */
static char *block_name(int64_t bytes)
{
    static const int bases[] = {1024, 1000};
    for (gsize at = 0; at < G_N_ELEMENTS(bases); at++)
        for (int i = (int)sizeof(unit_letters) - 2; i >= 0; i--) {
            int64_t unit = unit_bytes(unit_letters[i], bases[at]);
            if (unit != 0 && bytes % unit == 0)
                return g_strdup_printf("%" G_GINT64_FORMAT "%s", bytes / unit,
                                       suffix_of(unit_letters[i], bases[at]));
        }
    return g_strdup_printf("%" G_GINT64_FORMAT "B", bytes);
}

/* ---- cells ---- */

static char *header_of(const struct df_style *style, enum df_field field)
{
    g_autofree char *block = NULL;

    if (columns[field].header != NULL)
        return g_strdup(columns[field].header);
    if (field == FIELD_PERCENT)
        return g_strdup(style->is_posix ? "Capacity" : "Use%");
    if (style->block_bytes == 0)
        return g_strdup(field == FIELD_SIZE ? "Size" : "Avail");
    if (field == FIELD_FREE)
        return g_strdup(style->is_output ? "Avail" : "Available");
    if (style->is_posix)
        return g_strdup_printf("%" G_GINT64_FORMAT "-blocks", style->block_bytes);
    block = block_name(style->block_bytes);
    return g_strconcat(block, "-blocks", NULL);
}

static char *inodes_shown(const struct df_style *style, enum df_field field,
                          const struct mount *mount)
{
    int64_t total = mount->size_bytes / BYTES_PER_INODE;
    int64_t used = mount->used_bytes / (4 * BYTES_PER_INODE);
    if (field == FIELD_INODES_PERCENT)
        return percent_shown(used, total - used);
    if (field == FIELD_INODES)
        return count_shown(style, total);
    return count_shown(style, field == FIELD_INODES_USED ? used : total - used);
}

static char *cell_of(const struct df_style *style, enum df_field field, const struct df_line *line)
{
    const struct mount *mount = &line->mount;
    switch (field) {
    case FIELD_SOURCE:
        return g_strdup(mount->source);
    case FIELD_TYPE:
        return g_strdup(mount->type);
    case FIELD_INODES:
    case FIELD_INODES_USED:
    case FIELD_INODES_FREE:
    case FIELD_INODES_PERCENT:
        return inodes_shown(style, field, mount);
    case FIELD_SIZE:
        return size_shown(style, mount->size_bytes);
    case FIELD_USED:
        return size_shown(style, mount->used_bytes);
    case FIELD_FREE:
        return size_shown(style, mount->free_bytes);
    case FIELD_PERCENT:
        return percent_shown(mount->used_bytes, mount->free_bytes);
    case FIELD_FILE:
        return g_strdup(line->file);
    case FIELD_TARGET:
        return g_strdup(mount->target);
    case FIELD_COUNT:
        break;
    }
    g_assert_not_reached();
}

/* ---- the table ---- */

/* All cells of one column, the header first. */
static GPtrArray *column_cells(const struct df_style *style, enum df_field field,
                               const GArray *lines, int *width)
{
    GPtrArray *cells = g_ptr_array_new_with_free_func(g_free);
    *width = columns[field].width_min;
    g_ptr_array_add(cells, header_of(style, field));
    for (guint i = 0; i < lines->len; i++)
        g_ptr_array_add(cells, cell_of(style, field, &g_array_index(lines, struct df_line, i)));
    for (guint i = 0; i < cells->len; i++)
        *width = MAX(*width, (int)strlen(g_ptr_array_index(cells, i)));
    return cells;
}

/* The last column is not padded when it stands left. */
static void add_cell(GString *row, const char *text, const struct column *column, int width,
                     bool is_last)
{
    if (row->len > 0)
        g_string_append_c(row, ' ');
    if (!column->is_left)
        g_string_append_printf(row, "%*s", width, text);
    else
        g_string_append_printf(row, "%-*s", is_last ? 0 : width, text);
}

void df_print(const struct command_call *call, const struct df_style *style, const GArray *lines)
{
    g_autoptr(GPtrArray) rows = g_ptr_array_new();
    for (guint i = 0; i <= lines->len; i++)
        g_ptr_array_add(rows, g_string_new(NULL));
    for (int i = 0; i < style->field_count; i++) {
        int width;
        g_autoptr(GPtrArray) cells = column_cells(style, style->fields[i], lines, &width);
        for (guint row = 0; row < cells->len; row++)
            add_cell(g_ptr_array_index(rows, row), g_ptr_array_index(cells, row),
                     &columns[style->fields[i]], width, i + 1 == style->field_count);
    }
    for (guint i = 0; i < rows->len; i++) {
        GString *row = g_ptr_array_index(rows, i);
        command_print(call, "%s\n", row->str);
        g_string_free(row, TRUE);
    }
}
