/*
 * What GitHub checks beyond the schema: ids, the shape of `uses`, matrices, filters, concurrency
 * groups, and the graph of needs. These work on the document itself, so that they say what they can
 * of a file that the schema refuses already. Nobody but workflow.c and
 * action_file.c includes this.
 */
#pragma once

#include "workflow/fault.h"

void rules_check(const struct node *root, struct fault_list *faults);
/* The same for the steps of a composite action; NULL: none. */
void rules_check_steps(const struct node *steps, struct fault_list *faults);
/* The graph of needs: unknown jobs, cycles, no job to begin with. */
void needs_check(const struct node *jobs, struct fault_list *faults);
