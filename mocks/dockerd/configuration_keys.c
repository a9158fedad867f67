/* What may stand in daemon.json: moby daemon/config (config.go, config_linux.go), cmd/dockerd. */
#include "mocks/dockerd/configuration_keys.h"

#include <string.h>

#define OLD   PULLER_DOCKER_20_10
#define OF_24 PULLER_DOCKER_24
#define OF_28 PULLER_DOCKER_28
#define OF_29 PULLER_CONTAINERD

/* What is not followed makes what comes of the leg unknown: it moves the daemon's traffic, its
   users or its addresses. */
static const struct configuration_key keys[] = {
    {"allow-direct-routing", CONFIGURATION_TRUTH, true, OF_28},
    {"allow-nondistributable-artifacts", CONFIGURATION_TEXTS, true, OLD},
    {"api-cors-header", CONFIGURATION_TEXT, false, OLD},
    {"authorization-plugins", CONFIGURATION_TEXTS, false, OLD},
    {"bip", CONFIGURATION_TEXT, false, OLD},
    {"bip6", CONFIGURATION_TEXT, true, OF_28},
    {"bridge", CONFIGURATION_TEXT, false, OLD},
    {"bridge-accept-fwmark", CONFIGURATION_TEXT, true, OF_28},
    {"builder", CONFIGURATION_ANY, true, OLD}, /* its garbage collection */
    {"cdi-spec-dirs", CONFIGURATION_TEXTS, true, OF_28},
    {"cgroup-parent", CONFIGURATION_TEXT, true, OLD},
    {"containerd", CONFIGURATION_TEXT, false, OLD},
    {"containerd-namespace", CONFIGURATION_TEXT, true, OLD},
    {"containerd-plugins-namespace", CONFIGURATION_TEXT, true, OLD},
    {"cpu-rt-period", CONFIGURATION_NUMBER, true, OLD},
    {"cpu-rt-runtime", CONFIGURATION_NUMBER, true, OLD},
    {"cri-containerd", CONFIGURATION_TRUTH, true, OLD},
    {"data-root", CONFIGURATION_TEXT, true, OLD},
    {"debug", CONFIGURATION_TRUTH, true, OLD},
    {"default-address-pools", CONFIGURATION_ANY, true, OLD},
    {"default-cgroupns-mode", CONFIGURATION_TEXT, true, OLD},
    {"default-gateway", CONFIGURATION_TEXT, true, OLD},
    {"default-gateway-v6", CONFIGURATION_TEXT, true, OLD},
    {"default-ipc-mode", CONFIGURATION_TEXT, true, OLD},
    {"default-network-opts", CONFIGURATION_ANY, true, OF_24},
    {"default-runtime", CONFIGURATION_TEXT, false, OLD},
    {"default-shm-size", CONFIGURATION_ANY, true, OLD},
    {"default-ulimits", CONFIGURATION_ANY, true, OLD},
    {"deprecated-key-path", CONFIGURATION_TEXT, true, OLD},
    {"dns", CONFIGURATION_TEXTS, true, OLD},
    {"dns-opts", CONFIGURATION_TEXTS, true, OLD},
    {"dns-search", CONFIGURATION_TEXTS, true, OLD},
    {"exec-opts", CONFIGURATION_TEXTS, true, OLD},
    {"exec-root", CONFIGURATION_TEXT, true, OLD},
    {"experimental", CONFIGURATION_TRUTH, true, OLD},
    {"features", CONFIGURATION_TRUTHS, true, OLD},
    {"firewall-backend", CONFIGURATION_TEXT, true, OF_29},
    {"fixed-cidr", CONFIGURATION_TEXT, true, OLD},
    {"fixed-cidr-v6", CONFIGURATION_TEXT, true, OLD},
    {"group", CONFIGURATION_TEXT, false, OLD},
    {"host-gateway-ip", CONFIGURATION_TEXT, true, OLD},
    {"host-gateway-ips", CONFIGURATION_TEXTS, true, OF_28},
    {"hosts", CONFIGURATION_TEXTS, false, OLD},
    {"http-proxy", CONFIGURATION_TEXT, false, OF_24},
    {"https-proxy", CONFIGURATION_TEXT, false, OF_24},
    {"icc", CONFIGURATION_TRUTH, true, OLD},
    {"init", CONFIGURATION_TRUTH, true, OLD},
    {"init-path", CONFIGURATION_TEXT, false, OLD},
    {"insecure-registries", CONFIGURATION_TEXTS, true, OLD},
    {"ip", CONFIGURATION_TEXT, true, OLD},
    {"ip-forward", CONFIGURATION_TRUTH, true, OLD},
    {"ip-forward-no-drop", CONFIGURATION_TRUTH, true, OF_28},
    {"ip-masq", CONFIGURATION_TRUTH, true, OLD},
    {"ip6tables", CONFIGURATION_TRUTH, true, OLD},
    {"iptables", CONFIGURATION_TRUTH, true, OLD},
    {"ipv6", CONFIGURATION_TRUTH, true, OLD},
    {"labels", CONFIGURATION_TEXTS, true, OLD},
    {"live-restore", CONFIGURATION_TRUTH, true, OLD},
    {"log-driver", CONFIGURATION_TEXT, true, OLD},
    {"log-format", CONFIGURATION_TEXT, true, OF_28},
    {"log-level", CONFIGURATION_TEXT, true, OLD},
    {"log-opts", CONFIGURATION_NAMED_TEXTS, true, OLD},
    {"max-concurrent-downloads", CONFIGURATION_NUMBER, true, OLD},
    {"max-concurrent-uploads", CONFIGURATION_NUMBER, true, OLD},
    {"max-download-attempts", CONFIGURATION_NUMBER, true, OLD},
    {"metrics-addr", CONFIGURATION_TEXT, true, OLD},
    {"mtu", CONFIGURATION_NUMBER, true, OLD},
    {"network-control-plane-mtu", CONFIGURATION_NUMBER, true, OLD},
    {"network-diagnostic-port", CONFIGURATION_NUMBER, true, OLD},
    {"no-new-privileges", CONFIGURATION_TRUTH, false, OLD},
    {"no-proxy", CONFIGURATION_TEXT, false, OF_24},
    {"node-generic-resources", CONFIGURATION_TEXTS, true, OLD},
    {"pidfile", CONFIGURATION_TEXT, true, OLD},
    {"raw-logs", CONFIGURATION_TRUTH, true, OLD},
    {"registry-mirrors", CONFIGURATION_TEXTS, true, OLD},
    {"rootless", CONFIGURATION_TRUTH, false, OLD},
    {"runtimes", CONFIGURATION_ANY, true, OLD}, /* those that nobody asks for */
    {"seccomp-profile", CONFIGURATION_TEXT, false, OLD},
    {"selinux-enabled", CONFIGURATION_TRUTH, false, OLD},
    {"shutdown-timeout", CONFIGURATION_NUMBER, true, OLD},
    {"storage-driver", CONFIGURATION_TEXT, false, OLD},
    {"storage-opts", CONFIGURATION_TEXTS, false, OLD},
    {"swarm-default-advertise-addr", CONFIGURATION_TEXT, true, OLD},
    {"swarm-raft-election-tick", CONFIGURATION_NUMBER, true, OLD},
    {"swarm-raft-heartbeat-tick", CONFIGURATION_NUMBER, true, OLD},
    {"tls", CONFIGURATION_TRUTH, false, OLD},
    {"tlscacert", CONFIGURATION_TEXT, false, OLD},
    {"tlscert", CONFIGURATION_TEXT, false, OLD},
    {"tlskey", CONFIGURATION_TEXT, false, OLD},
    {"tlsverify", CONFIGURATION_TRUTH, false, OLD},
    {"userland-proxy", CONFIGURATION_TRUTH, true, OLD},
    {"userland-proxy-path", CONFIGURATION_TEXT, false, OLD},
    {"userns-remap", CONFIGURATION_TEXT, false, OLD},
};

