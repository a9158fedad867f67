/*
 * Workflow commands in the output of a step: `::name key=value,…::data` at the start of a line and
 * the old `##[name key=value;…]data` anywhere in it (actions-semantics.md 5.4; the runner's
 * ActionCommand.cs). Only what it says; what is done about it is speech.c.
 */
#pragma once

#include "base/error.h"

struct command_property {
    char *name;
    char *value;
};

struct command_line {
    char *name; /* as written */
    char *data;
    GArray *properties; /* struct command_property */
};

void command_line_clear(struct command_line *line);
#define COMMAND_LINE(variable)                                                                     \
    __attribute__((cleanup(command_line_clear))) struct command_line variable = {0}

/* Whether the line is a command of a known name, in any case. names ends with NULL; extra is one
   more, or NULL: the token that ends stop-commands. */
bool command_line_read(const char *line, const char *const *names, const char *extra,
                       struct command_line *out) MUST_USE;
/* The last property of this name, ignoring case, or NULL; lent. */
const char *command_line_property(const struct command_line *line, const char *name);
