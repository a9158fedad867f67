/* A registry as a whole: its parts, its sites, and what it notes in the trace. */
#include "mocks/registry/registry_private.h"

#include "base/limits.h"
#include "mocks/registry/image.h"

#include <string.h>

static void add_sites(struct registry *registry)
{
    struct world *world = registry->world;
    const struct registry_service *service = registry->service;

    struct site *site = world_add_site(world, service->api_site, registry_on_api, registry);
    registry->paths[0] = "/v2";
    if (service->token_site != NULL && strcmp(service->token_site, service->api_site) == 0)
        registry->paths[1] = service->token_path;
    site_set_paths(site, registry->paths);
    if (service->token_site != NULL && strcmp(service->token_site, service->api_site) != 0)
        world_add_site(world, service->token_site, registry_on_token, registry);
    if (service->blob_site != NULL)
        world_add_site(world, service->blob_site, registry_on_blob_site, registry);
}

static char *draw_token_key(struct registry *registry)
{
    uint64_t high = rng_next(&registry->rng);
    return g_strdup_printf("%016" G_GINT64_MODIFIER "x%016" G_GINT64_MODIFIER "x\n", high,
                           rng_next(&registry->rng));
}

static void recipe_unref(void *recipe)
{
    recipe_free(recipe);
}

struct registry *registry_new(struct world *world, const struct registry_options *options)
{
    struct registry *registry = g_new0(struct registry, 1);
    registry->world = world;
    registry->service = options->service;
    registry->rate_limit = options->rate_limit;
    registry->needs_login_to_pull = options->needs_login_to_pull;
    registry->needs_login_to_push = options->needs_login_to_push;
    registry->logins = g_ptr_array_new_with_free_func(login_free);
    registry->is_virtual = options->is_virtual;
    registry->image_cache = options->image_cache;
    registry->store = registry_store_new(REGISTRY_MEMORY_BYTES_MAX);
    registry->recipes = g_ptr_array_new_with_free_func(recipe_unref);
    registry->invented = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    registry->refusals = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    uploads_init(registry);
    registry->rng = world_rng(world, "registry", options->service->name);
    registry->token_key = draw_token_key(registry);
    if (options->user != NULL)
        registry_add_login(registry, &(struct registry_login){.user = options->user,
                                                              .secret = options->secret,
                                                              .pushes = "*"});
    add_sites(registry);
    return registry;
}

void registry_free(struct registry *registry)
{
    if (registry == NULL)
        return;
    g_hash_table_unref(registry->uploads);
    g_hash_table_unref(registry->invented);
    g_hash_table_unref(registry->refusals);
    registry_store_free(registry->store);
    g_ptr_array_unref(registry->recipes);
    g_free(registry->token_key);
    g_ptr_array_unref(registry->logins);
    g_free(registry);
}

const struct registry_service *registry_service_of(const struct registry *registry)
{
    return registry->service;
}

void registry_add_image(struct registry *registry, const struct image_spec *spec)
{
    g_autoptr(GError) error = NULL;
    struct recipe *recipe = recipe_new(spec, registry->is_virtual);
    g_ptr_array_add(registry->recipes, recipe);
    struct repository *repository = registry_store_open(registry->store, spec->repository, &error);
    if (repository == NULL ||
        !repository_put_recipe(registry->store, repository, spec->tag, recipe, &error))
        trace_note(world_trace(registry->world), "registry", "service", registry->service->name,
                   "action", "image-does-not-fit", "repository", spec->repository, "reference",
                   spec->tag, "reason", error->message, NULL);
}

void registry_trace(const struct request *request, const char *action, const char *reference,
                    const char *digest)
{
    struct trace *trace = world_trace(request->registry->world);
    trace_begin(trace, "registry");
    trace_string(trace, "service", request->registry->service->name);
    trace_string(trace, "action", action);
    trace_string(trace, "repository", request->name);
    if (reference != NULL)
        trace_string(trace, "reference", reference);
    if (digest != NULL)
        trace_string(trace, "digest", digest);
    trace_end(trace);
}

void registry_reply_full(struct exchange *exchange, const GError *error)
{
    registry_reply_error_about(exchange, REGISTRY_SIZE_TOO_LARGE, "reason", error->message);
}

void handle_base(struct request *request)
{
    exchange_reply_text(request->exchange, 200, "application/json", "{}");
}
