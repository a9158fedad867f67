/* Service containers of a job. Nobody outside src/runner includes this. */
#pragma once

#include "runner/docker.h"

struct service {
    char *name;
    const struct node *node;
    char *image;
    char *title;     /* docker's --name */
    char *container; /* its id; NULL: it was not created */
    bool has_failed; /* to become healthy */
};

GArray *services_new(void);
/* Until none is starting any more; an error when one is not healthy then. */
bool services_wait(struct step_run *step, GArray *services, GError **error) MUST_USE;
