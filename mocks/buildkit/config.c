/* buildkitd.toml: a table of its keys (BuildKit v0.23, cmd/buildkitd/config/config.go). */
#include "mocks/buildkit/config.h"

#include "mocks/buildkit/toml.h"

#include <string.h>

struct config_key {
    const char *path; /* parts with '/', "*" is any name */
    enum toml_kind kind;
    const char *go_type; /* of the field, in errors */
};

static const struct config_key keys[] = {
    {"debug", TOML_BOOLEAN, "bool"},
    {"trace", TOML_BOOLEAN, "bool"},
    {"root", TOML_STRING, "string"},
    {"insecure-entitlements", TOML_ARRAY, "[]string"},
    {"log", TOML_TABLE, "config.LogConfig"},
    {"log/format", TOML_STRING, "string"},
    {"dns", TOML_TABLE, "config.DNSConfig"},
    {"dns/nameservers", TOML_ARRAY, "[]string"},
    {"dns/options", TOML_ARRAY, "[]string"},
    {"dns/searchDomains", TOML_ARRAY, "[]string"},
    {"grpc", TOML_TABLE, "config.GRPCConfig"},
    {"grpc/address", TOML_ARRAY, "[]string"},
    {"grpc/debugAddress", TOML_STRING, "string"},
    {"grpc/uid", TOML_INTEGER, "int"},
    {"grpc/gid", TOML_INTEGER, "int"},
    {"grpc/tls", TOML_TABLE, "config.TLSConfig"},
    {"otel", TOML_TABLE, "config.OTELConfig"},
    {"otel/socketPath", TOML_STRING, "string"},
    {"cdi", TOML_TABLE, "config.CDIConfig"},
    {"history", TOML_TABLE, "config.HistoryConfig"},
    {"history/maxEntries", TOML_INTEGER, "int64"},
    {"registry", TOML_TABLE, "map[string]config.RegistryConfig"},
    {"registry/*", TOML_TABLE, "config.RegistryConfig"},
    {"registry/*/mirrors", TOML_ARRAY, "[]string"},
    {"registry/*/http", TOML_BOOLEAN, "bool"},
    {"registry/*/insecure", TOML_BOOLEAN, "bool"},
    {"registry/*/ca", TOML_ARRAY, "[]string"},
    {"registry/*/tlsconfigdir", TOML_ARRAY, "[]string"},
    {"worker", TOML_TABLE, "config.WorkerConfig"},
    {"worker/oci", TOML_TABLE, "config.OCIConfig"},
    {"worker/containerd", TOML_TABLE, "config.ContainerdConfig"},
    {"worker/containerd/runtime", TOML_TABLE, "config.ContainerdRuntime"},
    {"worker/containerd/runtime/name", TOML_STRING, "string"},
    {"worker/containerd/runtime/path", TOML_STRING, "string"},
    {"worker/containerd/address", TOML_STRING, "string"},
    {"worker/containerd/namespace", TOML_STRING, "string"},
    {"worker/oci/binary", TOML_STRING, "string"},
    {"worker/oci/rootless", TOML_BOOLEAN, "bool"},
    {"worker/oci/noProcessSandbox", TOML_BOOLEAN, "bool"},
    {"worker/*/enabled", TOML_BOOLEAN, "bool"},
    {"worker/*/labels", TOML_TABLE, "map[string]string"},
    {"worker/*/platforms", TOML_ARRAY, "[]string"},
    {"worker/*/snapshotter", TOML_STRING, "string"},
    {"worker/*/gc", TOML_BOOLEAN, "bool"},
    {"worker/*/max-parallelism", TOML_INTEGER, "int"},
    {"worker/*/cniPoolSize", TOML_INTEGER, "int"},
    {"worker/*/apparmor-profile", TOML_STRING, "string"},
    {"worker/*/selinux", TOML_BOOLEAN, "bool"},
    {"worker/*/networkMode", TOML_STRING, "string"},
    {"worker/*/gcpolicy", TOML_ARRAY, "[]config.GCPolicy"},
    {"worker/*/gcpolicy/*", TOML_TABLE, "config.GCPolicy"},
    {"worker/*/gcpolicy/*/all", TOML_BOOLEAN, "bool"},
    {"worker/*/gcpolicy/*/filters", TOML_ARRAY, "[]string"},
};

static bool path_fits(const char *pattern, const GPtrArray *path)
{
    g_auto(GStrv) parts = g_strsplit(pattern, "/", -1);
    if (g_strv_length(parts) != path->len)
        return false;
    for (guint i = 0; i < path->len; i++)
        if (strcmp(parts[i], "*") != 0 && g_ascii_strcasecmp(parts[i], path->pdata[i]) != 0)
            return false;
    return true;
}

static const struct config_key *find_key(const GPtrArray *path)
{
    for (gsize i = 0; i < G_N_ELEMENTS(keys); i++)
        if (path_fits(keys[i].path, path))
            return &keys[i];
    return NULL;
}

static bool check_entry(const struct toml_entry *entry, GError **error)
{
    const struct config_key *key = find_key(entry->path);
    if (key == NULL || key->kind == entry->kind)
        return true;
    g_set_error(error, BASE_ERROR, BASE_ERROR_INVALID, "(%d, %d): Can't convert %s(%s) to %s",
                entry->line, entry->column, entry->text, toml_go_type(entry->kind), key->go_type);
    return false;
}

static void take_mirrors(const struct toml_entry *entry, GPtrArray *mirrors)
{
    if (!path_fits("registry/*/mirrors", entry->path))
        return;
    for (guint i = 0; i < entry->items->len; i++)
        g_ptr_array_add(mirrors, g_strconcat(entry->path->pdata[1], "=",
                                             g_ptr_array_index(entry->items, i), NULL));
}

struct buildkitd_config *buildkitd_config_parse(const void *bytes, gsize length_bytes,
                                                GError **error)
{
    g_autoptr(GPtrArray) entries = toml_parse(bytes, length_bytes, error);
    if (entries == NULL)
        return NULL;
    AUTO(buildkitd_config) config = buildkitd_config_default();
    GPtrArray *mirrors = g_ptr_array_new();
    bool is_fine = true;
    for (guint i = 0; i < entries->len && is_fine; i++) {
        const struct toml_entry *entry = g_ptr_array_index(entries, i);
        is_fine = check_entry(entry, error);
        take_mirrors(entry, mirrors);
        if (is_fine && path_fits("worker/oci/max-parallelism", entry->path))
            config->max_parallelism = (int)CLAMP(g_ascii_strtoll(entry->text, NULL, 10), 0, 1000);
    }
    g_ptr_array_add(mirrors, NULL);
    g_strfreev(config->mirrors);
    config->mirrors = (char **)g_ptr_array_free(mirrors, FALSE);
    return is_fine ? g_steal_pointer(&config) : NULL;
}

struct buildkitd_config *buildkitd_config_default(void)
{
    struct buildkitd_config *config = g_new0(struct buildkitd_config, 1);
    config->mirrors = g_new0(char *, 1);
    return config;
}

void buildkitd_config_free(struct buildkitd_config *config)
{
    if (config == NULL)
        return;
    g_strfreev(config->mirrors);
    g_free(config);
}
