/* The options that docker run and docker create have in common, and the body of POST
   /containers/create that they make (capture 11). */
#pragma once

#include "mocks/commands/docker/cli_private.h"

extern const struct flag_row create_flags[];

/* The body; argument 0 of the invocation is the image, the others its command. is_detached: nothing
   is attached. Errors are the CLI's own words. */
json_t *create_body(struct invocation *invocation, bool is_detached, GError **error) MUST_USE;
