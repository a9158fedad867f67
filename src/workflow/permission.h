/*
 * What the GITHUB_TOKEN of a job may do. A block of `permissions` gives what it names and nothing
 * else; without one the repository's default counts, which for repositories made since 2023-02-02
 * is to read contents and packages (docs: assigning permissions to jobs; actions/runner 2.336.0,
 * Permissions.cs, PermissionsHelper.cs).
 */
#pragma once

#include "doc/doc.h"

enum permission_level {
    PERMISSION_NONE,
    PERMISSION_READ,
    PERMISSION_WRITE,
};

enum {
    PERMISSION_SCOPES = 20
};

/* One level a scope, in the order of permission_scopes. */
struct permissions {
    enum permission_level levels[PERMISSION_SCOPES];
};

extern const char *const permission_scopes[PERMISSION_SCOPES + 1]; /* "packages", …; NULL ends */

/* node passed the schema: `read-all`, `write-all` or a mapping. */
struct permissions permissions_of(const struct node *node);
/* The repository's default. is_trusted: the file is of the same owner, and may be given id-token.
 */
struct permissions permissions_default(bool is_write, bool is_trusted);
/* What a workflow run for a fork has left: no level above read. */
struct permissions permissions_of_fork(const struct permissions *permissions);
/* The level of a scope; PERMISSION_NONE for one that does not exist. */
enum permission_level permissions_get(const struct permissions *permissions, const char *scope);
/* "packages: write, …" of all that wanted has above allowed, and what allowed has of these; both
   NULL and false when there is none. g_free. */
bool permissions_exceed(const struct permissions *wanted, const struct permissions *allowed,
                        char **wanted_text, char **allowed_text);
/* "none", "read", "write". */
const char *permission_level_text(enum permission_level level);
