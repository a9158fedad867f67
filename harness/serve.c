/* Builds the served world, and takes it down again. */
#include "harness/serve.h"

#include "base/units.h"
#include "harness/serve_image.h"
#include "harness/world_default.h"
#include "mocks/buildkit/buildkit.h"

#include <string.h>

#define MACHINE       "engine"
#define ENGINE_SITE   MACHINE ":/var/run/docker.sock"
#define REGISTRY_SITE "registry"

struct serve {
    struct loop *loop;
    struct world *world;
    struct faults *faults;
    GPtrArray *registries; /* struct registry: the public services */
    struct registry_service service;
    struct registry *registry; /* the served one, or NULL */
    char *registry_url;
    struct disk *disk;
    struct dockerd *dockerd; /* or NULL */
};

#define fail_usage(error, ...) g_set_error(error, BASE_ERROR, BASE_ERROR_USAGE, __VA_ARGS__)

/* ---- registries ---- */

static struct registry *find_registry(const struct serve *serve, const char *domain)
{
    for (guint i = 0; i < serve->registries->len; i++) {
        struct registry *registry = g_ptr_array_index(serve->registries, i);
        if (strcmp(registry_service_of(registry)->name, domain) == 0)
            return registry;
    }
    return NULL;
}

/* A public service, added to the world when it is first named. NULL: no such service. */
static struct registry *open_registry(struct serve *serve, const char *domain,
                                      bool needs_login_to_push)
{
    struct registry *registry = find_registry(serve, domain);
    const struct registry_options options = {
        .service = registry_service_find(domain),
        .needs_login_to_push = needs_login_to_push,
        .is_virtual = true,
    };
    if (registry != NULL || options.service == NULL)
        return registry;
    registry = registry_new(serve->world, &options);
    g_ptr_array_add(serve->registries, registry);
    return registry;
}

static void add_public_registries(struct serve *serve)
{
    gsize count = 0;
    const struct default_registry *registries = default_registries(&count);
    for (gsize i = 0; i < count; i++)
        open_registry(serve, registries[i].service, registries[i].needs_login_to_push);
    const struct default_image *images = default_images(&count);
    for (gsize i = 0; i < count; i++) {
        const struct image_spec spec = default_image_spec(&images[i]);
        registry_add_image(find_registry(serve, images[i].service), &spec);
    }
    serve_default_images(find_registry(serve, "docker.io"), /* is_served= */ false);
}

static void add_served_registry(struct serve *serve)
{
    const struct registry_options options = {.service = &serve->service};
    serve->service = (struct registry_service){.name = "localhost", .api_site = REGISTRY_SITE};
    serve->registry = registry_new(serve->world, &options);
    serve_default_images(serve->registry, /* is_served= */ true);
}

static bool add_image(struct serve *serve, const char *text, GError **error)
{
    AUTO(served_image) image = served_image_parse(text, error);
    if (image == NULL)
        return false;
    struct registry *registry =
        open_registry(serve, image->reference->domain, /* needs_login_to_push= */ true);
    if (registry == NULL) {
        fail_usage(error, "no registry '%s' is known; leave it out to mean the served one",
                   image->reference->domain);
        return false;
    }
    served_image_add(image, registry, /* is_served= */ false);
    if (serve->registry != NULL && !image->has_domain)
        served_image_add(image, serve->registry, /* is_served= */ true);
    return true;
}

/* ---- listening ---- */

/* ":5000" is the loopback's, not every interface's as elsewhere. */
static char *complete_address(const char *address)
{
    return address[0] == ':' ? g_strconcat("127.0.0.1", address, NULL) : g_strdup(address);
}

static bool address_is_local(const char *address)
{
    return g_str_has_prefix(address, "127.") || g_str_has_prefix(address, "[::1]:");
}

