/*
 * Expressions inside the texts of a workflow file: where `${{ }}` begins and ends, and whether what
 * is in it can stand there (actions-semantics.md 3.1, 3.7, 4). Nothing is evaluated here; the texts
 * stay as they are in the file.
 */
#pragma once

#include "workflow/fault.h"

/* A text with at least one `${{`. Adds a fault at position and says false when it is not closed, is
   empty or breaks a rule of expressions. contexts: bits of workflow/context.h; none: whatever names
   are used, the caller refuses the expression itself. */
bool embedded_check(const char *text, unsigned contexts, struct position position,
                    struct fault_list *faults);
/* The text of an `if` without `${{`: blank, or one expression. */
bool embedded_check_condition(const char *text, unsigned contexts, struct position position,
                              struct fault_list *faults);

/* The expressions of a text in order, trimmed; NULL-terminated, g_strfreev. Unclosed ones are left
   out. */
char **embedded_expressions(const char *text);
/* Whether the whole text is one `${{ }}`, so that its value keeps its type. */
bool embedded_is_whole(const char *text);
