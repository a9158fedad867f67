/* Published ports: which of the host's a container got, as inspect and the list show them. */
#include "mocks/dockerd/container.h"

#include <string.h>

enum {
    EPHEMERAL_PORT_FIRST = 32768 /* moby: the start of the kernel's ip_local_port_range */
};

static const char *const wildcards[] = {"0.0.0.0", "::"};

static void bind(json_t *bound, const char *address, const char *port)
{
    json_array_append_new(bound, json_pack("{s:s, s:s}", "HostIp", address, "HostPort", port));
}

/* One binding of create: an address of its own, or both wildcards; without a port the next free
   one. */
static void bind_wanted(struct dockerd *dockerd, const json_t *wanted, json_t *bound)
{
    const char *address = json_get_string(wanted, "HostIp", "");
    const char *port = json_get_string(wanted, "HostPort", "");
    g_autofree char *free_port = g_strdup_printf("%d", EPHEMERAL_PORT_FIRST + dockerd->next_port);
    if (*port == '\0' || g_str_equal(port, "0")) {
        dockerd->next_port++;
        port = free_port;
    }
    if (*address != '\0') {
        bind(bound, address, port);
        return;
    }
    for (gsize i = 0; i < G_N_ELEMENTS(wildcards); i++)
        bind(bound, wildcards[i], port);
}

static void expose(json_t *ports, json_t *exposed)
{
    const char *key;
    json_t *value;
    json_object_foreach (exposed, key, value)
        json_object_set_new(ports, key, json_null());
}

void container_bind_ports(struct container *container)
{
    json_t *wanted = json_get_object(container->host_config, "PortBindings");
    json_t *ports = json_object();
    const char *key;
    json_t *list;
    expose(ports, json_get_object(container->image_config, "ExposedPorts"));
    expose(ports, json_get_object(container->config, "ExposedPorts"));
    json_object_foreach (wanted, key, list) {
        json_t *bound = json_array();
        for (size_t i = 0; i < json_array_size(list); i++)
            bind_wanted(container->dockerd, json_array_get(list, i), bound);
        json_object_set_new(ports, key, bound);
    }
    json_decref(container->ports);
    container->ports = ports;
}

json_t *container_ports(const struct container *container)
{
    bool is_up = container->state == CONTAINER_RUNNING && container->ports != NULL;
    return is_up ? json_incref(container->ports) : json_object();
}

static void list_port(json_t *list, const char *key, const json_t *bound)
{
    const char *slash = strchr(key, '/');
    json_t *row = json_pack("{s:i, s:s}", "PrivatePort", (int)g_ascii_strtoll(key, NULL, 10),
                            "Type", slash != NULL ? slash + 1 : "tcp");
    if (bound != NULL) {
        json_object_set_new(row, "IP", json_string(json_get_string(bound, "HostIp", "")));
        json_object_set_new(
            row, "PublicPort",
            json_integer(g_ascii_strtoll(json_get_string(bound, "HostPort", ""), NULL, 10)));
    }
    json_array_append_new(list, row);
}

json_t *container_port_list(const struct container *container)
{
    g_autoptr(json_t) ports = container_ports(container);
    json_t *list = json_array();
    const char *key;
    json_t *bound;
    json_object_foreach (ports, key, bound) {
        if (json_array_size(bound) == 0)
            list_port(list, key, NULL);
        for (size_t i = 0; i < json_array_size(bound); i++)
            list_port(list, key, json_array_get(bound, i));
    }
    return list;
}

static bool publishes(const struct container *container, int port)
{
    g_autoptr(json_t) ports = container_port_list(container);
    for (size_t i = 0; i < json_array_size(ports); i++) {
        const json_t *row = json_array_get(ports, i);
        if (json_get_integer(row, "PublicPort", 0) == port &&
            g_str_equal(json_get_string(row, "Type", ""), "tcp"))
            return true;
    }
    return false;
}

const char *dockerd_port_holder(const struct dockerd *dockerd, int port)
{
    for (guint i = 0; i < dockerd->containers->len; i++) {
        const struct container *container = g_ptr_array_index(dockerd->containers, i);
        if (publishes(container, port))
            return container->image_name;
    }
    return NULL;
}
