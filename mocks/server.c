/* The server's life, its connections and whose they are; libmicrohttpd inside the loop. */
#include "mocks/server.h"

#include "base/limits.h"
#include "mocks/server_library.h"
#include "mocks/server_private.h"
#include "mocks/wire.h"
#include "mocks/world_private.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stddef.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum {
    TURNS_TO_END_MAX = 1000, /* of libmicrohttpd, until it has given every connection back */
};

/* libmicrohttpd's memory for one connection: it holds the headers, both ways; above it the library
   answers 431 by itself. One byte more and every connection would be an mmap() of its own. */
#define CONNECTION_MEMORY_BYTES ((size_t)32 * 1024)

void server_touch(struct server *server)
{
    server->is_dirty = true;
}

/* Where the first run cuts a connection, the second closes its descriptor, before a client can
   look: a reset is one from the close on. */
static void turn(struct server *server)
{
    for (int i = 0; i < 2 && (i == 0 || server->is_dirty); i++) {
        server->is_dirty = false;
        MHD_run(server->daemon);
    }
}

/* Its epoll descriptor alone does not tell: it keeps a list of ready connections of its own
   (virtual-time.md 1). */
static bool on_server_turn(void *argument)
{
    struct server *server = argument;
    MHD_UNSIGNED_LONG_LONG timeout_ms;
    bool has_work = server->is_dirty ||
                    (MHD_get_timeout(server->daemon, &timeout_ms) == MHD_YES && timeout_ms == 0);
    if (has_work)
        turn(server);
    return has_work;
}

static void on_server_ready(void *argument, uint32_t events)
{
    (void)events;
    turn(argument);
}

/* ---- connections ---- */

static void on_connection_ready(void *argument, uint32_t events)
{
    struct connection *connection = argument;
    struct exchange *exchange = connection->exchange;
    if (exchange != NULL && exchange->tunnel.is_open) {
        tunnel_on_event(exchange, events);
        return;
    }
    connection->has_hung_up = true;
    connection_watch(connection);
    if (exchange != NULL && exchange->number > 0)
        exchange_lose_client(exchange);
}

void connection_watch(struct connection *connection)
{
    const struct exchange *exchange = connection->exchange;
    uint32_t events = connection->has_hung_up ? 0 : EPOLLRDHUP;
    if (exchange != NULL && exchange->tunnel.is_open)
        events = tunnel_interest(exchange);
    if (events == connection->watched_events)
        return;
    connection->watched_events = events;
    loop_watch(connection->server->loop, connection->fd, events, on_connection_ready, connection);
}

void connection_poison(const struct connection *connection)
{
    int client_fd = connection->client != NULL ? connection->client->fd : -1;
    wire_poison(connection->fd, connection->is_unix, client_fd);
}

static void connection_free(struct connection *connection)
{
    struct server *server = connection->server;
    if (connection->watched_events != 0)
        loop_watch(server->loop, connection->fd, 0, NULL, NULL);
    if (connection->client != NULL)
        connection->client->connection = NULL;
    g_hash_table_remove(server->by_fd, GINT_TO_POINTER(connection->fd));
    g_ptr_array_remove(server->connections, connection);
    g_free(connection);
}

static void on_connection(void *context, struct MHD_Connection *mhd, void **socket_context,
                          enum MHD_ConnectionNotificationCode code)
{
    struct server *server = context;
    if (code == MHD_CONNECTION_NOTIFY_CLOSED) {
        connection_free(*socket_context);
        return;
    }
    int fd = MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
    *socket_context = g_hash_table_lookup(server->by_fd, GINT_TO_POINTER(fd));
    g_assert(*socket_context != NULL);
}

/* ---- the world's own clients, known by the address the kernel gave their socket ---- */

/* An autobound address is a zero byte and five hexadecimal digits (unix(7)). */
static bool autobound_name(const struct sockaddr_un *address, socklen_t length_bytes,
                           unsigned *name)
{
    enum {
        DIGIT_COUNT = 5
    };
    if (address->sun_family != AF_UNIX || address->sun_path[0] != '\0' ||
        length_bytes != offsetof(struct sockaddr_un, sun_path) + 1 + DIGIT_COUNT)
        return false;
    *name = 0;
    for (int i = 1; i <= DIGIT_COUNT; i++)
        *name = *name * 16 + (unsigned)g_ascii_xdigit_value(address->sun_path[i]);
    return true;
}

