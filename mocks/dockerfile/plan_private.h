/* What the files that plan a build share. */
#pragma once

#include "mocks/dockerfile/expand.h"
#include "mocks/dockerfile/plan.h"

/* Expands a word with the variables of a place in the file; counts what it gives. */
char *plan_expand(struct plan *plan, const char *text, const GPtrArray *variables,
                  GError **error) MUST_USE;
/* Counts bytes that the plan keeps; fails above DOCKERFILE_WORDS_BYTES_MAX. */
bool plan_count_bytes(struct plan *plan, gsize bytes, GError **error) MUST_USE;

/* Fills error with text that names no line; always false. */
bool plan_fail(GError **error, const char *format, ...) G_GNUC_PRINTF(2, 3);

/* Who names a stage: BuildKit takes a name of FROM as it is written, others in any case, and a
   number only of COPY; the classic builder takes all of all. */
enum stage_use {
    STAGE_OF_FROM,
    STAGE_OF_COPY,
    STAGE_OF_MOUNT,
    STAGE_OF_TARGET,
};
/* Among the first `before` stages, unless a named context has its name. */
struct plan_stage *plan_find_stage(const struct plan *plan, const char *name, enum stage_use use,
                                   guint before);
/* Puts an instruction of an ONBUILD among a stage's, where it then stands. */
bool plan_add_trigger(struct plan *plan, struct plan_stage *stage, const char *text, guint place,
                      GError **error) MUST_USE;
/* Whether BuildKit counts and names it as a step. */
bool plan_has_step_name(const struct instruction *instruction);
/* The name of the stage's next step. */
char *plan_step_name(const struct plan *plan, struct plan_stage *stage, const char *text,
                     const GPtrArray *variables);

/* Whether no stages need each other in a circle. */
bool plan_check_circles(const struct plan *plan, GError **error) MUST_USE;
/* How many steps of each stage have names; names those of FROM. */
void plan_count_names(struct plan *plan);

/* A stage while its instructions are gone through. */
struct evaluation {
    struct plan *plan;
    struct plan_stage *stage;
    const struct instruction *instruction;
    struct plan_step *step;
    GPtrArray *arguments;   /* declared by ARG */
    GPtrArray *environment; /* ENV and the base's */
    GPtrArray *variables;   /* both, ENV wins; kept up to date */
    char *folder;
    bool has_command; /* CMD in this stage */
};
/* Begins with the arguments and the environment as variables. */
bool evaluation_refresh(struct evaluation *evaluation, GError **error) MUST_USE;
char *evaluation_expand(struct evaluation *evaluation, const char *text, GError **error) MUST_USE;
/* Words of the shell form, expanded; NULL on errors. */
char **evaluation_words(struct evaluation *evaluation, const char *text, GError **error) MUST_USE;

/* history.c: what an image's history says of RUN, of COPY and ADD with these words, and of the
   others before the config has them. */
char *history_of_run(struct evaluation *evaluation, const char *command);
char *history_of_copy(struct evaluation *evaluation, char *const *words, GError **error) MUST_USE;
char *history_of_other(struct evaluation *evaluation);

/* config.c: what one instruction does to the image's config and the variables. */
bool config_apply(struct evaluation *evaluation, GError **error) MUST_USE;
/* expose.c: adds the ports that one word of EXPOSE means. */
bool expose_ports(json_t *ports, const char *spec, GError **error) MUST_USE;
/* The words that RUN, CMD and ENTRYPOINT run. */
json_t *config_command_words(const struct evaluation *evaluation);
GPtrArray *config_environment(const json_t *config);