const struct configuration_key *configuration_key_find(const char *name, enum puller_kind kind)
{
    for (gsize i = 0; i < G_N_ELEMENTS(keys); i++)
        if (strcmp(keys[i].name, name) == 0)
            return keys[i].since <= kind ? &keys[i] : NULL;
    return NULL;
}

bool configuration_key_is_flat(const char *name)
{
    static const char *const flat[] = {
        "builder", "default-network-opts", "default-ulimits", "features", "log-opts", "runtimes",
        NULL};
    return g_strv_contains(flat, name);
}

/* ---- types ---- */

static bool is_text(const json_t *value)
{
    return json_is_string(value) || json_is_null(value);
}

static bool is_truth(const json_t *value)
{
    return json_is_boolean(value) || json_is_null(value);
}

static const json_t *misfit_in_list(const json_t *list)
{
    size_t index;
    const json_t *value;
    json_array_foreach (list, index, value)
        if (!json_is_string(value))
            return value;
    return NULL;
}

static const json_t *misfit_in_object(const json_t *object, bool (*fits)(const json_t *value))
{
    const char *name;
    json_t *value;
    json_object_foreach ((json_t *)object, name, value)
        if (!fits(value))
            return value;
    return NULL;
}

const json_t *configuration_key_misfit(const struct configuration_key *key, const json_t *value)
{
    if (json_is_null(value))
        return NULL;
    switch (key->type) {
    case CONFIGURATION_TRUTH:
        return is_truth(value) ? NULL : value;
    case CONFIGURATION_NUMBER:
        return json_is_integer(value) ? NULL : value;
    case CONFIGURATION_TEXT:
        return is_text(value) ? NULL : value;
    case CONFIGURATION_TEXTS:
        return json_is_array(value) ? misfit_in_list(value) : value;
    case CONFIGURATION_TRUTHS:
        return json_is_object(value) ? misfit_in_object(value, is_truth) : value;
    case CONFIGURATION_NAMED_TEXTS:
        return json_is_object(value) ? misfit_in_object(value, is_text) : value;
    case CONFIGURATION_ANY:
        return NULL;
    }
    g_assert_not_reached();
}

const char *configuration_key_type(const struct configuration_key *key, bool is_inner)
{
    static const char *const types[] = {
        [CONFIGURATION_TRUTH] = "bool",
        [CONFIGURATION_NUMBER] = "int",
        [CONFIGURATION_TEXT] = "string",
        [CONFIGURATION_TEXTS] = "[]string",
        [CONFIGURATION_TRUTHS] = "map[string]bool",
        [CONFIGURATION_NAMED_TEXTS] = "map[string]string",
        [CONFIGURATION_ANY] = "any",
    };
    if (is_inner)
        return key->type == CONFIGURATION_TRUTHS ? "bool" : "string";
    return types[key->type];
}
