/* Containers: create, start, wait, kill, remove, logs; and volumes. */
#include "docker/docker_private.h"
#include "docker/output.h"

#include <string.h>

/* How many lines of a log are asked for. */
#define LOG_LINES "1000"

static json_t *mounts_json(const struct docker_mount *mounts, gsize count)
{
    json_t *list = json_array();
    for (gsize i = 0; i < count; i++)
        json_array_append_new(list, json_pack("{s:s, s:o, s:o}", "Type", "volume", "Source",
                                              json_text_or_null(mounts[i].volume), "Target",
                                              json_text_or_null(mounts[i].target)));
    return list;
}

static json_t *host_config_json(const struct docker_container_options *options)
{
    json_t *host_config = json_pack("{s:b, s:b, s:b}", "Privileged", options->is_privileged, "Init",
                                    options->has_init, "AutoRemove", options->is_removed_on_exit);
    if (options->network != NULL)
        json_object_set_new(host_config, "NetworkMode", json_text_or_null(options->network));
    if (options->mount_count > 0)
        json_object_set_new(host_config, "Mounts",
                            mounts_json(options->mounts, options->mount_count));
    return host_config;
}

bool docker_container_create(struct docker *docker, const struct docker_container_options *options,
                             char **id, GError **error)
{
    g_autoptr(json_t) body = json_pack(
        "{s:o, s:o, s:o, s:o, s:o}", "Image", json_text_or_null(options->image), "Cmd",
        docker_json_texts(options->command), "Env", docker_json_texts(options->environment),
        "Labels", docker_json_pairs(options->labels), "HostConfig", host_config_json(options));
    g_autoptr(GString) path = g_string_new("/containers/create");
    docker_query_append(path, "name", options->name);
    docker_query_append(path, "platform", options->platform);
    const struct docker_call call = {.method = "POST", .path = path->str, .json = body};
    g_autoptr(json_t) answer = NULL;

    if (!docker_perform_json(docker, &call, &answer, error))
        return false;
    *id = g_strdup(json_get_string(answer, "Id", NULL));
    if (*id == NULL)
        g_set_error(error, DOCKER_ERROR, DOCKER_ERROR_FORMAT,
                    "the Engine created a container and did not name it");
    return *id != NULL;
}

/* "/containers/ID" and what follows; g_free. */
static char *container_path(const char *id, const char *rest)
{
    g_autofree char *escaped = docker_path_escape(id);
    return g_strconcat("/containers/", escaped, rest, NULL);
}

bool docker_container_start(struct docker *docker, const char *id, GError **error)
{
    g_autofree char *path = container_path(id, "/start");
    return docker_perform_plain(docker, &(struct docker_call){.method = "POST", .path = path},
                                error);
}

bool docker_container_wait(struct docker *docker, const char *id, int *exit_code, GError **error)
{
    g_autofree char *path = container_path(id, "/wait");
    g_autoptr(json_t) answer = NULL;

    if (!docker_perform_json(docker, &(struct docker_call){.method = "POST", .path = path}, &answer,
                             error))
        return false;
    const char *reason = json_get_string(json_get_object(answer, "Error"), "Message", "");
    if (*reason != '\0') {
        g_set_error_literal(error, DOCKER_ERROR, 0, reason);
        return false;
    }
    *exit_code = (int)json_get_integer(answer, "StatusCode", -1);
    return true;
}

bool docker_container_kill(struct docker *docker, const char *id, const char *signal,
                           GError **error)
{
    g_autofree char *base = container_path(id, "/kill");
    g_autoptr(GString) path = g_string_new(base);
    docker_query_append(path, "signal", signal);
    return docker_perform_plain(docker, &(struct docker_call){.method = "POST", .path = path->str},
                                error);
}

/* Somebody else may be removing it at this moment (AutoRemove): 409, and it will be gone. */
bool docker_container_remove(struct docker *docker, const char *id, GError **error)
{
    g_autofree char *path = container_path(id, "?force=1&v=1");
    g_autoptr(GError) reason = NULL;

    if (docker_perform_removal(docker, path, &reason))
        return true;
    if (g_error_matches(reason, DOCKER_ERROR, 409) &&
        strstr(reason->message, "already in progress") != NULL)
        return true;
    g_propagate_error(error, g_steal_pointer(&reason));
    return false;
}

bool docker_volume_remove(struct docker *docker, const char *name, GError **error)
{
    g_autofree char *escaped = docker_path_escape(name);
    g_autofree char *path = g_strconcat("/volumes/", escaped, NULL);
    return docker_perform_removal(docker, path, error);
}

bool docker_container_logs(struct docker *docker, const char *id, char **text, GError **error)
{
    g_autofree char *path = container_path(id, "/logs?stderr=1&stdout=1&tail=" LOG_LINES);
    AUTO(output) output = output_new(NULL, NULL);

    if (!docker_stream_output(docker, &(struct docker_call){.path = path}, output, error))
        return false;
    *text = output_text(output);
    return true;
}
