/* Push: a stream in which every error comes inside HTTP 200 (engine-contract.md C). */
#include "docker/docker_private.h"

#include "base/digest.h"

#include <string.h>

struct push {
    docker_progress_fn *progress;
    void *context;
    char *digest;
};

/* Engines say it twice: "main: digest: sha256:… size: 527", then {"aux":{"Digest":…}}. */
static void note_digest(struct push *push, const struct message *message)
{
    static const char mark[] = ": digest: ";
    g_autofree char *digest = g_strdup(json_get_string(message->aux, "Digest", NULL));
    const char *said = message->status != NULL ? strstr(message->status, mark) : NULL;

    if (digest == NULL && said != NULL) {
        said += strlen(mark);
        digest = g_strndup(said, strcspn(said, " "));
    }
    if (!digest_is_valid(digest))
        return;
    g_free(push->digest);
    push->digest = g_steal_pointer(&digest);
}

static void on_push_message(void *context, const struct message *message)
{
    struct push *push = context;

    note_digest(push, message);
    if (push->progress != NULL && message->status != NULL)
        push->progress(push->context, message->status, message->id, message->current_bytes,
                       message->total_bytes);
}

static bool run_push(struct docker *docker, const char *reference, const struct docker_call *call,
                     struct push *push, GError **error)
{
    if (!docker_stream_messages(docker, call, on_push_message, push, error))
        return false;
    if (push->digest == NULL)
        g_set_error(error, DOCKER_ERROR, DOCKER_ERROR_CUT,
                    "the push of %s ended without saying how", reference);
    return push->digest != NULL;
}

bool docker_push(struct docker *docker, const char *reference,
                 const struct docker_credentials *credentials, docker_progress_fn *progress,
                 void *context, char **digest, GError **error)
{
    g_autofree char *name = NULL;
    g_autofree char *tag = NULL;
    if (!docker_reference_split(reference, &name, &tag, error))
        return false;

    g_autofree char *escaped = docker_path_escape(name);
    g_autofree char *header = docker_auth_header(credentials);
    g_autoptr(GString) path = g_string_new(NULL);
    g_string_append_printf(path, "/images/%s/push", escaped);
    docker_query_append(path, "tag", tag);
    const struct docker_call call = {.method = "POST", .path = path->str, .header = header};
    struct push push = {.progress = progress, .context = context};

    bool is_pushed = run_push(docker, reference, &call, &push, error);
    if (is_pushed && digest != NULL)
        *digest = g_steal_pointer(&push.digest);
    g_free(push.digest);
    return is_pushed;
}
