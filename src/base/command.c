/* What answers to commands share: printing, reading stdin, finding paths. */
#include "base/command.h"

#include <string.h>

const char *command_variable(const struct command_call *call, const char *name)
{
    const char *found = NULL;
    gsize length = strlen(name);

    for (const char *const *each = call->environment; each != NULL && *each != NULL; each++)
        if (strncmp(*each, name, length) == 0 && (*each)[length] == '=')
            found = *each + length + 1;
    return found;
}

bool command_write(const struct command_call *call, int stream, const char *bytes,
                   gssize length_bytes)
{
    g_autoptr(GError) error = NULL;
    gsize length = length_bytes < 0 ? strlen(bytes) : (gsize)length_bytes;

    return length == 0 || call->seam->write(call->self, stream, bytes, length, &error);
}

static bool write_formatted(const struct command_call *call, int stream, const char *format,
                            va_list arguments) G_GNUC_PRINTF(3, 0);

static bool write_formatted(const struct command_call *call, int stream, const char *format,
                            va_list arguments)
{
    g_autofree char *text = g_strdup_vprintf(format, arguments);
    return command_write(call, stream, text, -1);
}

bool command_print(const struct command_call *call, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    bool is_written = write_formatted(call, 1, format, arguments);
    va_end(arguments);
    return is_written;
}

bool command_complain(const struct command_call *call, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    bool is_written = write_formatted(call, 2, format, arguments);
    va_end(arguments);
    return is_written;
}

GBytes *command_read_all(const struct command_call *call, gsize bytes_max, GError **error)
{
    g_autoptr(GByteArray) bytes = g_byte_array_new();
    bool is_end = false;

    while (!is_end) {
        if (!call->seam->read(call->self, bytes, &is_end, error))
            return NULL;
        if (bytes->len > bytes_max) {
            g_set_error(error, BASE_ERROR, BASE_ERROR_LIMIT,
                        "more than %" G_GSIZE_FORMAT " bytes on standard input", bytes_max);
            return NULL;
        }
    }
    return g_byte_array_free_to_bytes(g_steal_pointer(&bytes));
}

char *command_absolute_path(const struct command_call *call, const char *path)
{
    return g_canonicalize_filename(path, call->directory);
}

char *command_host_path(const struct command_call *call, const char *path)
{
    g_autofree char *absolute = command_absolute_path(call, path);
    return call->seam->host_path(call->self, absolute);
}
