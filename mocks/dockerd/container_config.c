/* A container's configuration and its image's, as one. */
#include "mocks/dockerd/container_config.h"

#include <string.h>

/* The first of them that has something under the key is the one that counts. */
static void merge_key(json_t *config, const json_t *image, const char *key)
{
    json_t *own = json_object_get(config, key);
    json_t *other = json_object_get(image, key);
    bool is_text = json_is_string(own) && *json_string_value(own) != '\0';
    if (other != NULL && !json_is_null(other) && !is_text && !json_is_array(own) &&
        !json_is_object(own))
        json_object_set(config, key, other);
}

static void merge_object(json_t *config, const json_t *image, const char *key)
{
    json_t *own = json_get_object(config, key);
    json_t *other = json_get_object(image, key);
    if (own != NULL && other != NULL)
        json_object_update_missing(own, other);
    else
        merge_key(config, image, key);
}

static bool has_variable(const json_t *list, const char *entry)
{
    gsize length = strcspn(entry, "=");
    size_t index;
    json_t *value;
    json_array_foreach (list, index, value) {
        const char *own = json_is_string(value) ? json_string_value(value) : "";
        if (strcspn(own, "=") == length && strncmp(own, entry, length) == 0)
            return true;
    }
    return false;
}

static void merge_variables(json_t *config, const json_t *image)
{
    json_t *own = json_get_array(config, "Env");
    size_t index;
    json_t *value;
    if (json_array_size(own) == 0) {
        json_object_del(config, "Env");
        merge_key(config, image, "Env");
        return;
    }
    json_array_foreach (json_get_array(image, "Env"), index, value)
        if (json_is_string(value) && !has_variable(own, json_string_value(value)))
            json_array_append(own, value);
}

/* An entrypoint of its own takes the image's command away. */
static void merge_command(json_t *config, const json_t *image)
{
    bool has_entrypoint = json_array_size(json_get_array(config, "Entrypoint")) > 0;
    if (has_entrypoint)
        return;
    if (json_array_size(json_get_array(config, "Cmd")) == 0) {
        json_object_del(config, "Cmd");
        merge_key(config, image, "Cmd");
    }
    merge_key(config, image, "Entrypoint");
}

void container_config_merge(json_t *config, const json_t *image)
{
    static const char *const texts[] = {"User", "WorkingDir", "StopSignal", "Healthcheck"};
    static const char *const objects[] = {"ExposedPorts", "Labels", "Volumes"};
    for (gsize i = 0; i < G_N_ELEMENTS(texts); i++)
        merge_key(config, image, texts[i]);
    for (gsize i = 0; i < G_N_ELEMENTS(objects); i++)
        merge_object(config, image, objects[i]);
    merge_variables(config, image);
    merge_command(config, image);
}

json_t *container_config(const struct container *container)
{
    json_t *config = json_deep_copy(container->config);
    container_config_merge(config, container->image_config);
    return config;
}

json_t *container_labels(const struct container *container)
{
    g_autoptr(json_t) config = container_config(container);
    json_t *labels = json_get_object(config, "Labels");
    return labels != NULL ? json_incref(labels) : json_object();
}