static bool listen_registry(struct serve *serve, const struct serve_options *options,
                            GError **error)
{
    struct site *site = world_find_site(serve->world, REGISTRY_SITE);
    g_autofree char *address = complete_address(options->registry);
    int port = 0;

    if (!address_is_local(address) && !options->is_remote_allowed) {
        fail_usage(error, "'%s' is beyond this machine; use 127.0.0.1:PORT, or say --allow-remote",
                   address);
        return false;
    }
    if (g_str_has_prefix(address, "unix:")) {
        fail_usage(error, "'%s': a registry listens on TCP, such as 127.0.0.1:5000", address);
        return false;
    }
    if (!site_listen(site, address, &port, error))
        return false;
    g_autofree char *host = g_strndup(address, (gsize)(strrchr(address, ':') - address));
    g_autofree char *name = g_strdup_printf("%s:%d", host, port);
    g_autofree char *other_name = g_strdup_printf("localhost:%d", port);
    world_add_alias(serve->world, name, site);
    world_add_alias(serve->world, other_name, site);
    serve->registry_url = g_strconcat("http://", name, NULL);
    return true;
}

static bool listen_engine(struct serve *serve, const char *address, GError **error)
{
    if (g_str_has_prefix(address, "unix:"))
        return site_listen(world_find_site(serve->world, ENGINE_SITE), address, NULL, error);
    fail_usage(error, "'%s': the Engine listens on a unix socket, such as unix:/tmp/engine.sock",
               address);
    return false;
}

/* ---- the Engine ---- */

static void add_engine(struct serve *serve, const struct machine_profile *profile)
{
    static const struct container_program *const programs[] = {&buildkit_program, NULL};
    serve->disk = disk_new(serve->world, MACHINE, profile->disk_bytes, profile->disk_used_bytes);
    const struct dockerd_options options = {
        .world = serve->world,
        .machine = MACHINE,
        .profile = profile,
        .disk = serve->disk,
        .programs = programs,
    };
    serve->dockerd = dockerd_new(&options);
}

static void restart_engine(void *context, const char *machine, int64_t down_us)
{
    struct serve *serve = context;
    (void)machine; /* there is one */
    if (serve->dockerd != NULL)
        dockerd_restart(serve->dockerd, down_us);
}

static void add_weather(struct serve *serve, const struct serve_options *options)
{
    const struct faults_actions actions = {.context = serve, .restart_engine = restart_engine};
    serve->faults = faults_new(options->faults, options->seed);
    faults_set_actions(serve->faults, &actions);
    faults_attach(serve->faults, serve->world);
}

/* ---- the whole ---- */

static bool furnish(struct serve *serve, const struct serve_options *options, GError **error)
{
    add_public_registries(serve);
    if (options->registry != NULL)
        add_served_registry(serve);
    for (gsize i = 0; options->images != NULL && options->images[i] != NULL; i++)
        if (!add_image(serve, options->images[i], error))
            return false;
    if (options->engine != NULL)
        add_engine(serve, options->profile);
    if (options->registry != NULL && !listen_registry(serve, options, error))
        return false;
    return options->engine == NULL || listen_engine(serve, options->engine, error);
}

struct serve *serve_new(struct loop *loop, const struct serve_options *options, GError **error)
{
    const struct world_options world_options = {.seed = options->seed, .trace = options->trace};
    struct world *world = world_new(loop, &world_options, error);
    if (world == NULL)
        return NULL;
    AUTO(serve) serve = g_new0(struct serve, 1);
    serve->loop = loop;
    serve->world = world;
    serve->registries = g_ptr_array_new();
    add_weather(serve, options);
    return furnish(serve, options, error) ? g_steal_pointer(&serve) : NULL;
}

void serve_free(struct serve *serve)
{
    if (serve == NULL)
        return;
    world_end_exchanges(serve->world);
    dockerd_free(serve->dockerd);
    disk_free(serve->disk);
    for (guint i = 0; i < serve->registries->len; i++)
        registry_free(g_ptr_array_index(serve->registries, i));
    registry_free(serve->registry);
    world_set_weather(serve->world, NULL);
    faults_free(serve->faults);
    world_free(serve->world);
    g_ptr_array_unref(serve->registries);
    g_free(serve->registry_url);
    g_free(serve);
}

const char *serve_registry_url(const struct serve *serve)
{
    return serve->registry_url;
}

struct faults *serve_faults(const struct serve *serve)
{
    return serve->faults;
}

void serve_stop(struct serve *serve)
{
    world_end_exchanges(serve->world);
}

uint64_t serve_exchange_count(const struct serve *serve)
{
    return world_exchange_count(serve->world);
}
