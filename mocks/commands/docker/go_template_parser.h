/* What the two files that parse templates share. */
#pragma once

#include "mocks/commands/docker/go_template_private.h"

struct parser {
    struct go_template *template;
    const char *text;
    gsize offset; /* the next byte */
    gsize end;    /* of the action that is being read: the place of "}}" */
    gsize action; /* where the action's first word stands */
    int depth;
    bool is_trimming;  /* the last action ended with "-}}" */
    GPtrArray *scopes; /* char*: variables in force */
};

#define FAIL(parser, error, ...)                                                                   \
    go_template_fail((parser)->template, (parser)->offset, /* has_column= */ false, error,         \
                     __VA_ARGS__)

void template_pipe_free(struct pipe *pipe);
CLEANUP(pipe, template_pipe_free)
/* A pipeline up to closing (')', or '\0' for the action's end); purpose is for its error. */
struct pipe *template_parse_pipe(struct parser *parser, const char *purpose, char closing,
                                 GError **error) MUST_USE;
void template_skip_blanks(struct parser *parser);
bool template_is_word(char byte);
