/*
 * What the runner needs of an action's own file (workflow/action_file.h). Nodes are lent by the
 * manifest.
 */
#pragma once

#include "workflow/workflow.h"

struct manifest_value {
    const char *name;
    const struct node *node; /* NULL: none */
};

struct manifest {
    struct action_file *file;
    bool is_composite;
    bool is_container;
    GArray *inputs;         /* struct manifest_value: their defaults */
    GArray *outputs;        /* struct manifest_value: their values */
    const GPtrArray *steps; /* struct step */
    const struct node *image, *entrypoint, *args, *env;
};

/* action.yml or action.yaml of a folder, or NULL; g_free. */
char *manifest_find(const char *folder);
/* NULL when the file cannot be read or is refused; then errors gets GError's. */
struct manifest *manifest_load(const char *path, GPtrArray *errors) MUST_USE;
void manifest_free(struct manifest *manifest);
CLEANUP(manifest, manifest_free)
bool manifest_has_input(const struct manifest *manifest, const char *name);
