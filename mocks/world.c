/* The world: its sites by name, the opener of its clients, its weather and chance. */
#include "mocks/world.h"

#include "mocks/world_private.h"

#include "base/limits.h"
#include "base/units.h"
#include "loop/vclock.h"
#include "mocks/common_work.h"

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

struct opener {
    struct http_opener http;
    struct world *world;
    char *machine;
    char *role;
    const char *seeks; /* what the founder is told */
    struct peer peer;
};

static void opener_free(void *argument)
{
    struct opener *opener = argument;
    g_free(opener->machine);
    g_free(opener->role);
    g_free(opener);
}

struct world *world_new(struct loop *loop, const struct world_options *options, GError **error)
{
    struct world *world = g_new0(struct world, 1);
    world->loop = loop;
    world->trace = options->trace;
    world->seed = options->seed;
    world->date_s = options->date_s != 0 ? options->date_s : VCLOCK_EPOCH_S;
    world->network = options->network;
    world->sites = g_ptr_array_new_with_free_func((GDestroyNotify)site_free);
    world->sites_by_name = g_hash_table_new(g_str_hash, g_str_equal);
    world->sites_by_path = g_hash_table_new(g_str_hash, g_str_equal);
    world->stand_ins = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    world->common_work = common_work_new(WORLD_COMMON_WORK_BYTES_MAX);
    world->aliases = g_ptr_array_new_with_free_func(g_free);
    world->openers = g_ptr_array_new_with_free_func(opener_free);
    world->server = server_new(world, error);
    if (world->server == NULL)
        g_clear_pointer(&world, world_free);
    return world;
}

void world_end_exchanges(struct world *world)
{
    server_stop(world->server);
}

void world_free(struct world *world)
{
    if (world == NULL)
        return;
    server_free(world->server);
    g_hash_table_unref(world->sites_by_name);
    g_hash_table_unref(world->stand_ins);
    common_work_free(world->common_work);
    g_hash_table_unref(world->sites_by_path);
    g_ptr_array_unref(world->sites);
    g_ptr_array_unref(world->aliases);
    g_ptr_array_unref(world->openers);
    if (world->directory != NULL) {
        g_rmdir(world->directory);
        close(world->lock_fd);
    }
    g_free(world->directory);
    g_free(world);
}

struct loop *world_loop(const struct world *world)
{
    return world->loop;
}

struct trace *world_trace(const struct world *world)
{
    return world->trace;
}

int64_t world_date_s(const struct world *world)
{
    return world->date_s + loop_now_us(world->loop) / SECOND_US;
}

struct common_work *world_common_work(struct world *world)
{
    return world->common_work;
}

void world_set_stand_in(struct world *world, const char *digest, const char *actual)
{
    g_hash_table_insert(world->stand_ins, g_strdup(digest), g_strdup(actual));
}

const char *world_stand_in(const struct world *world, const char *digest)
{
    return g_hash_table_lookup(world->stand_ins, digest);
}

struct rng world_rng(const struct world *world, const char *role, const char *id)
{
    return rng_stream(world->seed, role, id);
}

struct site *world_add_site(struct world *world, const char *name, site_handler *handle,
                            void *context)
{
    g_assert(world_find_site(world, name) == NULL);
    struct site *site = site_new(world, name, handle, context);
    g_ptr_array_add(world->sites, site);
    site->number = world->sites->len;
    g_hash_table_insert(world->sites_by_name, site->name, site);
    return site;
}

struct site *world_find_site(struct world *world, const char *name)
{
    return g_hash_table_lookup(world->sites_by_name, name);
}

void site_set_paths(struct site *site, const char *const *prefixes)
{
    site->paths = prefixes;
}

bool site_has_path(const struct site *site, const char *path)
{
    const char *const *prefix = site->paths;
    while (prefix != NULL && *prefix != NULL && !g_str_has_prefix(path, *prefix))
        prefix++;
    return prefix == NULL || *prefix != NULL;
}

void world_add_alias(struct world *world, const char *alias, struct site *site)
{
    g_assert(world_find_site(world, alias) == NULL);
    char *name = g_strdup(alias);
    g_ptr_array_add(world->aliases, name);
    g_hash_table_insert(world->sites_by_name, name, site);
}

