/*
 * Expressions: a text is parsed once (lexer.c, parser.c) and evaluated against a scope as often as
 * wanted (evaluate.c). A dialect says what differs: which literals there are, how values compare,
 * what a missing name means, which functions exist. GitHub's dialect has a header of its own,
 * github.h.
 *
 * The strict dialect is that of expectations: numbers, 'texts' ('' inside is one quote), true,
 * false, null, durations (30min, 14.4s), sizes (4GiB), lists ['a', 'b'], == != < <= > >= && || !,
 * parentheses, members (.name, ['name'], [0]), functions and functions of objects. Nothing is
 * coerced: values of different kinds cannot be compared (but anything with null by == and !=), and
 * conditions are booleans. Names are case-sensitive; an unknown one is an error even in an operand
 * that && or || skips, so that no typing error passes. Lists have .count, texts and lists .length.
 *
 * Errors carry the place inside the expression. Ceilings: EXPR_BYTES_MAX, EXPR_DEPTH_MAX (of the
 * tree and of parentheses), EXPR_STEPS_MAX.
 */
#pragma once

#include "expr/value.h"

/* One row of a function table; a table ends with an empty row. */
struct expr_function {
    const char *name;
    gsize arguments_min;
    gsize arguments_max;
    const char *summary; /* one sentence without full stop */
    /* arguments are lent; out is null before. The error needs no position: it is given the call's.
       context is the scope's, for methods the object itself. */
    bool (*call)(void *context, const struct value *arguments, gsize count, struct value *out,
                 GError **error);
};

enum expr_comparison {
    EXPR_EQUAL,
    EXPR_UNEQUAL,
    EXPR_LESS,
    EXPR_LESS_OR_EQUAL,
    EXPR_GREATER,
    EXPR_GREATER_OR_EQUAL,
};

struct expr;
struct expr_node;
struct evaluation;

/*
 * To add functions, or to restrict the names an expression may begin with, copy a dialect and set
 * the two members that are the caller's.
 */
struct dialect {
    const char *name;
    bool has_arrays;          /* ['a', 'b'] */
    bool has_methods;         /* x.f('a') */
    bool is_ignoring_case;    /* in names of functions and values */
    bool is_checking_skipped; /* unknown names count in operands that && and || skip */
    const struct expr_function *functions;
    const struct expr_function *more_functions; /* the caller's; NULL: none */
    bool is_missing_null; /* a name without a value is null, and so is a member of no collection */
    int steps_max;        /* EXPR_STEPS_MAX or another of limits.h */
    gsize memory_bytes_max;   /* of the values of one evaluation; 0: not counted */
    const char *const *names; /* the caller's: all names of the scope, NULL-terminated; NULL: any */
    /* text reaches to the next operator or blank: `30min`, `-1.5`, `0x1F`. */
    bool (*read_number)(const char *text, struct value *out);
    bool (*is_true)(const struct value *value, bool *truth, GError **error);
    bool (*compare)(enum expr_comparison comparison, const struct value *left,
                    const struct value *right, bool *truth, GError **error);
    /* x.name and x['name'] and x[0]. Sets *is_unknown when the error is about a name. */
    bool (*member)(const struct value *value, const struct value *key, struct value *out,
                   bool *is_unknown, GError **error);
    /* The rest may be NULL, as in the strict dialect. */
    struct expr_node *(*parse)(const struct expr *expr, GError **error); /* NULL: parser.c's */
    /* Functions whose row has no call: they evaluate their arguments themselves. */
    bool (*call_lazily)(struct evaluation *evaluation, const struct expr_node *node,
                        struct value *out, GError **error);
    void (*filter)(const struct value *value, struct value *out); /* x.* */
    /* Words an error of an evaluation; offset in bytes. */
    void (*fail)(const struct expr *expr, gsize offset, const char *message, GError **error);
};

extern const struct dialect dialect_strict;

/* position is where text begins in its file; without a source, errors say "column N: …". The
   dialect and its tables are lent and must outlive the expression. */
struct expr *expr_parse(const struct dialect *dialect, const char *text, struct position position,
                        GError **error) MUST_USE;
/* The text of a scalar of a document. */
struct expr *expr_parse_node(const struct dialect *dialect, const struct node *node,
                             GError **error) MUST_USE;
void expr_free(struct expr *expr);
CLEANUP(expr, expr_free)
const char *expr_text(const struct expr *expr);

struct expr_scope {
    const struct value *names; /* an object: its members are the names of the scope */
    void *context;             /* for functions */
};

/* out is cleared by the caller. */
bool expr_evaluate(const struct expr *expr, const struct expr_scope *scope, struct value *out,
                   GError **error) MUST_USE;
/* The same for a condition: true or false, or an error when it is neither. */
bool expr_test(const struct expr *expr, const struct expr_scope *scope, bool *truth,
               GError **error) MUST_USE;
/* Why a condition came out as it did, in the values that decided: "steps.x.outcome is 'success';
   …". Evaluates again. g_free. */
char *expr_explain(const struct expr *expr, const struct expr_scope *scope);

/* One line a function: `name(2 to 3): summary`; g_free. */
char *expr_functions_help(const struct dialect *dialect);
