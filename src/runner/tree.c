/* Copies folders with their files and links. */
#include "runner/tree.h"
#include "base/folder_empty.h"
#include "base/limits.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct copying {
    const struct tree_filter *filter; /* or NULL */
    const char *root;                 /* that is copied */
    GString *path;                    /* of the entry, below the root */
    int64_t bytes;
    int files;
    char *buffer; /* of COPY_BYTES */
};

enum {
    COPY_BYTES = 256 * 1024
};

/* A folder and what it becomes. Everything goes by descriptors: paths of checkouts are long, and
   scripts may have left links where folders were. */
struct pair {
    int from_fd;
    int to_fd;
};

static bool fail(GError **error, const char *what)
{
    g_set_error(error, BASE_ERROR, BASE_ERROR_LIMIT, "the repository is over %s", what);
    return false;
}

static bool fail_io(const struct copying *copying, GError **error)
{
    g_set_error(error, BASE_ERROR, BASE_ERROR_IO, "%s/%s: %s", copying->root, copying->path->str,
                g_strerror(errno));
    return false;
}

static bool count(struct copying *copying, int64_t bytes, GError **error)
{
    copying->bytes += bytes;
    copying->files++;
    if (copying->files > RUNNER_CHECKOUT_FILES_MAX)
        return fail(error, "RUNNER_CHECKOUT_FILES_MAX");
    return copying->bytes <= RUNNER_CHECKOUT_BYTES_MAX || fail(error, "RUNNER_CHECKOUT_BYTES_MAX");
}

/* ---- files and links ---- */

static bool write_all(int fd, const char *bytes, gsize length)
{
    for (gsize done = 0; done < length;) {
        gssize written = write(fd, bytes + done, length - done);
        if (written < 0)
            return false;
        done += (gsize)written;
    }
    return true;
}

/* A file that does not grow meanwhile needs no further look at its end. */
static bool copy_bytes(struct copying *copying, int from_fd, int to_fd, int64_t size_bytes)
{
    for (int64_t done = 0; done < size_bytes;) {
        gssize taken = read(from_fd, copying->buffer, COPY_BYTES);
        if (taken <= 0)
            return taken == 0;
        if (!write_all(to_fd, copying->buffer, (gsize)taken))
            return false;
        done += taken;
    }
    return true;
}

/* Whatever was there goes, as with git. */
static int create(int folder_fd, const char *name, mode_t mode)
{
    enum {
        FLAGS = O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC
    };
    int fd = openat(folder_fd, name, FLAGS, mode);
    if (fd < 0 && errno == EEXIST && unlinkat(folder_fd, name, 0) == 0)
        fd = openat(folder_fd, name, FLAGS, mode);
    return fd;
}

static bool copy_open_file(struct copying *copying, const struct pair *pair, const char *name,
                           int from_fd, GError **error)
{
    struct stat status;
    if (fstat(from_fd, &status) != 0 || !S_ISREG(status.st_mode))
        return true;
    if (!count(copying, status.st_size, error))
        return false;
    int to_fd = create(pair->to_fd, name, (status.st_mode & 0100) != 0 ? 0755 : 0644);
    bool is_copied = to_fd >= 0 && copy_bytes(copying, from_fd, to_fd, status.st_size);
    if (!is_copied)
        (void)fail_io(copying, error);
    if (to_fd >= 0)
        close(to_fd);
    return is_copied;
}

