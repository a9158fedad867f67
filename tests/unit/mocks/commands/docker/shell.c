/* The double of whoever starts a command. */
#include "shell.h"

#include <glib/gstdio.h>

static bool read_input(void *self, GByteArray *chunk, bool *is_end, GError **error)
{
    struct shell *shell = self;
    (void)error;
    if (shell->input != NULL)
        g_byte_array_append(chunk, (const guint8 *)shell->input, (guint)strlen(shell->input));
    shell->input = NULL;
    *is_end = true;
    return true;
}

static bool write_output(void *self, int stream, const void *bytes, gsize length_bytes,
                         GError **error)
{
    struct shell *shell = self;
    (void)error;
    g_string_append_len(stream == 2 ? shell->errors : shell->output, bytes, (gssize)length_bytes);
    return true;
}

static char *host_path(void *self, const char *path)
{
    struct shell *shell = self;
    return g_build_filename(shell->folder, path, NULL);
}

static const struct command_seam seam = {
    .read = read_input, .write = write_output, .host_path = host_path};

void shell_open(struct shell *shell, struct bench *bench, const struct docker_plugin *plugins)
{
    const struct docker_cli_options options = {.loop = bench->loop,
                                               .trace = bench->trace,
                                               .http = bench->http,
                                               .machine = "leg",
                                               .version = "28.0.4",
                                               .api_version = "1.48",
                                               .plugins = plugins};
    shell->bench = bench;
    shell->cli = docker_cli_new(&options);
    shell->folder = g_dir_make_tmp("docker-cli-XXXXXX", NULL);
    shell->output = g_string_new(NULL);
    shell->errors = g_string_new(NULL);
}

static void remove_folder(const char *path)
{
    g_autoptr(GDir) folder = g_dir_open(path, 0, NULL);
    const char *name;
    while (folder != NULL && (name = g_dir_read_name(folder)) != NULL) {
        g_autofree char *child = g_build_filename(path, name, NULL);
        remove_folder(child);
    }
    g_remove(path);
}

void shell_close(struct shell *shell)
{
    docker_cli_free(shell->cli);
    remove_folder(shell->folder);
    g_free(shell->folder);
    g_string_free(shell->output, TRUE);
    g_string_free(shell->errors, TRUE);
}

void type(struct shell *shell, const char *words)
{
    g_autofree char *line = g_strconcat("docker ", words, NULL);
    g_auto(GStrv) arguments = g_strsplit(g_strchomp(line), " ", -1);
    const char *environment[] = {"HOME=/home/runner", "PATH=/bin", shell->variable, NULL};
    struct command_call call = {.arguments = (const char *const *)arguments,
                                .environment = environment,
                                .directory = "/home/runner/work",
                                .seam = &seam,
                                .self = shell};

    for (gsize i = 0; arguments[i] != NULL; i++)
        g_strdelimit(arguments[i], "_", ' ');
    g_string_truncate(shell->output, 0);
    g_string_truncate(shell->errors, 0);
    shell->code = docker_cli_run(shell->cli, &call);
}

void type_expect(struct shell *shell, const char *words, int code, const char *output,
                 const char *errors)
{
    type(shell, words);
    cr_assert_str_eq(shell->errors->str, errors, "docker %s:\n%s", words, shell->errors->str);
    cr_assert_str_eq(shell->output->str, output, "docker %s:\n%s", words, shell->output->str);
    cr_assert_eq(shell->code, code, "docker %s: %d", words, shell->code);
}

void shell_write(struct shell *shell, const char *path, const char *text)
{
    g_autofree char *host = g_build_filename(shell->folder, path, NULL);
    g_autofree char *folder = g_path_get_dirname(host);
    cr_assert_eq(g_mkdir_with_parents(folder, 0755), 0);
    cr_assert(g_file_set_contents(host, text, -1, NULL));
}

char *shell_read(struct shell *shell, const char *path)
{
    g_autofree char *host = g_build_filename(shell->folder, path, NULL);
    char *text = NULL;
    return g_file_get_contents(host, &text, NULL, NULL) ? text : NULL;
}
