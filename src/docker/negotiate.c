/* The API version is agreed on by a ping before the first call (engine-contract.md 0). */
#include "docker/docker_private.h"

#include <string.h>

/*
 * Docker's own client drops the failure of a ping and asks with the newest version that it knows,
 * but for these calls, which look at the version themselves (moby v28.0.4 client, checkVersion and
 * NewVersionError).
 */
static const struct {
    const char *method;
    const char *prefix;
    const char *suffix; /* of the path without its query */
} careful_calls[] = {
    {"POST", "/containers/create", ""}, {"POST", "/containers/", "/exec"},
    {"POST", "/containers/", "/wait"},  {"POST", "/containers/prune", ""},
    {"POST", "/images/prune", ""},      {"POST", "/networks/prune", ""},
    {"POST", "/volumes/prune", ""},     {"POST", "/build/prune", ""},
    {"POST", "/networks/create", ""},   {"GET", "/images/json", ""},
    {"GET", "/distribution/", "/json"},
};

static bool is_careful(const struct docker_call *call)
{
    const char *method = call->method != NULL ? call->method : "GET";
    g_autofree char *path = g_strndup(call->path, strcspn(call->path, "?"));
    for (gsize i = 0; i < G_N_ELEMENTS(careful_calls); i++) {
        const char *suffix = careful_calls[i].suffix;
        bool fits = *suffix == '\0' ? g_str_equal(path, careful_calls[i].prefix)
                                    : g_str_has_prefix(path, careful_calls[i].prefix) &&
                                          g_str_has_suffix(path, suffix);
        if (fits && g_str_equal(method, careful_calls[i].method))
            return true;
    }
    return call->is_unversioned;
}

/* Whether the first ping was answered with a version or a 2xx, which ends the asking. */
static bool ping(struct docker *docker, const char *method, bool *is_answered, GError **error)
{
    const struct docker_call call = {.method = method, .path = "/_ping", .is_unversioned = true};
    HTTP_RESPONSE(response);

    if (!docker_ask_once(docker, &call, &response, error))
        return false;
    bool is_chosen = true;
    *is_answered = response.status >= 200 && response.status < 300;
    if (*is_answered) {
        is_chosen =
            docker_choose_version(docker, http_response_header(&response, "Api-Version"), error);
    } else if (g_strcmp0(method, "GET") == 0) {
        g_autofree char *url = docker_shown_url(docker, &call);
        docker_error_from_answer(error, url, response.status, response.body);
    }
    return is_chosen;
}

static bool ping_both_ways(struct docker *docker, GError **error)
{
    bool is_answered = false;
    if (!ping(docker, "HEAD", &is_answered, error))
        return false;
    return is_answered || (ping(docker, "GET", &is_answered, error) && is_answered);
}

bool docker_negotiate(struct docker *docker, const struct docker_call *call, GError **error)
{
    GError *cause = NULL;
    if (docker->api_version != NULL || ping_both_ways(docker, &cause))
        return true;
    bool may_do_without =
        docker->pinned_version != NULL || (docker->user_agent != NULL && !is_careful(call));
    bool is_dropped = may_do_without && cause->domain == DOCKER_ERROR;
    if (is_dropped)
        g_error_free(cause);
    else
        g_propagate_error(error, cause);
    return is_dropped;
}
