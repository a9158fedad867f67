/* Scalars of a workflow file as GitHub turns them into text: true, 1.2 for 1.20, nothing for null
   (actions-semantics.md 3.4, 5.2). */
#pragma once

#include "doc/doc.h"

/* g_free. Collections have no text: "". */
char *literal_text(const struct node *node);
/* A number with up to 15 digits; g_free. */
char *literal_number_text(double number);
/* Whether the text holds a `${{`. */
bool literal_has_expression(const char *text);
/* Whether a value or anything below it, keys too, holds one. */
bool literal_is_dynamic(const struct node *node);
