/*
 * The mounts of a RUN, --mount=type=bind,from=x,source=/a,target=/b: read as BuildKit's
 * frontend/dockerfile/instructions/commands_runmount.go reads them, variables put in.
 */
#pragma once

#include "mocks/dockerfile/dockerfile.h"

struct run_mount {
    char *type;   /* "bind", "cache", "tmpfs", "secret", "ssh" */
    char *from;   /* a stage or an image; NULL: the context */
    char *source; /* or NULL */
    char *target; /* or NULL */
    char *id;     /* of a secret, an agent or a cache; or NULL */
    bool is_required;
    bool is_shared_somehow; /* it says sharing= */
    const char *owner_key;  /* "mode", else "uid" or "gid" that it says, or NULL */
    int from_stage;         /* index of the stage that from names, or STAGE_NONE; the plan's */
};
void run_mount_free(void *mount);

/* All of an instruction, struct run_mount; NULL with BuildKit's words. */
GPtrArray *run_mounts_read(const struct instruction *instruction, char escape,
                           const GPtrArray *variables, GError **error) MUST_USE;
/* What a --mount's value names as from, before any variables, or NULL; g_free. */
char *run_mount_from(const char *value);
/* The secret's name: id, source, or the last part of target; g_free. */
char *run_mount_secret_id(const struct run_mount *mount);
