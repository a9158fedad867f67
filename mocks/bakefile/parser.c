/* What the parsers of bodies, expressions and templates share: white space, words, problems. */
#include "mocks/bakefile/bakefile_private.h"

#include <string.h>

void *parser_refuse(const struct parser *parser, gsize start, gsize end, const char *summary,
                    const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *detail = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    return bake_fail_range(parser->bake, parser->source, start, MIN(end, parser->source->length),
                           summary, "%s", detail);
}

struct term *parser_term(struct parser *parser, enum term_kind kind, gsize start)
{
    struct term *term = bake_take(parser->bake->arena, sizeof *term);
    term->kind = kind;
    term->source = parser->source;
    term->start = start;
    term->end = parser->at;
    return term;
}

bool parser_is(const struct parser *parser, const char *text)
{
    gsize length = strlen(text);
    return parser->end - parser->at >= length &&
           memcmp(parser->source->text + parser->at, text, length) == 0;
}

bool parser_takes(struct parser *parser, const char *text)
{
    if (!parser_is(parser, text))
        return false;
    parser->at += strlen(text);
    return true;
}

bool parser_descend(struct parser *parser)
{
    if (++parser->depth <= BAKE_DEPTH_MAX)
        return true;
    bake_fail(parser->bake, BAKEFILE_ERROR_LIMIT, "%s nests deeper than %d", parser->source->name,
              BAKE_DEPTH_MAX);
    return false;
}

static void skip_to_line_end(struct parser *parser)
{
    while (parser->at < parser->end && parser->source->text[parser->at] != '\n')
        parser->at++;
}

static bool skip(struct parser *parser, bool with_lines)
{
    while (parser->at < parser->end) {
        char c = parser->source->text[parser->at];
        if (c == ' ' || c == '\t' || (c == '\r' && parser_is(parser, "\r\n")) ||
            (c == '\n' && with_lines)) {
            parser->at++;
        } else if (c == '#' || parser_is(parser, "//")) {
            skip_to_line_end(parser);
        } else if (parser_is(parser, "/*")) {
            const char *close = g_strstr_len(parser->source->text + parser->at + 2,
                                             (gssize)(parser->end - parser->at - 2), "*/");
            if (close == NULL)
                return parser_refuse(parser, parser->at, parser->end, "Unterminated comment",
                                     "A comment that begins with /* needs a */.") != NULL;
            parser->at = (gsize)(close - parser->source->text) + 2;
        } else {
            break;
        }
    }
    return true;
}

bool parser_skip(struct parser *parser)
{
    return skip(parser, parser->brackets > 0);
}

bool parser_skip_lines(struct parser *parser)
{
    return skip(parser, true);
}

const char *parser_identifier(struct parser *parser)
{
    const char *start = parser->source->text + parser->at;
    gsize length = 0, left = parser->end - parser->at;
    while (length < left) {
        gunichar c = g_utf8_get_char(start + length);
        bool fits = c == '_' || g_unichar_isalpha(c) ||
                    (length > 0 && (c == '-' || g_unichar_isalnum(c) || g_unichar_ismark(c)));
        if (!fits)
            break;
        length += (gsize)(g_utf8_next_char(start + length) - (start + length));
    }
    if (length == 0)
        return NULL;
    parser->at += length;
    return bake_take_text(parser->bake->arena, start, length);
}