static struct site *find_target(const struct opener *opener, const char *host, int port,
                                bool is_unix)
{
    struct world *world = opener->world;
    if (is_unix && opener->machine == NULL)
        return world_find_site(world, host);
    g_autofree char *name = is_unix ? g_strdup_printf("%s:%s", opener->machine, host)
                                    : g_strdup_printf("%s:%d", host, port);
    struct site *site = world_find_site(world, name);
    return site != NULL || is_unix ? site : world_find_site(world, host);
}

/* The same, after the founder was asked for a name that is not there yet. */
static struct site *find_or_found(const struct opener *opener, const char *host, int port,
                                  bool is_unix)
{
    struct world *world = opener->world;
    struct site *site = find_target(opener, host, port, is_unix);
    if (site != NULL || is_unix || world->found == NULL)
        return site;
    g_autofree char *name =
        port == 443 || port == 80 ? g_strdup(host) : g_strdup_printf("%s:%d", host, port);
    world->found(world->found_context, name, opener->seeks);
    return find_target(opener, host, port, is_unix);
}

static void lead_to_site(struct site *site, struct http_route *route)
{
    g_autoptr(GError) error = NULL;
    route->way = HTTP_WAY_REFUSED;
    if (!site->is_listening || site->world->server == NULL)
        return;
    route->path = site_dial_path(site, &error);
    if (route->path == NULL)
        g_error("site %s: %s", site->name, error->message);
    route->way = HTTP_WAY_SOCKET;
}

/* An address needs no name server: nobody listens there, that is all. */
static enum http_way way_of_nobody(const char *host, bool is_unix)
{
    if (is_unix)
        return HTTP_WAY_NO_SUCH_FILE;
    bool is_address = g_hostname_is_ip_address(host) || strcmp(host, "localhost") == 0;
    return is_address ? HTTP_WAY_REFUSED : HTTP_WAY_NAME_NOT_FOUND;
}

static void on_find(void *context, const char *host, int port, bool is_unix,
                    struct http_route *route)
{
    const struct opener *opener = context;
    const struct weather *weather = opener->world->weather;
    struct site *site = find_or_found(opener, host, port, is_unix);
    *route = (struct http_route){.way = way_of_nobody(host, is_unix)};
    if (site != NULL)
        lead_to_site(site, route);
    if (weather != NULL && weather->on_connect != NULL)
        weather->on_connect(weather->context, site != NULL ? site->name : host, opener->role,
                            route);
}

static void on_socket(void *context, const char *path, int fd)
{
    const struct opener *opener = context;
    struct world *world = opener->world;
    struct site *site = g_hash_table_lookup(world->sites_by_path, path);
    g_assert(site != NULL);
    server_expect_client(world->server, site, fd, &opener->peer);
}

static void on_close(void *context, int fd)
{
    const struct opener *opener = context;
    server_forget_client(opener->world->server, fd);
}

const struct http_opener *world_opener(struct world *world, const char *machine, const char *role)
{
    struct opener *opener = g_new0(struct opener, 1);
    opener->world = world;
    opener->machine = g_strdup(machine);
    opener->role = g_strdup(role);
    opener->seeks = opener->role;
    opener->peer = (struct peer){opener->machine, opener->role};
    opener->http = (struct http_opener){
        .context = opener,
        .find = on_find,
        .on_socket = on_socket,
        .on_close = on_close,
    };
    g_ptr_array_add(world->openers, opener);
    return &opener->http;
}

const struct http_opener *world_registry_opener(struct world *world, const char *machine,
                                                const char *role)
{
    const struct http_opener *made = world_opener(world, machine, role);
    struct opener *opener = made->context;
    opener->seeks = WORLD_SEEKS_REGISTRY;
    return made;
}

void world_set_founder(struct world *world, found_site_fn *found, void *context)
{
    world->found = found;
    world->found_context = context;
}

void world_set_weather(struct world *world, const struct weather *weather)
{
    world->weather = weather;
}

struct point_effect world_consult(struct world *world, const struct point_event *event)
{
    struct point_effect effect = {0};
    if (world->weather != NULL && world->weather->on_point != NULL)
        world->weather->on_point(world->weather->context, event, &effect);
    return effect;
}

bool world_suffer(struct world *world, const struct point_effect *effect, GError **error)
{
    if (effect->delay_us > 0 && !fiber_sleep(world->loop, effect->delay_us, error))
        return false;
    while (effect->is_hang)
        if (!fiber_park(world->loop, "a hang in the weather", error))
            return false;
    return true;
}

uint64_t world_exchange_count(const struct world *world)
{
    return world->ended_count;
}
