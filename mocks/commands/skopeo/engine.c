/* The Engine as containers/image asks it (docker/daemon/client.go). */
#include "mocks/commands/skopeo/saved.h"

#include <string.h>

#define DEFAULT_HOST "unix:///var/run/docker.sock"
#define API_VERSION  "1.43" /* of the docker client in containers/image 5.29 */

enum {
    API_MINOR_OLDEST = 24
};

static bool send(const struct skopeo_run *run, const char *host,
                 const struct skopeo_engine_call *call, struct http_response *response,
                 GError **error)
{
    static const char *const tar[] = {"Content-Type: application/x-tar", NULL};
    g_autofree char *url = g_strconcat("http://docker", call->path, NULL);
    const struct http_request request = {.method = call->method,
                                         .url = url,
                                         .unix_socket = host + strlen("unix://"),
                                         .headers = call->body != NULL ? tar : NULL,
                                         .body = call->body,
                                         .may_reuse = true,
                                         .may_repeat = call->body == NULL};
    GError *reason = NULL;
    if (http_perform(run->options->http, &request, response, &reason))
        return true;
    if (reason->domain != HTTP_ERROR) {
        g_propagate_error(error, reason);
        return false;
    }
    g_error_free(reason);
    return skopeo_fail(
        error, "Cannot connect to the Docker daemon at %s. Is the docker daemon running?", host);
}

static int minor_of(const char *version)
{
    const char *dot = strchr(version, '.');
    return dot != NULL ? (int)g_ascii_strtoll(dot + 1, NULL, 10) : API_MINOR_OLDEST;
}

/* The older of the client's version of the API and the Engine's. */
static int common_minor(const struct http_response *pong)
{
    const char *theirs = http_response_header(pong, "Api-Version");
    return theirs != NULL ? MIN(minor_of(theirs), minor_of(API_VERSION)) : API_MINOR_OLDEST;
}

/* DOCKER_HOST is not looked at. */
bool skopeo_engine_ask(const struct skopeo_run *run, const struct skopeo_context *context,
                       const struct skopeo_engine_call *call, struct http_response *response,
                       GError **error)
{
    HTTP_RESPONSE(pong);
    const struct skopeo_engine_call ping = {.method = "HEAD", .path = "/_ping"};
    const char *host = context->daemon_host != NULL ? context->daemon_host : DEFAULT_HOST;
    if (!g_str_has_prefix(host, "unix://"))
        return skopeo_fail_unknown(error);
    if (!send(run, host, &ping, &pong, error))
        return false;
    g_autofree char *path = g_strdup_printf("/v1.%d%s", common_minor(&pong), call->path);
    const struct skopeo_engine_call versioned = {call->method, path, call->body};
    if (!send(run, host, &versioned, response, error))
        return false;
    g_autoptr(json_t) answer =
        response->status != 200 ? json_parse_gbytes(response->body, NULL) : NULL;
    return response->status == 200 || skopeo_fail(error, "Error response from daemon: %s",
                                                  json_get_string(answer, "message", ""));
}
