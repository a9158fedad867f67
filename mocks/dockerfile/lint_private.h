/* What the files of the checks share. */
#pragma once

#include "mocks/dockerfile/lint.h"

struct lint_rule {
    const char *name;
    const char *page; /* ".../rule/PAGE/" */
};
enum lint_rule_id {
    LINT_STAGE_NAME_CASING,
    LINT_FROM_AS_CASING,
    LINT_NO_EMPTY_CONTINUATION,
    LINT_CONSISTENT_INSTRUCTION_CASING,
    LINT_DUPLICATE_STAGE_NAME,
    LINT_RESERVED_STAGE_NAME,
    LINT_JSON_ARGS_RECOMMENDED,
    LINT_MAINTAINER_DEPRECATED,
    LINT_UNDEFINED_ARG_IN_FROM,
    LINT_WORKDIR_RELATIVE_PATH,
    LINT_MULTIPLE_INSTRUCTIONS_DISALLOWED,
    LINT_LEGACY_KEY_VALUE_FORMAT,
    LINT_REDUNDANT_TARGET_PLATFORM,
    LINT_SECRETS_USED_IN_ARG_OR_ENV,
    LINT_INVALID_DEFAULT_ARG_IN_FROM,
    LINT_FROM_PLATFORM_FLAG_CONST_DISALLOWED,
};

/* One check under way. */
struct linting {
    const struct plan *plan;
    const struct lint_options *options;
    GPtrArray *warnings;
};
/* Adds a warning at an instruction unless its rule is skipped. */
void lint_warn(struct linting *linting, enum lint_rule_id id, const struct instruction *instruction,
               const char *format, ...) G_GNUC_PRINTF(4, 5);

/* ---- lint_stages.c, lint_steps.c ---- */
/* Lines and names of all stages. */
void lint_stages(struct linting *linting);
/* What FROM says with variables. */
void lint_bases(struct linting *linting);
/* Instructions of the stages that the target reaches. */
void lint_steps(struct linting *linting);
