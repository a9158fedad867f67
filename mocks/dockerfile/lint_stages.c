/* Checks of how a file is written and of what FROM says. */
#include "mocks/dockerfile/lint_private.h"
#include "mocks/dockerfile/parse.h"
#include "mocks/dockerfile/plan_private.h"

#include <string.h>

static const GPtrArray *all(const struct linting *linting)
{
    return linting->plan->dockerfile->instructions;
}

/* ---- case ---- */

static bool is_lower(const char *text)
{
    g_autofree char *lower = g_ascii_strdown(text, -1);
    return strcmp(text, lower) == 0;
}

static bool is_upper(const char *text)
{
    g_autofree char *upper = g_ascii_strup(text, -1);
    return strcmp(text, upper) == 0;
}

/* ARG before the first FROM has no part in it. */
static guint first_stage(const struct linting *linting)
{
    guint index = 0;
    while (index < all(linting)->len &&
           ((struct instruction *)g_ptr_array_index(all(linting), index))->kind != INSTRUCTION_FROM)
        index++;
    return index;
}

static void check_case(struct linting *linting)
{
    int lower_count = 0;
    int upper_count = 0;
    guint first = first_stage(linting);
    for (guint i = first; i < all(linting)->len; i++) {
        const struct instruction *instruction = g_ptr_array_index(all(linting), i);
        lower_count += is_lower(instruction->keyword) ? 1 : 0;
        upper_count += is_upper(instruction->keyword) ? 1 : 0;
    }
    bool wants_lower = lower_count > upper_count;
    for (guint i = first; i < all(linting)->len; i++) {
        const struct instruction *instruction = g_ptr_array_index(all(linting), i);
        const char *keyword = instruction->keyword;
        if (wants_lower ? !is_lower(keyword) : !is_upper(keyword))
            lint_warn(linting, LINT_CONSISTENT_INSTRUCTION_CASING, instruction,
                      "Command '%s' should match the case of the command majority (%s)", keyword,
                      wants_lower ? "lowercase" : "uppercase");
    }
}

/* A keyword of both cases is told by check_case(). */
static void check_as(struct linting *linting, const struct instruction *from, char *const *words)
{
    if (words[0] == NULL || words[1] == NULL || words[2] == NULL)
        return;
    if (!is_lower(words[2]))
        lint_warn(linting, LINT_STAGE_NAME_CASING, from, "Stage name '%s' should be lowercase",
                  words[2]);
    if ((is_lower(from->keyword) && !is_lower(words[1])) ||
        (is_upper(from->keyword) && !is_upper(words[1])))
        lint_warn(linting, LINT_FROM_AS_CASING, from, "'%s' and '%s' keywords' casing do not match",
                  words[1], from->keyword);
}

/* ---- names ---- */

static void check_names(struct linting *linting)
{
    static const char *const reserved[] = {"context", "scratch", NULL};
    const GPtrArray *stages = linting->plan->stages;
    for (guint i = 0; i < stages->len; i++) {
        const struct plan_stage *stage = g_ptr_array_index(stages, i);
        bool is_twice = false;
        for (guint j = 0; j < i && stage->name != NULL; j++)
            is_twice =
                is_twice || g_strcmp0(((struct plan_stage *)g_ptr_array_index(stages, j))->name,
                                      stage->name) == 0;
        if (stage->name != NULL && g_strv_contains(reserved, stage->name))
            lint_warn(linting, LINT_RESERVED_STAGE_NAME, stage->from,
                      "Stage name should not use the same name as reserved stage \"%s\"",
                      stage->name);
        if (is_twice)
            lint_warn(linting, LINT_DUPLICATE_STAGE_NAME, stage->from,
                      "Duplicate stage name \"%s\", stage names should be unique", stage->name);
    }
}

void lint_stages(struct linting *linting)
{
    for (guint i = 0; i < all(linting)->len; i++) {
        const struct instruction *instruction = g_ptr_array_index(all(linting), i);
        if (instruction->has_empty_line)
            lint_warn(linting, LINT_NO_EMPTY_CONTINUATION, instruction, "Empty continuation line");
    }
    for (guint i = 0; i < all(linting)->len; i++) {
        const struct instruction *instruction = g_ptr_array_index(all(linting), i);
        g_auto(GStrv) words = split_words(instruction->rest, linting->plan->dockerfile->escape);
        if (instruction->kind == INSTRUCTION_MAINTAINER)
            lint_warn(linting, LINT_MAINTAINER_DEPRECATED, instruction,
                      "Maintainer instruction is deprecated in favor of using label");
        if (instruction->kind == INSTRUCTION_FROM)
            check_as(linting, instruction, words);
    }
    check_names(linting);
    check_case(linting);
}

/* ---- bases ---- */

/* distribution/reference's grammar. */
static bool is_reference(const char *text)
{
    return g_regex_match_simple("^([a-zA-Z0-9.-]+(:[0-9]+)?/)?"
                                "[a-z0-9]+((\\.|__?|-+)[a-z0-9]+)*"
                                "(/[a-z0-9]+((\\.|__?|-+)[a-z0-9]+)*)*"
                                "(:\\w[\\w.-]{0,127})?(@[A-Za-z][A-Za-z0-9]*:[0-9a-fA-F]{32,})?$",
                                text, 0, 0);
}

