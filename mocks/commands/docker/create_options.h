/* The options that docker run and docker create have in common, and the body of POST
   /containers/create that they make (capture 11). */
#pragma once

#include "mocks/commands/docker/cli_private.h"

extern const struct flag_row create_flags[];

/* The body; argument 0 of the invocation is the image, the others its command. is_detached: nothing
   is attached. Errors are the CLI's own words. */
json_t *create_body(struct invocation *invocation, bool is_detached, GError **error) MUST_USE;

/* ---- for the files that make it ---- */

/* A body that is being put together. */
struct making {
    struct invocation *invocation;
    const struct flags *flags;
    json_t *body;
    json_t *host;
};

/* Says no in the CLI's words; false. */
bool create_refuse(GError **error, const char *format, ...) G_GNUC_PRINTF(2, 3);
bool create_set_volumes(struct making *making, GError **error) MUST_USE;
bool create_set_ports(struct making *making, GError **error) MUST_USE;
