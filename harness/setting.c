/* The tables of `world:`. */
#include "harness/setting.h"

#include "base/limits.h"
#include "base/units.h"
#include "engine/policy.h"
#include "harness/world_default.h"
#include "mocks/dockerd/dockerd.h"
#include "mocks/puller/puller.h"
#include "mocks/registry/registry.h"

#include <stddef.h>

enum {
    LEFT_CONTAINERS_MAX = CONTAINERS_MAX / 10
};

static bool check_network(const struct field *field, const struct node *node, const void *place,
                          GError **error)
{
    const char *name = *(char *const *)place;
    (void)field;
    if (name == NULL || named_network_find(name) != NULL)
        return true;
    g_autofree char *names = named_network_names();
    node_error(error, node, "unknown network '%s'; there are %s", name, names);
    return false;
}

static bool check_profile(const struct field *field, const struct node *node, const void *place,
                          GError **error)
{
    const char *name = *(char *const *)place;
    (void)field;
    if (name == NULL || machine_profile_find(name) != NULL)
        return true;
    g_autofree char *names = machine_profile_names();
    node_error(error, node, "unknown machine profile '%s'; there are %s", name, names);
    return false;
}

static bool check_images(const struct field *field, const struct node *node, const void *place,
                         GError **error)
{
    (void)field;
    for (char *const *each = *(char *const *const *)place; *each != NULL; each++) {
        AUTO(reference) reference = reference_parse(*each, /* default_tag= */ true, NULL);
        if (reference != NULL)
            continue;
        node_error(error, node, "'%s' is no image", *each);
        return false;
    }
    return true;
}

/* "NAME IMAGE", each name once. */
static bool check_containers(const struct field *field, const struct node *node, const void *place,
                             GError **error)
{
    g_autoptr(GHashTable) names = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    (void)field;
    for (char *const *each = *(char *const *const *)place; *each != NULL; each++) {
        g_auto(GStrv) words = g_strsplit(*each, " ", -1);
        AUTO(reference)
        reference = g_strv_length(words) == 2
                        ? reference_parse(words[1], /* default_tag= */ true, NULL)
                        : NULL;
        if (reference == NULL || words[0][0] == '\0') {
            node_error(error, node, "'%s' is no container; write one such as 'smoke alpine:3.20'",
                       *each);
            return false;
        }
        if (!g_hash_table_add(names, g_strdup(words[0])) ||
            g_hash_table_size(names) > LEFT_CONTAINERS_MAX) {
            node_error(error, node, "'%s' is there twice, or there are more than %d containers",
                       words[0], LEFT_CONTAINERS_MAX);
            return false;
        }
    }
    return true;
}

static bool check_service(const struct field *field, const struct node *node, const void *place,
                          GError **error)
{
    const char *name = *(char *const *)place;
    (void)field;
    if (registry_service_find(name) != NULL)
        return true;
    node_error(error, node, "unknown registry '%s'; such as docker.io, ghcr.io, mirror.gcr.io",
               name);
    return false;
}

static bool check_image(const struct field *field, const struct node *node, const void *place,
                        GError **error)
{
    const char *name = *(char *const *)place;
    g_autoptr(GError) reference_error = NULL;
    (void)field;
    AUTO(reference) reference = reference_parse(name, /* default_tag= */ true, &reference_error);
    if (reference != NULL && registry_service_find(reference->domain) != NULL)
        return true;
    if (reference == NULL)
        node_error(error, node, "'%s': %s", name, reference_error->message);
    else
        node_error(error, node, "unknown registry '%s'; such as docker.io, ghcr.io, mirror.gcr.io",
                   reference->domain);
    return false;
}

static bool check_layers(const struct field *field, const struct node *node, const void *place,
                         GError **error)
{
    (void)field;
    if (node_length(node) > IMAGE_LAYERS_MAX) {
        error_set_at(error, BASE_ERROR_LIMIT, node->position,
                     "an image of more than IMAGE_LAYERS_MAX (%d) layers", IMAGE_LAYERS_MAX);
        return false;
    }
    for (char *const *each = *(char *const *const *)place; *each != NULL; each++) {
        int64_t size_bytes = 0;
        g_autoptr(GError) size_error = NULL;
        if (size_parse(*each, &size_bytes, &size_error))
            continue;
        node_error(error, node, "%s", size_error->message);
        return false;
    }
    return true;
}

