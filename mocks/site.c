/* A site: a name, its handler, and the sockets at which it listens. */
#include "mocks/world_private.h"

#include "base/scratch.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum {
    LISTEN_BACKLOG = 1024,
    DIRECTORY_BYTES_MAX = 80, /* leaves room for the socket's own name in sun_path */
};

struct address {
    union {
        struct sockaddr any;
        struct sockaddr_un local;
        struct sockaddr_in ipv4;
        struct sockaddr_in6 ipv6;
    } socket;
    socklen_t length_bytes;
};

static void on_client_waiting(void *argument, uint32_t events)
{
    struct listener *listener = argument;
    (void)events;
    server_accept(listener->site->world->server, listener->site, listener->fd);
}

static void listener_close(struct listener *listener)
{
    if (listener->fd < 0)
        return;
    loop_watch(listener->site->world->loop, listener->fd, 0, NULL, NULL);
    close(listener->fd);
    listener->fd = -1;
    if (listener->path != NULL)
        unlink(listener->path);
}

static void listener_free(void *argument)
{
    struct listener *listener = argument;
    listener_close(listener);
    g_free(listener->path);
    g_free(listener->address);
    g_free(listener);
}

/* A unix socket leads no farther than its own machine: next to no round trip, and memory's rate. */
static struct network site_network(const struct world *world, const char *name)
{
    const struct network local = {LOCAL_ROUND_TRIP_US, LOCAL_BYTES_PER_SECOND};
    bool is_paced = world->network.bytes_per_second > 0 || world->network.round_trip_us > 0;
    return is_paced && strchr(name, '/') != NULL ? local : world->network;
}

struct site *site_new(struct world *world, const char *name, site_handler *handle, void *context)
{
    struct site *site = g_new0(struct site, 1);
    site->world = world;
    site->name = g_strdup(name);
    site->network = site_network(world, name);
    site->handle = handle;
    site->context = context;
    site->inner = (struct listener){.site = site, .fd = -1};
    g_queue_init(&site->expected);
    site->outer = g_ptr_array_new_with_free_func(listener_free);
    site->is_listening = true;
    return site;
}

void site_free(struct site *site)
{
    listener_close(&site->inner);
    g_free(site->inner.path);
    g_ptr_array_unref(site->outer);
    g_free(site->name);
    g_free(site);
}

const char *site_name(const struct site *site)
{
    return site->name;
}

static bool fail_listening(const char *address, GError **error)
{
    g_set_error(error, BASE_ERROR, BASE_ERROR_IO, "listening at %s: %s", address,
                g_strerror(errno));
    return false;
}

