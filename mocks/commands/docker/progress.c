/* The messages of a pull, push or build as the CLI prints them without a terminal
   (moby pkg/jsonmessage). */
#include "mocks/commands/docker/cli_private.h"

static void print(const struct progress *progress, const char *text)
{
    if (progress->stream != 0)
        command_write(progress->invocation->call, progress->stream, text, -1);
}

void progress_receive(void *context, const struct message *message)
{
    struct progress *progress = context;
    const char *image_id = json_get_string(message->aux, "ID", NULL);

    if (image_id != NULL) {
        g_free(progress->image_id);
        progress->image_id = g_strdup(image_id);
    }
    if (message->failure != NULL) {
        progress->failure_code = message->failure_code;
        return;
    }
    if (message->stream != NULL) {
        print(progress, message->stream);
        return;
    }
    /* Progress bars need a terminal. */
    if (message->status == NULL || message->current_bytes > 0 || message->total_bytes > 0)
        return;
    g_autofree char *line =
        g_strconcat(message->id != NULL ? message->id : "", message->id != NULL ? ": " : "",
                    message->status, "\n", NULL);
    print(progress, line);
}

bool progress_run(struct progress *progress, const char *path, GBytes *body, const char *header,
                  GError **error)
{
    struct docker *docker = invocation_docker(progress->invocation, error);
    const struct docker_call call = {
        .method = "POST", .path = path, .body = body, .header = header};

    return docker != NULL &&
           docker_stream_messages(docker, &call, progress_receive, progress, error);
}
