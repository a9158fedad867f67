/* What Docker's own client says of a request that got no answer, so that one table reads both it
   and ours (moby client/request.go doRequest; failures.md F1, F2, F8). */
#include "docker/docker_private.h"

#include <string.h>

char *docker_call_path(const struct docker *docker, const struct docker_call *call)
{
    if (call->is_unversioned)
        return g_strdup(call->path);
    if (docker->api_version != NULL)
        return g_strconcat("/v", docker->api_version, call->path, NULL);
    if (docker->pinned_version != NULL)
        return g_strconcat("/v", docker->pinned_version, call->path, NULL);
    if (docker->user_agent == NULL)
        return g_strdup(call->path);
    return g_strdup_printf("/v1.%ld%s", docker->minor_max, call->path);
}

char *docker_shown_url(const struct docker *docker, const struct docker_call *call)
{
    g_autofree char *path = docker_call_path(docker, call);
    if (docker->unix_socket == NULL)
        return g_strconcat(docker->base_url, path, NULL);
    g_autofree char *socket = g_uri_escape_string(docker->unix_socket, NULL, FALSE);
    return g_strconcat("http://", socket, path, NULL);
}

/* `Post "http://%2Fvar%2Frun%2Fdocker.sock/v1.48/images/create?…": EOF`, as Go words it. */
static char *go_words(const struct docker *docker, const struct docker_call *call,
                      const char *reason)
{
    const char *method = call->method != NULL ? call->method : "GET";
    g_autofree char *rest = g_ascii_strdown(method + 1, -1);
    g_autofree char *url = docker_shown_url(docker, call);
    return g_strdup_printf("%c%s \"%s\": %s", method[0], rest, url, reason);
}

/* Of a unix socket Go names the far end; that of a TCP connection is not known here. */
static char *reset_words(const struct docker *docker, const char *reason)
{
    bool is_write = g_str_has_suffix(reason, "broken pipe");
    const char *verb = is_write ? "write" : "read";
    const char *what = is_write ? "broken pipe" : "connection reset by peer";
    if (docker->unix_socket == NULL)
        return g_strdup_printf("%s tcp: %s: %s", verb, verb, what);
    return g_strdup_printf("%s unix @->%s: %s: %s", verb, docker->unix_socket, verb, what);
}

/* src/http puts "GET url: " in front. */
static const char *reason_of(const GError *error)
{
    const char *separator = strstr(error->message, ": ");
    return separator != NULL ? separator + strlen(": ") : error->message;
}

static char *lost_words(const struct docker *docker, const GError *reason)
{
    if (reason->code == HTTP_ERROR_EMPTY_REPLY)
        return g_strdup("EOF");
    if (reason->code == HTTP_ERROR_RESET)
        return reset_words(docker, reason->message);
    if (reason->code == HTTP_ERROR_NAME_NOT_FOUND) {
        g_autofree char *host = NULL;
        int port = 0;
        if (http_url_split(docker->base_url, &host, &port, NULL))
            return g_strdup_printf("dial tcp: lookup %s: %s", host, reason_of(reason));
    }
    return g_strdup(reason_of(reason));
}

static void set_refused(GError **error, const struct docker *docker, const GError *reason)
{
    bool is_missing = g_str_has_suffix(reason->message, "no such file or directory");
    if (is_missing && docker->has_new_words)
        g_set_error(error, DOCKER_ERROR, DOCKER_ERROR_UNREACHABLE,
                    "failed to connect to the docker API at %s; check if the path is correct and "
                    "if the daemon is running: dial unix %s: connect: no such file or directory",
                    docker->endpoint, docker->unix_socket);
    else
        g_set_error(error, DOCKER_ERROR, DOCKER_ERROR_UNREACHABLE,
                    "Cannot connect to the Docker daemon at %s. Is the docker daemon running?",
                    docker->endpoint);
}

static void set_no_permission(GError **error, const struct docker *docker,
                              const struct docker_call *call)
{
    g_autofree char *dial = g_strdup_printf("dial unix %s: connect: permission denied",
                                            docker->unix_socket != NULL ? docker->unix_socket : "");
    g_autofree char *words = go_words(docker, call, dial);
    if (docker->has_new_words)
        g_set_error(error, DOCKER_ERROR, DOCKER_ERROR_UNREACHABLE,
                    "permission denied while trying to connect to the docker API at %s",
                    docker->endpoint);
    else
        g_set_error(error, DOCKER_ERROR, DOCKER_ERROR_UNREACHABLE,
                    "permission denied while trying to connect to the Docker daemon socket at %s: "
                    "%s",
                    docker->endpoint, words);
}

static void set_lost(GError **error, const struct docker *docker, const struct docker_call *call,
                     const GError *reason)
{
    g_autofree char *lost = lost_words(docker, reason);
    g_autofree char *words = go_words(docker, call, lost);
    g_set_error(error, DOCKER_ERROR, DOCKER_ERROR_UNREACHABLE, "error during connect: %s", words);
}

void docker_explain_transport(GError **error, const struct docker *docker,
                              const struct docker_call *call, const GError *reason)
{
    if (reason->domain != HTTP_ERROR) {
        g_propagate_error(error, g_error_copy(reason));
        return;
    }
    switch ((enum http_error)reason->code) {
    case HTTP_ERROR_REFUSED:
    case HTTP_ERROR_CONNECT_TIMED_OUT:
    case HTTP_ERROR_UNANSWERED:
        set_refused(error, docker, reason);
        return;
    case HTTP_ERROR_PERMISSION:
        set_no_permission(error, docker, call);
        return;
    case HTTP_ERROR_TRUNCATED:
        g_set_error(error, DOCKER_ERROR, DOCKER_ERROR_CUT, "the Engine's answer was cut: %s",
                    reason->message);
        return;
    case HTTP_ERROR_MALFORMED:
    case HTTP_ERROR_TOO_LARGE:
        g_set_error_literal(error, DOCKER_ERROR, DOCKER_ERROR_FORMAT, reason->message);
        return;
    case HTTP_ERROR_NAME_NOT_FOUND:
    case HTTP_ERROR_NAME_SERVER:
    case HTTP_ERROR_NAME_TIMED_OUT:
    case HTTP_ERROR_TLS_TIMED_OUT:
    case HTTP_ERROR_TLS_REFUSED:
    case HTTP_ERROR_RESET:
    case HTTP_ERROR_EMPTY_REPLY:
    case HTTP_ERROR_OTHER:
        break;
    }
    set_lost(error, docker, call, reason);
}