static bool listen_at(struct listener *listener, const struct address *address, const char *text,
                      GError **error)
{
    const int yes = 1;
    int family = address->socket.any.sa_family;
    listener->fd = socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (listener->fd < 0)
        return fail_listening(text, error);
    if (family != AF_UNIX)
        setsockopt(listener->fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    if (bind(listener->fd, &address->socket.any, address->length_bytes) != 0 ||
        listen(listener->fd, LISTEN_BACKLOG) != 0) {
        fail_listening(text, error);
        close(listener->fd);
        listener->fd = -1;
        return false;
    }
    loop_watch(listener->site->world->loop, listener->fd, EPOLLIN, on_client_waiting, listener);
    return true;
}

static bool local_address(const char *path, struct address *address, GError **error)
{
    struct sockaddr_un *local = &address->socket.local;
    address->length_bytes = sizeof *local;
    local->sun_family = AF_UNIX;
    if (g_strlcpy(local->sun_path, path, sizeof local->sun_path) < sizeof local->sun_path)
        return true;
    g_set_error(error, BASE_ERROR, BASE_ERROR_INVALID,
                "%s is longer than the %zu bytes a socket's path may have", path,
                sizeof local->sun_path - 1);
    return false;
}

/* ---- inside the world ---- */

/* Memory before disk: on ext4 the directory and socket of a world cost as much as thirty requests.
 */
static const char *pick_parent(void)
{
    const char *chosen = g_getenv("TMPDIR");
    if (chosen != NULL && chosen[0] != '\0' && strlen(chosen) <= DIRECTORY_BYTES_MAX)
        return chosen;
    return access("/dev/shm", W_OK | X_OK) == 0 ? "/dev/shm" : "/tmp";
}

static bool make_directory(struct world *world, GError **error)
{
    world->directory = scratch_make(pick_parent(), &world->lock_fd, error);
    return world->directory != NULL;
}

const char *site_dial_path(struct site *site, GError **error)
{
    struct listener *listener = &site->inner;
    struct world *world = site->world;
    struct address address = {0};
    if (listener->fd >= 0)
        return listener->path;
    if (world->directory == NULL && !make_directory(world, error))
        return NULL;
    if (listener->path == NULL) {
        listener->path = g_strdup_printf("%s/%u", world->directory, site->number);
        g_hash_table_insert(world->sites_by_path, listener->path, site);
    }
    if (!local_address(listener->path, &address, error) ||
        !listen_at(listener, &address, listener->path, error))
        return NULL;
    return listener->path;
}

/* ---- outside: serve ---- */

static bool fail_address(const char *text, GError **error)
{
    g_set_error(error, BASE_ERROR, BASE_ERROR_INVALID,
                "'%s' is no address; write '127.0.0.1:5000', '[::1]:5000' or 'unix:PATH'", text);
    return false;
}

static bool parse_host(const char *host, guint16 port, struct address *address)
{
    struct sockaddr_in *ipv4 = &address->socket.ipv4;
    struct sockaddr_in6 *ipv6 = &address->socket.ipv6;
    if (inet_pton(AF_INET, host[0] == '\0' ? "0.0.0.0" : host, &ipv4->sin_addr) == 1) {
        ipv4->sin_family = AF_INET;
        ipv4->sin_port = htons(port);
        address->length_bytes = sizeof *ipv4;
        return true;
    }
    if (inet_pton(AF_INET6, host, &ipv6->sin6_addr) != 1)
        return false;
    ipv6->sin6_family = AF_INET6;
    ipv6->sin6_port = htons(port);
    address->length_bytes = sizeof *ipv6;
    return true;
}

static bool parse_address(const char *text, struct address *address, GError **error)
{
    const char *colon = strrchr(text, ':');
    guint64 port;
    if (g_str_has_prefix(text, "unix:"))
        return local_address(text + strlen("unix:"), address, error);
    if (colon == NULL || !g_ascii_string_to_unsigned(colon + 1, 10, 0, 65535, &port, NULL))
        return fail_address(text, error);
    bool is_bracketed = text[0] == '[' && colon > text && colon[-1] == ']';
    gsize skip = is_bracketed ? 1 : 0;
    g_autofree char *host = g_strndup(text + skip, (gsize)(colon - text) - 2 * skip);
    return parse_host(host, (guint16)port, address) || fail_address(text, error);
}

static int chosen_port(int fd)
{
    struct address address = {.length_bytes = sizeof address.socket};
    if (getsockname(fd, &address.socket.any, &address.length_bytes) != 0)
        return 0;
    if (address.socket.any.sa_family == AF_INET6)
        return ntohs(address.socket.ipv6.sin6_port);
    return address.socket.any.sa_family == AF_INET ? ntohs(address.socket.ipv4.sin_port) : 0;
}

/* A socket file that a killed process left behind is in nobody's use: take its place, as dockerd
   does. */
static void remove_stale_socket(const struct address *address)
{
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return;
    bool is_stale =
        connect(fd, &address->socket.any, address->length_bytes) != 0 && errno == ECONNREFUSED;
    close(fd);
    if (is_stale)
        unlink(address->socket.local.sun_path);
}

static bool listener_open(struct listener *listener, GError **error)
{
    struct address address = {0};
    if (!parse_address(listener->address, &address, error))
        return false;
    if (listener->port > 0 && address.socket.any.sa_family == AF_INET)
        address.socket.ipv4.sin_port = htons((guint16)listener->port);
    if (listener->port > 0 && address.socket.any.sa_family == AF_INET6)
        address.socket.ipv6.sin6_port = htons((guint16)listener->port);
    if (address.socket.any.sa_family == AF_UNIX)
        remove_stale_socket(&address);
    if (!listen_at(listener, &address, listener->address, error))
        return false;
    listener->port = chosen_port(listener->fd);
    if (address.socket.any.sa_family == AF_UNIX && listener->path == NULL)
        listener->path = g_strdup(address.socket.local.sun_path);
    return true;
}

bool site_listen(struct site *site, const char *address, int *port, GError **error)
{
    struct listener *listener = g_new0(struct listener, 1);
    listener->site = site;
    listener->fd = -1;
    listener->address = g_strdup(address);
    if (!listener_open(listener, error)) {
        listener_free(listener);
        return false;
    }
    g_ptr_array_add(site->outer, listener);
    if (port != NULL)
        *port = listener->port;
    return true;
}

static void reopen(struct listener *listener)
{
    g_autoptr(GError) error = NULL;
    if (!listener_open(listener, &error))
        g_error("%s", error->message);
}

void site_set_listening(struct site *site, bool is_listening)
{
    if (site->is_listening == is_listening)
        return;
    site->is_listening = is_listening;
    if (!is_listening) {
        listener_close(&site->inner);
        server_expect_nobody(site);
        server_cut_site(site->world->server, site);
    }
    for (guint i = 0; i < site->outer->len; i++) {
        if (is_listening)
            reopen(g_ptr_array_index(site->outer, i));
        else
            listener_close(g_ptr_array_index(site->outer, i));
    }
}
