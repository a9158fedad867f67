/* From a document without faults to the model. Nobody but workflow.c and
   action_file.c includes this. */
#pragma once

#include "workflow/workflow.h"

/* Never fails: the document was checked. */
struct job *job_new(const struct node_entry *entry);
void job_free(struct job *job);
GPtrArray *steps_of(const struct node *steps);
struct run_defaults run_defaults_of(const struct node *defaults);
/* Finds the jobs that each job needs, and their depths. */
void jobs_link(GPtrArray *jobs);
