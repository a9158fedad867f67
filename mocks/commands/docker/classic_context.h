/* What docker build sends to the classic builder: a folder, an archive or a Dockerfile as a tar. */
#pragma once

#include "mocks/commands/docker/cli_private.h"

struct classic_context {
    GBytes *tar;
    char *dockerfile; /* its place in the tar */
};

/* Of argument 0 and --file. Errors are the CLI's words. */
bool classic_context_read(struct invocation *invocation, struct classic_context *context,
                          GError **error) MUST_USE;
void classic_context_clear(struct classic_context *context);
