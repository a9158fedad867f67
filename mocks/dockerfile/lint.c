/* The checks of a Dockerfile: which there are, what is skipped, how they are told. */
#include "mocks/dockerfile/lint_private.h"

#include <stdarg.h>
#include <string.h>

#define RULE_PAGES "https://docs.docker.com/go/dockerfile/rule/"

static const struct lint_rule rules[] = {
    [LINT_STAGE_NAME_CASING] = {"StageNameCasing", "stage-name-casing"},
    [LINT_FROM_AS_CASING] = {"FromAsCasing", "from-as-casing"},
    [LINT_NO_EMPTY_CONTINUATION] = {"NoEmptyContinuation", "no-empty-continuation"},
    [LINT_CONSISTENT_INSTRUCTION_CASING] = {"ConsistentInstructionCasing",
                                            "consistent-instruction-casing"},
    [LINT_DUPLICATE_STAGE_NAME] = {"DuplicateStageName", "duplicate-stage-name"},
    [LINT_RESERVED_STAGE_NAME] = {"ReservedStageName", "reserved-stage-name"},
    [LINT_JSON_ARGS_RECOMMENDED] = {"JSONArgsRecommended", "json-args-recommended"},
    [LINT_MAINTAINER_DEPRECATED] = {"MaintainerDeprecated", "maintainer-deprecated"},
    [LINT_UNDEFINED_ARG_IN_FROM] = {"UndefinedArgInFrom", "undefined-arg-in-from"},
    [LINT_WORKDIR_RELATIVE_PATH] = {"WorkdirRelativePath", "workdir-relative-path"},
    [LINT_MULTIPLE_INSTRUCTIONS_DISALLOWED] = {"MultipleInstructionsDisallowed",
                                               "multiple-instructions-disallowed"},
    [LINT_LEGACY_KEY_VALUE_FORMAT] = {"LegacyKeyValueFormat", "legacy-key-value-format"},
    [LINT_REDUNDANT_TARGET_PLATFORM] = {"RedundantTargetPlatform", "redundant-target-platform"},
    [LINT_SECRETS_USED_IN_ARG_OR_ENV] = {"SecretsUsedInArgOrEnv", "secrets-used-in-arg-or-env"},
    [LINT_INVALID_DEFAULT_ARG_IN_FROM] = {"InvalidDefaultArgInFrom", "invalid-default-arg-in-from"},
    [LINT_FROM_PLATFORM_FLAG_CONST_DISALLOWED] = {"FromPlatformFlagConstDisallowed",
                                                  "from-platform-flag-const-disallowed"},
};

/* ---- options ---- */

static bool read_error(struct lint_options *options, const char *part, const char *value,
                       GError **error)
{
    static const char *const trues[] = {"1", "t", "T", "true", "TRUE", "True", NULL};
    static const char *const falses[] = {"0", "f", "F", "false", "FALSE", "False", NULL};
    options->is_error = g_strv_contains(trues, value);
    if (options->is_error || g_strv_contains(falses, value))
        return true;
    g_set_error(error, BASE_ERROR, BASE_ERROR_INVALID,
                "failed to parse check options: failed to parse check option \"%s\": "
                "strconv.ParseBool: parsing \"%s\": invalid syntax",
                part, value);
    return false;
}

static void read_skipped(struct lint_options *options, const char *value)
{
    options->skips_all = strcmp(value, "all") == 0;
    g_strfreev(options->skipped);
    options->skipped = g_strsplit(value, ",", -1);
    for (gsize i = 0; options->skipped[i] != NULL; i++)
        g_strstrip(options->skipped[i]);
}

static bool read_option(struct lint_options *options, const char *part, GError **error)
{
    g_auto(GStrv) pair = g_strsplit(part, "=", 2);
    const char *key = pair[0] != NULL ? g_strstrip(pair[0]) : "";
    const char *value = pair[0] != NULL && pair[1] != NULL ? g_strstrip(pair[1]) : NULL;
    if (value != NULL && strcmp(key, "error") == 0)
        return read_error(options, part, value, error);
    if (value != NULL && strcmp(key, "skip") == 0)
        read_skipped(options, value);
    else if (value == NULL || strcmp(key, "experimental") != 0) {
        g_set_error(error, BASE_ERROR, BASE_ERROR_INVALID,
                    "failed to parse check options: invalid check option \"%s\"", key);
        return false;
    }
    return true;
}

