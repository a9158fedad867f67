/* Literal and folded block scalars. */
#include "doc/block.h"

#include <stdbool.h>
#include <string.h>

struct block {
    bool is_folded;
    char chomping; /* '-', '+' or ' ' */
    gsize indent;
    bool ends_its_last_line; /* a file may end without a line break */
};

/* False when there is an indentation indicator. */
static bool read_header(const char *text, gsize header, gsize start, struct block *block)
{
    const char *end = text + start;
    const char *at = text + header;

    while (at < end && *at != '|' && *at != '>')
        at++;
    if (at == end)
        return false;
    block->is_folded = *at == '>';
    block->chomping = at[1] == '-' || at[1] == '+' ? at[1] : ' ';
    return !g_ascii_isdigit(at[1]) && !(block->chomping != ' ' && g_ascii_isdigit(at[2]));
}

static gsize indent_of(const char *line)
{
    return strspn(line, " ");
}

/* That of the first line that is more than spaces. */
static gsize find_indent(GPtrArray *lines)
{
    for (guint i = 0; i < lines->len; i++) {
        const char *line = g_ptr_array_index(lines, i);
        if (line[indent_of(line)] != '\0')
            return indent_of(line);
    }
    return G_MAXSIZE;
}

static GPtrArray *split_lines(const char *text, gsize start, gsize end, struct block *block)
{
    GPtrArray *lines = g_ptr_array_new_with_free_func(g_free);
    while (start < end) {
        const char *line = text + start;
        gsize length = MIN(strcspn(line, "\n"), end - start);
        block->ends_its_last_line = start + length < end;
        start += length + 1;
        if (length > 0 && line[length - 1] == '\r')
            length--;
        g_ptr_array_add(lines, g_strndup(line, length));
    }
    return lines;
}

/* The indentation of what follows, or blanks at the end of the file, are no line of the content. */
static void drop_unfinished_line(GPtrArray *lines, struct block *block)
{
    if (lines->len == 0 || block->ends_its_last_line)
        return;
    const char *last = g_ptr_array_index(lines, lines->len - 1);
    if (last[indent_of(last)] != '\0' || indent_of(last) > block->indent)
        return;
    g_ptr_array_set_size(lines, (gint)lines->len - 1);
    block->ends_its_last_line = true;
}

/* A line without its indentation; empty when it is shorter. */
static const char *content_of(GPtrArray *lines, guint index, const struct block *block)
{
    const char *line = g_ptr_array_index(lines, index);
    return line + MIN(indent_of(line), block->indent);
}

static bool is_spaced(const char *content)
{
    return *content == ' ' || *content == '\t';
}

static void append_breaks(GString *out, gsize count)
{
    while (count-- > 0)
        g_string_append_c(out, '\n');
}

/* What stands between two lines with text: a fold is a blank, but not next to more-indented lines.
 */
static void append_between(GString *out, const char *before, const char *after, gsize empty_count,
                           const struct block *block)
{
    if (before != NULL && (!block->is_folded || is_spaced(before) || is_spaced(after)))
        empty_count++;
    if (before != NULL && empty_count == 0)
        g_string_append_c(out, ' ');
    else
        append_breaks(out, empty_count);
}

char *block_text(const char *text, gsize header, gsize start, gsize end, gsize *indent)
{
    struct block block = {0};
    if (!read_header(text, header, start, &block))
        return NULL;
    g_autoptr(GPtrArray) lines = split_lines(text, start, end, &block);
    g_autoptr(GString) out = g_string_new(NULL);
    const char *before = NULL;
    gsize empty_count = 0;

    block.indent = find_indent(lines);
    drop_unfinished_line(lines, &block);
    *indent = block.indent;
    for (guint i = 0; i < lines->len; i++) {
        const char *content = content_of(lines, i, &block);
        if (*content == '\0') {
            empty_count++;
            continue;
        }
        append_between(out, before, content, empty_count, &block);
        g_string_append(out, content);
        before = content;
        empty_count = 0;
    }
    if (before != NULL && block.chomping != '-' && (empty_count > 0 || block.ends_its_last_line))
        g_string_append_c(out, '\n');
    if (block.chomping == '+')
        append_breaks(out, empty_count);
    return g_strdup(out->str);
}
