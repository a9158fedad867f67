/* What `uses` of a step stands for, shared by its phases; and commands that are run for it. Nobody
   outside src/runner includes this. */
#pragma once

#include "runner/leg.h"
#include "runner/manifest.h"
#include "runner/touch.h"

enum use_kind {
    USE_ASSUMED, /* nothing models it, or a scenario says what it does */
    USE_NATIVE,
    USE_COMPOSITE,
    USE_CONTAINER,
};

struct use {
    unsigned reference_count;
    enum use_kind kind;
    char *text;    /* as in the file: "docker/login-action@v3" */
    char *name;    /* "docker/login-action", or NULL */
    char *ref;     /* "v3", or NULL */
    char *version; /* the same, or what a comment says of a commit: "3.2.0" */
    const struct action *action;
    unsigned major;
    const struct assumed_action *assumed;
    struct manifest *manifest;
    char *folder;        /* of action.yml, on this machine */
    char *path;          /* github.action_path */
    char *image;         /* of containers: what docker run starts */
    json_t *state;       /* STATE_* of later phases */
    struct scope *scope; /* of composite steps */
    GPtrArray *posts;    /* struct step_run of composite steps, the last one first */
    bool has_post;
};

/* NULL with the runner's words: an action of the workspace that is not there, a file it refuses. */
struct use *use_new(struct leg_run *leg, const struct step *step, GError **error) MUST_USE;
/* What a ref stands for: itself, or of a commit the release in the comment behind it, as tools that
   pin actions write it: "uses: docker/login-action@74a5d1… # v3.4.0". g_free. */
char *use_version(const char *ref, struct position position);
/* What a scenario says of the step: the first row whose pattern fits what it uses, or its id; or
   NULL. */
const struct assumed_action *assumed_action_find(const struct assumed_action *rows,
                                                 const struct step *step, const char *uses);
/* Whether it is an action of the workspace, which is looked for when the step runs. */
bool use_is_local(const struct step *step);
/* with and the defaults of what is not given. */
json_t *use_inputs(struct step_run *step, GError **error) MUST_USE;
/* "##[group]Run …", with, env. */
void use_print_header(struct step_run *step, const json_t *inputs);
/* Puts a post step before those that are there. */
void use_add_post(struct step_run *step, const char *condition, step_work_fn *work);
/* A text with expressions, against the step's contexts. */
bool step_evaluate_raw(const struct step_run *step, const char *text, char **out,
                       GError **error) MUST_USE;

void assumed_action_work(struct step_run *step);
void native_work(struct step_run *step);
void composite_work(struct step_run *step);
void container_work(struct step_run *step);
/* Pulls or builds what a docker action runs, before the first step. */
void use_prepare_image(struct step_run *step);
/* The image it runs, or NULL when that is still to be built; g_free. */
char *use_image(const struct leg_run *leg, const struct use *use);

/* Runs work in a fiber of its own, which is cancelled when the step is interrupted. */
void step_run_in_fiber(struct step_run *step, void (*work)(void *argument), void *argument);

/* ---- commands.c ---- */

/* A command answered by the machine's command host. */
struct command_run;

struct command_order {
    const char *const *arguments;
    const char *const *environment; /* all of it */
    const char *directory;
    const char *input;
    bool is_silent;
    int64_t limit_us; /* above 0: then it is killed, and that is the result */
};
/* Runs it for the step, in the calling fiber: through the command host where that has the name,
   else as a process. *is_found: whether there is such a program. When the fiber is interrupted the
   command goes on alone until it next writes, as docker does whose node is gone
   (actions-semantics.md 1.4). */
bool command_perform(struct step_run *step, const struct command_order *order,
                     struct action_exec_result *result, bool *is_found, GError **error) MUST_USE;
/* Commands that go on alone: ends them, with the runner's lines. */
void commands_end(struct step_run *step);
/* The same without a word, for a leg that is given up. */
void commands_drop(struct leg_run *leg);