static void client_free(void *argument)
{
    struct client *client = argument;
    if (client->connection != NULL)
        client->connection->client = NULL;
    g_free(client);
}

void server_expect_client(struct server *server, int fd, const struct peer *peer)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    socklen_t length_bytes = sizeof address;
    unsigned name;
    if (bind(fd, (struct sockaddr *)&address, sizeof address.sun_family) != 0 ||
        getsockname(fd, (struct sockaddr *)&address, &length_bytes) != 0 ||
        !autobound_name(&address, length_bytes, &name))
        return; /* no unix socket: its resets will be closes */
    server_forget_client(server, fd);
    struct client *client = g_new0(struct client, 1);
    client->fd = fd;
    client->peer = peer;
    client->name = name;
    g_hash_table_insert(server->clients, GINT_TO_POINTER(fd), client);
    g_hash_table_insert(server->client_names, GUINT_TO_POINTER(name), client);
}

void server_forget_client(struct server *server, int fd)
{
    const struct client *client = g_hash_table_lookup(server->clients, GINT_TO_POINTER(fd));
    if (client == NULL)
        return;
    if (g_hash_table_lookup(server->client_names, GUINT_TO_POINTER(client->name)) == client)
        g_hash_table_remove(server->client_names, GUINT_TO_POINTER(client->name));
    g_hash_table_remove(server->clients, GINT_TO_POINTER(fd));
}

static void introduce(struct connection *connection, const struct sockaddr_un *address,
                      socklen_t length_bytes)
{
    unsigned name;
    if (!autobound_name(address, length_bytes, &name))
        return;
    struct client *client =
        g_hash_table_lookup(connection->server->client_names, GUINT_TO_POINTER(name));
    if (client == NULL)
        return;
    client->connection = connection;
    connection->client = client;
    connection->peer = client->peer;
}

void server_take(struct server *server, struct site *site, int fd,
                 const struct sockaddr_storage *address, socklen_t length_bytes)
{
    struct connection *connection = g_new0(struct connection, 1);
    connection->server = server;
    connection->site = site;
    connection->fd = fd;
    connection->is_unix = address->ss_family == AF_UNIX;
    if (connection->is_unix)
        introduce(connection, (const struct sockaddr_un *)address, length_bytes);
    g_ptr_array_add(server->connections, connection);
    g_hash_table_insert(server->by_fd, GINT_TO_POINTER(fd), connection);
    connection_watch(connection);
    if (MHD_add_connection(server->daemon, fd, (const struct sockaddr *)address, length_bytes) !=
        MHD_YES) {
        connection->watched_events = 0; /* the descriptor is closed already */
        loop_watch(server->loop, fd, 0, NULL, NULL);
        connection_free(connection);
    }
    server_touch(server);
}

/* No descriptor is left: without taking the connection the listener would stay ready for ever. The
   reserve makes room to take it and hang up. */
static void hang_up_on_one(struct server *server, int listen_fd)
{
    close(server->reserve_fd);
    int fd = accept4(listen_fd, NULL, NULL, SOCK_CLOEXEC);
    if (fd >= 0)
        close(fd);
    server->reserve_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
}

static void admit(struct server *server, struct site *site, int listen_fd, int fd,
                  const struct sockaddr_storage *address, socklen_t length_bytes)
{
    if (server->is_closing || server->connections->len + server->visitors->len >= CONNECTIONS_MAX)
        close(fd);
    else if (listen_fd == site->inner.fd)
        server_take(server, site, fd, address, length_bytes);
    else
        gate_admit(server, site, fd, address, length_bytes);
}

/* Everybody who waits: clients that dial at the same moment ask at the same moment, so that the
   failure of one does not come before the request of the other. */
void server_accept(struct server *server, struct site *site, int listen_fd)
{
    for (;;) {
        struct sockaddr_storage address = {0};
        socklen_t length_bytes = sizeof address;
        int fd = accept4(listen_fd, (struct sockaddr *)&address, &length_bytes,
                         SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd < 0 && (errno == EMFILE || errno == ENFILE))
            hang_up_on_one(server, listen_fd);
        if (fd < 0)
            return; /* nobody is left in the queue, or gone again */
        admit(server, site, listen_fd, fd, &address, length_bytes);
    }
}

static void cut(struct connection *connection)
{
    struct exchange *exchange = connection->exchange;
    if (exchange != NULL && exchange->number > 0)
        exchange_abort(exchange, ENDING_CLOSED);
    else
        shutdown(connection->fd, SHUT_RDWR);
}

