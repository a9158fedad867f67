/*
 * Folders that a run makes for itself, and how those of runs that were killed are told from those
 * that are in use: whoever makes one holds a lock on it for as long as it lives, and the kernel
 * lets go of the locks of the dead. Locks count across containers that share a file system, where
 * numbers of processes do not.
 */
#pragma once

#include "base/error.h"

/* Makes a folder below parent with no meaning in its name. *lock_fd is the caller's, to be closed
   when the folder is gone; processes that are started do not inherit it. g_free. */
char *scratch_make(const char *parent, int *lock_fd, GError **error) MUST_USE;
/* Folders below parent that belong to this user and to no living run, char *; the caller unrefs. */
GPtrArray *scratch_find_abandoned(const char *parent);
