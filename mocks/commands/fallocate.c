/* fallocate of util-linux: room on the machine's disk for a file outside of the home, such as a
   swap file or the image of a volume. Its end is what counts: the disk has less for everybody else.
 */
#include "mocks/commands/commands_private.h"
#include "mocks/commands/flags.h"

#include "mocks/disk.h"

#include <string.h>

enum {
    LENGTH = 1,
    IGNORED,
};

static const struct flag flags[] = {
    {LENGTH, 'l', "length", FLAG_WITH_VALUE},
    {IGNORED, 'o', "offset", FLAG_WITH_VALUE},
    {IGNORED, 'z', "zero-range", FLAG_ALONE},
    {IGNORED, 'n', "keep-size", FLAG_ALONE},
    {IGNORED, 'x', "posix", FLAG_ALONE},
    {IGNORED, 'v', "verbose", FLAG_ALONE},
    {0},
};

/* "8G", "512MiB", "1000000", "1GB"; negative: it is no length. */
static int64_t bytes_of(const char *text)
{
    static const char units[] = "KMGTPE";
    char *end = NULL;
    if (!g_ascii_isdigit(*text))
        return -1;
    guint64 value = g_ascii_strtoull(text, &end, 10);
    const char *unit = *end != '\0' ? strchr(units, g_ascii_toupper(*end)) : NULL;
    bool is_decimal = unit != NULL && g_ascii_toupper(end[1]) == 'B';
    bool is_plain = *end == '\0' ||
                    (unit != NULL && (end[1] == '\0' || is_decimal || strcmp(end + 1, "iB") == 0));
    for (const char *each = units; is_plain && unit != NULL && each <= unit; each++)
        if (!g_uint64_checked_mul(&value, value, is_decimal ? 1000 : 1024))
            return G_MAXINT64;
    return is_plain ? (int64_t)MIN(value, (guint64)G_MAXINT64) : -1;
}

/* Of a file that is there already only what it grows by. */
static int take(struct command_set *set, const struct command_call *call, const char *path,
                int64_t bytes)
{
    g_autoptr(GError) error = NULL;
    const gint64 *known = g_hash_table_lookup(set->allocated, path);
    int64_t more_bytes = bytes - (known != NULL ? *known : 0);
    if (set->options.disk != NULL && more_bytes > 0 &&
        !disk_take(set->options.disk, DISK_OTHER, path, more_bytes, &error)) {
        command_complain(call, "fallocate: fallocate failed: No space left on device\n");
        return 1;
    }
    if (more_bytes > 0)
        g_hash_table_replace(set->allocated, g_strdup(path), g_memdup2(&bytes, sizeof bytes));
    return 0;
}

int row_fallocate(void *self, const struct command_call *call)
{
    struct command_set *set = self;
    const char *length = NULL;
    int option;
    FLAG_READER(reader);

    flag_reader_init(&reader, call, flags);
    while ((option = flag_next(&reader)) != FLAG_END) {
        if (option == FLAG_WRONG)
            return command_try_help(call, 1);
        if (option == LENGTH)
            length = reader.value;
    }
    const char *path = flag_operand(&reader, 0);
    g_autofree char *host_path = path != NULL ? command_host_path(call, path) : NULL;
    if (path == NULL || length == NULL || *path != '/' || host_path != NULL)
        return assumed_run(set, call);
    int64_t bytes = bytes_of(length);
    if (bytes <= 0) {
        command_complain(call, "fallocate: invalid length value specified\n");
        return 1;
    }
    return take(set, call, path, bytes);
}
