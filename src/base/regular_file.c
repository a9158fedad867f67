/* Opens without waiting, looks at what it is, and reads it to its end. */
#include "base/regular_file.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    CHUNK_BYTES_MIN = 512,
    CHUNK_BYTES_MAX = 64 * 1024,
};

static bool fail(const char *path, int problem, const char *words, GError **error)
{
    g_set_error(error, G_FILE_ERROR, (gint)g_file_error_from_errno(problem), "%s: %s", path, words);
    return false;
}

/* NULL, with errno: it cannot be read. */
static GByteArray *read_all(int fd, gsize expected_bytes)
{
    guint chunk_bytes = (guint)CLAMP(expected_bytes + 1, CHUNK_BYTES_MIN, CHUNK_BYTES_MAX);
    GByteArray *bytes = g_byte_array_sized_new((guint)expected_bytes + chunk_bytes);
    for (;;) {
        guint before = bytes->len;
        g_byte_array_set_size(bytes, before + chunk_bytes);
        gssize length = read(fd, bytes->data + before, chunk_bytes);
        g_byte_array_set_size(bytes, before + (guint)MAX(length, 0));
        if (length == 0)
            return bytes;
        if (length < 0 && errno != EINTR) {
            g_byte_array_unref(bytes);
            return NULL;
        }
    }
}

bool regular_file_read(const char *path, char **bytes, gsize *length_bytes, GError **error)
{
    struct stat status;
    int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &status) != 0) {
        int problem = errno;
        if (fd >= 0)
            close(fd);
        return fail(path, problem, g_strerror(problem), error);
    }
    if (!S_ISREG(status.st_mode) || status.st_size > G_MAXINT32) {
        close(fd);
        return S_ISREG(status.st_mode) ? fail(path, EFBIG, g_strerror(EFBIG), error)
                                       : fail(path, EINVAL, "is no regular file", error);
    }
    GByteArray *all = read_all(fd, (gsize)status.st_size);
    int problem = errno;
    close(fd);
    if (all == NULL)
        return fail(path, problem, g_strerror(problem), error);
    if (length_bytes != NULL)
        *length_bytes = all->len;
    g_byte_array_append(all, (const guint8 *)"", 1); /* as g_file_get_contents() ends them */
    *bytes = (char *)g_byte_array_free(all, FALSE);
    return true;
}
