/* Manifest lists that are not pushed yet: a folder a list below ~/.docker/manifests, a file a
   member, where the CLI keeps them (cli manifest/store). */
#pragma once

#include "mocks/commands/docker/cli_private.h"

/* Paths of a list's members, sorted (char*); empty: there is no such list. The caller unrefs. */
GPtrArray *manifest_store_list(const struct invocation *invocation,
                               const struct image_reference *list);
/* Where a member is kept; g_free. */
char *manifest_store_path(const struct invocation *invocation, const struct image_reference *list,
                          const struct image_reference *member);
json_t *manifest_store_read(const struct invocation *invocation, const char *path,
                            GError **error) MUST_USE;
bool manifest_store_write(const struct invocation *invocation, const char *path,
                          const json_t *member, GError **error) MUST_USE;
void manifest_store_remove(struct invocation *invocation, const struct image_reference *list);