bool lint_options_read(const char *text, struct lint_options *options, GError **error)
{
    g_auto(GStrv) parts = g_strsplit(text != NULL ? text : "", ";", 3);
    for (gsize i = 0; parts[i] != NULL; i++)
        if ((i > 0 || *parts[i] != '\0') && !read_option(options, parts[i], error))
            return false;
    return true;
}

void lint_options_clear(struct lint_options *options)
{
    g_clear_pointer(&options->skipped, g_strfreev);
}

/* ---- warnings ---- */

static void warning_free(void *pointer)
{
    struct lint_warning *warning = pointer;
    g_free(warning->text);
    g_free(warning);
}

void lint_warn(struct linting *linting, enum lint_rule_id id, const struct instruction *instruction,
               const char *format, ...)
{
    const struct lint_options *options = linting->options;
    const struct lint_rule *rule = &rules[id];
    if (options->skips_all || (options->skipped != NULL &&
                               g_strv_contains((const char *const *)options->skipped, rule->name)))
        return;
    struct lint_warning *warning = g_new0(struct lint_warning, 1);
    va_list arguments;
    va_start(arguments, format);
    warning->text = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    warning->rule = rule;
    warning->line = id == LINT_NO_EMPTY_CONTINUATION ? instruction->last_line : instruction->line;
    warning->last_line = instruction->last_line;
    g_ptr_array_add(linting->warnings, warning);
}

GPtrArray *dockerfile_lint(const struct plan *plan, const struct lint_options *options)
{
    struct linting linting = {plan, options, g_ptr_array_new_with_free_func(warning_free)};
    lint_stages(&linting);
    lint_bases(&linting);
    lint_steps(&linting);
    return linting.warnings;
}

/* ---- texts ---- */

char *lint_violation(const GPtrArray *warnings)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    for (guint i = 0; i < warnings->len; i++) {
        const struct lint_warning *warning = g_ptr_array_index(warnings, i);
        if (!g_ptr_array_find(names, warning->rule->name, NULL))
            g_ptr_array_add(names, (char *)warning->rule->name);
    }
    g_ptr_array_add(names, NULL);
    g_autofree char *joined = g_strjoinv(", ", (char **)names->pdata);
    return g_strconcat("lint violation found for rules: ", joined, NULL);
}

char *lint_summary(const GPtrArray *warnings)
{
    GString *text = g_string_new(NULL);
    g_string_append_printf(text, "\n %u warning%s found (use docker --debug to expand):\n",
                           warnings->len, warnings->len == 1 ? "" : "s");
    for (guint i = 0; i < warnings->len; i++) {
        const struct lint_warning *warning = g_ptr_array_index(warnings, i);
        g_string_append_printf(text, " - %s: %s (line %d)\n", warning->rule->name, warning->text,
                               warning->line);
    }
    return g_string_free(text, FALSE);
}

static int compare_lines(const void *left, const void *right)
{
    const struct lint_warning *const *first = left;
    const struct lint_warning *const *second = right;
    return (*first)->line - (*second)->line;
}

char *lint_report(const GPtrArray *warnings, const struct dockerfile *dockerfile, const char *name)
{
    GString *text = g_string_new(NULL);
    g_autoptr(GPtrArray) sorted = g_ptr_array_new();
    g_ptr_array_extend(sorted, (GPtrArray *)warnings, NULL, NULL);
    g_ptr_array_sort(sorted, compare_lines);
    if (sorted->len == 0)
        return g_strdup("Check complete, no warnings found.\n");
    g_string_append_printf(text, "Check complete, %u warning%s been found!\n", sorted->len,
                           sorted->len == 1 ? " has" : "s have");
    for (guint i = 0; i < sorted->len; i++) {
        const struct lint_warning *warning = g_ptr_array_index(sorted, i);
        g_autofree char *excerpt =
            dockerfile_excerpt(dockerfile, name, warning->line, warning->last_line);
        g_string_append_printf(text, "\nWARNING: %s - " RULE_PAGES "%s/\n%s\n%s",
                               warning->rule->name, warning->rule->page, warning->text, excerpt);
    }
    return g_string_free(text, FALSE);
}
