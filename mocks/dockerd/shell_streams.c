/* Where the streams of a script's commands lead: to one another, to files, or out. */
#include "mocks/dockerd/shell_private.h"

#include <string.h>

struct streams shell_streams(const struct shell *shell)
{
    const struct task *task = process_task(shell->process);
    struct streams streams = {.input = task->input, .input_offset = task->input_offset};
    memcpy(streams.sinks, task->sinks, sizeof(streams.sinks));
    return streams;
}

void shell_set_streams(const struct shell *shell, const struct streams *streams)
{
    struct task *task = process_task(shell->process);
    memcpy(task->sinks, streams->sinks, sizeof(streams->sinks));
    task->input = streams->input;
    task->input_offset = streams->input_offset;
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

static void read_from(struct streams *streams, GBytes **held, GBytes *bytes)
{
    g_clear_pointer(held, g_bytes_unref);
    *held = bytes;
    streams->input = bytes;
    streams->input_offset = 0;
}

static void open_input(const struct shell *shell, struct streams *streams, const char *path,
                       GBytes **held)
{
    const struct file *file = NULL;
    g_autofree char *full = process_path(shell->process, path);
    bool is_nothing = g_str_equal(full, "/dev/null");
    bool is_there = container_look(shell->process->container, full, &file) == PATH_FILE;
    bool is_known = is_there && !file_is_made_up(file);
    read_from(streams, held,
              is_nothing ? g_bytes_new(NULL, 0)
              : is_known ? g_bytes_ref(file->bytes)
                         : NULL);
}

/* A here-document, or the word of <<<, which gets a newline. */
static bool read_here(struct shell *shell, const struct shell_redirection *redirection,
                      struct streams *streams, GBytes **held)
{
    g_autofree char *text = redirection->is_verbatim ? g_strdup(redirection->word)
                            : redirection->is_string ? shell_expand_text(shell, redirection->word)
                                                     : shell_expand_here(shell, redirection->word);
    g_autofree char *whole =
        text != NULL && redirection->is_string ? g_strconcat(text, "\n", NULL) : g_strdup(text);
    read_from(streams, held, whole != NULL ? g_bytes_new(whole, strlen(whole)) : NULL);
    return whole != NULL;
}

bool shell_redirect(struct shell *shell, const struct shell_redirection *redirection,
                    struct streams *streams, GPtrArray *files, GBytes **held)
{
    if (redirection->from >= 0) {
        streams->sinks[redirection->stream] = streams->sinks[redirection->from];
        return true;
    }
    if (redirection->is_here)
        return read_here(shell, redirection, streams, held);
    g_autofree char *path = shell_expand_text(shell, redirection->word);
    if (path == NULL || shell->scope.directory == NULL)
        return false;
    if (redirection->stream == 0) {
        open_input(shell, streams, path, held);
        return true;
    }
    struct shell_file *sink =
        add_sink(files, process_path(shell->process, path), redirection->appends);
    for (int stream = 1; stream <= 2; stream++)
        if (redirection->stream == stream || redirection->stream == -1)
            streams->sinks[stream] = (struct sink){.text = sink->text};
    return true;
}

int shell_read_line(const struct shell *shell, char **line)
{
    struct task *task = process_task(shell->process);
    gsize length_bytes = 0;
    if (task->input == NULL)
        return -1;
    const char *bytes = g_bytes_get_data(task->input, &length_bytes);
    const char *start = length_bytes > 0 ? bytes + task->input_offset : "";
    gsize left = length_bytes - task->input_offset;
    const char *end = left > 0 ? memchr(start, '\n', left) : NULL;

    *line = g_strndup(start, end != NULL ? (gsize)(end - start) : left);
    task->input_offset += end != NULL ? (gsize)(end - start) + 1 : left;
    return end != NULL ? 0 : 1;
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
    gsize old_bytes = sink->appends && file != NULL ? g_bytes_get_size(file->bytes) : 0;
    if (old_bytes + sink->text->len > SHELL_FILE_BYTES_MAX) {
        container_forget_file(container, sink->path);
        return false;
    }
    g_autoptr(GString) text = g_string_new(NULL);
    if (old_bytes > 0)
        g_string_append_len(text, g_bytes_get_data(file->bytes, NULL),
                            (gssize)g_bytes_get_size(file->bytes));
    g_string_append_len(text, sink->text->str, (gssize)sink->text->len);
    g_autoptr(GBytes) bytes = g_bytes_new(text->str, text->len);
    return container_write_file(container, sink->path, bytes, NULL);
}