/* The variables before the first FROM as if no build argument was given. */
static GPtrArray *default_globals(const struct linting *linting)
{
    const struct plan *plan = linting->plan;
    GPtrArray *globals = variables_new();
    for (guint i = 0; i < plan->globals->len; i++) {
        const char *pair = g_ptr_array_index(plan->globals, i);
        if (g_regex_match_simple("^(BUILD|TARGET)(PLATFORM|OS|ARCH|VARIANT)=", pair, 0, 0))
            g_ptr_array_add(globals, g_strdup(pair));
    }
    for (guint i = 0; i < first_stage(linting); i++) {
        const struct instruction *instruction = g_ptr_array_index(all(linting), i);
        g_auto(GStrv) words = split_words(instruction->rest, plan->dockerfile->escape);
        for (gsize j = 0; words[j] != NULL; j++) {
            g_auto(GStrv) pair = g_strsplit(words[j], "=", 2);
            g_autofree char *value =
                pair[1] != NULL
                    ? expand_word(pair[1], plan->dockerfile->escape, globals, EXPAND_WORD, NULL)
                    : NULL;
            if (value != NULL)
                variables_set(globals, pair[0], value);
        }
    }
    return globals;
}

static void check_defaults(struct linting *linting)
{
    const struct plan *plan = linting->plan;
    g_autoptr(GPtrArray) globals = default_globals(linting);
    for (guint i = 0; i < plan->stages->len; i++) {
        const struct instruction *from =
            ((struct plan_stage *)g_ptr_array_index(plan->stages, i))->from;
        g_auto(GStrv) words = split_words(from->rest, plan->dockerfile->escape);
        g_autofree char *base =
            expand_word(words[0], plan->dockerfile->escape, globals, EXPAND_WORD, NULL);
        if (base != NULL && !is_reference(base))
            lint_warn(linting, LINT_INVALID_DEFAULT_ARG_IN_FROM, from,
                      "Default value for ARG %s results in empty or invalid base image name",
                      words[0]);
    }
}

static bool is_declared(const struct linting *linting, const char *name)
{
    if (variables_get(linting->plan->globals, name) != NULL)
        return true;
    for (guint i = 0; i < first_stage(linting); i++) {
        const struct instruction *instruction = g_ptr_array_index(all(linting), i);
        g_auto(GStrv) words = split_words(instruction->rest, linting->plan->dockerfile->escape);
        for (gsize j = 0; words[j] != NULL; j++) {
            words[j][strcspn(words[j], "=")] = '\0';
            if (strcmp(words[j], name) == 0)
                return true;
        }
    }
    return false;
}

static void check_variables(struct linting *linting, const struct instruction *from,
                            const char *text)
{
    g_autoptr(GMatchInfo) match = NULL;
    g_autoptr(GRegex) pattern = g_regex_new("\\$\\{?([A-Za-z_][A-Za-z0-9_]*)", 0, 0, NULL);
    for (g_regex_match(pattern, text, 0, &match); g_match_info_matches(match);
         g_match_info_next(match, NULL)) {
        g_autofree char *name = g_match_info_fetch(match, 1);
        if (!is_declared(linting, name))
            lint_warn(linting, LINT_UNDEFINED_ARG_IN_FROM, from,
                      "FROM argument '%s' is not declared", name);
    }
}

static void check_platform(struct linting *linting, const struct plan_stage *stage)
{
    const char *flag = instruction_flag(stage->from, "platform");
    const char *name = stage->name != NULL ? stage->name : "";
    if (flag == NULL || *flag == '\0')
        return;
    check_variables(linting, stage->from, flag);
    if (strcmp(flag, "$TARGETPLATFORM") == 0 || strcmp(flag, "${TARGETPLATFORM}") == 0)
        lint_warn(linting, LINT_REDUNDANT_TARGET_PLATFORM, stage->from,
                  "Setting platform to predefined %s in FROM is redundant as this is the default "
                  "behavior",
                  flag);
    g_auto(GStrv) parts = g_strsplit(flag, "/", -1);
    bool is_named = strstr(name, parts[0]) != NULL ||
                    (parts[0] != NULL && parts[1] != NULL && strstr(name, parts[1]) != NULL);
    if (strchr(flag, '$') == NULL && !is_named)
        lint_warn(linting, LINT_FROM_PLATFORM_FLAG_CONST_DISALLOWED, stage->from,
                  "FROM --platform flag should not use constant value \"%s\"", flag);
}

void lint_bases(struct linting *linting)
{
    const struct plan *plan = linting->plan;
    check_defaults(linting);
    for (guint i = 0; i < plan->stages->len; i++) {
        const struct plan_stage *stage = g_ptr_array_index(plan->stages, i);
        g_auto(GStrv) words = split_words(stage->from->rest, plan->dockerfile->escape);
        check_variables(linting, stage->from, words[0]);
        check_platform(linting, stage);
    }
}
