/*
 * A container's place on its network: whether it can have one, its address, and what inspect shows
 * of it. moby hands out addresses from the bottom: 172.17.0.0/16 is the default bridge's, the next
 * free one of 172.18 to 172.31 that of each network made, the first address the gateway's.
 */
#include "mocks/dockerd/container.h"

#include "mocks/dockerd/volume.h"

#include <string.h>

enum {
    ADDRESS_FIRST = 2,
    ADDRESSES_PER_BYTE = 256
};

const char *container_network_mode(const struct container *container)
{
    const char *mode = json_get_string(container->host_config, "NetworkMode", "");
    return *mode == '\0' ? "default" : mode;
}

static const char *network_name(const struct container *container)
{
    const char *mode = container_network_mode(container);
    return g_str_equal(mode, "default") ? "bridge" : mode;
}

struct engine_network *container_network(const struct container *container)
{
    return network_find(container->dockerd, network_name(container));
}

/* ---- addresses ---- */

static bool is_taken(const struct engine_network *network, const struct container *but,
                     unsigned address)
{
    const GPtrArray *containers = but->dockerd->containers;
    for (guint i = 0; i < containers->len; i++) {
        const struct container *each = g_ptr_array_index(containers, i);
        if (each != but && container_is_running(each) && each->address == address &&
            container_network(each) == network)
            return true;
    }
    return false;
}

static void take_address(struct container *container)
{
    const struct engine_network *network = container_network(container);
    container->address = 0;
    if (network == NULL || network->subnet == 0)
        return;
    container->address = ADDRESS_FIRST;
    while (is_taken(network, container, container->address))
        container->address++;
}

json_t *container_networks(const struct container *container)
{
    const struct engine_network *network = container_network(container);
    bool is_up = container->state == CONTAINER_RUNNING;
    bool has_address = is_up && network != NULL && network->subnet != 0;
    unsigned high = container->address / ADDRESSES_PER_BYTE;
    unsigned low = container->address % ADDRESSES_PER_BYTE;
    unsigned subnet = has_address ? network->subnet : 0;
    g_autofree char *gateway = g_strdup_printf("172.%u.0.1", subnet);
    g_autofree char *address = g_strdup_printf("172.%u.%u.%u", subnet, high, low);
    g_autofree char *mac = g_strdup_printf("02:42:ac:%02x:%02x:%02x", subnet, high, low);

    json_t *endpoint =
        json_pack("{s:n, s:n, s:n, s:s, s:s, s:s, s:s, s:i, s:s, s:s, s:i, s:s, s:n}", "IPAMConfig",
                  "Links", "Aliases", "NetworkID", network != NULL ? network->id : "", "EndpointID",
                  is_up ? container->id : "", "Gateway", has_address ? gateway : "", "IPAddress",
                  has_address ? address : "", "IPPrefixLen",
                  has_address ? NETWORK_PREFIX_LENGTH : 0, "IPv6Gateway", "", "GlobalIPv6Address",
                  "", "GlobalIPv6PrefixLen", 0, "MacAddress", has_address ? mac : "", "DriverOpts");
    return json_pack("{s:o}", network_name(container), endpoint);
}

/* ---- joining ---- */

static bool fail_to_join(const struct container *container, int status, const char *text,
                         GError **error)
{
    /* moby 28 daemon/start.go; older ones say the reason alone */
    bool is_old = container->dockerd->personality->has_old_words;
    return engine_fail(error, status, "%s%s",
                       is_old ? "" : "failed to set up container networking: ", text);
}

/* "host", "none" and "container:NAME" are no networks that could be missing. */
static bool names_network(const char *mode)
{
    return !g_str_has_prefix(mode, "container:");
}

/* Whether a running container has this port of the host. A wildcard has it at every address. */
static bool is_bound(const struct container *but, const char *address, const char *port,
                     const char *protocol)
{
    const GPtrArray *containers = but->dockerd->containers;
    for (guint i = 0; i < containers->len; i++) {
        const struct container *each = g_ptr_array_index(containers, i);
        g_autoptr(json_t) ports = each == but ? json_array() : container_port_list(each);
        for (size_t j = 0; j < json_array_size(ports); j++) {
            const json_t *row = json_array_get(ports, j);
            const char *held = json_get_string(row, "IP", "");
            bool is_same_place = *address == '\0' || g_str_equal(address, held) ||
                                 g_str_equal(address, "0.0.0.0") || g_str_equal(held, "0.0.0.0");
            if (is_same_place && g_str_equal(json_get_string(row, "Type", ""), protocol) &&
                json_get_integer(row, "PublicPort", 0) == g_ascii_strtoll(port, NULL, 10))
                return true;
        }
    }
    return false;
}

static bool check_binding(const struct container *container, const char *key, const json_t *wanted,
                          GError **error)
{
    const char *address = json_get_string(wanted, "HostIp", "");
    const char *port = json_get_string(wanted, "HostPort", "");
    const char *slash = strchr(key, '/');

    if (*port == '\0' || g_str_equal(port, "0") ||
        !is_bound(container, address, port, slash != NULL ? slash + 1 : "tcp"))
        return true;
    g_autofree char *text = g_strdup_printf(
        "driver failed programming external connectivity on endpoint %s (%s): Bind for %s:%s "
        "failed: port is already allocated",
        container->name, container->id, *address != '\0' ? address : "0.0.0.0", port);
    return fail_to_join(container, 500, text, error);
}

bool container_join_network(struct container *container, GError **error)
{
    const char *name = network_name(container);
    const char *key;
    json_t *list;

    if (names_network(name) && container_network(container) == NULL) {
        g_autofree char *text = g_strdup_printf("network %s not found", name);
        return fail_to_join(container, 404, text, error);
    }
    json_object_foreach (json_get_object(container->host_config, "PortBindings"), key, list)
        for (size_t i = 0; i < json_array_size(list); i++)
            if (!check_binding(container, key, json_array_get(list, i), error))
                return false;
    take_address(container);
    return true;
}
