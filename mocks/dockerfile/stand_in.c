/* Small files that stand for large ones on their way into a build. */
#include "mocks/dockerfile/files.h"

#include "base/digest.h"
#include "base/limits.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define MARK "\x1eseatrial file of "

enum {
    SAMPLE_BYTES = 64 * 1024
};

static bool read_sample(int descriptor, int64_t offset, struct hasher *hasher)
{
    g_autofree char *sample = g_malloc(SAMPLE_BYTES);
    ssize_t length_bytes = pread(descriptor, sample, SAMPLE_BYTES, offset);
    if (length_bytes < 0)
        return false;
    hasher_update(hasher, sample, (gsize)length_bytes);
    return true;
}

GBytes *build_stand_in_read(const char *path, int64_t size_bytes)
{
    AUTO(hasher) hasher = hasher_new(DIGEST_SHA256);
    int descriptor = open(path, O_RDONLY | O_CLOEXEC);
    bool is_read = descriptor >= 0 && read_sample(descriptor, 0, hasher) &&
                   read_sample(descriptor, MAX(size_bytes - SAMPLE_BYTES, 0), hasher);
    if (descriptor >= 0)
        close(descriptor);
    if (!is_read)
        return NULL;
    g_autofree char *digest = hasher_digest(hasher);
    char *text = g_strdup_printf(MARK "%" G_GINT64_FORMAT " bytes %s\n", size_bytes, digest);
    return g_bytes_new_take(text, strlen(text));
}

int64_t build_stand_in_bytes(GBytes *bytes)
{
    gsize length_bytes = 0;
    const char *data = g_bytes_get_data(bytes, &length_bytes);
    gsize mark_length = strlen(MARK);
    if (length_bytes <= mark_length || memcmp(data, MARK, mark_length) != 0)
        return (int64_t)length_bytes;
    g_autofree char *text = g_strndup(data + mark_length, MIN(length_bytes - mark_length, 20));
    text[strcspn(text, " ")] = '\0';
    gint64 size_bytes = 0;
    return g_ascii_string_to_signed(text, 10, 0, BLOB_BYTES_MAX, &size_bytes, NULL)
               ? size_bytes
               : (int64_t)length_bytes;
}
