/* A daemon of a step's own that stands in the machine's place. */
#include "mocks/dockerd/api.h"
#include "mocks/dockerd/container.h"

#include <string.h>

/* The newest row that a version is not older than; api/ of moby's tags. */
static const struct {
    unsigned major, minor;
    const char *api_version, *api_version_min;
    enum puller_kind kind;
} versions[] = {
    {29, 3, "1.54", "1.40", PULLER_CONTAINERD}, {29, 2, "1.53", "1.44", PULLER_CONTAINERD},
    {29, 0, "1.52", "1.44", PULLER_CONTAINERD}, {28, 3, "1.51", "1.24", PULLER_DOCKER_28},
    {28, 2, "1.50", "1.24", PULLER_DOCKER_28},  {28, 1, "1.49", "1.24", PULLER_DOCKER_28},
    {28, 0, "1.48", "1.24", PULLER_DOCKER_28},  {27, 2, "1.47", "1.24", PULLER_DOCKER_28},
    {27, 0, "1.46", "1.24", PULLER_DOCKER_28},  {26, 0, "1.45", "1.24", PULLER_DOCKER_28},
    {25, 0, "1.44", "1.24", PULLER_DOCKER_28},  {24, 0, "1.43", "1.12", PULLER_DOCKER_24},
    {23, 0, "1.42", "1.12", PULLER_DOCKER_24},  {20, 10, "1.41", "1.12", PULLER_DOCKER_20_10},
};

static int find_version(const char *text)
{
    char *end = NULL;
    guint64 major = g_ascii_strtoull(text, &end, 10);
    guint64 minor = *end == '.' ? g_ascii_strtoull(end + 1, NULL, 10) : 0;
    for (gsize i = 0; i < G_N_ELEMENTS(versions); i++)
        if (versions[i].major == major && versions[i].minor <= minor)
            return (int)i;
    return -1;
}

bool dockerd_knows_version(const char *version)
{
    return find_version(version) >= 0;
}

static struct configuration *read_own(const struct dockerd_own *own, GError **error)
{
    g_autofree char *hosts = g_strdup_printf("[unix://%s]", own->socket);
    const struct configuration_flag flags[] = {
        {"data-root", own->data_root}, {"hosts", hosts}, {NULL, NULL}};
    const struct configuration_source source = {
        .path = own->settings_path, .text = own->settings, .flags = flags};
    const struct personality *personality =
        personality_find(versions[find_version(own->version)].kind);
    struct configuration *configuration = configuration_parse(&source, personality, error);
    if (configuration == NULL)
        return NULL;
    g_free(configuration->data_root);
    configuration->data_root = g_strdup(own->data_root);
    return configuration;
}

/* In truth they go on running in the machine's own daemon. */
static void tell_running(struct dockerd *dockerd)
{
    for (guint i = 0; i < dockerd->containers->len; i++) {
        const struct container *container = g_ptr_array_index(dockerd->containers, i);
        if (!container_is_running(container))
            continue;
        g_autofree char *what = g_strdup_printf("%s in the machine's own daemon", container->name);
        dockerd_tell_unknown(dockerd, what);
    }
}

static char *socket_site(const struct dockerd *dockerd, const char *socket)
{
    return g_strconcat(dockerd->options.machine, ":", socket, NULL);
}

static bool is_taken(const struct dockerd *dockerd, const char *socket)
{
    g_autofree char *name = socket_site(dockerd, socket);
    return world_find_site(dockerd->world, name) != NULL;
}

/* Taken at once, for others may ask for it while this one starts. */
static struct site *take_socket(struct dockerd *dockerd, const char *socket)
{
    g_autofree char *name = socket_site(dockerd, socket);
    struct site *site = world_add_site(dockerd->world, name, api_handle, dockerd);
    site_set_listening(site, false);
    return site;
}

static void become(struct dockerd *dockerd, const struct dockerd_own *own, struct site *site)
{
    int row = find_version(own->version);
    char *before = (char *)dockerd->own_profile.engine_version;
    dockerd->own_profile = *dockerd->options.profile;
    dockerd->own_profile.engine_version = g_strdup(own->version);
    dockerd->own_profile.api_version = versions[row].api_version;
    dockerd->own_profile.api_version_min = versions[row].api_version_min;
    dockerd->own_profile.puller = versions[row].kind;
    dockerd->options.profile = &dockerd->own_profile;
    dockerd->personality = personality_find(versions[row].kind);
    dockerd->own_site = site;
    g_free(before);
}

bool dockerd_replace(struct dockerd *dockerd, const struct dockerd_own *own, GError **error)
{
    g_assert(dockerd_knows_version(own->version));
    AUTO(configuration) configuration = read_own(own, error);
    if (configuration == NULL)
        return false;
    if (is_taken(dockerd, own->socket)) {
        dockerd_tell_unknown(dockerd, "a second daemon at one socket");
        return true;
    }
    tell_running(dockerd);
    dockerd_note(dockerd, "engine", "replace", own->version, own->data_root);
    dockerd_halt(dockerd);
    struct site *site = take_socket(dockerd, own->socket);
    if (!fiber_sleep(dockerd->loop, DOCKERD_START_US, error))
        return false;
    become(dockerd, own, site);
    dockerd_configure(dockerd, g_steal_pointer(&configuration));
    dockerd_come_up(dockerd);
    return true;
}
