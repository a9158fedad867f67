/* What lexer, parser, evaluation and dialects share. Nobody else includes this. */
#pragma once

#include "base/limits.h"
#include "expr/expr.h"

enum token_kind {
    TOKEN_END,
    TOKEN_NUMBER, /* anything that begins like one; the dialect decides */
    TOKEN_STRING,
    TOKEN_NAME,
    TOKEN_COMPARISON,
    TOKEN_AND,
    TOKEN_OR,
    TOKEN_NOT,
    TOKEN_OPEN,
    TOKEN_CLOSE,
    TOKEN_OPEN_INDEX,
    TOKEN_CLOSE_INDEX,
    TOKEN_DOT,
    TOKEN_COMMA,
    TOKEN_UNKNOWN, /* text that can be no token */
};

struct token {
    enum token_kind kind;
    gsize start; /* offsets in bytes */
    gsize end;
    enum expr_comparison comparison;
};

/* The token that begins at or after offset. may_be_number: a sign or a point here begins a number.
 */
struct token lexer_next(const char *text, gsize offset, bool may_be_number);
/* The content of a TOKEN_STRING, quotes undone; g_free. */
char *token_string(const char *text, const struct token *token);

enum expr_node_kind {
    EXPR_LITERAL,
    EXPR_NAME,
    EXPR_MEMBER, /* children: value, key */
    EXPR_CALL,   /* children: arguments */
    EXPR_METHOD, /* children: value, arguments; found by name when evaluated */
    EXPR_ARRAY,
    EXPR_NOT,
    EXPR_COMPARE,
    EXPR_AND, /* any number of children: chains are flat */
    EXPR_OR,
    EXPR_WILDCARD, /* the * of x.* and x[*] */
};

struct expr_node {
    enum expr_node_kind kind;
    gsize start; /* the part of the text it stands for */
    gsize end;
    gsize height;
    char *name;           /* EXPR_NAME, EXPR_METHOD */
    struct value literal; /* EXPR_LITERAL */
    enum expr_comparison comparison;
    const struct expr_function *function; /* EXPR_CALL */
    GPtrArray *children;                  /* struct expr_node */
};

struct expr {
    const struct dialect *dialect;
    char *text;
    struct source *source; /* keeps position's source alive; may be NULL */
    struct position position;
    struct expr_node *root;
};

struct evaluation {
    const struct expr *expr;
    const struct expr_scope *scope;
    int step_count;
    bool has_unknown_name; /* the error is about a name, not about values */
    gsize level;           /* of the node at work; the root's is 1 */
    gsize memory_bytes;    /* of all levels */
    gsize level_memory_bytes[EXPR_DEPTH_MAX + 2];
};

struct expr_node *expr_node_new(enum expr_node_kind kind, gsize start);
void expr_node_free(struct expr_node *node);
CLEANUP(expr_node, expr_node_free)

/* Evaluates one node; out is null before. */
bool evaluate_node(struct evaluation *evaluation, const struct expr_node *node, struct value *out,
                   GError **error);

/* The values need more than the dialect's memory_bytes_max; always false. */
bool evaluate_fail_memory(const struct evaluation *evaluation, GError **error);

/* Where the offset is, counted in lines and characters from the start of the text. */
struct position expr_position_at(const struct expr *expr, gsize offset);
/* An error at an offset of the text; always false. */
bool expr_fail(const struct expr *expr, enum base_error code, gsize offset, GError **error,
               const char *format, ...) G_GNUC_PRINTF(5, 6);
/* The same for an error without a position, which is freed. */
bool expr_fail_with(const struct expr *expr, gsize offset, GError *reason, GError **error);

/* The row of this name in a table, or NULL. */
const struct expr_function *function_find(const struct expr_function *table, const char *name,
                                          bool is_ignoring_case);
/* Whether the number of arguments fits; else an error without position. */
bool function_check_count(const struct expr_function *function, gsize count, GError **error);
/* "; did you mean 'x'?" or ""; g_free. */
char *name_hint(const char *word, GPtrArray *known);
