/* Templates: "quoted", heredocs, and the strings of JSON files; ${…}, %{…} and their ~ marks. */
#include "mocks/bakefile/pieces.h"

#include <string.h>

static struct piece *piece_add(struct parser *parser, struct pieces *pieces, enum piece_kind kind,
                               gsize start)
{
    struct piece *piece = bake_take(parser->bake->arena, sizeof *piece);
    piece->kind = kind;
    piece->start = start;
    piece->end = parser->at;
    g_ptr_array_add(pieces->all, piece);
    return piece;
}

static GString *text_piece(struct parser *parser, struct pieces *pieces)
{
    guint count = pieces->all->len;
    if (count > 0) {
        struct piece *last = pieces->all->pdata[count - 1];
        bool is_over = pieces->by_lines && last->text != NULL && last->text->len > 0 &&
                       last->text->str[last->text->len - 1] == '\n';
        if (last->kind == PIECE_TEXT && !is_over) {
            last->end = parser->at;
            return last->text;
        }
    }
    struct piece *piece = piece_add(parser, pieces, PIECE_TEXT, parser->at);
    piece->text = g_string_new(NULL);
    return piece->text;
}

/* ~ takes the white space up to and with the next new line… here: all white space (spec 7.3). */
static void trim_before(struct pieces *pieces)
{
    if (pieces->all->len == 0)
        return;
    struct piece *last = pieces->all->pdata[pieces->all->len - 1];
    while (last->kind == PIECE_TEXT && last->text->len > 0 &&
           g_ascii_isspace(last->text->str[last->text->len - 1]))
        g_string_truncate(last->text, last->text->len - 1);
}

static bool parse_directive_for(struct parser *parser, struct piece *piece)
{
    struct term *each = parser_term(parser, TERM_EACH, piece->start);
    if (!parser_skip(parser) || (each->value_name = parser_identifier(parser)) == NULL ||
        !parser_skip(parser))
        return parser_refuse(parser, parser->at, parser->at + 1, "Invalid 'for' directive",
                             "For directive requires variable name after 'for'.") != NULL;
    if (parser_takes(parser, ",")) {
        each->name = each->value_name;
        if (!parser_skip(parser) || (each->value_name = parser_identifier(parser)) == NULL ||
            !parser_skip(parser))
            return parser_refuse(parser, parser->at, parser->at + 1, "Invalid 'for' directive",
                                 "For directive requires value variable name after comma.") != NULL;
    }
    const char *word = parser_identifier(parser);
    if (word == NULL || strcmp(word, "in") != 0)
        return parser_refuse(parser, parser->at, parser->at + 1, "Invalid 'for' directive",
                             "For directive requires 'in' keyword after names.") != NULL;
    each->left = parse_expression(parser);
    piece->term = each;
    return each->left != NULL;
}

static bool parse_directive(struct parser *parser, struct pieces *pieces, gsize start)
{
    static const struct {
        const char *word;
        enum piece_kind kind;
    } words[] = {
        {"if", PIECE_IF},   {"else", PIECE_ELSE},     {"endif", PIECE_ENDIF},
        {"for", PIECE_FOR}, {"endfor", PIECE_ENDFOR},
    };
    if (!parser_skip(parser))
        return false;
    const char *word = parser_identifier(parser);
    for (gsize i = 0; word != NULL && i < G_N_ELEMENTS(words); i++) {
        if (strcmp(word, words[i].word) != 0)
            continue;
        struct piece *piece = piece_add(parser, pieces, words[i].kind, start);
        if (piece->kind == PIECE_IF && (piece->term = parse_expression(parser)) == NULL)
            return false;
        return piece->kind != PIECE_FOR || parse_directive_for(parser, piece);
    }
    return parser_refuse(parser, start, parser->at, "Invalid template directive",
                         "A template directive keyword (\"if\", \"for\", etc) is expected at the "
                         "beginning of a %%{ sequence.") != NULL;
}

/* At ${ or %{. */
static bool parse_sequence(struct parser *parser, struct pieces *pieces)
{
    gsize start = parser->at, outer_end = parser->end;
    bool is_directive = parser->source->text[parser->at] == '%';
    parser->at += 2;
    if (parser_takes(parser, "~"))
        trim_before(pieces);
    int brackets = parser->brackets;
    parser->brackets = 1;
    parser->end = parser->source->length;
    if (is_directive) {
        if (!parse_directive(parser, pieces, start))
            return false;
    } else {
        struct term *term = parse_expression(parser);
        if (term == NULL)
            return false;
        piece_add(parser, pieces, PIECE_VALUE, start)->term = term;
    }
    if (!parser_skip(parser))
        return false;
    pieces->trims = parser_takes(parser, "~");
    if (!parser_takes(parser, "}"))
        return parser_refuse(parser, parser->at, parser->at + 1,
                             "Extra characters after interpolation expression",
                             "Expected a closing brace to end the interpolation expression, but "
                             "found extra characters.") != NULL;
    parser->end = outer_end;
    parser->brackets = brackets;
    struct piece *piece = pieces->all->pdata[pieces->all->len - 1];
    piece->end = parser->at;
    return true;
}