void server_cut_site(struct server *server, const struct site *site)
{
    gate_clear(server, site);
    for (guint i = 0; i < server->connections->len; i++) {
        struct connection *connection = g_ptr_array_index(server->connections, i);
        if (site == NULL || connection->site == site)
            cut(connection);
    }
}

/* ---- life ---- */

/* Paths and queries stay as they were sent: sites decode them, the library must not. */
static size_t on_unescape(void *context, struct MHD_Connection *mhd, char *text)
{
    (void)context, (void)mhd;
    return strlen(text);
}

static struct MHD_Daemon *start_daemon(struct server *server)
{
    const unsigned flags = MHD_USE_EPOLL | MHD_USE_NO_LISTEN_SOCKET | MHD_ALLOW_SUSPEND_RESUME |
                           MHD_ALLOW_UPGRADE | MHD_USE_SUPPRESS_DATE_NO_CLOCK;
    return MHD_start_daemon(
        flags, 0, NULL, NULL, server_on_access, server, MHD_OPTION_URI_LOG_CALLBACK,
        server_on_target, server, MHD_OPTION_NOTIFY_COMPLETED, server_on_completed, server,
        MHD_OPTION_NOTIFY_CONNECTION, on_connection, server, MHD_OPTION_UNESCAPE_CALLBACK,
        on_unescape, server, MHD_OPTION_CONNECTION_LIMIT, (unsigned)CONNECTIONS_MAX,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, CONNECTION_MEMORY_BYTES, MHD_OPTION_CONNECTION_TIMEOUT,
        0U, MHD_OPTION_END);
}

static int daemon_epoll_fd(const struct server *server)
{
    return MHD_get_daemon_info(server->daemon, MHD_DAEMON_INFO_EPOLL_FD)->epoll_fd;
}

struct server *server_new(struct world *world, GError **error)
{
    struct server *server = g_new0(struct server, 1);
    server->world = world;
    server->loop = world->loop;
    server->have_fibers_ended = true;
    server->connections = g_ptr_array_new();
    server->visitors = g_ptr_array_new_with_free_func(visitor_free);
    server->by_fd = g_hash_table_new(NULL, NULL);
    server->clients = g_hash_table_new_full(NULL, NULL, NULL, client_free);
    server->client_names = g_hash_table_new(NULL, NULL);
    server->reserve_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
    server->source = (struct loop_source){.run = on_server_turn, .argument = server};
    server->daemon = start_daemon(server);
    if (server->daemon == NULL) {
        g_set_error(error, BASE_ERROR, BASE_ERROR_IO, "no HTTP server: %s", g_strerror(errno));
        server_free(server);
        return NULL;
    }
    loop_add_source(server->loop, &server->source);
    loop_watch(server->loop, daemon_epoll_fd(server), EPOLLIN, on_server_ready, server);
    return server;
}

void server_stop(struct server *server)
{
    g_autoptr(GError) error = NULL;
    server->is_closing = true;
    server_cut_site(server, /* site= */ NULL);
    if (!loop_finish(server->loop, &server->have_fibers_ended, &error))
        g_error("exchanges do not end: %s", error->message);
}

static bool has_exchanges(const struct server *server)
{
    for (guint i = 0; i < server->connections->len; i++) {
        const struct connection *connection = g_ptr_array_index(server->connections, i);
        if (connection->exchange != NULL && connection->exchange->number > 0)
            return true;
    }
    return false;
}

/* The library ends the process when it is stopped with a suspended or upgraded connection. */
static void stop_daemon(struct server *server)
{
    for (int i = 0; i < TURNS_TO_END_MAX && has_exchanges(server); i++)
        turn(server);
    loop_remove_source(server->loop, &server->source);
    loop_watch(server->loop, daemon_epoll_fd(server), 0, NULL, NULL);
    MHD_stop_daemon(server->daemon);
}

void server_free(struct server *server)
{
    if (server == NULL)
        return;
    if (server->daemon != NULL) {
        server_stop(server);
        stop_daemon(server);
    }
    if (server->reserve_fd >= 0)
        close(server->reserve_fd);
    g_ptr_array_unref(server->visitors);
    g_ptr_array_unref(server->connections);
    g_hash_table_unref(server->client_names);
    g_hash_table_unref(server->clients);
    g_hash_table_unref(server->by_fd);
    g_free(server);
}
