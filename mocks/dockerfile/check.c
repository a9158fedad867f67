/* What the parser refuses of an instruction: one row a kind (instructions/parse.go). */
#include "mocks/dockerfile/parse.h"

#include "base/units.h"
#include "mocks/dockerfile/expand.h"
#include "mocks/dockerfile/mount.h"

#include <string.h>

static bool check_from(const struct instruction *instruction, char **words, GError **error)
{
    guint count = g_strv_length(words);
    if (count == 1)
        return true;
    if (count != 3 || g_ascii_strcasecmp(words[1], "as") != 0)
        return parse_fail(error, instruction->line, "FROM requires either one or three arguments");
    g_autofree char *name = g_ascii_strdown(words[2], -1);
    if (g_regex_match_simple("^[a-z][a-z0-9-_.]*$", name, 0, 0))
        return true;
    return parse_fail(error, instruction->line,
                      "invalid name for build stage: \"%s\", name can't start with a number or "
                      "contain symbols",
                      words[2]);
}

static bool check_copy(const struct instruction *instruction, char **words, GError **error)
{
    const char *name = instruction_name(instruction->kind);
    guint word_count = g_strv_length(words);
    if (word_count < 2)
        return parse_fail(error, instruction->line,
                          "%s requires at least two arguments, but only one was provided. "
                          "Destination could not be determined",
                          name);
    return !g_str_has_prefix(words[word_count - 1], "<<") || instruction->heredocs->len == 0 ||
           parse_fail(error, instruction->line, "%s cannot accept a heredoc as a destination",
                      name);
}

static bool check_pairs(const struct instruction *instruction, char **words, GError **error)
{
    const char *name = instruction_name(instruction->kind);
    if (strchr(words[0], '=') == NULL) /* the old form: ENV name value */
        return words[1] != NULL ||
               parse_fail(error, LINE_UNTOLD, "%s must have two arguments", name);
    for (gsize i = 0; words[i] != NULL; i++) {
        if (strchr(words[i], '=') == NULL)
            return parse_fail(error, LINE_UNTOLD,
                              "Syntax error - can't find = in \"%s\". Must be of the form: "
                              "name=value",
                              words[i]);
        if (words[i][0] == '=')
            return parse_fail(error, instruction->line, "%s names can not be blank", name);
    }
    return true;
}

static bool check_arg(const struct instruction *instruction, char **words, GError **error)
{
    for (gsize i = 0; words[i] != NULL; i++)
        if (words[i][0] == '=')
            return parse_fail(error, instruction->line, "ARG names can not be blank");
    return true;
}

static bool check_volume(const struct instruction *instruction, char **words, GError **error)
{
    for (gsize i = 0; words[i] != NULL; i++)
        if (words[i][strspn(words[i], " \t")] == '\0')
            return parse_fail(error, instruction->line,
                              "VOLUME specified can not be an empty string");
    return true;
}

static bool check_shell(const struct instruction *instruction, char **words, GError **error)
{
    if (words[0] == NULL)
        return parse_fail(error, instruction->line, "SHELL requires at least one argument");
    return instruction->words != NULL ||
           parse_fail(error, instruction->line, "SHELL requires the arguments to be in JSON form");
}

static bool check_onbuild(const struct instruction *instruction, char **words, GError **error)
{
    g_autofree char *trigger = g_ascii_strup(words[0], -1);
    if (strcmp(trigger, "ONBUILD") == 0)
        return parse_fail(error, instruction->line,
                          "Chaining ONBUILD via `ONBUILD ONBUILD` isn't allowed");
    if (strcmp(trigger, "FROM") == 0 || strcmp(trigger, "MAINTAINER") == 0)
        return parse_fail(error, instruction->line, "%s isn't allowed as an ONBUILD trigger",
                          trigger);
    return true;
}

/* A flag that is one of few words, or not there. */
static bool check_choice(const struct instruction *instruction, const char *flag,
                         const char *const *choices, const char *format, GError **error)
{
    const char *value = instruction_flag(instruction, flag);
    if (value == NULL || g_strv_contains(choices, value))
        return true;
    g_auto(GStrv) parts = g_strsplit(format, "@", 2);
    return parse_fail(error, instruction->line, "%s\"%s\"%s", parts[0], value, parts[1]);
}

