/* The server's life, its connections and their end: accepting, cutting, freeing. */
#include "mocks/server.h"

#include "base/limits.h"
#include "mocks/server_library.h"
#include "mocks/server_private.h"
#include "mocks/wire.h"
#include "mocks/world_private.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    TURNS_TO_END_MAX = 1000, /* of libmicrohttpd, until it has given every connection back */
};

/* libmicrohttpd's memory for one connection: it holds the headers, both ways; above it the library
   answers 431 by itself. One byte more and every connection would be an mmap() of its own. */
#define CONNECTION_MEMORY_BYTES ((size_t)32 * 1024)

/* ---- connections ---- */

void connection_poison(const struct connection *connection)
{
    int client_fd = connection->client != NULL ? connection->client->fd : -1;
    wire_poison(connection->fd, connection->is_unix, client_fd);
}

static void connection_free(struct connection *connection)
{
    struct server *server = connection->server;
    server_drive_no_more(connection);
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

static struct connection *connection_new(struct server *server, struct site *site, int fd,
                                         bool is_unix)
{
    struct connection *connection = g_new0(struct connection, 1);
    connection->server = server;
    connection->site = site;
    connection->fd = fd;
    connection->is_unix = is_unix;
    g_ptr_array_add(server->connections, connection);
    g_hash_table_insert(server->by_fd, GINT_TO_POINTER(fd), connection);
    return connection;
}

static void connection_start(struct connection *connection, const struct sockaddr *address,
                             socklen_t length_bytes)
{
    if (!server_drive_connection(connection, address, length_bytes))
        connection_free(connection); /* the descriptor is closed already */
}

void server_take(struct server *server, struct site *site, int fd,
                 const struct sockaddr_storage *address, socklen_t length_bytes)
{
    struct connection *connection = connection_new(server, site, fd, address->ss_family == AF_UNIX);
    connection_start(connection, (const struct sockaddr *)address, length_bytes);
}

/* The socket file lies in the world's private directory: whoever comes there is expected. */
static void take_expected(struct server *server, struct site *site, int fd)
{
    const struct sockaddr nameless = {.sa_family = AF_UNIX};
    struct connection *connection = connection_new(server, site, fd, /* is_unix= */ true);
    connection_introduce(connection);
    connection_start(connection, &nameless, sizeof nameless.sa_family);
}

/* No descriptor is left: without taking the connection the listener would stay ready for ever. The
   reserve makes room to take it and hang up. */
static void hang_up_on_one(struct server *server, struct site *site, int listen_fd)
{
    close(server->reserve_fd);
    int fd = accept4(listen_fd, NULL, NULL, SOCK_CLOEXEC);
    if (fd >= 0)
        close(fd);
    if (fd >= 0 && listen_fd == site->inner.fd)
        site_turn_client_away(site);
    server->reserve_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
}

static bool is_full(const struct server *server)
{
    return server->is_closing ||
           server->connections->len + server->visitors->len >= CONNECTIONS_MAX;
}

/* False: nobody is left in the queue, or gone again. */
static bool accept_one(struct server *server, struct site *site, int listen_fd)
{
    bool is_inner = listen_fd == site->inner.fd;
    struct sockaddr_storage address = {0};
    socklen_t length_bytes = sizeof address;
    int fd = accept4(listen_fd, is_inner ? NULL : (struct sockaddr *)&address,
                     is_inner ? NULL : &length_bytes, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0 && (errno == EMFILE || errno == ENFILE))
        hang_up_on_one(server, site, listen_fd);
    if (fd < 0)
        return false;
    if (is_full(server)) {
        close(fd);
        if (is_inner)
            site_turn_client_away(site);
    } else if (is_inner) {
        take_expected(server, site, fd);
    } else {
        gate_admit(server, site, fd, &address, length_bytes);
    }
    return !is_inner || !g_queue_is_empty(&site->expected);
}

/* Everybody who waits: clients that dial at the same moment ask at the same moment, so that the
   failure of one does not come before the request of the other. */
void server_accept(struct server *server, struct site *site, int listen_fd)
{
    while (accept_one(server, site, listen_fd))
        ;
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

static struct MHD_Daemon *start_daemon(struct server *server, unsigned more_flags)
{
    const unsigned flags = MHD_USE_NO_LISTEN_SOCKET | MHD_ALLOW_SUSPEND_RESUME | MHD_ALLOW_UPGRADE |
                           MHD_USE_SUPPRESS_DATE_NO_CLOCK | more_flags;
    return MHD_start_daemon(
        flags, 0, NULL, NULL, server_on_access, server, MHD_OPTION_URI_LOG_CALLBACK,
        server_on_target, server, MHD_OPTION_NOTIFY_COMPLETED, server_on_completed, server,
        MHD_OPTION_NOTIFY_CONNECTION, on_connection, server, MHD_OPTION_UNESCAPE_CALLBACK,
        on_unescape, server, MHD_OPTION_CONNECTION_LIMIT, (unsigned)CONNECTIONS_MAX,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, CONNECTION_MEMORY_BYTES, MHD_OPTION_CONNECTION_TIMEOUT,
        0U, MHD_OPTION_END);
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
    server->reserve_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
    server->driven = g_ptr_array_new();
    g_queue_init(&server->readable);
    server->inside = start_daemon(server, MHD_USE_TURBO); /* no shutdown() before its close() */
    server->outside = start_daemon(server, MHD_USE_EPOLL);
    if (server->inside == NULL || server->outside == NULL) {
        g_set_error(error, BASE_ERROR, BASE_ERROR_IO, "no HTTP server: %s", g_strerror(errno));
        server_free(server);
        return NULL;
    }
    server_drive_begin(server);
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
static void end_exchanges(struct server *server)
{
    server_stop(server);
    for (int i = 0; i < TURNS_TO_END_MAX && has_exchanges(server); i++)
        server_turn_all(server);
    server_drive_end(server);
}

static void stop_daemon(struct MHD_Daemon *daemon)
{
    if (daemon != NULL)
        MHD_stop_daemon(daemon);
}

void server_free(struct server *server)
{
    if (server == NULL)
        return;
    if (server->inside != NULL && server->outside != NULL)
        end_exchanges(server);
    stop_daemon(server->inside);
    stop_daemon(server->outside);
    if (server->reserve_fd >= 0)
        close(server->reserve_fd);
    for (guint i = 0; i < server->world->sites->len; i++)
        server_expect_nobody(g_ptr_array_index(server->world->sites, i));
    g_ptr_array_unref(server->visitors);
    g_ptr_array_unref(server->connections);
    g_ptr_array_unref(server->driven);
    g_hash_table_unref(server->clients);
    g_hash_table_unref(server->by_fd);
    g_free(server);
}
