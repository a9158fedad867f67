/* What world.c, site.c and server*.c share. Nobody else includes this. */
#pragma once

#include "mocks/server.h"
#include "mocks/world.h"

struct listener {
    struct site *site;
    char *address; /* as given to site_listen(); NULL: the socket inside the world */
    char *path;    /* of a unix socket; NULL: TCP */
    int port;
    int fd; /* -1: not listening now */
};

struct site {
    struct world *world;
    char *name;
    site_handler *handle;
    const char *const *paths; /* below which it answers, or NULL */
    void *context;
    struct listener inner;  /* where the world's own clients connect */
    GQueue expected;        /* struct client of server*.c, in the order of their connect() */
    GPtrArray *outer;       /* struct listener of site_listen() */
    struct network network; /* a socket on the machine itself has no road to go */
    bool is_listening;
    guint number;
};

struct world {
    struct loop *loop;
    struct trace *trace;
    uint64_t seed;
    int64_t date_s; /* at the loop's time zero */
    struct network network;
    const struct weather *weather;
    found_site_fn *found;
    void *found_context;
    struct server *server;
    GPtrArray *sites;
    GHashTable *sites_by_name; /* looked up, never iterated */
    GHashTable *sites_by_path; /* of those dialled, by the path of inner; likewise */
    GHashTable *stand_ins;     /* digest to digest; looked up, never iterated */
    struct common_work *common_work;
    GPtrArray *aliases; /* char *, other names of sites */
    GPtrArray *openers;
    char *directory; /* of the sites' sockets; NULL until one is dialled */
    int lock_fd;     /* of the directory */
    uint64_t started_count;
    uint64_t ended_count;
};

/* site.c */
struct site *site_new(struct world *world, const char *name, site_handler *handle, void *context);
void site_free(struct site *site);
/* The path of the socket that the world's clients connect to, made at the first call. */
const char *site_dial_path(struct site *site, GError **error) MUST_USE;
