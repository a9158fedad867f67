/* Logins as containers/image keeps them (pkg/docker/config): auth.json of the user's run folder is
   written, it and others are read, docker login's among them. */
#pragma once

#include "mocks/commands/skopeo/skopeo_private.h"

/* Who to be for "ghcr.io/acme/app" or "ghcr.io"; both NULL where nothing is known. g_free. A helper
   that keeps it is not modelled. */
bool skopeo_auth_find(const struct skopeo_run *run, const struct skopeo_context *context,
                      const char *key, char **user, char **secret, GError **error) MUST_USE;
/* Which file is written. */
struct skopeo_auth_place {
    const char *path; /* NULL: the run folder's */
    bool is_dockers;  /* what else is in it stays, and Docker Hub has docker login's name */
};
/* *found: whether there was one to forget. */
bool skopeo_auth_keep(const struct skopeo_run *run, const struct skopeo_auth_place *place,
                      const char *key, const char *user, const char *secret,
                      GError **error) MUST_USE;
bool skopeo_auth_forget(const struct skopeo_run *run, const struct skopeo_auth_place *place,
                        const char *key, bool *found, GError **error) MUST_USE;
bool skopeo_auth_forget_all(const struct skopeo_run *run, const struct skopeo_auth_place *place,
                            GError **error) MUST_USE;