static void trim_after(struct parser *parser, struct pieces *pieces)
{
    while (pieces->trims && parser->at < parser->end &&
           g_ascii_isspace(parser->source->text[parser->at]))
        parser->at++;
    pieces->trims = false;
}

static bool parse_escape(struct parser *parser, GString *text)
{
    static const char plain[] = "n\nr\rt\t\"\"\\\\";
    gsize start = parser->at++;
    char c = parser->at < parser->end ? parser->source->text[parser->at] : '\0';
    for (gsize i = 0; i + 1 < sizeof plain; i += 2) {
        if (c != plain[i])
            continue;
        g_string_append_c(text, plain[i + 1]);
        parser->at++;
        return true;
    }
    gsize digits = c == 'u' ? 4 : c == 'U' ? 8 : 0, seen = 0;
    gunichar character = 0;
    for (parser->at++; seen < digits && parser->at < parser->end &&
                       g_ascii_isxdigit(parser->source->text[parser->at]);
         seen++)
        character =
            character * 16 + (gunichar)g_ascii_xdigit_value(parser->source->text[parser->at++]);
    if (digits == 0 || seen < digits || !g_unichar_validate(character) || character == 0)
        return parser_refuse(parser, start, parser->at, "Invalid escape sequence",
                             "The symbol \"%c\" is not a valid escape sequence selector.",
                             c) != NULL;
    g_string_append_unichar(text, character);
    return true;
}

/* One character, escape or sequence of a template that ends at parser->end. */
bool parse_piece(struct parser *parser, struct pieces *pieces, bool has_escapes)
{
    if (parser_is(parser, "$${") || parser_is(parser, "%%{")) {
        g_string_append_len(text_piece(parser, pieces), parser->source->text + parser->at, 1);
        g_string_append_c(text_piece(parser, pieces), '{');
        parser->at += 3;
        return true;
    }
    if (parser_is(parser, "${") || parser_is(parser, "%{")) {
        if (!parse_sequence(parser, pieces))
            return false;
        trim_after(parser, pieces);
        return true;
    }
    if (has_escapes && parser_is(parser, "\\"))
        return parse_escape(parser, text_piece(parser, pieces));
    g_string_append_c(text_piece(parser, pieces), parser->source->text[parser->at++]);
    return true;
}

static struct term *tree_of(struct parser *parser, struct pieces *pieces, enum piece_kind *ended);

static struct term *literal_of(struct parser *parser, const struct piece *piece)
{
    struct term *term = parser_term(parser, TERM_LITERAL, piece->start);
    term->end = MAX(piece->end, piece->start);
    term->literal = value_text_of(parser->bake, piece->text->str, piece->text->len);
    return term;
}

static struct term *unclosed(struct parser *parser, const struct piece *piece, const char *word)
{
    return parser_refuse(parser, piece->start, piece->end, "Unexpected end of template",
                         "The %s directive here is missing its corresponding end%s directive.",
                         word, word);
}

static struct term *if_of(struct parser *parser, struct pieces *pieces, const struct piece *piece)
{
    struct term *term = parser_term(parser, TERM_IF, piece->start);
    enum piece_kind ended = PIECE_END;
    term->end = piece->end;
    term->left = piece->term;
    term->right = tree_of(parser, pieces, &ended);
    if (term->right != NULL && ended == PIECE_ELSE)
        term->third = tree_of(parser, pieces, &ended);
    if (parser->bake->error == NULL && ended != PIECE_ENDIF)
        return unclosed(parser, piece, "if");
    return parser->bake->error != NULL ? NULL : term;
}

static struct term *each_of(struct parser *parser, struct pieces *pieces, const struct piece *piece)
{
    enum piece_kind ended = PIECE_END;
    piece->term->right = tree_of(parser, pieces, &ended);
    if (parser->bake->error == NULL && ended != PIECE_ENDFOR)
        return unclosed(parser, piece, "for");
    return parser->bake->error != NULL ? NULL : piece->term;
}

