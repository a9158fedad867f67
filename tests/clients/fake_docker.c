/* The fake docker command with the real clock, real files and the Engine that DOCKER_HOST names:
   for comparing it with the real CLI. FAKE_DOCKER_VERSION and FAKE_DOCKER_API say whose it is. */
#include "mocks/commands/docker/docker_cli.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

extern char **environ;

struct program {
    struct docker_cli *cli;
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
    program->code = docker_cli_run(program->cli, &program->call);
    program->is_over = true;
}

static const char *variable(const char *name, const char *otherwise)
{
    const char *value = getenv(name);
    return value != NULL ? value : otherwise;
}

int main(int argc, char **argv)
{
    AUTO(loop) loop = loop_new(CLOCK_REAL, 1);
    AUTO(http) http = http_new(loop, NULL, "docker");
    g_autofree char *directory = g_get_current_dir();
    const struct docker_cli_options options = {
        .loop = loop,
        .http = http,
        .machine = "here",
        .version = variable("FAKE_DOCKER_VERSION", "28.2.2"),
        .api_version = variable("FAKE_DOCKER_API", "1.50"),
    };
    AUTO(docker_cli) cli = docker_cli_new(&options);
    struct program program = {.cli = cli,
                              .call = {.arguments = (const char *const *)argv,
                                       .environment = (const char *const *)environ,
                                       .directory = directory,
                                       .seam = &seam}};
    g_autoptr(GError) error = NULL;

    (void)argc;
    fiber_spawn(loop, "docker", run, &program);
    if (!loop_run(loop, &program.is_over, &error)) {
        write_stream(NULL, STDERR_FILENO, error->message, strlen(error->message), NULL);
        return 70;
    }
    return program.code;
}
