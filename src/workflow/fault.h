/* What is wrong with a workflow file: places and GitHub's words for them, collected over all checks
   and handed out in the order of the file. */
#pragma once

#include "doc/doc.h"

struct fault_list;

struct fault_list *fault_list_new(void);
void fault_list_free(struct fault_list *faults);
CLEANUP(fault_list, fault_list_free)

/* At most a thousand are kept. */
void fault_add(struct fault_list *faults, struct position position, const char *format, ...)
    G_GNUC_PRINTF(3, 4);
/* Where GitHub says a value is: a block at its `|` or `>`, all else where the document has it. */
struct position fault_place(const struct node *node);
/* The same at a value's place. */
void fault_add_at(struct fault_list *faults, const struct node *node, const char *format, ...)
    G_GNUC_PRINTF(3, 4);
gsize fault_count(const struct fault_list *faults);
/* Adds them to errors as GError, sorted by place; GitHub reports WORKFLOW_ERRORS_MAX and so do we.
 */
void fault_list_report(struct fault_list *faults, GPtrArray *errors);