static bool copy_file(struct copying *copying, const struct pair *pair, const char *name,
                      GError **error)
{
    int from_fd = openat(pair->from_fd, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (from_fd < 0)
        return errno == ENOENT || fail_io(copying, error);
    bool is_copied = copy_open_file(copying, pair, name, from_fd, error);
    close(from_fd);
    return is_copied;
}

static void copy_link(const struct copying *copying, const struct pair *pair, const char *name)
{
    g_autofree char *path = g_build_filename(copying->root, copying->path->str, NULL);
    g_autofree char *target = g_file_read_link(path, NULL);
    if (target == NULL)
        return;
    (void)unlinkat(pair->to_fd, name, 0);
    if (symlinkat(target, pair->to_fd, name) != 0)
        g_debug("%s cannot be linked", path);
}

/* ---- folders ---- */

static bool copy_folder(struct copying *copying, const struct pair *pair, int depth,
                        GError **error);

static int open_folder(int folder_fd, const char *name)
{
    return openat(folder_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

static int make_folder(int folder_fd, const char *name)
{
    if (mkdirat(folder_fd, name, 0755) == 0 || errno != EEXIST)
        return open_folder(folder_fd, name);
    int fd = open_folder(folder_fd, name);
    if (fd < 0 && unlinkat(folder_fd, name, 0) == 0 && mkdirat(folder_fd, name, 0755) == 0)
        fd = open_folder(folder_fd, name);
    return fd;
}

static bool enter(struct copying *copying, const struct pair *above, const char *name, int depth,
                  GError **error)
{
    struct pair pair = {.from_fd = open_folder(above->from_fd, name), .to_fd = -1};
    if (pair.from_fd < 0)
        return true; /* one that cannot be read is left out */
    pair.to_fd = make_folder(above->to_fd, name);
    bool is_copied =
        pair.to_fd >= 0 ? copy_folder(copying, &pair, depth, error) : fail_io(copying, error);
    if (pair.to_fd >= 0)
        close(pair.to_fd);
    close(pair.from_fd);
    return is_copied;
}

/* Whether the filter wants it; a file it wants is told to it. */
static bool wants(const struct copying *copying, bool is_folder)
{
    const struct tree_filter *filter = copying->filter;
    return filter == NULL || filter->takes(filter->context, copying->path->str, is_folder);
}

static unsigned char type_of(const struct pair *pair, const struct dirent *entry)
{
    struct stat status;
    if (entry->d_type != DT_UNKNOWN)
        return entry->d_type;
    return fstatat(pair->from_fd, entry->d_name, &status, AT_SYMLINK_NOFOLLOW) == 0
               ? (unsigned char)IFTODT(status.st_mode)
               : DT_UNKNOWN;
}

static bool copy_entry(struct copying *copying, const struct pair *pair, const struct dirent *entry,
                       int depth, GError **error)
{
    unsigned char type = type_of(pair, entry);
    if (type == DT_UNKNOWN || !wants(copying, type == DT_DIR))
        return true;
    if (type == DT_DIR)
        return enter(copying, pair, entry->d_name, depth + 1, error);
    if (type == DT_LNK)
        copy_link(copying, pair, entry->d_name);
    return type != DT_REG || copy_file(copying, pair, entry->d_name, error);
}

static bool is_left_out(const char *name, int depth)
{
    return strcmp(name, ".") == 0 || strcmp(name, "..") == 0 ||
           (depth == 0 && strcmp(name, ".git") == 0);
}

static bool copy_entries(struct copying *copying, const struct pair *pair, DIR *entries, int depth,
                         GError **error)
{
    const struct dirent *entry;
    gsize length = copying->path->len;
    bool is_fine = true;
    while (is_fine && (entry = readdir(entries)) != NULL) {
        if (is_left_out(entry->d_name, depth))
            continue;
        if (length > 0)
            g_string_append_c(copying->path, '/');
        g_string_append(copying->path, entry->d_name);
        is_fine = copy_entry(copying, pair, entry, depth, error);
        g_string_truncate(copying->path, length);
    }
    return is_fine;
}

static bool copy_folder(struct copying *copying, const struct pair *pair, int depth, GError **error)
{
    if (depth > RUNNER_CHECKOUT_DEPTH_MAX)
        return fail(error, "RUNNER_CHECKOUT_DEPTH_MAX");
    int fd = fcntl(pair->from_fd, F_DUPFD_CLOEXEC, 0);
    DIR *entries = fd >= 0 ? fdopendir(fd) : NULL;
    if (entries == NULL)
        return fail_io(copying, error);
    bool is_fine = copy_entries(copying, pair, entries, depth, error);
    closedir(entries);
    return is_fine;
}

bool tree_copy(const char *from, const char *to, const struct tree_filter *filter, GError **error)
{
    g_autofree char *buffer = g_malloc(COPY_BYTES);
    g_autoptr(GString) path = g_string_new(NULL);
    struct copying copying = {.filter = filter, .root = from, .path = path, .buffer = buffer};
    g_mkdir_with_parents(to, 0755);
    struct pair pair = {.from_fd = open(from, O_RDONLY | O_DIRECTORY | O_CLOEXEC),
                        .to_fd = open(to, O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
    bool is_fine = pair.from_fd < 0 || (pair.to_fd >= 0 ? copy_folder(&copying, &pair, 0, error)
                                                        : fail_io(&copying, error));
    if (pair.from_fd >= 0)
        close(pair.from_fd);
    if (pair.to_fd >= 0)
        close(pair.to_fd);
    return is_fine;
}

void tree_empty(const char *path, const char *kept)
{
    folder_empty(open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC), kept);
}
