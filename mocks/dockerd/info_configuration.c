/* What GET /info tells of daemon.json: registries, folders, drivers. */
#include "mocks/dockerd/api.h"

#include <string.h>

static void set_text(json_t *info, const char *key, const char *text)
{
    json_object_set_new(info, key, json_string(text));
}

/* Mirrors have a slash at their end there (moby registry.ValidateMirror). */
static json_t *mirrors_of(const struct configuration *configuration)
{
    json_t *list = json_array();
    for (char **mirror = configuration->registry_mirrors; *mirror != NULL; mirror++) {
        bool has_slash = g_str_has_suffix(*mirror, "/");
        g_autofree char *text = g_strconcat(*mirror, has_slash ? "" : "/", NULL);
        json_array_append_new(list, json_string(text));
    }
    return list;
}

static json_t *index_of(const char *name, json_t *mirrors, bool is_secure)
{
    return json_pack("{s:s, s:o, s:b, s:b}", "Name", name, "Mirrors", mirrors, "Secure", is_secure,
                     "Official", is_secure);
}

/* An address with a mask is a network of registries, anything else one registry. */
static json_t *registries_of(const struct configuration *configuration, json_t *usual)
{
    json_t *registries = json_copy(usual);
    json_t *networks = json_array();
    json_t *indexes = json_object();
    json_object_set_new(indexes, "docker.io",
                        index_of("docker.io", mirrors_of(configuration), /* is_secure= */ true));
    for (char **name = configuration->insecure_registries; *name != NULL; name++)
        if (strchr(*name, '/') != NULL)
            json_array_append_new(networks, json_string(*name));
        else
            json_object_set_new(indexes, *name, index_of(*name, json_array(), false));
    json_array_append_new(networks, json_string("127.0.0.0/8"));
    json_object_set_new(registries, "InsecureRegistryCIDRs", networks);
    json_object_set_new(registries, "IndexConfigs", indexes);
    json_object_set_new(registries, "Mirrors", mirrors_of(configuration));
    return registries;
}

static json_t *labels_of(const struct configuration *configuration)
{
    json_t *labels = json_array();
    for (char **label = configuration->labels; *label != NULL; label++)
        json_array_append_new(labels, json_string(*label));
    return labels;
}

void info_add_configuration(const struct dockerd *dockerd, json_t *info)
{
    const struct configuration *configuration = dockerd->configuration;
    const char *cgroup_driver = configuration->cgroup_driver != NULL
                                    ? configuration->cgroup_driver
                                    : dockerd->personality->cgroup_driver;
    set_text(info, "CgroupDriver", cgroup_driver);
    set_text(info, "LoggingDriver", configuration->log_driver);
    set_text(info, "DockerRootDir", configuration->data_root);
    json_object_set_new(info, "Debug", json_boolean(configuration->is_debug));
    json_object_set_new(info, "ExperimentalBuild", json_boolean(configuration->is_experimental));
    json_object_set_new(info, "LiveRestoreEnabled", json_boolean(configuration->is_live_restore));
    json_object_set_new(info, "Labels", labels_of(configuration));
    json_t *usual = json_object_get(info, "RegistryConfig");
    json_object_set_new(info, "RegistryConfig", registries_of(configuration, usual));
}
