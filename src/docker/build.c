/* Classic build: POST /build with version=1, single platform, its errors inside HTTP 200. */
#include "docker/docker_private.h"
#include "docker/output.h"

#include <string.h>

struct build {
    struct output *output;
    char *image_id;
};

static void take_text(struct build *build, const char *text)
{
    output_take(build->output, 1, text, strlen(text));
}

/* Pulls inside a build come as status objects; their progress is no output. */
static void take_status(struct build *build, const struct message *message)
{
    if (message->total_bytes > 0 || message->current_bytes > 0)
        return;
    if (message->id != NULL) {
        take_text(build, message->id);
        take_text(build, ": ");
    }
    take_text(build, message->status);
    take_text(build, "\n");
}

static void on_build_message(void *context, const struct message *message)
{
    static const char built[] = "Successfully built ";
    struct build *build = context;
    const char *id = json_get_string(message->aux, "ID", NULL);

    if (message->stream != NULL)
        take_text(build, message->stream);
    else if (message->status != NULL)
        take_status(build, message);
    if (id == NULL && build->image_id == NULL && message->stream != NULL &&
        g_str_has_prefix(message->stream, built))
        id = message->stream + strlen(built);
    if (id == NULL)
        return;
    g_free(build->image_id);
    build->image_id = g_strchomp(g_strdup(id));
}

static void append_json(GString *path, const char *key, const char *const *pairs)
{
    if (pairs == NULL || pairs[0] == NULL)
        return;
    g_autoptr(json_t) object = docker_json_pairs(pairs);
    g_autofree char *text = json_text(object);
    docker_query_append(path, key, text);
}

/* forcerm removes the containers of a failed build as well: nobody would look at them. */
static GString *build_path(const struct docker_build_options *options)
{
    GString *path = g_string_new("/build?version=1&forcerm=1");
    docker_query_append(path, "dockerfile", options->dockerfile);
    for (gsize i = 0; options->tags != NULL && options->tags[i] != NULL; i++)
        docker_query_append(path, "t", options->tags[i]);
    docker_query_append(path, "platform", options->platform);
    docker_query_append(path, "target", options->target);
    append_json(path, "buildargs", options->build_arguments);
    append_json(path, "labels", options->labels);
    return path;
}

bool docker_build(struct docker *docker, const struct docker_build_options *options,
                  char **image_id, GError **error)
{
    g_autoptr(GString) path = build_path(options);
    g_autofree char *header = docker_config_header(options->credentials, options->credential_count);
    const struct docker_call call = {
        .method = "POST", .path = path->str, .body = options->context_tar, .header = header};
    AUTO(output) output = output_new(options->output, options->output_context);
    struct build build = {.output = output};

    bool is_built = docker_stream_messages(docker, &call, on_build_message, &build, error);
    output_finish(output);
    if (is_built && build.image_id == NULL) {
        g_set_error(error, DOCKER_ERROR, DOCKER_ERROR_CUT, "the build ended without saying how");
        is_built = false;
    }
    if (is_built && image_id != NULL)
        *image_id = g_steal_pointer(&build.image_id);
    g_free(build.image_id);
    return is_built;
}
