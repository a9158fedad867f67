/* The Engine's image stores and data-roots: which one is seen. */
#include "mocks/dockerd/stores.h"

#include "mocks/dockerd/container.h"
#include "mocks/dockerd/engine_builder.h"
#include "mocks/dockerd/volume.h"

static struct hidden_store *find_hidden(const struct dockerd *dockerd, bool is_containerd,
                                        const char *data_root)
{
    for (guint i = 0; i < dockerd->hidden->len; i++) {
        struct hidden_store *store = g_ptr_array_index(dockerd->hidden, i);
        if (store->images.has_containerd_layout == is_containerd &&
            (is_containerd || g_str_equal(store->data_root, data_root)))
            return store;
    }
    return NULL;
}

/* moby asks the folder of the old store. */
static bool has_prior(const struct dockerd *dockerd, const char *data_root)
{
    const struct hidden_store *prior = find_hidden(dockerd, /* is_containerd= */ false, data_root);
    bool is_seen = !dockerd->images.has_containerd_layout &&
                   g_str_equal(dockerd->configuration->data_root, data_root);
    return (is_seen && dockerd->images.images->len > 0) ||
           (prior != NULL && prior->images.images->len > 0);
}

bool stores_choose(const struct dockerd *dockerd, const struct configuration *configuration)
{
    static const char *const classic[] = {"btrfs", "overlay2", "vfs", NULL};
    if (dockerd->personality->kind == PULLER_DOCKER_20_10)
        return false; /* it takes every feature, and does nothing with this one */
    if (configuration->says_store)
        return configuration->wants_containerd_store;
    if (configuration->storage_driver != NULL &&
        g_strv_contains(classic, configuration->storage_driver))
        return false;
    return dockerd->personality->has_containerd_store &&
           !has_prior(dockerd, configuration->data_root);
}

static void hide(struct dockerd *dockerd)
{
    struct hidden_store *store = g_new0(struct hidden_store, 1);
    store->data_root = g_strdup(dockerd->configuration->data_root);
    store->images = dockerd->images;
    store->containers = g_steal_pointer(&dockerd->containers);
    store->build_cache = g_steal_pointer(&dockerd->build_cache);
    store->volumes = g_steal_pointer(&dockerd->volumes);
    store->networks = g_steal_pointer(&dockerd->networks);
    store->builder = g_steal_pointer(&dockerd->builder);
    g_ptr_array_add(dockerd->hidden, store);
}

/* Its struct goes. */
static void take(struct dockerd *dockerd, struct hidden_store *store)
{
    g_ptr_array_remove(dockerd->hidden, store);
    dockerd->images = store->images;
    dockerd->containers = store->containers;
    dockerd->build_cache = store->build_cache;
    dockerd->volumes = store->volumes;
    dockerd->networks = store->networks;
    dockerd->builder = store->builder;
    g_free(store->data_root);
    g_free(store);
}

static void make_shared(struct dockerd *dockerd, const char *data_root)
{
    for (guint i = 0; i < dockerd->hidden->len; i++) {
        const struct hidden_store *store = g_ptr_array_index(dockerd->hidden, i);
        if (!g_str_equal(store->data_root, data_root))
            continue;
        dockerd->volumes = g_ptr_array_ref(store->volumes);
        dockerd->networks = g_ptr_array_ref(store->networks);
        return;
    }
    dockerd->volumes = g_ptr_array_new_with_free_func((GDestroyNotify)volume_free);
    dockerd->networks = g_ptr_array_new_with_free_func((GDestroyNotify)network_free);
    network_add_predefined(dockerd);
}

static void make_fresh(struct dockerd *dockerd, bool is_containerd)
{
    image_store_init(&dockerd->images, is_containerd);
    dockerd->containers = g_ptr_array_new();
    dockerd->build_cache = g_ptr_array_new_with_free_func((GDestroyNotify)build_record_free);
}

void stores_show(struct dockerd *dockerd, const struct configuration *configuration)
{
    bool is_containerd = stores_choose(dockerd, configuration);
    const char *data_root = configuration->data_root;
    if (is_containerd == dockerd->images.has_containerd_layout &&
        g_str_equal(data_root, dockerd->configuration->data_root))
        return;
    hide(dockerd);
    struct hidden_store *store = find_hidden(dockerd, is_containerd, data_root);
    if (store == NULL) {
        make_fresh(dockerd, is_containerd);
        make_shared(dockerd, data_root);
        return;
    }
    bool is_elsewhere = !g_str_equal(store->data_root, data_root);
    take(dockerd, store);
    if (!is_elsewhere)
        return;
    g_ptr_array_unref(dockerd->volumes);
    g_ptr_array_unref(dockerd->networks);
    make_shared(dockerd, data_root);
}

static void free_seen(struct dockerd *dockerd)
{
    while (dockerd->containers->len > 0)
        container_remove(g_ptr_array_index(dockerd->containers, 0), /* has_volumes= */ false);
    engine_builder_free(dockerd);
    image_store_finish(&dockerd->images);
    g_ptr_array_unref(dockerd->containers);
    g_ptr_array_unref(dockerd->build_cache);
}

void stores_free(struct dockerd *dockerd)
{
    g_autoptr(GPtrArray) shared = g_ptr_array_new_with_free_func((GDestroyNotify)g_ptr_array_unref);
    for (;;) {
        free_seen(dockerd);
        g_ptr_array_add(shared, dockerd->volumes); /* others' containers may still mount them */
        g_ptr_array_add(shared, dockerd->networks);
        if (dockerd->hidden->len == 0)
            break;
        take(dockerd, g_ptr_array_index(dockerd->hidden, 0));
    }
    g_ptr_array_unref(dockerd->hidden);
}
