/* Checks of what the stages do that the target reaches. */
#include "mocks/dockerfile/lint_private.h"
#include "mocks/dockerfile/plan_private.h"

#include <string.h>

/* A stage while its instructions are gone through. */
struct stage_walk {
    struct linting *linting;
    const struct instruction *once[INSTRUCTION_COUNT]; /* the last CMD, ENTRYPOINT, HEALTHCHECK */
    bool has_shell;
    bool has_folder;
};

/* SHELL and WORKDIR hold for the stages that stand on this one. */
static void inherit(struct stage_walk *walk, const struct plan_stage *stage)
{
    const GPtrArray *stages = walk->linting->plan->stages;
    while (stage->base_stage != STAGE_NONE) {
        stage = g_ptr_array_index(stages, (guint)stage->base_stage);
        for (guint i = 0; i < stage->instructions->len; i++) {
            const struct instruction *instruction = g_ptr_array_index(stage->instructions, i);
            walk->has_shell = walk->has_shell || instruction->kind == INSTRUCTION_SHELL;
            walk->has_folder = walk->has_folder || instruction->kind == INSTRUCTION_WORKDIR;
        }
    }
}

/* ---- rows ---- */

static void check_command(struct stage_walk *walk, const struct instruction *instruction)
{
    if (instruction->words == NULL && !walk->has_shell)
        lint_warn(walk->linting, LINT_JSON_ARGS_RECOMMENDED, instruction,
                  "JSON arguments recommended for %s to prevent unintended behavior related to OS "
                  "signals",
                  instruction->keyword);
}

/* The one that is ignored is told. */
static void check_once(struct stage_walk *walk, const struct instruction *instruction)
{
    const struct instruction *earlier = walk->once[instruction->kind];
    if (earlier != NULL)
        lint_warn(walk->linting, LINT_MULTIPLE_INSTRUCTIONS_DISALLOWED, earlier,
                  "Multiple %s instructions should not be used in the same stage because only the "
                  "last one will be used",
                  instruction->keyword);
    walk->once[instruction->kind] = instruction;
}

static void check_form(struct stage_walk *walk, const struct instruction *instruction)
{
    g_auto(GStrv) words = split_words(instruction->rest, walk->linting->plan->dockerfile->escape);
    if (strchr(words[0], '=') == NULL)
        lint_warn(walk->linting, LINT_LEGACY_KEY_VALUE_FORMAT, instruction,
                  "\"%s key=value\" should be used instead of legacy \"%s key value\" format",
                  instruction->keyword, instruction->keyword);
}

static void check_secret(struct stage_walk *walk, const struct instruction *instruction,
                         const char *name)
{
    static const char secrets[] = "(_|^)(apikey|auth|credentials?|key|password|pword|passwd|secret|"
                                  "token)(_|$)";
    if (g_regex_match_simple(secrets, name, G_REGEX_CASELESS, 0) &&
        !g_regex_match_simple("(_|^)public(_|$)", name, G_REGEX_CASELESS, 0))
        lint_warn(walk->linting, LINT_SECRETS_USED_IN_ARG_OR_ENV, instruction,
                  "Do not use ARG or ENV instructions for sensitive data (%s \"%s\")",
                  instruction_name(instruction->kind), name);
}

static void check_secrets(struct stage_walk *walk, const struct instruction *instruction)
{
    g_auto(GStrv) words = split_words(instruction->rest, walk->linting->plan->dockerfile->escape);
    bool is_old = instruction->kind == INSTRUCTION_ENV && strchr(words[0], '=') == NULL;
    for (gsize i = 0; words[i] != NULL && (i == 0 || !is_old); i++) {
        words[i][strcspn(words[i], "=")] = '\0';
        check_secret(walk, instruction, words[i]);
    }
}

/* Of one with variables only a build knows. */
static void check_folder(struct stage_walk *walk, const struct instruction *instruction)
{
    const char *path = instruction->rest + strspn(instruction->rest, "\"'");
    if (!walk->has_folder && *path != '/' && strchr(path, '$') == NULL)
        lint_warn(walk->linting, LINT_WORKDIR_RELATIVE_PATH, instruction,
                  "Relative workdir \"%s\" can have unexpected results if the base image changes",
                  path);
    walk->has_folder = true;
}

static void note_shell(struct stage_walk *walk, const struct instruction *instruction)
{
    (void)instruction;
    walk->has_shell = true;
}

enum {
    CHECKS_MAX = 2
};
static void (*const rows[INSTRUCTION_COUNT][CHECKS_MAX])(struct stage_walk *walk,
                                                         const struct instruction *instruction) = {
    [INSTRUCTION_ARG] = {check_secrets},
    [INSTRUCTION_CMD] = {check_command, check_once},
    [INSTRUCTION_ENTRYPOINT] = {check_command, check_once},
    [INSTRUCTION_ENV] = {check_form, check_secrets},
    [INSTRUCTION_HEALTHCHECK] = {check_once},
    [INSTRUCTION_LABEL] = {check_form},
    [INSTRUCTION_SHELL] = {note_shell},
    [INSTRUCTION_WORKDIR] = {check_folder},
};

void lint_steps(struct linting *linting)
{
    const GPtrArray *stages = linting->plan->stages;
    for (guint i = 0; i < stages->len; i++) {
        const struct plan_stage *stage = g_ptr_array_index(stages, i);
        struct stage_walk walk = {.linting = linting};
        inherit(&walk, stage);
        for (guint j = 0; stage->is_needed && j < stage->instructions->len; j++) {
            const struct instruction *instruction = g_ptr_array_index(stage->instructions, j);
            for (gsize k = 0; k < CHECKS_MAX && rows[instruction->kind][k] != NULL; k++)
                rows[instruction->kind][k](&walk, instruction);
        }
    }
}
