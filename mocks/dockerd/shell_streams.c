/* Where the streams of a script's commands lead: to one another, to files, or out. */
#include "mocks/dockerd/shell_private.h"

#include <string.h>

struct streams shell_streams(const struct shell *shell)
{
    const struct task *task = process_task(shell->process);
    struct streams streams = {.input = task->input};
    memcpy(streams.sinks, task->sinks, sizeof(streams.sinks));
    return streams;
}

void shell_set_streams(const struct shell *shell, const struct streams *streams)
{
    struct task *task = process_task(shell->process);
    memcpy(task->sinks, streams->sinks, sizeof(streams->sinks));
    task->input = streams->input;
}

void shell_file_free(gpointer pointer)
{
    struct shell_file *sink = pointer;
    g_string_free(sink->text, TRUE);
    g_free(sink->path);
    g_free(sink);
}

static struct shell_file *add_sink(GPtrArray *files, char *path, bool appends)
{
    struct shell_file *sink = g_new0(struct shell_file, 1);
    sink->text = g_string_new(NULL);
    sink->path = path;
    sink->appends = appends;
    g_ptr_array_add(files, sink);
    return sink;
}

static void open_input(const struct shell *shell, struct streams *streams, const char *path)
{
    const struct file *file = NULL;
    g_autofree char *full = process_path(shell->process, path);
    bool is_there = container_look(shell->process->container, full, &file) == PATH_FILE;
    streams->input = is_there && !file_is_made_up(file) ? file->bytes : NULL;
}

bool shell_redirect(const struct shell *shell, const struct shell_redirection *redirection,
                    struct streams *streams, GPtrArray *files)
{
    if (redirection->from >= 0) {
        streams->sinks[redirection->stream] = streams->sinks[redirection->from];
        return true;
    }
    g_autofree char *path =
        shell_expand(redirection->word, (const char *const *)shell->environment);
    if (path == NULL || shell->directory == NULL)
        return false;
    if (redirection->stream == 0) {
        open_input(shell, streams, path);
        return true;
    }
    struct shell_file *sink =
        add_sink(files, process_path(shell->process, path), redirection->appends);
    for (int stream = 1; stream <= 2; stream++)
        if (redirection->stream == stream || redirection->stream == -1)
            streams->sinks[stream].text = sink->text;
    return true;
}

bool shell_keep_file(const struct shell *shell, const struct shell_file *sink)
{
    struct container *container = shell->process->container;
    const struct file *file = NULL;
    bool is_open = container->dockerd->assume != NULL;

    if (g_str_has_prefix(sink->path, "/dev/"))
        return true;
    enum path_fact fact = container_look(container, sink->path, &file);
    g_autofree char *folder = g_path_get_dirname(sink->path);
    const struct file *ignored = NULL;
    if (fact == PATH_UNKNOWN && is_open &&
        (sink->appends || container_look(container, folder, &ignored) != PATH_FOLDER))
        return false;
    g_autoptr(GString) text = g_string_new(NULL);
    if (sink->appends && file != NULL)
        g_string_append_len(text, g_bytes_get_data(file->bytes, NULL),
                            (gssize)g_bytes_get_size(file->bytes));
    g_string_append_len(text, sink->text->str, (gssize)sink->text->len);
    g_autoptr(GBytes) bytes = g_bytes_new(text->str, text->len);
    return container_write_file(container, sink->path, bytes, NULL);
}
