/*
 * The files by which steps speak, as texts: NAME=VALUE and NAME<<DELIMITER of GITHUB_ENV,
 * GITHUB_OUTPUT and GITHUB_STATE (actions-semantics.md 5.3; the runner's FileCommandManager.cs).
 * Only what they say; what is done about it is file_commands.c.
 */
#pragma once

#include "base/error.h"

/* Called for each pair in the order of the file. */
typedef void file_pair_fn(void *context, const char *name, const char *value);

/* False with the runner's words for a line that is none; the pairs before it have been given. NUL
   ends the text. */
bool file_command_read(const char *text, file_pair_fn *give, void *context,
                       GError **error) MUST_USE;
