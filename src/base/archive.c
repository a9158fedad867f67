/* Tar archives in memory by libarchive: the writer. */
#include "base/archive.h"

#include <archive.h>
#include <archive_entry.h>

struct archive_writer {
    struct archive *archive;
    GByteArray *bytes;
};

static la_ssize_t on_written(struct archive *archive, void *argument, const void *buffer,
                             size_t length)
{
    struct archive_writer *writer = argument;
    (void)archive;
    g_byte_array_append(writer->bytes, buffer, (guint)length);
    return (la_ssize_t)length;
}

/* Writing to memory only goes wrong when our own calls are wrong. */
static void check(struct archive_writer *writer, int status)
{
    if (status != ARCHIVE_OK)
        g_error("archive: %s", archive_error_string(writer->archive));
}

/* GNU's format takes long names and bytes that are no ASCII without asking the locale. The least
   effort is made, for little memory; gzip's header has no time. */
static const struct {
    int (*set_format)(struct archive *archive);
    int (*add_filter)(struct archive *archive); /* NULL: none */
    const char *options;                        /* or NULL */
} packings[] = {
    [ARCHIVE_TAR] = {archive_write_set_format_gnutar, NULL, NULL},
    [ARCHIVE_TAR_GZIP] = {archive_write_set_format_gnutar, archive_write_add_filter_gzip,
                          "gzip:!timestamp"},
    [ARCHIVE_TAR_BZIP2] = {archive_write_set_format_gnutar, archive_write_add_filter_bzip2,
                           "bzip2:compression-level=1"},
    [ARCHIVE_TAR_XZ] = {archive_write_set_format_gnutar, archive_write_add_filter_xz,
                        "xz:compression-level=0"},
    [ARCHIVE_TAR_ZSTD] = {archive_write_set_format_gnutar, archive_write_add_filter_zstd, NULL},
    [ARCHIVE_ZIP] = {archive_write_set_format_zip, NULL, NULL},
    [ARCHIVE_BARE_GZIP] = {archive_write_set_format_raw, archive_write_add_filter_gzip,
                           "gzip:!timestamp"},
    [ARCHIVE_BARE_BZIP2] = {archive_write_set_format_raw, archive_write_add_filter_bzip2,
                            "bzip2:compression-level=1"},
    [ARCHIVE_BARE_XZ] = {archive_write_set_format_raw, archive_write_add_filter_xz,
                         "xz:compression-level=0"},
};

struct archive_writer *archive_writer_new(void)
{
    return archive_writer_new_packed(ARCHIVE_TAR);
}

struct archive_writer *archive_writer_new_packed(enum archive_packing packing)
{
    struct archive_writer *writer = g_new0(struct archive_writer, 1);
    writer->archive = archive_write_new();
    writer->bytes = g_byte_array_new();
    check(writer, packings[packing].set_format(writer->archive));
    if (packings[packing].add_filter != NULL)
        check(writer, packings[packing].add_filter(writer->archive));
    if (packings[packing].options != NULL)
        check(writer, archive_write_set_options(writer->archive, packings[packing].options));
    check(writer, archive_write_set_bytes_per_block(writer->archive, 0));
    check(writer, archive_write_open(writer->archive, writer, NULL, on_written, NULL));
    return writer;
}

static void add(struct archive_writer *writer, const char *name, unsigned type, unsigned mode,
                const char *target, const void *bytes, gsize length_bytes)
{
    struct archive_entry *entry = archive_entry_new();
    archive_entry_set_pathname(entry, name);
    archive_entry_set_filetype(entry, type);
    archive_entry_set_perm(entry, mode);
    archive_entry_set_mtime(entry, 0, 0);
    archive_entry_set_size(entry, (la_int64_t)length_bytes);
    if (target != NULL)
        archive_entry_set_symlink(entry, target);
    check(writer, archive_write_header(writer->archive, entry));
    archive_entry_free(entry);
    if (length_bytes > 0)
        g_assert(archive_write_data(writer->archive, bytes, length_bytes) ==
                 (la_ssize_t)length_bytes);
}

void archive_writer_add_file(struct archive_writer *writer, const char *name, unsigned mode,
                             const void *bytes, gsize length_bytes)
{
    add(writer, name, AE_IFREG, mode, NULL, bytes, length_bytes);
}

void archive_writer_add_directory(struct archive_writer *writer, const char *name, unsigned mode)
{
    add(writer, name, AE_IFDIR, mode, NULL, NULL, 0);
}

void archive_writer_add_symlink(struct archive_writer *writer, const char *name, const char *target)
{
    add(writer, name, AE_IFLNK, 0777, target, NULL, 0);
}

GBytes *archive_writer_finish(struct archive_writer *writer)
{
    check(writer, archive_write_close(writer->archive));
    return g_byte_array_free_to_bytes(g_steal_pointer(&writer->bytes));
}

void archive_writer_free(struct archive_writer *writer)
{
    if (writer == NULL)
        return;
    /* Writes the end if finish() did not: before the bytes go. */
    archive_write_free(writer->archive);
    g_clear_pointer(&writer->bytes, g_byte_array_unref);
    g_free(writer);
}
