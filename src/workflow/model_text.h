/* How facts of a model are written as lines. Nobody but workflow_text.c and action_text.c includes
   this. */
#pragma once

#include "workflow/workflow.h"

/* "KEY: VALUE", two spaces a level; value "": the key alone. */
void model_add_line(GString *text, int depth, const char *key, const char *value);
/* The same of a node as it stands; NULL: nothing. */
void model_add_node(GString *text, int depth, const char *key, const struct node *node);
void model_add_step(GString *text, const struct step *step);