/* Flat pieces to a template, up to the directive that ends it. */
static struct term *tree_of(struct parser *parser, struct pieces *pieces, enum piece_kind *ended)
{
    g_autoptr(GPtrArray) items = g_ptr_array_new();
    *ended = PIECE_END;
    if (!parser_descend(parser))
        return NULL;
    while (pieces->next < pieces->all->len) {
        const struct piece *piece = pieces->all->pdata[pieces->next++];
        if (piece->kind == PIECE_TEXT)
            g_ptr_array_add(items, literal_of(parser, piece));
        else if (piece->kind == PIECE_VALUE)
            g_ptr_array_add(items, piece->term);
        else if (piece->kind == PIECE_IF)
            g_ptr_array_add(items, if_of(parser, pieces, piece));
        else if (piece->kind == PIECE_FOR)
            g_ptr_array_add(items, each_of(parser, pieces, piece));
        else
            *ended = piece->kind;
        if (*ended != PIECE_END || parser->bake->error != NULL)
            break;
    }
    parser->depth--;
    if (parser->bake->error != NULL)
        return NULL;
    struct term *term = parser_term(parser, TERM_TEMPLATE, parser->at);
    term->count = items->len;
    term->items = bake_take(parser->bake->arena, items->len * sizeof *term->items);
    for (guint i = 0; i < items->len; i++)
        term->items[i] = items->pdata[i];
    return term;
}

/* "${x}" alone keeps the type of x; a text alone is a literal. */
struct term *parser_template(struct parser *parser, struct pieces *pieces, gsize start)
{
    const struct piece *first = pieces->all->len > 0 ? pieces->all->pdata[0] : NULL;
    bool is_alone = pieces->all->len == 1;
    enum piece_kind ended = PIECE_END;
    struct term *term;
    if (is_alone && first->kind == PIECE_VALUE) {
        term = parser_term(parser, TERM_WRAPPED, start);
        term->left = first->term;
    } else if (is_alone && first->kind == PIECE_TEXT) {
        term = literal_of(parser, first);
    } else {
        term = tree_of(parser, pieces, &ended);
        if (term != NULL && ended != PIECE_END)
            return parser_refuse(parser, start, parser->at, "Unexpected directive",
                                 "A directive ends what no other began.");
    }
    if (term == NULL)
        return NULL;
    term->start = start;
    term->end = parser->at;
    return term;
}

void bake_pieces_init(struct pieces *pieces)
{
    *pieces = (struct pieces){.all = g_ptr_array_new()};
}

void bake_pieces_finish(struct pieces *pieces)
{
    for (guint i = 0; i < pieces->all->len; i++) {
        struct piece *piece = pieces->all->pdata[i];
        if (piece->text != NULL)
            g_string_free(piece->text, TRUE);
    }
    g_ptr_array_unref(pieces->all);
}

struct term *parse_quoted(struct parser *parser)
{
    gsize start = parser->at++;
    struct pieces pieces;
    bake_pieces_init(&pieces);
    bool is_open = true;
    while (is_open && parser->bake->error == NULL && parser->at < parser->end &&
           !parser_is(parser, "\n")) {
        if (parser_takes(parser, "\""))
            is_open = false;
        else if (!parse_piece(parser, &pieces, true))
            break;
    }
    if (is_open && parser->bake->error == NULL)
        parser_refuse(
            parser, parser->at, parser->at, "Invalid multi-line string",
            "Quoted strings may not be split over multiple lines. To produce a multi-line "
            "string, either use the \\n escape to represent a newline character or use the "
            "\"heredoc\" multi-line template syntax.");
    struct term *term = is_open ? NULL : parser_template(parser, &pieces, start);
    bake_pieces_finish(&pieces);
    return term;
}

struct term *parse_json_template(struct parser *parser, const char *text, gsize start, gsize end)
{
    struct bake_text *inner = bake_take(parser->bake->arena, sizeof *inner);
    *inner = *parser->source;
    inner->text = (char *)text;
    inner->length = strlen(text);
    struct parser own = {
        .bake = parser->bake, .source = inner, .end = inner->length, .depth = parser->depth};
    struct pieces pieces;
    bake_pieces_init(&pieces);
    while (own.at < own.end && parse_piece(&own, &pieces, false))
        ;
    struct term *term = own.bake->error == NULL ? parser_template(&own, &pieces, 0) : NULL;
    bake_pieces_finish(&pieces);
    if (term == NULL)
        return NULL;
    term->source = parser->source;
    term->start = start;
    term->end = end;
    return term;
}
