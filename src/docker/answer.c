/* Whole answers of the Engine: its errors, JSON, and answers that may be missing. */
#include "docker/docker_private.h"
#include "http/status.h"

#include <string.h>

/* One line for an answer whose body is no JSON: proxies and crashed daemons write anything. */
static char *plain_text(GBytes *body)
{
    gsize length_bytes = 0;
    const char *bytes = g_bytes_get_data(body, &length_bytes);
    g_autofree char *text = g_utf8_make_valid(bytes != NULL ? bytes : "", (gssize)length_bytes);
    return g_strdelimit(g_strdup(g_strstrip(text)), "\r\n", ' ');
}

void docker_error_from_answer(GError **error, const char *url, unsigned status, GBytes *body)
{
    g_autoptr(json_t) answer = json_parse_gbytes(body, NULL);
    const char *message = json_get_string(answer, "message", "");

    if (*message != '\0') {
        g_set_error_literal(error, DOCKER_ERROR, (int)status, message);
    } else if (g_bytes_get_size(body) == 0) { /* failures.md F6 */
        g_set_error(error, DOCKER_ERROR, (int)status,
                    "request returned %u %s for API route and version %s, check if the server "
                    "supports the requested API version",
                    status, http_status_text(status), url);
    } else if (answer != NULL) { /* failures.md F7 */
        g_set_error(error, DOCKER_ERROR, (int)status,
                    "API returned a %u (%s) but provided no error-message", status,
                    http_status_text(status));
    } else {
        g_autofree char *text = plain_text(body);
        g_set_error_literal(error, DOCKER_ERROR, (int)status, text);
    }
}

bool docker_perform(struct docker *docker, const struct docker_call *call,
                    struct http_response *response, GError **error)
{
    if (!docker_ask(docker, call, response, error))
        return false;
    if (response->status < 400)
        return true;
    g_autofree char *url = docker_shown_url(docker, call);
    docker_error_from_answer(error, url, response->status, response->body);
    http_response_clear(response);
    return false;
}

static json_t *parse_answer(const struct docker_call *call, GBytes *body, GError **error)
{
    g_autoptr(GError) reason = NULL;
    json_t *answer = json_parse_gbytes(body, &reason);
    if (answer == NULL)
        g_set_error(error, DOCKER_ERROR, DOCKER_ERROR_FORMAT, "the Engine's answer to %s: %s",
                    call->path, reason->message);
    return answer;
}

bool docker_perform_json(struct docker *docker, const struct docker_call *call, json_t **answer,
                         GError **error)
{
    HTTP_RESPONSE(response);
    if (!docker_perform(docker, call, &response, error))
        return false;
    *answer = parse_answer(call, response.body, error);
    return *answer != NULL;
}

bool docker_perform_plain(struct docker *docker, const struct docker_call *call, GError **error)
{
    HTTP_RESPONSE(response);
    return docker_perform(docker, call, &response, error);
}

/* 404 is also the answer to a path that the Engine does not know at all. */
static bool is_absence(const GError *error)
{
    return g_error_matches(error, DOCKER_ERROR, 404) &&
           strcmp(error->message, "page not found") != 0;
}

bool docker_perform_removal(struct docker *docker, const char *path, GError **error)
{
    g_autoptr(GError) reason = NULL;
    const struct docker_call call = {.method = "DELETE", .path = path};

    if (docker_perform_plain(docker, &call, &reason) || is_absence(reason))
        return true;
    g_propagate_error(error, g_steal_pointer(&reason));
    return false;
}

bool docker_find_json(struct docker *docker, const char *path, json_t **answer, GError **error)
{
    g_autoptr(GError) reason = NULL;

    *answer = NULL;
    if (docker_perform_json(docker, &(struct docker_call){.path = path}, answer, &reason) ||
        is_absence(reason))
        return true;
    g_propagate_error(error, g_steal_pointer(&reason));
    return false;
}
