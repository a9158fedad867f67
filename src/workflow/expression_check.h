/*
 * Whether the expressions in a text of a workflow file can stand where they are: their syntax and
 * the contexts and functions they use (actions-semantics.md 3.1, 3.7, 4). src/expr does the
 * parsing; nothing is evaluated, and texts stay as they are in the file.
 */
#pragma once

#include "base/error.h"

struct dialect;

/* Room for a copy of GitHub's dialect with what is allowed at a place. */
struct allowed_dialect;

/* contexts: bits of workflow/context.h; 0: any, since the caller refuses the expression itself. */
struct allowed_dialect *allowed_dialect_new(unsigned contexts);
void allowed_dialect_free(struct allowed_dialect *allowed);
CLEANUP(allowed_dialect, allowed_dialect_free)
/* Lent: for parsing and evaluating what stands at such a place. */
const struct dialect *allowed_dialect_of(const struct allowed_dialect *allowed);

/*
 * A text with `${{`. The answer is GitHub's message when something is wrong with it, else NULL;
 * g_free. *literal is the text that it comes to when that needs no evaluation, as with `${{ 'a'
 * }}`, else NULL; g_free.
 */
char *expression_check(const char *text, unsigned contexts, char **literal);
/* The same of an `if` without `${{`: blank, or one expression. */
char *expression_check_condition(const char *text, unsigned contexts);
