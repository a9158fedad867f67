/* A glob while it is read, between the parts of picomatch. Nobody outside picomatch*.c includes
   this. */
#pragma once

#include "actions/picomatch.h"

#include <glib.h>

#define STAR     "[^/]*?"
#define GLOBSTAR ".*?"

enum {
    NESTING_MAX = 16,
};

/* What picomatch looks back at. */
enum token {
    TOKEN_START,
    TOKEN_TEXT,
    TOKEN_SLASH,
    TOKEN_DOT, /* the first of a part, or inside of braces and parentheses */
    TOKEN_STAR,
    TOKEN_GLOBSTAR,
    TOKEN_BRACE,
    TOKEN_COMMA,
    TOKEN_PAREN,
    TOKEN_BRACKET,
};

enum group {
    GROUP_BRACE,
    GROUP_PAREN,
    GROUP_OPTIONAL,
    GROUP_NEGATED,
};

struct open_group {
    enum group kind;
    gsize at; /* of its first character in the expression */
    const char *inner;
    bool has_comma;
};

struct reader {
    const char *at;
    GString *out;
    enum token previous, before;
    struct open_group groups[NESTING_MAX];
    unsigned group_count, brace_count;
};

/* Appends what the glob is as an expression; false: it is not modelled. */
bool picomatch_translate(const char *glob, GString *out);

void picomatch_push(struct reader *reader, enum token token, const char *output);
void picomatch_push_literal(struct reader *reader, const char *text, gsize length);

/* ---- picomatch_groups.c: each reads one token; false: it is not modelled ---- */

/* The group that is open, or NULL. */
struct open_group *picomatch_innermost(struct reader *reader);
/* length: of what opens it. */
bool picomatch_open(struct reader *reader, enum group kind, const char *output, gsize length);
bool picomatch_open_negated(struct reader *reader);
bool picomatch_close_paren(struct reader *reader);
bool picomatch_close_brace(struct reader *reader);
void picomatch_read_comma(struct reader *reader);
bool picomatch_read_pipe(struct reader *reader);
