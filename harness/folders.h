/* Folders of a run on this machine's file system: made privately, removed whole. */
#pragma once

#include "base/error.h"

/* A new folder under $TMPDIR, /dev/shm if there is room, or /tmp, locked as scratch.h has it;
 * g_free. */
char *folder_make_root(int *lock_fd, GError **error) MUST_USE;
/* A folder of this name in another; characters that no name has become '_'; g_free. */
char *folder_make(const char *parent, const char *name, GError **error) MUST_USE;
/* Removes a folder and all below it. Links are removed, never followed; what cannot be removed
   stays. */
void folder_remove(const char *path);
/* Removes what runs have left that were killed before they could do it themselves. */
void folders_sweep(void);
