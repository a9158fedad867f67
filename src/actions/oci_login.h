/* The login that docker has kept for a registry, as @sigstore/oci reads it. */
#pragma once

#include "runner/action.h"

struct oci_login {
    char *user, *password; /* owned by whoever asks */
};
/* Throws when there is none; *cause: what the error stands on, or NULL; g_free. */
bool oci_login_read(const struct action_run *run, const char *registry, struct oci_login *login,
                    char **cause, GError **error) MUST_USE;
