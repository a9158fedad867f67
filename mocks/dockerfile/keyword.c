/* Which instructions there are, and which flags each takes. */
#include "mocks/dockerfile/parse.h"

#include <string.h>

/* What docker/dockerfile:1-labs alone has. */
#define NEVER_STABLE G_MAXUINT

static const struct keyword keywords[INSTRUCTION_COUNT] = {
    [INSTRUCTION_ADD] = {.name = "ADD",
                         .flags = {{"keep-git-dir", FLAG_SWITCH, 1, 0},
                                   {"chown", FLAG_VALUE, 0, 0},
                                   {"chmod", FLAG_VALUE, 2, 0},
                                   {"link", FLAG_SWITCH, 4, 0},
                                   {"checksum", FLAG_VALUE, 6, 0},
                                   {"unpack", FLAG_SWITCH, 17, 0},
                                   {"exclude", FLAG_VALUES, 19, 7}},
                         .has_json = true,
                         .has_heredoc = true},
    [INSTRUCTION_ARG] = {.name = "ARG", .words_min = 1},
    [INSTRUCTION_CMD] = {.name = "CMD", .has_json = true},
    [INSTRUCTION_COPY] = {.name = "COPY",
                          .flags = {{"from", FLAG_VALUE, 0, 0},
                                    {"chown", FLAG_VALUE, 0, 0},
                                    {"chmod", FLAG_VALUE, 2, 0},
                                    {"link", FLAG_SWITCH, 4, 0},
                                    {"parents", FLAG_SWITCH, 20, 7},
                                    {"exclude", FLAG_VALUES, 19, 7}},
                          .has_json = true,
                          .has_heredoc = true},
    [INSTRUCTION_ENTRYPOINT] = {.name = "ENTRYPOINT", .has_json = true},
    [INSTRUCTION_ENV] = {.name = "ENV", .words_min = 1},
    [INSTRUCTION_EXPOSE] = {.name = "EXPOSE", .words_min = 1},
    [INSTRUCTION_FROM] = {.name = "FROM", .flags = {{"platform", FLAG_VALUE, 0, 0}}},
    [INSTRUCTION_HEALTHCHECK] = {.name = "HEALTHCHECK",
                                 .flags = {{"interval", FLAG_VALUE, 0, 0},
                                           {"timeout", FLAG_VALUE, 0, 0},
                                           {"start-period", FLAG_VALUE, 0, 0},
                                           {"start-interval", FLAG_VALUE, 6, 0},
                                           {"retries", FLAG_VALUE, 0, 0}},
                                 .words_min = 1},
    [INSTRUCTION_LABEL] = {.name = "LABEL", .words_min = 1},
    [INSTRUCTION_MAINTAINER] = {.name = "MAINTAINER", .words_exact = true, .words_min = 1},
    [INSTRUCTION_ONBUILD] = {.name = "ONBUILD", .words_min = 1},
    [INSTRUCTION_RUN] = {.name = "RUN",
                         .flags = {{"mount", FLAG_VALUES, 2, 1},
                                   {"network", FLAG_VALUE, 3, 1},
                                   {"security", FLAG_VALUE, 20, 1},
                                   {"device", FLAG_VALUES, NEVER_STABLE, 14}},
                         .has_json = true,
                         .has_heredoc = true},
    [INSTRUCTION_SHELL] = {.name = "SHELL", .has_json = true},
    [INSTRUCTION_STOPSIGNAL] = {.name = "STOPSIGNAL", .words_exact = true, .words_min = 1},
    [INSTRUCTION_USER] = {.name = "USER", .words_exact = true, .words_min = 1},
    [INSTRUCTION_VOLUME] = {.name = "VOLUME", .has_json = true, .words_min = 1},
    [INSTRUCTION_WORKDIR] = {.name = "WORKDIR", .words_exact = true, .words_min = 1},
};

const struct keyword *keyword_of(enum instruction_kind kind)
{
    return &keywords[kind];
}

const char *instruction_name(enum instruction_kind kind)
{
    return keywords[kind].name;
}

enum instruction_kind keyword_find(const char *name)
{
    for (gsize i = 0; i < G_N_ELEMENTS(keywords); i++)
        if (g_ascii_strcasecmp(keywords[i].name, name) == 0)
            return (enum instruction_kind)i;
    return INSTRUCTION_COUNT;
}

const struct keyword_flag *keyword_flag(const struct keyword *keyword, const char *flag)
{
    for (gsize i = 0; keyword->flags[i].name != NULL; i++)
        if (strcmp(keyword->flags[i].name, flag) == 0)
            return &keyword->flags[i];
    return NULL;
}

/* ---- what was probably meant ---- */

bool keyword_fail_flag(const struct keyword *keyword, const char *flag, int line, GError **error)
{
    const char *names[KEYWORD_FLAGS_MAX];
    gsize count = 0;
    while (keyword->flags[count].name != NULL) {
        names[count] = keyword->flags[count].name;
        count++;
    }
    const char *nearest = nearest_word_within(flag, names, count, SUGGESTION_DISTANCE_END);
    return nearest == NULL
               ? parse_fail(error, line, "unknown flag: --%s", flag)
               : parse_fail(error, line, "unknown flag: --%s (did you mean %s?)", flag, nearest);
}

bool keyword_fail_name(const char *name, int line, GError **error)
{
    const char *names[INSTRUCTION_COUNT];
    g_autofree char *upper = g_ascii_strup(name, -1);
    g_autofree char *lower = g_ascii_strdown(name, -1);
    for (gsize i = 0; i < INSTRUCTION_COUNT; i++)
        names[i] = keywords[i].name;
    const char *nearest =
        nearest_word_within(upper, names, INSTRUCTION_COUNT, SUGGESTION_DISTANCE_END);
    if (nearest == NULL)
        return parse_fail(error, line, "unknown instruction: %s", name);
    g_autofree char *meant =
        strcmp(name, lower) == 0 ? g_ascii_strdown(nearest, -1) : g_strdup(nearest);
    return parse_fail(error, line, "unknown instruction: %s (did you mean %s?)", name, meant);
}
