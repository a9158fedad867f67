/* The syntax tree of bake files, and what the parsers share. All of it lives in an arena. */
#pragma once

#include "mocks/bakefile/bakefile.h"

struct bake;
struct value;

/* ---- terms: the syntax tree (parse_*.c) ---- */

struct bake_text {
    char *name;
    char *text;
    gsize length;
    bool is_json;
};

enum term_kind {
    TERM_LITERAL,     /* literal */
    TERM_TEMPLATE,    /* items joined as text */
    TERM_WRAPPED,     /* "${left}" alone: keeps its type */
    TERM_IF,          /* %{if left}right%{else}third%{endif} */
    TERM_EACH,        /* %{for name, value_name in left}right%{endfor} */
    TERM_TUPLE,       /* items */
    TERM_OBJECT,      /* items: key, value, key, value … */
    TERM_KEY,         /* name as a key of an object; left: what it is as an expression */
    TERM_CALL,        /* name(items); is_flagged: the last one expands */
    TERM_UNARY,       /* operator left */
    TERM_BINARY,      /* left operator right */
    TERM_CONDITIONAL, /* left ? right : third */
    TERM_PARENTHESES, /* (left) */
    TERM_VARIABLE,    /* name */
    TERM_ATTRIBUTE,   /* left.name */
    TERM_INDEX,       /* left[right] */
    TERM_SPLAT,       /* left[*]right; right begins at TERM_ITEM */
    TERM_ITEM,
    TERM_FOR, /* items: key or NULL, left in, right value, third condition; is_flagged: groups */
};

struct term {
    enum term_kind kind;
    int operator_code; /* see operators of parse_expression.c */
    bool is_flagged;
    const struct bake_text *source;
    gsize start, end;
    const struct value *literal;
    const char *name;
    const char *value_name;
    struct term *left, *right, *third;
    struct term **items;
    gsize count;
};

enum operator_code {
    OPERATOR_OR = 1,
    OPERATOR_AND,
    OPERATOR_EQUAL,
    OPERATOR_NOT_EQUAL,
    OPERATOR_GREATER,
    OPERATOR_GREATER_EQUAL,
    OPERATOR_LESS,
    OPERATOR_LESS_EQUAL,
    OPERATOR_ADD,
    OPERATOR_SUBTRACT,
    OPERATOR_MULTIPLY,
    OPERATOR_DIVIDE,
    OPERATOR_MODULO,
    OPERATOR_NEGATE,
    OPERATOR_NOT,
};

struct attribute {
    const char *name;
    struct term *term;
    gsize start, end; /* whole */
    gsize name_end;
};

struct block {
    const char *type;
    const char **labels;
    gsize label_count;
    const struct bake_text *source;
    gsize start, header_end; /* type and labels */
    gsize type_end;
    gsize open;                   /* the brace */
    gsize label_start, label_end; /* of the first label */
    struct body *body;
};

struct body {
    const struct bake_text *source;
    GPtrArray *attributes; /* struct attribute * */
    GPtrArray *blocks;     /* struct block * */
    gsize end;             /* where something missing would stand */
};

struct attribute *body_attribute(const struct body *body, const char *name);

/* The parser's hand on a text; open brackets make new lines white space. */
struct parser {
    struct bake *bake;
    const struct bake_text *source;
    gsize at;
    gsize end; /* templates within quotes end before the text does */
    int depth;
    int brackets;
};

struct body *bake_parse_hcl(struct bake *bake, const struct bake_text *source);
struct body *bake_parse_json(struct bake *bake, const struct bake_text *source);

struct term *parser_term(struct parser *parser, enum term_kind kind, gsize start);
struct term *parse_expression(struct parser *parser);
struct term *parse_tuple(struct parser *parser);
struct term *parse_object(struct parser *parser);
struct term *parse_call(struct parser *parser, const char *name, gsize start);
/* Brackets: within them new lines are white space. */
bool parser_open(struct parser *parser);
bool parser_close(struct parser *parser, const char *bracket, gsize start, const char *what);
struct term *parse_quoted(struct parser *parser); /* at the opening quote */
struct term *parse_heredoc(struct parser *parser);
/* A template of a JSON string: text is its content, positions all point at start…end. */
struct term *parse_json_template(struct parser *parser, const char *text, gsize start, gsize end);
/* Skips white space and comments; new lines too inside brackets. */
bool parser_skip(struct parser *parser);
bool parser_skip_lines(struct parser *parser);
bool parser_is(const struct parser *parser, const char *text);
bool parser_takes(struct parser *parser, const char *text);
/* An identifier at this place, or NULL. */
const char *parser_identifier(struct parser *parser);
bool parser_descend(struct parser *parser);
void *parser_refuse(const struct parser *parser, gsize start, gsize end, const char *summary,
                    const char *format, ...) G_GNUC_PRINTF(5, 6);
