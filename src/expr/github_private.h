/* What the files of GitHub's dialect share. Nobody else includes this. */
#pragma once

#include "expr/expr_private.h"
#include "expr/github.h"

enum github_token_kind {
    GITHUB_START, /* before the first token; AFTER() counts on it being a small number */
    GITHUB_START_GROUP,
    GITHUB_END_GROUP,
    GITHUB_START_INDEX,
    GITHUB_END_INDEX,
    GITHUB_START_PARAMETERS,
    GITHUB_END_PARAMETERS,
    GITHUB_SEPARATOR,
    GITHUB_DEREFERENCE,
    GITHUB_WILDCARD,
    GITHUB_NOT,
    GITHUB_OPERATOR,
    GITHUB_LITERAL,
    GITHUB_PROPERTY,
    GITHUB_FUNCTION,
    GITHUB_NAMED_VALUE,
    GITHUB_END,
    GITHUB_TOKEN_KIND_COUNT,
};

/* What is wrong with a token. */
enum github_token_fault {
    GITHUB_TOKEN_FINE,
    GITHUB_TOKEN_NO_TOKEN,
    GITHUB_TOKEN_OUT_OF_PLACE,
};

struct github_token {
    enum github_token_kind kind;
    enum github_token_fault fault;
    gsize start; /* in bytes */
    gsize end;
    enum expr_node_kind node_kind; /* of GITHUB_OPERATOR */
    enum expr_comparison comparison;
    double number; /* of GITHUB_LITERAL: of those that are no word and no string */
};

struct github_lexer {
    const char *text;
    gsize offset;
    enum github_token_kind last;
    GArray *unclosed; /* enum github_token_kind */
};

void github_lexer_init(struct github_lexer *lexer, const char *text);
void github_lexer_finish(struct github_lexer *lexer);
/* The next token; after a faulty one there is none. */
struct github_token github_lexer_next(struct github_lexer *lexer);

struct expr_node *github_parse(const struct expr *expr, GError **error);
/* An error without a place where offset is G_MAXSIZE. */
void github_fail(const struct expr *expr, enum github_error_kind kind, gsize offset,
                 const char *message, GError **error);
/* An error of this domain without an expression. */
void github_set_error(enum github_error_kind kind, gsize position, const char *message,
                      GError **error);

extern const struct expr_function github_functions[];
bool github_call(struct evaluation *evaluation, const struct expr_node *node, struct value *out,
                 GError **error);
/* Whether the call asks for an odd number of arguments. */
bool github_function_is_case(const struct expr_function *function);
/* An error of a function; always false. */
bool github_call_fail(struct evaluation *evaluation, const struct expr_node *call, GError **error,
                      const char *format, ...) G_GNUC_PRINTF(4, 5);
bool github_is_primitive(const struct value *value);
bool github_are_equal(const struct value *left, const struct value *right);
bool github_call_format(struct evaluation *evaluation, const struct expr_node *call,
                        struct value *out, GError **error);

/* A text that grows under the memory ceiling (MemoryCounter.cs). */
struct github_builder {
    struct evaluation *evaluation;
    GString *text;
    gsize memory_bytes;
};

/* False, once and for all, when the ceiling is reached; length_bytes -1: to the end. */
bool github_builder_append(struct github_builder *builder, const char *text, gssize length_bytes,
                           GError **error) MUST_USE;
bool github_json_write(struct github_builder *builder, const struct value *value,
                       GError **error) MUST_USE;

/* G15 of .NET; g_free. */
char *github_number_text(double number);
/* NaN for what is no number. */
double github_number_parse(const char *text);