/* What of a mount is looked at before variables are known: its from may hold none. */
static bool check_mounts(const struct instruction *instruction, GError **error)
{
    for (guint i = 0; i < instruction->flags->len; i++) {
        const struct instruction_flag *flag = g_ptr_array_index(instruction->flags, i);
        bool is_mount = strcmp(flag->name, "mount") == 0;
        g_autofree char *from = is_mount ? run_mount_from(flag->value) : NULL;
        const char *variable = from != NULL ? strchr(from, '$') : NULL;
        if (is_mount && *flag->value == '\0')
            return parse_fail(error, instruction->line, "failed to parse csv mounts: EOF");
        if (variable != NULL && variable[1] != '\0')
            return parse_fail(error, instruction->line,
                              "'from' doesn't support variable expansion, define alias stage "
                              "instead");
    }
    return true;
}

static bool check_run(const struct instruction *instruction, char **words, GError **error)
{
    static const char *const networks[] = {"default", "none", "host", NULL};
    static const char *const securities[] = {"sandbox", "insecure", NULL};
    (void)words;
    return check_mounts(instruction, error) &&
           check_choice(instruction, "network", networks, "invalid network mode @", error) &&
           check_choice(instruction, "security", securities, "security @ is not valid", error);
}

/* Go's time.ParseDuration */
static bool check_period(const struct instruction *instruction, const char *flag, GError **error)
{
    const char *value = instruction_flag(instruction, flag);
    int64_t period_us = 0;
    if (value == NULL || *value == '\0')
        return true;
    bool is_negative = *value == '-';
    if (!go_duration_parse(value + (is_negative || *value == '+' ? 1 : 0), &period_us)) {
        bool is_number = strspn(value, "0123456789.") == strlen(value);
        return parse_fail(error, instruction->line,
                          is_number ? "time: missing unit in duration \"%s\""
                                    : "time: invalid duration \"%s\"",
                          value);
    }
    bool is_zero = strpbrk(value, "123456789") == NULL;
    return is_zero || (!is_negative && period_us >= MILLISECOND_US) ||
           parse_fail(error, instruction->line, "Interval \"%s\" cannot be less than 1ms", flag);
}

static bool check_retries(const struct instruction *instruction, GError **error)
{
    const char *value = instruction_flag(instruction, "retries");
    gint64 retries = 0;
    if (value == NULL || *value == '\0')
        return true;
    if (!g_ascii_string_to_signed(value, 10, G_MININT32, G_MAXINT32, &retries, NULL))
        return parse_fail(error, instruction->line,
                          "strconv.ParseInt: parsing \"%s\": invalid syntax", value);
    return retries >= 0 ||
           parse_fail(error, instruction->line, "--retries cannot be negative (%d)", (int)retries);
}

static bool check_healthcheck(const struct instruction *instruction, char **words, GError **error)
{
    static const char *const periods[] = {"interval", "timeout", "start-period", "start-interval"};
    g_autofree char *type = g_ascii_strup(words[0], -1);
    if (strcmp(type, "NONE") == 0)
        return words[1] == NULL ||
               parse_fail(error, instruction->line, "HEALTHCHECK NONE takes no arguments");
    if (strcmp(type, "CMD") != 0)
        return parse_fail(error, instruction->line, "Unknown type \"%s\" in HEALTHCHECK (try CMD)",
                          type);
    if (words[1] == NULL)
        return parse_fail(error, instruction->line, "Missing command after HEALTHCHECK CMD");
    for (gsize i = 0; i < G_N_ELEMENTS(periods); i++)
        if (!check_period(instruction, periods[i], error))
            return false;
    return check_retries(instruction, error);
}

static bool (*const rows[INSTRUCTION_COUNT])(const struct instruction *instruction, char **words,
                                             GError **error) = {
    [INSTRUCTION_ADD] = check_copy,      [INSTRUCTION_ARG] = check_arg,
    [INSTRUCTION_COPY] = check_copy,     [INSTRUCTION_ENV] = check_pairs,
    [INSTRUCTION_FROM] = check_from,     [INSTRUCTION_HEALTHCHECK] = check_healthcheck,
    [INSTRUCTION_LABEL] = check_pairs,   [INSTRUCTION_ONBUILD] = check_onbuild,
    [INSTRUCTION_RUN] = check_run,       [INSTRUCTION_SHELL] = check_shell,
    [INSTRUCTION_VOLUME] = check_volume,
};

bool parse_check(const struct parser *parser, const struct instruction *instruction, GError **error)
{
    const struct keyword *keyword = keyword_of(instruction->kind);
    g_auto(GStrv) words = instruction->words != NULL
                              ? g_strdupv(instruction->words)
                              : split_words(instruction->rest, parser->dockerfile->escape);
    if (g_strv_length(words) < (guint)keyword->words_min)
        return parse_fail(error, instruction->line, "%s requires %s one argument", keyword->name,
                          keyword->words_exact ? "exactly" : "at least");
    return rows[instruction->kind] == NULL || rows[instruction->kind](instruction, words, error);
}
