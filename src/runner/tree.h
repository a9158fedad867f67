/* Copies of folders: of the user's repository, of actions. */
#pragma once

#include "base/error.h"

/* What of a folder is copied. path is relative to it, without "./"; a folder that is not taken is
   left out whole. Files are asked for in no order. */
struct tree_filter {
    bool (*takes)(void *context, const char *path, bool is_folder);
    void *context;
};

/* All files of a folder but .git at its top, or what the filter takes of them; links as links; up
   to the RUNNER_CHECKOUT ceilings. from without a slash at its end. */
bool tree_copy(const char *from, const char *to, const struct tree_filter *filter,
               GError **error) MUST_USE;
/* Removes what is in a folder but for the entry that is kept, NULL for none; what cannot be removed
   stays. */
void tree_empty(const char *path, const char *kept);
