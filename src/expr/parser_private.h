/* What the two halves of the parser share. Nobody else includes this. */
#pragma once

#include "expr/expr_private.h"

struct parser {
    const struct expr *expr;
    struct token token; /* the one to be looked at next */
    gsize last_end;     /* where the one before it ended */
    int nesting;        /* of parentheses, brackets and ! */
    GError **error;
};

/* Goes on to the next token. */
void parser_advance(struct parser *parser);
/* Goes on if the token is of this kind. */
bool parser_take(struct parser *parser, enum token_kind kind);
/* The same, or an error that says what was expected. */
bool parser_expect(struct parser *parser, enum token_kind kind, const char *expected);
/* An error about the token; expected may be NULL. */
void parser_fail(struct parser *parser, const char *expected);
char *parser_token_text(const struct parser *parser);
/* Adds a child, which is taken over and may be NULL; refuses trees above the depth ceiling. */
bool parser_add_child(struct parser *parser, struct expr_node *node, struct expr_node *child);
/* Counts nesting up and refuses what is above the ceiling; nesting-- leaves. */
bool parser_enter(struct parser *parser);

/* A whole expression inside brackets or parentheses, in parser.c. */
struct expr_node *parse_whole(struct parser *parser);
/* Literals, names, calls, groups, lists and the members of them, in operand.c. */
struct expr_node *parse_operand(struct parser *parser);
