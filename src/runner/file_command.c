/* Reading the files by which steps speak. */
#include "runner/file_command.h"

#include <string.h>

struct reader {
    const char *at;
    file_pair_fn *give;
    void *context;
};

/* The next line, or NULL at the end; only \n ends one on Linux. *is_ended: it had its \n. g_free.
 */
static char *next_line(struct reader *reader, bool *is_ended)
{
    if (*reader->at == '\0')
        return NULL;
    gsize length = strcspn(reader->at, "\n");
    char *line = g_strndup(reader->at, length);
    *is_ended = reader->at[length] == '\n';
    reader->at += length + (*is_ended ? 1 : 0);
    return line;
}

static bool fail(GError **error, const char *format, const char *text)
{
    g_autoptr(GString) message = g_string_new(format);
    g_string_replace(message, "{}", text, 1);
    g_set_error_literal(error, BASE_ERROR, BASE_ERROR_INVALID, message->str);
    return false;
}

/* The lines up to the delimiter, without the last newline; NULL: an error. g_free. */
static char *read_block(struct reader *reader, const char *delimiter, GError **error)
{
    g_autoptr(GString) value = g_string_new(NULL);
    bool is_first = true;
    for (;;) {
        bool is_ended = false;
        g_autofree char *line = next_line(reader, &is_ended);
        if (line != NULL && strcmp(line, delimiter) == 0)
            return g_string_free(g_steal_pointer(&value), FALSE);
        if (line == NULL)
            fail(error, "Invalid value. Matching delimiter not found '{}'", delimiter);
        else if (!is_ended)
            fail(error, "Invalid value. EOF marker missing new line.", "");
        if (line == NULL || !is_ended)
            return NULL;
        g_string_append_printf(value, "%s%s", is_first ? "" : "\n", line);
        is_first = false;
    }
}

static bool read_pair(struct reader *reader, char *line, GError **error)
{
    char *equals = strchr(line, '=');
    char *block = strstr(line, "<<");
    if (block != NULL && (equals == NULL || block < equals)) {
        if (block == line || block[2] == '\0')
            return fail(
                error,
                "Invalid format '{}'. Name must not be empty and delimiter must not be empty",
                line);
        *block = '\0';
        g_autofree char *value = read_block(reader, block + 2, error);
        if (value != NULL)
            reader->give(reader->context, line, value);
        return value != NULL;
    }
    if (equals == NULL)
        return fail(error, "Invalid format '{}'", line);
    *equals = '\0';
    reader->give(reader->context, line, equals + 1);
    return true;
}

bool file_command_read(const char *text, file_pair_fn *give, void *context, GError **error)
{
    struct reader reader = {.at = text, .give = give, .context = context};
    for (;;) {
        bool is_ended = false;
        g_autofree char *line = next_line(&reader, &is_ended);
        if (line == NULL)
            return true;
        if (line[0] != '\0' && !read_pair(&reader, line, error))
            return false;
    }
}
