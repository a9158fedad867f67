/* Files into and out of containers, as tar. */
#include "docker/docker_private.h"

#include <string.h>

static GString *archive_path(const char *id, const char *query)
{
    g_autofree char *escaped = docker_path_escape(id);
    GString *path = g_string_new(NULL);
    g_string_append_printf(path, "/containers/%s/archive%s", escaped, query);
    return path;
}

bool docker_archive_put(struct docker *docker, const char *id, const char *path, GBytes *tar,
                        GError **error)
{
    g_autoptr(GString) target = archive_path(id, "?noOverwriteDirNonDir=true");
    docker_query_append(target, "path", path);
    return docker_perform_plain(
        docker, &(struct docker_call){.method = "PUT", .path = target->str, .body = tar}, error);
}

/* 404 has two meanings: no such file, "Could not find the file /p in container C" (capture 22), and
   no such container. */
static bool is_missing_file(const GError *error)
{
    return g_error_matches(error, DOCKER_ERROR, 404) &&
           strstr(error->message, "No such container") == NULL;
}

bool docker_archive_get(struct docker *docker, const char *id, const char *path, GBytes **tar,
                        GError **error)
{
    g_autoptr(GString) target = archive_path(id, "");
    docker_query_append(target, "path", path);
    HTTP_RESPONSE(response);
    g_autoptr(GError) reason = NULL;

    *tar = NULL;
    if (docker_perform(docker, &(struct docker_call){.path = target->str}, &response, &reason)) {
        *tar = g_bytes_ref(response.body);
        return true;
    }
    if (is_missing_file(reason))
        return true;
    g_propagate_error(error, g_steal_pointer(&reason));
    return false;
}
