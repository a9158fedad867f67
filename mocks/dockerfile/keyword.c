/* Which instructions there are, and which flags each takes. */
#include "mocks/dockerfile/parse.h"

#include <string.h>

static const struct keyword keywords[INSTRUCTION_COUNT] = {
    [INSTRUCTION_ADD] = {.name = "ADD",
                         .flags = {"keep-git-dir", "chown", "chmod", "link", "checksum", "unpack",
                                   "exclude"},
                         .has_json = true,
                         .has_heredoc = true,
                         .words_min = 2},
    [INSTRUCTION_ARG] = {.name = "ARG", .words_min = 1},
    [INSTRUCTION_CMD] = {.name = "CMD", .has_json = true},
    [INSTRUCTION_COPY] = {.name = "COPY",
                          .flags = {"from", "chown", "chmod", "link", "parents", "exclude"},
                          .has_json = true,
                          .has_heredoc = true,
                          .words_min = 2},
    [INSTRUCTION_ENTRYPOINT] = {.name = "ENTRYPOINT", .has_json = true},
    [INSTRUCTION_ENV] = {.name = "ENV", .words_min = 1},
    [INSTRUCTION_EXPOSE] = {.name = "EXPOSE", .words_min = 1},
    [INSTRUCTION_FROM] = {.name = "FROM", .flags = {"platform"}},
    [INSTRUCTION_HEALTHCHECK] = {.name = "HEALTHCHECK",
                                 .flags = {"interval", "timeout", "start-period", "start-interval",
                                           "retries"},
                                 .words_min = 1},
    [INSTRUCTION_LABEL] = {.name = "LABEL", .words_min = 1},
    [INSTRUCTION_MAINTAINER] = {.name = "MAINTAINER", .words_exact = true, .words_min = 1},
    [INSTRUCTION_ONBUILD] = {.name = "ONBUILD", .words_min = 1},
    [INSTRUCTION_RUN] = {.name = "RUN",
                         .flags = {"mount", "network", "security", "device"},
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

bool keyword_takes_flag(const struct keyword *keyword, const char *flag)
{
    for (gsize i = 0; keyword->flags[i] != NULL; i++)
        if (strcmp(keyword->flags[i], flag) == 0)
            return true;
    return false;
}
