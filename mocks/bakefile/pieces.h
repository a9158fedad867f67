/* Templates while they are parsed: quoted ones and heredocs share this. */
#pragma once

#include "mocks/bakefile/bakefile_private.h"

/* The pieces of a template as they come: text, values and directives, still flat. */
enum piece_kind {
    PIECE_TEXT,
    PIECE_VALUE,
    PIECE_IF,
    PIECE_ELSE,
    PIECE_ENDIF,
    PIECE_FOR,
    PIECE_ENDFOR,
    PIECE_END,
};

struct piece {
    enum piece_kind kind;
    struct term *term; /* value, condition, or the TERM_EACH so far */
    GString *text;
    gsize start, end;
};

struct pieces {
    GPtrArray *all; /* struct piece * in the arena; texts are freed at the end */
    gsize next;
    bool trims;    /* the last sequence ended by ~} */
    bool by_lines; /* a heredoc: a text ends with its line */
};

void bake_pieces_init(struct pieces *pieces);
void bake_pieces_finish(struct pieces *pieces);
/* One character, escape or sequence of a template that ends at parser->end. */
bool parse_piece(struct parser *parser, struct pieces *pieces, bool has_escapes);
/* All pieces as one term; "${x}" alone keeps the type of x. */
struct term *parser_template(struct parser *parser, struct pieces *pieces, gsize start);
