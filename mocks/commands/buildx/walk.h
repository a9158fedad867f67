/*
 * Takes what a build is given, folders and tars of this machine, into the archive that goes to
 * BuildKit: below a prefix, without what is ignored, large files as stand-ins, up to
 * BUILD_CONTEXT_BYTES_MAX and its fellows. Of a .git folder, whose index holds times of the real
 * clock and which no step here reads, the files come empty and the objects not at all.
 */
#pragma once

#include "base/archive.h"
#include "mocks/dockerfile/files.h"

struct walk {
    struct archive_writer *writer;
    const char *prefix; /* "context/" */
    const char *root;   /* on this machine; of a folder */
    const struct ignore *ignore;
    int64_t taken_bytes;
    gsize carried_bytes;
    gsize taken_count;
    bool is_in_link; /* links in it are not followed: they may lead in a circle */
    bool leaves_git; /* what BuildKit itself checks out has no .git */
};

/* A folder below the root, "" for all. */
bool walk_folder(struct walk *walk, const char *relative, GError **error) MUST_USE;
/* Whether it is a tar, packed or not. */
bool walk_is_tar(GBytes *bytes);
/* All of a tar. Its .dockerignore counts for nothing (dockerui, MainContext) and is left behind.
 *found: the file of the wanted name, or as it was; the caller unrefs. */
bool walk_tar(struct walk *walk, GBytes *tar, const char *wanted, GBytes **found,
              GError **error) MUST_USE;
