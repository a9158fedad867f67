/* The seam of a command that is a program. */
#include "program.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

extern char **environ;

struct program {
    command_fn *run;
    void *self;
    struct command_call call;
    int code;
    bool is_over;
};

static bool read_stdin(void *self, GByteArray *chunk, bool *is_end, GError **error)
{
    guint8 bytes[65536];
    (void)self;
    ssize_t length = read(STDIN_FILENO, bytes, sizeof(bytes));
    if (length < 0) {
        g_set_error(error, BASE_ERROR, BASE_ERROR_IO, "%s", g_strerror(errno));
        return false;
    }
    *is_end = length == 0;
    g_byte_array_append(chunk, bytes, (guint)length);
    return true;
}

static bool write_stream(void *self, int stream, const void *bytes, gsize length_bytes,
                         GError **error)
{
    const char *next = bytes;
    (void)self;
    while (length_bytes > 0) {
        ssize_t length = write(stream, next, length_bytes);
        if (length < 0) {
            g_set_error(error, BASE_ERROR, BASE_ERROR_IO, "%s", g_strerror(errno));
            return false;
        }
        next += length;
        length_bytes -= (gsize)length;
    }
    return true;
}

static char *same_path(void *self, const char *path)
{
    (void)self;
    return g_strdup(path);
}

static const struct command_seam seam = {
    .read = read_stdin, .write = write_stream, .host_path = same_path};

static void run(void *argument)
{
    struct program *program = argument;
    program->code = program->run(program->self, &program->call);
    program->is_over = true;
}

const char *program_variable(const char *name, const char *otherwise)
{
    const char *value = getenv(name);
    return value != NULL ? value : otherwise;
}

int program_run(struct loop *loop, char **arguments, command_fn *command, void *self)
{
    g_autofree char *directory = g_get_current_dir();
    struct program program = {.run = command,
                              .self = self,
                              .call = {.arguments = (const char *const *)arguments,
                                       .environment = (const char *const *)environ,
                                       .directory = directory,
                                       .seam = &seam}};
    g_autoptr(GError) error = NULL;

    fiber_spawn(loop, arguments[0], run, &program);
    if (loop_run(loop, &program.is_over, &error))
        return program.code;
    write_stream(NULL, STDERR_FILENO, error->message, strlen(error->message), NULL);
    return 70;
}
