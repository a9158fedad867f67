/* The list of containers and its filters (capture 21; moby daemon/list.go). */
#include "mocks/dockerd/api.h"

#include "mocks/dockerd/container_config.h"
#include "mocks/dockerd/volume.h"

#include <string.h>

static bool has_exited_with(const struct container *container, const char *value)
{
    g_autofree char *code = g_strdup_printf("%d", container->exit_code);
    return container->state == CONTAINER_EXITED && g_str_equal(code, value);
}

static bool has_status(const struct container *container, const char *value)
{
    return g_str_equal(container_state_text(container), value);
}

static bool has_health(const struct container *container, const char *value)
{
    const char *health = container_health((struct container *)container);
    return g_str_equal(health != NULL ? health : "none", value);
}

static bool has_id(const struct container *container, const char *value)
{
    return g_regex_match_simple(value, container->id, 0, 0);
}

/* A pattern, and the daemon's own names have a slash in front. */
static bool has_name(const struct container *container, const char *value)
{
    g_autofree char *whole = g_strconcat("/", container->name, NULL);
    return g_regex_match_simple(value, container->name, 0, 0) ||
           g_regex_match_simple(value, whole, 0, 0);
}

static bool has_image(const struct container *container, const char *value)
{
    const struct image *image = image_store_find(&container->dockerd->images, value);
    return image != NULL && g_str_equal(image->id, container->image_id);
}

static bool is_on_network(const struct container *container, const char *value)
{
    const struct engine_network *wanted = network_find(container->dockerd, value);
    return wanted != NULL && container_network(container) == wanted;
}

static bool has_volume(const struct container *container, const char *value)
{
    for (guint i = 0; i < container->mounts->len; i++) {
        const struct mount *mount = g_ptr_array_index(container->mounts, i);
        if (g_str_equal(mount->target, value) || g_str_equal(mount->volume->name, value))
            return true;
    }
    return false;
}

/* "8080" or "8080/tcp", among the ports of the host or the container's own. */
static bool has_port(const struct container *container, const char *key, const char *value)
{
    g_autoptr(json_t) ports = container_port_list(container);
    g_auto(GStrv) parts = g_strsplit(value, "/", 2);
    const char *protocol = parts[0] != NULL && parts[1] != NULL ? parts[1] : "tcp";
    gint64 number = g_ascii_strtoll(value, NULL, 10);

    for (size_t i = 0; i < json_array_size(ports); i++) {
        const json_t *port = json_array_get(ports, i);
        if (json_get_integer(port, key, 0) == number &&
            g_str_equal(json_get_string(port, "Type", ""), protocol))
            return true;
    }
    return false;
}

static bool publishes(const struct container *container, const char *value)
{
    return has_port(container, "PublicPort", value);
}

static bool exposes(const struct container *container, const char *value)
{
    return has_port(container, "PrivatePort", value);
}

/* Whether one container is older than another; of one that is not there, neither. */
static bool is_older(const struct container *container, const char *other, bool wants_older)
{
    GPtrArray *all = container->dockerd->containers;
    const struct container *named = container_find(container->dockerd, other, NULL);
    guint own = 0;
    guint at = 0;
    return named != NULL && named != container && g_ptr_array_find(all, container, &own) &&
           g_ptr_array_find(all, named, &at) && (own < at) == wants_older;
}

static bool is_before(const struct container *container, const char *value)
{
    return is_older(container, value, /* wants_older= */ true);
}

static bool is_since(const struct container *container, const char *value)
{
    return is_older(container, value, /* wants_older= */ false);
}

/* Any of a filter's values will do. */
static const struct {
    const char *key;
    bool (*passes)(const struct container *container, const char *value);
} filters[] = {
    {"ancestor", has_image}, {"before", is_before},      {"exited", has_exited_with},
    {"expose", exposes},     {"health", has_health},     {"id", has_id},
    {"name", has_name},      {"network", is_on_network}, {"publish", publishes},
    {"since", is_since},     {"status", has_status},     {"volume", has_volume},
};

/* Of swarm and Windows, which no container here is about, and what is asked for elsewhere. */
static const char *const other_keys[] = {"is-task", "isolation", "label", NULL};

static bool check_filters(struct request *request, GError **error)
{
    g_autoptr(GPtrArray) keys = g_ptr_array_new();
    for (gsize i = 0; i < G_N_ELEMENTS(filters); i++)
        g_ptr_array_add(keys, (void *)filters[i].key);
    for (gsize i = 0; other_keys[i] != NULL; i++)
        g_ptr_array_add(keys, (void *)other_keys[i]);
    g_ptr_array_add(keys, NULL);
    return api_filters_check(request, (const char *const *)keys->pdata, error);
}

static bool passes_filters(struct request *request, const struct container *container)
{
    g_autoptr(json_t) labels = container_labels(container);
    if (!api_filter_labels(request, labels))
        return false;
    for (gsize i = 0; i < G_N_ELEMENTS(filters); i++) {
        g_autoptr(GPtrArray) values = api_filter_values(request, filters[i].key);
        bool is_passed = values->len == 0;
        for (guint j = 0; j < values->len && !is_passed; j++)
            is_passed = filters[i].passes(container, g_ptr_array_index(values, j));
        if (!is_passed)
            return false;
    }
    return true;
}

/* Newest first. */
HANDLER(containers_list)
{
    const GPtrArray *containers = request->dockerd->containers;
    g_autoptr(GPtrArray) states = api_filter_values(request, "status");
    bool has_all = api_query_flag(request, "all") || states->len > 0;

    if (!check_filters(request, error))
        return false;
    json_t *list = json_array();
    for (guint i = containers->len; i > 0; i--) {
        struct container *container = g_ptr_array_index(containers, i - 1);
        if ((has_all || container_is_running(container)) && passes_filters(request, container))
            json_array_append_new(list,
                                  container_summary(container, api_query_flag(request, "size")));
    }
    api_reply_json(request, 200, list);
    return true;
}
