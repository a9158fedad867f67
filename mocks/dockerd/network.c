/* Networks and the build cache: names, addresses and sizes, nothing behind them. */
#include "mocks/dockerd/volume.h"

struct engine_network *network_find(struct dockerd *dockerd, const char *name)
{
    for (guint i = 0; i < dockerd->networks->len; i++) {
        struct engine_network *network = g_ptr_array_index(dockerd->networks, i);
        if (g_str_equal(network->name, name) || g_str_equal(network->id, name))
            return network;
    }
    return NULL;
}

enum {
    SUBNET_FIRST = 17,
    SUBNET_LAST = 31
};

/* moby's default pools; where they are used up, an address is only not told. */
static unsigned free_subnet(const struct dockerd *dockerd)
{
    for (unsigned subnet = SUBNET_FIRST; subnet <= SUBNET_LAST; subnet++) {
        bool is_free = true;
        for (guint i = 0; i < dockerd->networks->len && is_free; i++) {
            const struct engine_network *each = g_ptr_array_index(dockerd->networks, i);
            is_free = each->subnet != subnet;
        }
        if (is_free)
            return subnet;
    }
    return 0;
}

struct engine_network *network_add(struct dockerd *dockerd, const char *name, const char *driver,
                                   json_t *labels, bool is_predefined)
{
    struct engine_network *network = g_new0(struct engine_network, 1);
    network->id = dockerd_new_id(dockerd);
    network->name = g_strdup(name);
    network->driver = g_strdup(driver);
    network->labels = labels != NULL ? json_incref(labels) : json_object();
    network->subnet = g_str_equal(driver, "bridge") ? free_subnet(dockerd) : 0;
    network->created_us = dockerd_now_us(dockerd);
    network->is_predefined = is_predefined;
    g_ptr_array_add(dockerd->networks, network);
    return network;
}

void network_add_predefined(struct dockerd *dockerd)
{
    network_add(dockerd, "bridge", "bridge", NULL, /* is_predefined= */ true);
    network_add(dockerd, "host", "host", NULL, /* is_predefined= */ true);
    network_add(dockerd, "none", "null", NULL, /* is_predefined= */ true);
}

void network_free(struct engine_network *network)
{
    if (network == NULL)
        return;
    g_free(network->id);
    g_free(network->name);
    g_free(network->driver);
    json_decref(network->labels);
    g_free(network);
}

unsigned network_use_count(struct dockerd *dockerd, const struct engine_network *network)
{
    unsigned count = 0;
    for (guint i = 0; i < dockerd->containers->len; i++) {
        struct container *container = g_ptr_array_index(dockerd->containers, i);
        const char *mode = json_get_string(container->host_config, "NetworkMode", "");
        if (g_str_equal(mode, network->name) || g_str_equal(mode, network->id))
            count++;
    }
    return count;
}

void build_record_free(struct build_record *record)
{
    if (record == NULL)
        return;
    g_free(record->id);
    g_free(record->type);
    g_free(record->description);
    g_free(record);
}

bool dockerd_build_cache_add(struct dockerd *dockerd, const char *type, const char *description,
                             int64_t size_bytes, bool is_shared, GError **error)
{
    if (!dockerd_take_disk(dockerd, DISK_BUILD_CACHE, description, size_bytes, error))
        return false;
    struct build_record *record = g_new0(struct build_record, 1);
    g_autofree char *id = dockerd_new_id(dockerd);
    record->id = g_strndup(id, 25);
    record->type = g_strdup(type);
    record->description = g_strdup(description);
    record->size_bytes = size_bytes;
    record->is_shared = is_shared;
    record->created_us = dockerd_now_us(dockerd);
    g_ptr_array_add(dockerd->build_cache, record);
    return true;
}

void dockerd_build_cache_share(struct dockerd *dockerd, const char *description)
{
    for (guint i = 0; i < dockerd->build_cache->len; i++) {
        struct build_record *record = g_ptr_array_index(dockerd->build_cache, i);
        if (record->is_shared || !g_str_equal(record->description, description))
            continue;
        record->is_shared = true;
        dockerd_give_disk(dockerd, DISK_BUILD_CACHE, record->size_bytes);
        record->size_bytes = 0;
    }
}
