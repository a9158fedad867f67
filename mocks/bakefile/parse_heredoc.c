/* <<MARKER and <<-MARKER: a template by lines up to one that is the marker alone. */
#include "mocks/bakefile/pieces.h"

#include <string.h>

/* <<MARKER or <<-MARKER at the end of its line; false when this is none. */
static const char *heredoc_marker(struct parser *parser, bool *is_flush)
{
    parser->at += 2;
    *is_flush = parser_takes(parser, "-");
    const char *marker = parser_identifier(parser);
    parser_takes(parser, "\r");
    return marker != NULL && parser_takes(parser, "\n") ? marker : NULL;
}

static bool is_marker_line(struct parser *parser, const char *marker)
{
    gsize at = parser->at, length = strlen(marker);
    while (at < parser->end && strchr(" \t", parser->source->text[at]) != NULL)
        at++;
    if (parser->end - at < length || memcmp(parser->source->text + at, marker, length) != 0)
        return false;
    gsize after = at + length;
    while (after < parser->end && strchr(" \t\r", parser->source->text[after]) != NULL)
        after++;
    if (after < parser->end && parser->source->text[after] != '\n')
        return false;
    parser->at = at + length;
    return true;
}

static gsize leading_spaces(const GString *text)
{
    gsize count = 0;
    while (count < text->len && g_ascii_isspace(text->str[count]))
        count++;
    return count;
}

/* <<-: takes away what all lines that are not blank are indented by (hclsyntax
   flushHeredocTemplateParts). */
static void flush_lines(struct pieces *pieces)
{
    g_autoptr(GPtrArray) starts = g_ptr_array_new();
    gsize least = G_MAXSIZE;
    bool is_line_start = true;
    for (guint i = 0; i < pieces->all->len; i++) {
        const struct piece *piece = pieces->all->pdata[i];
        bool ends_line = piece->text != NULL && piece->text->len > 0 &&
                         piece->text->str[piece->text->len - 1] == '\n';
        if (is_line_start && piece->text == NULL) {
            least = 0;
        } else if (is_line_start) {
            gsize spaces = leading_spaces(piece->text);
            if (spaces < piece->text->len || !ends_line) {
                least = MIN(least, spaces);
                g_ptr_array_add(starts, piece->text);
            }
        }
        is_line_start = ends_line;
    }
    for (guint i = 0; i < starts->len; i++) {
        GString *text = starts->pdata[i];
        g_string_erase(text, 0, (gssize)MIN(least, leading_spaces(text)));
    }
}

struct term *parse_heredoc(struct parser *parser)
{
    gsize start = parser->at;
    bool is_flush = false, is_closed = false;
    const char *marker = heredoc_marker(parser, &is_flush);
    if (marker == NULL)
        return parser_refuse(parser, start, parser->at, "Invalid expression",
                             "Expected the start of an expression, but found an invalid expression "
                             "token.");
    struct pieces pieces;
    bake_pieces_init(&pieces);
    pieces.by_lines = true;
    bool is_line_start = true;
    while (parser->bake->error == NULL && parser->at < parser->end) {
        if (is_line_start && is_marker_line(parser, marker)) {
            is_closed = true;
            break;
        }
        is_line_start = parser_is(parser, "\n");
        parse_piece(parser, &pieces, false);
    }
    if (!is_closed && parser->bake->error == NULL)
        parser_refuse(parser, start, parser->at, "Unterminated template string",
                      "No closing marker was found for the string.");
    if (is_flush)
        flush_lines(&pieces);
    struct term *term = is_closed ? parser_template(parser, &pieces, start) : NULL;
    if (term != NULL && pieces.all->len == 0)
        term->literal = NULL;
    bake_pieces_finish(&pieces);
    return term;
}
