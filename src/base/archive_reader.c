/* Tar archives in memory by libarchive: the reader. */
#include "base/archive.h"
#include "base/limits.h"

#include <archive.h>
#include <archive_entry.h>
#include <string.h>

struct archive_reader {
    struct archive *archive;
    struct archive_member member;
    char *name;
    gsize contents_bytes; /* of all members so far */
    int member_count;
    bool is_confined;
    bool is_open;
    const void *bytes;
    gsize length_bytes;
};

struct archive_reader *archive_reader_new(const void *bytes, gsize length_bytes, bool is_confined)
{
    struct archive_reader *reader = g_new0(struct archive_reader, 1);
    reader->archive = archive_read_new();
    reader->is_confined = is_confined;
    reader->bytes = bytes;
    reader->length_bytes = length_bytes;
    archive_read_support_format_tar(reader->archive);
    archive_read_support_format_empty(reader->archive);
    return reader;
}

struct archive_reader *archive_reader_new_packed(const void *bytes, gsize length_bytes,
                                                 bool is_confined)
{
    struct archive_reader *reader = archive_reader_new(bytes, length_bytes, is_confined);
    archive_read_support_filter_gzip(reader->archive);
    archive_read_support_filter_bzip2(reader->archive);
    archive_read_support_filter_xz(reader->archive);
    archive_read_support_filter_zstd(reader->archive);
    return reader;
}

static void clear_member(struct archive_reader *reader)
{
    g_clear_pointer(&reader->member.contents, g_bytes_unref);
    g_clear_pointer(&reader->name, g_free);
    reader->member = (struct archive_member){0};
}

void archive_reader_free(struct archive_reader *reader)
{
    if (reader == NULL)
        return;
    clear_member(reader);
    archive_read_free(reader->archive);
    g_free(reader);
}

static bool fail_broken(struct archive_reader *reader, GError **error)
{
    const char *reason = archive_error_string(reader->archive);
    g_set_error(error, BASE_ERROR, BASE_ERROR_INVALID, "tar archive: %s",
                reason != NULL ? reason : "broken data");
    return false;
}

static bool fail_limit(const char *what, gint64 ceiling, GError **error)
{
    g_set_error(error, BASE_ERROR, BASE_ERROR_LIMIT,
                "tar archive: more than %" G_GINT64_FORMAT " %s", ceiling, what);
    return false;
}

static char *plain_name(const char *name)
{
    while (name[0] == '.' && name[1] == '/')
        name += 2 + strspn(name + 2, "/");
    gsize length = strlen(name);
    while (length > 1 && name[length - 1] == '/')
        length--;
    return length == 0 ? g_strdup(".") : g_strndup(name, length);
}

static bool is_escaping(const char *name)
{
    if (name == NULL)
        return false;
    if (name[0] == '/')
        return true;
    g_auto(GStrv) segments = g_strsplit(name, "/", -1);
    return g_strv_contains((const char *const *)segments, "..");
}

static enum archive_kind kind_of(struct archive_entry *entry)
{
    if (archive_entry_hardlink(entry) != NULL)
        return ARCHIVE_HARDLINK;
    switch (archive_entry_filetype(entry)) {
    case AE_IFREG:
        return ARCHIVE_FILE;
    case AE_IFDIR:
        return ARCHIVE_DIRECTORY;
    case AE_IFLNK:
        return ARCHIVE_SYMLINK;
    default:
        return ARCHIVE_OTHER;
    }
}

/* A sparse member can claim any size; the claim is checked before memory is taken. */
static bool read_contents(struct archive_reader *reader, struct archive_entry *entry,
                          GError **error)
{
    gint64 size_bytes = archive_entry_size(entry);
    if (size_bytes < 0 || size_bytes > ARCHIVE_BYTES_MAX - (gint64)reader->contents_bytes)
        return fail_limit("bytes", ARCHIVE_BYTES_MAX, error);
    g_autofree guint8 *contents = g_malloc((gsize)size_bytes + 1);
    la_ssize_t got = archive_read_data(reader->archive, contents, (gsize)size_bytes);
    if (got != size_bytes)
        return fail_broken(reader, error);
    reader->contents_bytes += (gsize)size_bytes;
    reader->member.contents = g_bytes_new_take(g_steal_pointer(&contents), (gsize)size_bytes);
    return true;
}

static bool read_member(struct archive_reader *reader, struct archive_entry *entry, GError **error)
{
    const char *name = archive_entry_pathname(entry);
    if (name == NULL)
        return fail_broken(reader, error);
    if (++reader->member_count > ARCHIVE_ENTRIES_MAX)
        return fail_limit("members", ARCHIVE_ENTRIES_MAX, error);
    if (reader->is_confined && (is_escaping(name) || is_escaping(archive_entry_hardlink(entry)))) {
        g_set_error(error, BASE_ERROR, BASE_ERROR_INVALID,
                    "tar archive: '%s' leads outside the archive", name);
        return false;
    }
    reader->name = plain_name(name);
    reader->member.name = reader->name;
    reader->member.kind = kind_of(entry);
    reader->member.mode = (unsigned)archive_entry_perm(entry);
    reader->member.link_target = reader->member.kind == ARCHIVE_HARDLINK
                                     ? archive_entry_hardlink(entry)
                                     : archive_entry_symlink(entry);
    if (reader->member.kind == ARCHIVE_FILE)
        return read_contents(reader, entry, error);
    reader->member.contents = g_bytes_new_static("", 0);
    return true;
}

bool archive_reader_next(struct archive_reader *reader, const struct archive_member **member,
                         GError **error)
{
    struct archive_entry *entry = NULL;

    *member = NULL;
    clear_member(reader);
    if (!reader->is_open) {
        reader->is_open = true;
        if (archive_read_open_memory(reader->archive, reader->bytes, reader->length_bytes) !=
            ARCHIVE_OK)
            return fail_broken(reader, error);
    }
    int status = archive_read_next_header(reader->archive, &entry);
    if (status == ARCHIVE_EOF)
        return true;
    if (status != ARCHIVE_OK && status != ARCHIVE_WARN)
        return fail_broken(reader, error);
    if (!read_member(reader, entry, error))
        return false;
    *member = &reader->member;
    return true;
}
