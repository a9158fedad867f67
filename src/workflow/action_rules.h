/* What the runner checks of an action.yml beyond its schema. Nobody but action_file.c includes
   this. */
#pragma once

#include "workflow/action_file.h"

/* Whether the file is free of faults, those of faults already there included; then *kind is what
   it runs. */
bool action_rules_check(const struct node *root, enum action_kind *kind, struct fault_list *faults);
