/*
 * A served world: the fakes for clients from outside, on the real or a scaled clock. One registry
 * on a TCP port with images of real bytes, one Docker Engine on a unix socket, either or both. The
 * Engine pulls inside its own world: docker.io, ghcr.io and the others are fakes with images of
 * declared sizes, and the served registry is there under its address. No network pacing.
 *
 * In traces and fault rules the served registry is the site "registry" (service "localhost"), the
 * Engine the machine "engine".
 */
#pragma once

#include "mocks/dockerd/dockerd.h"
#include "mocks/faults/faults.h"

struct serve_options {
    const char *registry;   /* "127.0.0.1:5000", ":5000", "[::1]:0"; NULL: no registry */
    const char *engine;     /* "unix:PATH"; NULL: no Engine */
    bool is_remote_allowed; /* addresses beyond the loopback */
    const struct machine_profile *profile; /* of the Engine's machine */
    const struct fault_rules *faults;      /* lent */
    /* "team/app:1.0" is added to the served registry and to Docker Hub, "ghcr.io/o/a:1" to that
       service; "NAME=linux/amd64,linux/arm64" states the platforms. NULL-terminated, or NULL. */
    const char *const *images;
    uint64_t seed;
    struct trace *trace; /* lent, or NULL */
};

struct serve;
/* Listens when it returns. Errors name the option that is wrong. Copies what it keeps of options,
   but for what is lent. */
struct serve *serve_new(struct loop *loop, const struct serve_options *options,
                        GError **error) MUST_USE;
/* Inside no fiber, with the loop still there. */
void serve_free(struct serve *serve);
CLEANUP(serve, serve_free)

/* "http://127.0.0.1:35113", or NULL. */
const char *serve_registry_url(const struct serve *serve);
struct faults *serve_faults(const struct serve *serve);
/* Cuts all connections and lets what goes on end; from then on the count stands. */
void serve_stop(struct serve *serve);
uint64_t serve_exchange_count(const struct serve *serve);
