/* What the files of calls share. Nobody else includes this. */
#pragma once

#include "workflow/call.h"

/* Fills inputs, secrets and outputs from the `on` of a loaded call; adds a fault, and that is all,
   when it cannot be called. */
void call_declare(struct call *call, struct fault_list *faults);
/* Holds what the calling job gives against them. */
void call_check_values(const struct call *call, struct fault_list *faults);
/* Holds the permissions that the called workflow asks for against those of its callers, and hands
   on what they allow. */
void call_check_permissions(struct call *call, const struct event *event,
                            struct fault_list *faults);