static const struct field network_fields[] = {
    {.name = "name",
     .kind = FIELD_STRING,
     .offset = offsetof(struct setting_network, name),
     .otherwise = "clear",
     .check = check_network,
     .summary = "a named network: clear or slow"},
    {.name = "round_trip",
     .kind = FIELD_DURATION,
     .offset = offsetof(struct setting_network, round_trip_us),
     .summary = "time a request waits for its answer's first byte"},
    {.name = "rate",
     .kind = FIELD_SIZE,
     .offset = offsetof(struct setting_network, bytes_per_second),
     .summary = "bytes a second of one transfer"},
    {0},
};
static const struct record_type network_record = {.name = "network",
                                                  .summary = "how fast the network is",
                                                  .size = sizeof(struct setting_network),
                                                  .fields = network_fields,
                                                  .shorthand = "name"};

static const struct field rate_limit_fields[] = {
    {.name = "limit",
     .kind = FIELD_INTEGER,
     .offset = offsetof(struct setting_rate_limit, limit),
     .minimum = 1,
     .maximum = 1000000000,
     .is_required = true,
     .summary = "manifest GETs a window"},
    {.name = "window",
     .kind = FIELD_DURATION,
     .offset = offsetof(struct setting_rate_limit, window_us),
     .otherwise = "6h",
     .summary = "length of the window"},
    {.name = "used",
     .kind = FIELD_INTEGER,
     .offset = offsetof(struct setting_rate_limit, used),
     .minimum = 0,
     .maximum = 1000000000,
     .otherwise = "0",
     .summary = "already spent at the start"},
    {0},
};
static const struct record_type rate_limit_record = {.name = "rate_limit",
                                                     .summary = "a pull limit",
                                                     .size = sizeof(struct setting_rate_limit),
                                                     .fields = rate_limit_fields};

/* An absent rate_limit must stay zero, although its own `limit` is required. */
static bool read_rate_limit(const struct field *field, const struct node *node, void *place,
                            GError **error)
{
    (void)field;
    return record_read(&rate_limit_record, node, place, error);
}

static json_t *rate_limit_schema(void)
{
    return record_json_schema(&rate_limit_record);
}

static const struct field_hooks rate_limit_hooks = {
    .read = read_rate_limit, .schema = rate_limit_schema, .kind_text = "a pull limit"};

static const struct field registry_fields[] = {
    {.kind = FIELD_POSITION, .offset = offsetof(struct setting_registry, position)},
    {.name = "service",
     .kind = FIELD_STRING,
     .offset = offsetof(struct setting_registry, service),
     .is_required = true,
     .check = check_service,
     .summary = "which one: docker.io, ghcr.io, …"},
    {.name = "rate_limit",
     .kind = FIELD_CUSTOM,
     .offset = offsetof(struct setting_registry, rate_limit),
     .hooks = &rate_limit_hooks,
     .summary = "its pull limit; none: unlimited"},
    {.name = "needs_login_to_pull",
     .kind = FIELD_BOOLEAN,
     .offset = offsetof(struct setting_registry, needs_login_to_pull),
     .summary = "anonymous pulls are denied"},
    {.name = "open_push",
     .kind = FIELD_BOOLEAN,
     .offset = offsetof(struct setting_registry, is_push_open),
     .summary = "pushes need no login"},
    {0},
};
static const struct record_type registry_record = {.name = "registry",
                                                   .summary = "one registry of the world",
                                                   .size = sizeof(struct setting_registry),
                                                   .fields = registry_fields};

static const struct field image_fields[] = {
    {.kind = FIELD_POSITION, .offset = offsetof(struct setting_image, position)},
    {.name = "name",
     .kind = FIELD_STRING,
     .offset = offsetof(struct setting_image, name),
     .is_required = true,
     .check = check_image,
     .summary = "its reference, such as ghcr.io/acme/api:main"},
    {.name = "platforms",
     .kind = FIELD_STRINGS,
     .offset = offsetof(struct setting_image, platforms),
     .check = policy_check_platforms,
     .summary = "what it is there for; default linux/amd64 and linux/arm64"},
    {.name = "layers",
     .kind = FIELD_STRINGS,
     .offset = offsetof(struct setting_image, layers),
     .check = check_layers,
     .summary = "compressed sizes of its layers; default one of 30MiB"},
    {.name = "environment",
     .kind = FIELD_STRINGS,
     .offset = offsetof(struct setting_image, environment),
     .summary = "NAME=VALUE of its configuration"},
    {.name = "bare",
     .kind = FIELD_BOOLEAN,
     .offset = offsetof(struct setting_image, is_bare),
     .summary = "a single manifest instead of an index"},
    {0},
};
static const struct record_type image_record = {.name = "image",
                                                .summary = "an image that is there before the run",
                                                .size = sizeof(struct setting_image),
                                                .fields = image_fields};

