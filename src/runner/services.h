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
    bool is_job;     /* the job's own container, whose steps would run in it */
};

GArray *services_new(void);
/* A key of its configuration, or NULL. */
const struct node *service_member(const struct service *service, const char *key);
/* *text is NULL when node is. */
bool service_text(struct step_run *step, const struct node *node, char **text,
                  GError **error) MUST_USE;
bool service_pull(struct step_run *step, const struct service *service, GError **error) MUST_USE;
/* Until none is starting any more; an error when one is not healthy then. */
bool services_wait(struct step_run *step, GArray *services, GError **error) MUST_USE;

/* ---- job_container.c ---- */

/* Said in "Set up job": that its steps run elsewhere. Nothing without a container. */
void job_container_tell(struct step_run *step);
/* --workdir, and the mounts that the runner gives it. */
void job_container_add_place(struct step_run *step, struct docker_line *line);
void job_container_add_mounts(struct step_run *step, struct docker_line *line);
