/*
 * Build contexts: the files of a folder as members of an archive, in sorted order. What an ignore
 * file excludes is left out, links stay links, devices and pipes do not go along.
 */
#pragma once

#include "base/archive.h"
#include "docker/ignore.h"

/* ignore NULL: everything goes. prefix is where in the archive; NULL: at its root. Fails with
   BASE_ERROR_LIMIT above ARCHIVE_ENTRIES_MAX members or ARCHIVE_BYTES_MAX bytes. */
bool context_add(const char *folder, const struct context_ignore *ignore, const char *prefix,
                 struct archive_writer *archive, GError **error) MUST_USE;