static const struct field machine_fields[] = {
    {.kind = FIELD_SELF, .offset = offsetof(struct setting_machine, node)},
    {.name = "profile",
     .kind = FIELD_STRING,
     .offset = offsetof(struct setting_machine, profile),
     .check = check_profile,
     .summary = "its machine profile; default that of the world"},
    {.name = "disk",
     .kind = FIELD_SIZE,
     .offset = offsetof(struct setting_machine, disk_bytes),
     .summary = "size of its disk; default the profile's"},
    {.name = "disk_used",
     .kind = FIELD_SIZE,
     .offset = offsetof(struct setting_machine, disk_used_bytes),
     .summary = "what is used of it at the start; default the profile's"},
    {.name = "preload",
     .kind = FIELD_STRINGS,
     .offset = offsetof(struct setting_machine, preload),
     .check = check_images,
     .summary = "images that are local from the start"},
    {.name = "emulators",
     .kind = FIELD_STRINGS,
     .offset = offsetof(struct setting_machine, emulators),
     .check = policy_check_platforms,
     .summary = "foreign platforms its kernel can run"},
    {.name = "emulation_factor",
     .kind = FIELD_INTEGER,
     .offset = offsetof(struct setting_machine, emulation_factor),
     .minimum = 1,
     .maximum = 1000,
     .otherwise = "8",
     .summary = "how many times slower foreign platforms run"},
    {.name = "registry_mirrors",
     .kind = FIELD_STRINGS,
     .offset = offsetof(struct setting_machine, registry_mirrors),
     .summary = "the daemon's registry-mirrors"},
    {.name = "dangling",
     .kind = FIELD_SIZE,
     .offset = offsetof(struct setting_machine, dangling_bytes),
     .summary = "dangling images of earlier jobs: what a prune frees"},
    {.name = "containers",
     .kind = FIELD_STRINGS,
     .offset = offsetof(struct setting_machine, containers),
     .check = check_containers,
     .summary = "stopped containers of earlier jobs with their images: 'smoke alpine:3.20'"},
    {0},
};
static const struct record_type machine_record = {.name = "machine",
                                                  .summary = "the machine of a leg",
                                                  .size = sizeof(struct setting_machine),
                                                  .fields = machine_fields};

static const struct field setting_fields[] = {
    {.name = "profile",
     .kind = FIELD_STRING,
     .offset = offsetof(struct setting, profile),
     .otherwise = "ubuntu-24.04",
     .check = check_profile,
     .summary = "machine profile of every leg"},
    {.name = "date",
     .kind = FIELD_INTEGER,
     .offset = offsetof(struct setting, date_s),
     .minimum = 0,
     .maximum = 253402300799.0,
     .otherwise = G_STRINGIFY(1767603600),
     .summary = "wall clock at the start, in Unix seconds"},
    {.name = "network",
     .kind = FIELD_RECORD,
     .offset = offsetof(struct setting, network),
     .type = &network_record,
     .summary = "how fast the network is"},
    {.name = "registries",
     .kind = FIELD_RECORDS,
     .offset = offsetof(struct setting, registries),
     .type = &registry_record,
     .summary = "registries that differ from the default ones"},
    {.name = "images",
     .kind = FIELD_RECORDS,
     .offset = offsetof(struct setting, images),
     .type = &image_record,
     .summary = "images beside the default ones"},
    {.name = "machine",
     .kind = FIELD_RECORD,
     .offset = offsetof(struct setting, machine),
     .type = &machine_record,
     .summary = "the machine of every leg"},
    {0},
};

const struct record_type setting_record = {.name = "world",
                                           .summary = "everything round the pipeline",
                                           .size = sizeof(struct setting),
                                           .fields = setting_fields};
