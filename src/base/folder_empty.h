/* Emptying a folder that others may be changing. */
#pragma once

/* Removes all that is in a folder but the name to keep (NULL: none), as far as it can be removed.
   folder_fd is taken over; -1 is no folder. Links are removed, never followed. */
void folder_empty(int folder_fd, const char *kept);
