/*
 * Whether steps touch images, told from their texts alone: of what runs nothing here, nothing else
 * is known. When in doubt they do, since then a fate is unknown rather than green.
 */
#pragma once

#include "workflow/workflow.h"

/* The folder of an action.yml for a `uses`, g_free; NULL: not there. */
typedef char *find_action_fn(void *self, const char *uses);

/* By what actions of this name do: "docker/login-action@v3", "docker://alpine". */
bool use_touches_images(const char *name);
/* Whether a script calls a program that builds, moves or runs images. */
bool script_touches_images(const char *script);
/* Of a step, or of the composite action that find_action (NULL: none) leads to. */
bool step_touches_images(const struct step *step, find_action_fn *find_action, void *self);
/* Any step of the job, or of composite actions that find_action (NULL: none) leads to. */
bool job_touches_images(const struct job *job, find_action_fn *find_action, void *self);
