/* Files that patterns of caches and artifacts name (@actions/glob, as far as inputs use it). */
#pragma once

#include "runner/action.h"

/*
 * Absolute paths of files in the action's world, in the order of names. A line is a file, a folder
 * (all below it), a pattern with "*", "?" and "**" (a folder that it fits is all below it), or one
 * of these after "!", which takes away.
 * Names that begin with a dot are left out unless asked for. *root: the folder that holds all
 * that was searched, which names in the artifact are relative to; g_free. Throws above
 * ACTION_FILES_MAX files or ACTION_FILES_DEPTH_MAX folders in each other.
 */
GPtrArray *file_search(const struct action_run *run, const GPtrArray *lines, bool has_hidden,
                       char **root, GError **error) MUST_USE;
/* "*" and "?" stop at slashes, "**" does not. */
bool file_search_matches(const char *pattern, const char *path);
