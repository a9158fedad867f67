/* Saving and restoring folders in GitHub's cache, as @actions/cache does (failures.md L7, L8). */
#pragma once

#include "actions/core.h"

/* Whether the runner names a cache service. */
bool cache_is_available(const struct action_run *run);
/* The key found, or NULL for a miss (g_free). Failures of the service are warnings and misses; a
   key that breaks the rules throws. lookup_only: nothing is downloaded. */
bool cache_restore(struct action_run *run, const GPtrArray *paths, const char *key,
                   const GPtrArray *restore_keys, bool lookup_only, char **matched,
                   GError **error) MUST_USE;
/* *is_saved: false after a warning. Throws when no path is there. */
bool cache_save(struct action_run *run, const GPtrArray *paths, const char *key, bool *is_saved,
                GError **error) MUST_USE;
