/*
 * The world of one rehearsal: every host name and where it leads, the one HTTP server behind them
 * all, the weather, the trace, and chance. It owns nothing that a site's module owns; modules
 * (registry, dockerd, …) register their sites and free themselves before the world.
 */
#pragma once

#include "base/rng.h"
#include "base/trace.h"
#include "http/http.h"
#include "mocks/exchange.h"
#include "mocks/weather.h"

struct common_work;
struct world;

/* Clear weather. A reply waits one round trip and then flows at the rate, by its declared bytes.
   Sites that are unix sockets are on the machine itself: LOCAL_ROUND_TRIP_US,
   LOCAL_BYTES_PER_SECOND. */
struct network {
    int64_t round_trip_us;    /* per request */
    int64_t bytes_per_second; /* per transfer; 0: no pacing (serve) */
};

#define LOCAL_ROUND_TRIP_US    INT64_C(200)
#define LOCAL_BYTES_PER_SECOND (INT64_C(1024) * 1024 * 1024)

struct world_options {
    uint64_t seed;
    struct network network;
    struct trace *trace; /* lent, may be NULL */
    int64_t date_s;      /* wall clock at the loop's time zero; 0: VCLOCK_EPOCH_S */
};

/* The sites' sockets lie in a private directory under $TMPDIR, /dev/shm or /tmp, made when the
   first site is dialled and removed with the world. */
struct world *world_new(struct loop *loop, const struct world_options *options,
                        GError **error) MUST_USE;
/*
 * Cuts every connection, takes no new one, and runs the loop until the fibers of all exchanges have
 * ended. Whoever owns what handlers use (registry, daemons) is freed after this and before the
 * world. Call inside no fiber.
 */
void world_end_exchanges(struct world *world);
/* Ends the exchanges first. The trace must still be there, and clients be closed. Inside no fiber.
 */
void world_free(struct world *world);
CLEANUP(world, world_free)

struct loop *world_loop(const struct world *world);
struct trace *world_trace(const struct world *world);
/* The wall clock now, in Unix seconds: what "latest" means in the world. */
int64_t world_date_s(const struct world *world);
/* A pipeline may pin an image by a digest whose content nobody has here. The made-up one that
   stands for it has another digest: clients take it all the same. NULL: nothing stands for it.
   Lent. */
void world_set_stand_in(struct world *world, const char *digest, const char *actual);
const char *world_stand_in(const struct world *world, const char *digest);
/* What all machines share because it takes us long to make (common_work.h). */
struct common_work *world_common_work(struct world *world);
struct rng world_rng(const struct world *world, const char *role, const char *id);

/*
 * A site: one named endpoint. name is a host name ("registry-1.docker.io") or the path of a unix
 * socket ("/var/run/docker.sock" of machine "leg-api": "leg-api:/var/run/docker.sock"). handle is
 * called when the request's headers are there: it replies, or calls exchange_spawn().
 */
typedef void site_handler(void *context, struct exchange *exchange);
struct site *world_add_site(struct world *world, const char *name, site_handler *handle,
                            void *context);
const char *site_name(const struct site *site);
struct site *world_find_site(struct world *world, const char *name);
/* Paths below which the site answers, ends with NULL, lent: what else is on its host nobody models.
   Not called: all of them. */
void site_set_paths(struct site *site, const char *const *prefixes);
bool site_has_path(const struct site *site, const char *path);
/* The world's clients find the site under this name too: a host name, or "host:port" for one port
   of it. Traces and faults know the site by its own name only. */
void world_add_alias(struct world *world, const char *alias, struct site *site);
/* New connections are refused (false) or taken again; open ones are cut by the first. Models a
   daemon that restarts. */
void site_set_listening(struct site *site, bool is_listening);
/* Serve mode: also listen on a real address, "127.0.0.1:5000", "[::1]:0" or "unix:PATH". The port
   chosen for 0 comes back. */
bool site_listen(struct site *site, const char *address, int *port, GError **error) MUST_USE;

/*
 * The opener of a client inside the world. machine (may be NULL) names whose unix sockets it sees
 * and role names it in traces. Unknown host names are NXDOMAIN; at an address
 * that is no site the connection is refused. Freed with the world.
 */
const struct http_opener *world_opener(struct world *world, const char *machine, const char *role);

/* The same for a program that asks registries for images: what it dials is one. */
const struct http_opener *world_registry_opener(struct world *world, const char *machine,
                                                const char *role);
#define WORLD_SEEKS_REGISTRY "registry"

/* Asked when a client looks for a host name that no site has: may add one under that name. seeks is
   the client's role, or WORLD_SEEKS_REGISTRY. NULL: nobody does. */
typedef void found_site_fn(void *context, const char *host, const char *seeks);
void world_set_founder(struct world *world, found_site_fn *found, void *context);

/* The weather: consulted by the opener, the server and the owners of state. NULL: clear. Lent. */
void world_set_weather(struct world *world, const struct weather *weather);
/* Asks the weather about a named point of state; all zero when it has nothing to say. */
struct point_effect world_consult(struct world *world, const struct point_event *event);
/* Spends what an effect costs in time, in the calling fiber: its delay, then its hang for ever
   (until a deadline or cancellation, whose error it gives). */
bool world_suffer(struct world *world, const struct point_effect *effect, GError **error) MUST_USE;

/* How many exchanges came to their handlers or to a fault; the trace has the same number. */
uint64_t world_exchange_count(const struct world *world);
