/*
 * Reading files that somebody else may have made anything of: a FIFO in a file's place would keep
 * whoever opens it waiting for ever, and a device would never end.
 */
#pragma once

#include "base/error.h"

/* As g_file_get_contents(), for regular files of at most 2 GiB alone: G_FILE_ERROR_INVAL for what
   is none. Links are followed. */
bool regular_file_read(const char *path, char **bytes, gsize *length_bytes, GError **error);
