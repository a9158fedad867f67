/*
 * An action's own file, action.yml or action.yaml, as a checked model: inputs, outputs and what it
 * runs. The rules and the words are those of the runner (actions/runner 2.336.0, action_yaml.json
 * and ActionManifestManager.cs); all errors of a file are found at once, with their places, which
 * the runner does not tell for all of them.
 *
 * Nodes are lent by the file's document and keep expressions as they stand; NULL means not given. A
 * file owns its document and everything below.
 */
#pragma once

#include "workflow/workflow.h"

enum action_kind {
    ACTION_COMPOSITE,
    ACTION_NODE,
    ACTION_CONTAINER,
    ACTION_PLUGIN, /* built into the runner */
};

struct action_file_input {
    char *name;
    struct position position; /* of its key */
    const struct node *description;
    const struct node *initial; /* `default`; NULL: an empty text */
    const struct node *deprecation;
    bool is_required; /* told to people only: the runner does not enforce it */
};

struct action_output {
    char *name;
    struct position position;
    const struct node *description;
    const struct node *value; /* of composite actions */
};

struct action_file {
    struct doc *doc;
    const struct node *name;
    const struct node *description;
    GPtrArray *inputs;  /* struct action_file_input, in the order of the file */
    GPtrArray *outputs; /* struct action_output */
    enum action_kind kind;
    const struct node *runs;
    const struct node *using; /* "node20", … in any case; NULL for plugins */
    /* Of node actions; conditions not given mean always(). */
    const struct node *main;
    const struct node *pre;
    const struct node *post;
    const struct node *pre_if;  /* of containers too */
    const struct node *post_if; /* of containers too */
    /* Of containers: image is `docker://…` or the path of a Dockerfile beside the file. */
    const struct node *image;
    const struct node *entrypoint;
    const struct node *args;
    const struct node *env;
    const struct node *pre_entrypoint;
    const struct node *post_entrypoint;
    GPtrArray
        *steps; /* struct step of workflow.h, STEP_RUN and STEP_USES; empty if not composite */
};

/* NULL when the file cannot be read or the runner would refuse it; then errors gets GError's, at
   least one, in the order of the file, up to WORKFLOW_ERRORS_MAX. */
struct action_file *action_file_load(const char *path, GPtrArray *errors) MUST_USE;
/* The same for bytes in memory. */
struct action_file *action_file_load_text(const char *name, const char *text, gsize length_bytes,
                                          GPtrArray *errors) MUST_USE;
void action_file_free(struct action_file *file);
CLEANUP(action_file, action_file_free)

/* The input of this name, ignoring case as `with` does, or NULL. */
const struct action_file_input *action_file_find_input(const struct action_file *file,
                                                       const char *name);
/* "composite", "node", "container", "plugin". */
const char *action_kind_text(enum action_kind kind);

/* The model as text, for people and for tests; g_free. */
char *action_file_text(const struct action_file *file);
