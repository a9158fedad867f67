/* Endpoints of networks. */
#include "mocks/dockerd/prune.h"

#include "base/limits.h"
#include "mocks/dockerd/volume.h"

static json_t *address_pools(const struct engine_network *network)
{
    g_autofree char *subnet =
        g_strdup_printf("172.%u.0.0/%d", network->subnet, NETWORK_PREFIX_LENGTH);
    g_autofree char *gateway = g_strdup_printf("172.%u.0.1", network->subnet);
    if (network->subnet == 0)
        return json_array();
    return json_pack("[{s:s, s:s}]", "Subnet", subnet, "Gateway", gateway);
}

static json_t *network_shape(const struct engine_network *network)
{
    g_autofree char *created = dockerd_time_text(network->created_us);
    return json_pack("{s:s, s:s, s:s, s:s, s:s, s:b, s:{s:s, s:n, s:o}, s:b, s:b, s:b, s:{s:s}, "
                     "s:b, s:{}, s:{}, s:O}",
                     "Name", network->name, "Id", network->id, "Created", created, "Scope", "local",
                     "Driver", network->driver, "EnableIPv6", 0, "IPAM", "Driver", "default",
                     "Options", "Config", address_pools(network), "Internal", 0, "Attachable", 0,
                     "Ingress", 0, "ConfigFrom", "Network", "", "ConfigOnly", 0, "Containers",
                     "Options", "Labels", network->labels);
}

/* moby daemon/network/filter.go */
static bool passes_filters(struct request *request, const struct engine_network *network)
{
    const char *type = network->is_predefined ? "builtin" : "custom";
    bool is_dangling = !network->is_predefined && network_use_count(request->dockerd, network) == 0;
    return api_filter_matches(request, "name", network->name) &&
           api_filter_matches(request, "id", network->id) &&
           api_filter_is(request, "driver", network->driver) &&
           api_filter_is(request, "scope", "local") && api_filter_is(request, "type", type) &&
           api_filter_truth(request, "dangling", is_dangling) &&
           api_filter_labels(request, network->labels);
}

HANDLER(networks_list)
{
    static const char *const keys[] = {"dangling", "driver", "id",   "label",
                                       "name",     "scope",  "type", NULL};
    const GPtrArray *networks = request->dockerd->networks;

    if (!api_filters_check(request, keys, error))
        return false;
    json_t *list = json_array();
    for (guint i = 0; i < networks->len; i++) {
        const struct engine_network *network = g_ptr_array_index(networks, i);
        if (passes_filters(request, network))
            json_array_append_new(list, network_shape(network));
    }
    api_reply_json(request, 200, list);
    return true;
}

HANDLER(networks_create)
{
    g_autoptr(json_t) body = api_read_json(request, error);
    if (body == NULL)
        return false;
    struct dockerd *dockerd = request->dockerd;
    const char *name = json_get_string(body, "Name", "");
    if (network_find(dockerd, name) != NULL)
        return engine_fail(error, 409, "network with name %s already exists", name);
    if (dockerd->networks->len >= ENGINE_OBJECTS_MAX)
        return engine_fail(error, 500, "more than %d networks", ENGINE_OBJECTS_MAX);
    struct engine_network *network =
        network_add(dockerd, name, json_get_string(body, "Driver", "bridge"),
                    json_get_object(body, "Labels"), /* is_predefined= */ false);
    dockerd_note(dockerd, "network", "create", name, NULL);
    api_reply_json(request, 201, json_pack("{s:s, s:s}", "Id", network->id, "Warning", ""));
    return true;
}

static struct engine_network *find_network(struct request *request, GError **error)
{
    struct engine_network *network = network_find(request->dockerd, request->name);
    if (network == NULL)
        engine_fail(error, 404, "network %s not found", request->name);
    return network;
}

/* Those that run, by their ids; the list of networks leaves them out. */
static json_t *members_of(const struct dockerd *dockerd, const struct engine_network *network)
{
    json_t *members = json_object();
    for (guint i = 0; i < dockerd->containers->len; i++) {
        const struct container *container = g_ptr_array_index(dockerd->containers, i);
        if (!container_is_running(container) || container_network(container) != network)
            continue;
        g_autoptr(json_t) networks = container_networks(container);
        const json_t *endpoint = json_object_iter_value(json_object_iter(networks));
        const char *address = json_get_string(endpoint, "IPAddress", "");
        g_autofree char *with_length =
            *address != '\0' ? g_strdup_printf("%s/%d", address, NETWORK_PREFIX_LENGTH)
                             : g_strdup("");
        json_object_set_new(members, container->id,
                            json_pack("{s:s, s:s, s:s, s:s, s:s}", "Name", container->name,
                                      "EndpointID", json_get_string(endpoint, "EndpointID", ""),
                                      "MacAddress", json_get_string(endpoint, "MacAddress", ""),
                                      "IPv4Address", with_length, "IPv6Address", ""));
    }
    return members;
}

HANDLER(networks_inspect)
{
    const struct engine_network *network = find_network(request, error);
    if (network == NULL)
        return false;
    json_t *shape = network_shape(network);
    json_object_set_new(shape, "Containers", members_of(request->dockerd, network));
    api_reply_json(request, 200, shape);
    return true;
}

HANDLER(networks_delete)
{
    struct engine_network *network = find_network(request, error);
    if (network == NULL)
        return false;
    if (network->is_predefined)
        return engine_fail(error, 403, "%s is a pre-defined network and cannot be removed",
                           network->name);
    if (network_use_count(request->dockerd, network) > 0)
        return engine_fail(error, 403,
                           "error while removing network: network %s id %s has active "
                           "endpoints",
                           network->name, network->id);
    dockerd_note(request->dockerd, "network", "destroy", network->name, NULL);
    g_ptr_array_remove(request->dockerd->networks, network);
    api_reply_empty(request, 204);
    return true;
}

/* capture 26: names, and no space */
HANDLER(networks_prune)
{
    struct dockerd *dockerd = request->dockerd;
    json_t *deleted = json_array();

    if (!prune_begin(dockerd, "networks", error)) {
        json_decref(deleted);
        return false;
    }
    for (guint i = dockerd->networks->len; i > 0; i--) {
        struct engine_network *network = g_ptr_array_index(dockerd->networks, i - 1);
        if (network->is_predefined || network_use_count(dockerd, network) > 0)
            continue;
        json_array_append_new(deleted, json_string(network->name));
        g_ptr_array_remove_index(dockerd->networks, i - 1);
    }
    prune_reply(request, "networks", "NetworksDeleted", deleted, /* freed_bytes= */ -1);
    return true;
}
