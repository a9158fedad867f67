/*
 * Dockerfiles as instructions, in the words of BuildKit's parser (docker/dockerfile:1): directives,
 * comments, continuations, heredocs, flags, JSON and shell forms, stages. Reads any bytes safely,
 * up to DOCKERFILE_BYTES_MAX and DOCKERFILE_INSTRUCTIONS_MAX.
 *
 * Errors are BASE_ERROR with BuildKit's own text, "dockerfile parse error on line 3: unknown
 * instruction: FORM". Everything below a dockerfile belongs to it.
 */
#pragma once

#include "base/error.h"

enum instruction_kind {
    INSTRUCTION_ADD,
    INSTRUCTION_ARG,
    INSTRUCTION_CMD,
    INSTRUCTION_COPY,
    INSTRUCTION_ENTRYPOINT,
    INSTRUCTION_ENV,
    INSTRUCTION_EXPOSE,
    INSTRUCTION_FROM,
    INSTRUCTION_HEALTHCHECK,
    INSTRUCTION_LABEL,
    INSTRUCTION_MAINTAINER,
    INSTRUCTION_ONBUILD,
    INSTRUCTION_RUN,
    INSTRUCTION_SHELL,
    INSTRUCTION_STOPSIGNAL,
    INSTRUCTION_USER,
    INSTRUCTION_VOLUME,
    INSTRUCTION_WORKDIR,
    INSTRUCTION_COUNT
};
/* "RUN" */
const char *instruction_name(enum instruction_kind kind);

struct instruction_flag {
    char *name;  /* "platform", without dashes */
    char *value; /* "" when there is none */
};

struct heredoc {
    char *name;
    char *text;   /* the lines before its end, newlines and all */
    bool expands; /* variables inside, in COPY and ADD: its name was not quoted */
};

struct instruction {
    enum instruction_kind kind;
    int line; /* from 1 */
    int last_line;
    char *keyword;       /* as written: "run" */
    char *text;          /* all of it with continuations joined: "RUN uname -m" */
    GPtrArray *flags;    /* struct instruction_flag, in order */
    char *rest;          /* after keyword and flags */
    char **words;        /* of the JSON form; NULL: shell form */
    GPtrArray *heredocs; /* struct heredoc */
    bool has_empty_line; /* among its continuations */
    bool is_trigger;     /* an ONBUILD of the stage's base */
};
void instruction_free(void *instruction);
/* The value of a flag, or NULL if it is not there; the first counts. */
const char *instruction_flag(const struct instruction *instruction, const char *name);
/* Whether tars among its sources become their contents: those of ADD, unless --unpack=false. */
bool instruction_unpacks(const struct instruction *instruction);

/* Whether a flag is there and not "false". */
bool instruction_has(const struct instruction *instruction, const char *name);
/* The values of a flag that may be there several times, a line each; g_free. */
char *instruction_flag_lines(const struct instruction *instruction, const char *name);

struct dockerfile {
    char *syntax; /* of "# syntax=docker/dockerfile:1", or NULL */
    int syntax_line;
    char *check;             /* of "# check=error=true", or NULL */
    char escape;             /* '\\' or '`' */
    char **lines;            /* of the file, for error excerpts */
    GPtrArray *instructions; /* struct instruction; the first is ARG or FROM */
};
struct dockerfile *dockerfile_parse(const void *bytes, gsize length_bytes, GError **error) MUST_USE;
void dockerfile_free(struct dockerfile *dockerfile);
/* What follows ONBUILD, with the place of the FROM that runs it; NULL: it is none. */
struct instruction *dockerfile_parse_trigger(const struct dockerfile *dockerfile, const char *text,
                                             const struct instruction *from,
                                             GError **error) MUST_USE;
CLEANUP(dockerfile, dockerfile_free)

/* A release of docker/dockerfile, "1.4" or "1.4-labs": what a file may say depends on it. */
enum {
    FRONTEND_NEWEST = 1000
};
struct frontend {
    unsigned minor;
    bool is_labs;
};
/* The one that an image holds, by its tag; false: it is another frontend. */
bool frontend_of_image(const char *name, struct frontend *frontend);
/* The one inside BuildKit, by its version; the newest for what is no version. */
struct frontend frontend_of_buildkit(const char *version);
/* Whether it knows all that the file uses. */
bool dockerfile_check_frontend(const struct dockerfile *dockerfile, const struct frontend *frontend,
                               GError **error) MUST_USE;

/*
 * The excerpt that buildctl and buildx print under a failure (capture 55): two lines round line to
 * last_line, those marked by ">>>". name is the file's; g_free.
 */
char *dockerfile_excerpt(const struct dockerfile *dockerfile, const char *name, int line,
                         int last_line);
