/* Images: pull, inspect, tag, remove. */
#include "docker/docker_private.h"

#include <string.h>

/* What is kept of a pull's stream: whether it came to its proper end. */
struct pull {
    docker_progress_fn *progress;
    void *context;
    bool is_finished;
};

static void on_pull_message(void *context, const struct message *message)
{
    struct pull *pull = context;
    if (message->status == NULL)
        return;
    if (g_str_has_prefix(message->status, "Status: ") ||
        g_str_has_prefix(message->status, "Digest: "))
        pull->is_finished = true;
    if (pull->progress != NULL)
        pull->progress(pull->context, message->status, message->id, message->current_bytes,
                       message->total_bytes);
}

bool docker_pull(struct docker *docker, const char *reference, const char *platform,
                 const struct docker_credentials *credentials, docker_progress_fn *progress,
                 void *context, GError **error)
{
    g_autofree char *name = NULL;
    g_autofree char *tag = NULL;
    if (!docker_reference_split(reference, &name, &tag, error))
        return false;

    g_autoptr(GString) path = g_string_new("/images/create");
    docker_query_append(path, "fromImage", name);
    docker_query_append(path, "platform", platform);
    docker_query_append(path, "tag", tag);
    g_autofree char *header = docker_auth_header(credentials);
    const struct docker_call call = {.method = "POST", .path = path->str, .header = header};
    struct pull pull = {.progress = progress, .context = context};

    if (!docker_stream_messages(docker, &call, on_pull_message, &pull, error))
        return false;
    if (!pull.is_finished)
        g_set_error(error, DOCKER_ERROR, DOCKER_ERROR_CUT,
                    "the pull of %s ended without saying how", reference);
    return pull.is_finished;
}

static GPtrArray *strings_of(const json_t *array)
{
    GPtrArray *strings = g_ptr_array_new_with_free_func(g_free);
    size_t i;
    const json_t *value;

    json_array_foreach (array, i, value) {
        if (json_is_string(value))
            g_ptr_array_add(strings, g_strdup(json_string_value(value)));
    }
    return strings;
}

static char *platform_of(const json_t *image)
{
    const char *variant = json_get_string(image, "Variant", "");
    return g_strconcat(json_get_string(image, "Os", ""), "/",
                       json_get_string(image, "Architecture", ""), *variant != '\0' ? "/" : "",
                       variant, NULL);
}

bool docker_image_inspect(struct docker *docker, const char *reference, struct docker_image **image,
                          GError **error)
{
    g_autofree char *name = docker_path_escape(reference);
    g_autofree char *path = g_strconcat("/images/", name, "/json", NULL);
    g_autoptr(json_t) answer = NULL;

    *image = NULL;
    if (!docker_find_json(docker, path, &answer, error))
        return false;
    if (answer == NULL)
        return true;
    *image = g_new0(struct docker_image, 1);
    (*image)->id = g_strdup(json_get_string(answer, "Id", ""));
    (*image)->platform = platform_of(answer);
    (*image)->tags = strings_of(json_get_array(answer, "RepoTags"));
    (*image)->digests = strings_of(json_get_array(answer, "RepoDigests"));
    (*image)->size_bytes = json_get_integer(answer, "Size", 0);
    return true;
}

void docker_image_free(struct docker_image *image)
{
    if (image == NULL)
        return;
    g_free(image->id);
    g_free(image->platform);
    g_ptr_array_unref(image->tags);
    g_ptr_array_unref(image->digests);
    g_free(image);
}

bool docker_image_tag(struct docker *docker, const char *source, const char *target, GError **error)
{
    g_autofree char *name = NULL;
    g_autofree char *tag = NULL;
    if (!docker_reference_split(target, &name, &tag, error))
        return false;

    g_autofree char *source_name = docker_path_escape(source);
    g_autoptr(GString) path = g_string_new(NULL);
    g_string_append_printf(path, "/images/%s/tag", source_name);
    docker_query_append(path, "repo", name);
    docker_query_append(path, "tag", tag);
    return docker_perform_plain(docker, &(struct docker_call){.method = "POST", .path = path->str},
                                error);
}

bool docker_image_remove(struct docker *docker, const char *reference, GError **error)
{
    g_autofree char *name = docker_path_escape(reference);
    g_autofree char *path = g_strconcat("/images/", name, NULL);
    return docker_perform_removal(docker, path, error);
}
