/* The Engine client's life and its negotiation of the API version. */
#include "docker/docker_private.h"

#include <stdlib.h>
#include <string.h>

/* The newest version this client was written for, and the oldest; an Engine that names none is
   taken for the oldest (engine-contract.md 0). */
#define API_MINOR_MAX 50
#define API_MINOR_MIN 24

static bool parse_endpoint(struct docker *docker, GError **error)
{
    static const char unix_scheme[] = "unix://";
    static const char tcp_scheme[] = "tcp://";
    const char *endpoint = docker->endpoint;

    if (g_str_has_prefix(endpoint, "unix:///")) {
        docker->unix_socket = g_strdup(endpoint + strlen(unix_scheme));
        docker->base_url = g_strdup("http://api.moby.localhost");
        return true;
    }
    if (g_str_has_prefix(endpoint, tcp_scheme) && endpoint[strlen(tcp_scheme)] != '\0') {
        docker->base_url = g_strconcat("http://", endpoint + strlen(tcp_scheme), NULL);
        return true;
    }
    g_set_error(error, BASE_ERROR, BASE_ERROR_INVALID,
                "'%s' is no Engine endpoint; write unix:///path or tcp://host:port", endpoint);
    return false;
}

struct docker *docker_new(struct http *http, const char *endpoint, GError **error)
{
    AUTO(docker) docker = g_new0(struct docker, 1);
    docker->http = http;
    docker->endpoint = g_strdup(endpoint);
    docker->minor_max = API_MINOR_MAX;
    return parse_endpoint(docker, error) ? g_steal_pointer(&docker) : NULL;
}

void docker_free(struct docker *docker)
{
    if (docker == NULL)
        return;
    g_free(docker->endpoint);
    g_free(docker->unix_socket);
    g_free(docker->base_url);
    g_free(docker->api_version);
    g_free(docker->pinned_version);
    g_free(docker->user_agent);
    g_free(docker);
}

/* "1.47" to 47; -1 when it is nothing of the kind. */
static long api_minor(const char *version)
{
    char *end = NULL;
    if (!g_str_has_prefix(version, "1.") || !g_ascii_isdigit(version[2]))
        return -1;
    long minor = strtol(version + 2, &end, 10);
    return *end == '\0' && minor <= INT16_MAX ? minor : -1;
}

/* 29 of "Docker-Client/29.4.2 (linux)"; 0 of others. */
static long client_major(const char *user_agent)
{
    static const char prefix[] = "Docker-Client/";
    bool is_dockers = g_str_has_prefix(user_agent, prefix);
    return is_dockers ? strtol(user_agent + strlen(prefix), NULL, 10) : 0;
}

void docker_set_identity(struct docker *docker, const char *user_agent, const char *api_version)
{
    long minor = api_minor(api_version);

    g_free(docker->user_agent);
    docker->user_agent = g_strconcat("User-Agent: ", user_agent, NULL);
    docker->has_new_words = client_major(user_agent) >= 29;
    if (minor >= API_MINOR_MIN && minor < API_MINOR_MAX)
        docker->minor_max = minor;
}

void docker_pin_version(struct docker *docker, const char *version)
{
    g_free(docker->pinned_version);
    docker->pinned_version = g_uri_escape_string(version, NULL, FALSE);
}

const char *docker_api_version(const struct docker *docker)
{
    return docker->api_version;
}

bool docker_choose_version(struct docker *docker, const char *offered, GError **error)
{
    if (docker->pinned_version != NULL) {
        g_free(docker->api_version);
        docker->api_version = g_strdup(docker->pinned_version);
        return true;
    }
    long minor = offered != NULL && *offered != '\0' ? api_minor(offered) : API_MINOR_MIN;
    if (minor < 0) {
        g_set_error(error, DOCKER_ERROR, DOCKER_ERROR_FORMAT,
                    "the Engine offers the API version '%s', which is none", offered);
        return false;
    }
    if (minor < API_MINOR_MIN) {
        g_set_error(error, DOCKER_ERROR, DOCKER_ERROR_FORMAT,
                    "API version %s is not supported by this client: the minimum supported API "
                    "version is 1.%d",
                    offered, API_MINOR_MIN);
        return false;
    }
    g_free(docker->api_version); /* two fibers may have asked at once */
    docker->api_version = g_strdup_printf("1.%ld", MIN(minor, docker->minor_max));
    return true;
}

static void facts_from_version(struct docker_engine_facts *facts, const json_t *version)
{
    facts->version = g_strdup(json_get_string(version, "Version", ""));
    facts->platform = g_strdup_printf("%s/%s", json_get_string(version, "Os", "linux"),
                                      json_get_string(version, "Arch", "amd64"));
}

/* DriverStatus is a list of pairs; the containerd store shows itself by one of them. */
static bool has_containerd_store(const json_t *info)
{
    size_t i;
    const json_t *pair;

    json_array_foreach (json_get_array(info, "DriverStatus"), i, pair) {
        const char *key = json_string_value(json_array_get(pair, 0));
        const char *value = json_string_value(json_array_get(pair, 1));
        if (g_strcmp0(key, "driver-type") == 0)
            return g_strcmp0(value, "io.containerd.snapshotter.v1") == 0;
    }
    return false;
}

bool docker_engine(struct docker *docker, struct docker_engine_facts *facts, GError **error)
{
    g_autoptr(json_t) version = NULL;
    g_autoptr(json_t) info = NULL;

    memset(facts, 0, sizeof(*facts));
    if (!docker_perform_json(docker, &(struct docker_call){.path = "/version"}, &version, error) ||
        !docker_perform_json(docker, &(struct docker_call){.path = "/info"}, &info, error))
        return false;
    facts_from_version(facts, version);
    facts->api_version = g_strdup(docker->api_version);
    facts->root_directory = g_strdup(json_get_string(info, "DockerRootDir", ""));
    facts->storage_driver = g_strdup(json_get_string(info, "Driver", ""));
    facts->has_containerd_store = has_containerd_store(info);
    return true;
}

void docker_engine_facts_clear(struct docker_engine_facts *facts)
{
    g_free(facts->version);
    g_free(facts->api_version);
    g_free(facts->platform);
    g_free(facts->root_directory);
    g_free(facts->storage_driver);
    memset(facts, 0, sizeof(*facts));
}
