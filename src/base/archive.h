/*
 * Tar archives in memory: build contexts, layers, files copied into containers. Equal contents
 * always give equal bytes: no times, no owners. libarchive does the work and is called nowhere
 * else.
 */
#pragma once

#include "base/error.h"

enum archive_kind {
    ARCHIVE_FILE,
    ARCHIVE_DIRECTORY,
    ARCHIVE_SYMLINK,
    ARCHIVE_HARDLINK,
    ARCHIVE_OTHER, /* devices, pipes */
};

/* Writing. Members come in the order in which they are added; mode is the permission bits. */
struct archive_writer;

struct archive_writer *archive_writer_new(void);
/* The same as files on download pages are packed; bare: of one file, without its name. */
enum archive_packing {
    ARCHIVE_TAR,
    ARCHIVE_TAR_GZIP,
    ARCHIVE_TAR_BZIP2,
    ARCHIVE_TAR_XZ,
    ARCHIVE_TAR_ZSTD,
    ARCHIVE_ZIP,
    ARCHIVE_BARE_GZIP,
    ARCHIVE_BARE_BZIP2,
    ARCHIVE_BARE_XZ,
};
struct archive_writer *archive_writer_new_packed(enum archive_packing packing);
void archive_writer_add_file(struct archive_writer *writer, const char *name, unsigned mode,
                             const void *bytes, gsize length_bytes);
void archive_writer_add_directory(struct archive_writer *writer, const char *name, unsigned mode);
void archive_writer_add_symlink(struct archive_writer *writer, const char *name,
                                const char *target);
/* The whole archive; the writer can only be freed afterwards. */
GBytes *archive_writer_finish(struct archive_writer *writer);
void archive_writer_free(struct archive_writer *writer);
CLEANUP(archive_writer, archive_writer_free)

/* Reading. A member is lent until the next call; contents is empty for all but files. */
struct archive_member {
    const char *name; /* as stored, without a leading "./" and trailing slashes; "." for the root */
    enum archive_kind kind;
    unsigned mode;
    const char *link_target; /* NULL but for links */
    GBytes *contents;
};

struct archive_reader;

/* The bytes must outlive the reader. is_confined refuses absolute names and names with "..", for
   members and hard links. */
struct archive_reader *archive_reader_new(const void *bytes, gsize length_bytes, bool is_confined);
/* The same for a tar that may be packed by gzip, bzip2, xz or zstd, as dockerd's DecompressStream
   takes it. */
struct archive_reader *archive_reader_new_packed(const void *bytes, gsize length_bytes,
                                                 bool is_confined);
/* *member is NULL after the last. Fails on broken archives and above ARCHIVE_ENTRIES_MAX members or
   ARCHIVE_BYTES_MAX bytes of contents. */
bool archive_reader_next(struct archive_reader *reader, const struct archive_member **member,
                         GError **error) MUST_USE;
void archive_reader_free(struct archive_reader *reader);
CLEANUP(archive_reader, archive_reader_free)
