/*
 * libmicrohttpd inside the loop: two of its daemons, and when they run.
 *
 * The inside one serves the world's own clients. It waits for nothing itself: the loop watches the
 * sockets, and each run is told which of them may be read. That is half the system calls of an
 * epoll of its own inside ours. It takes descriptors below FD_SETSIZE only; the outside daemon,
 * with its own epoll, takes all others and everybody who comes from outside the world.
 */
#include "mocks/server_library.h"
#include "mocks/server_private.h"

#include <limits.h>
#include <poll.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/select.h>

enum {
    RUNS_UNASKED_MAX = 4, /* a longer answer costs a question for each run: does it still go out? */
};

void server_touch(struct server *server)
{
    server->is_dirty = true;
}

/* ---- what a connection waits for ---- */

static void make_readable(struct connection *connection)
{
    if (connection->is_readable)
        return;
    connection->is_readable = true;
    g_queue_push_tail(&connection->server->readable, connection);
    server_touch(connection->server);
}

static void note_hang_up(struct connection *connection)
{
    struct exchange *exchange = connection->exchange;
    connection->is_lost = false;
    connection->has_hung_up = true;
    connection_watch(connection);
    if (connection->is_driven)
        make_readable(connection);
    if (exchange != NULL && exchange->number > 0)
        exchange_lose_client(exchange);
}

/* Readable while libmicrohttpd does not want to read: nobody needs to hear of it until it does. */
static void on_driven_ready(struct connection *connection, uint32_t events)
{
    if ((connection->wished_events & EPOLLIN) != 0 && (events & ~(uint32_t)EPOLLOUT) != 0)
        make_readable(connection);
    else if ((connection->wished_events & EPOLLOUT) != 0)
        server_touch(connection->server);
    else
        connection_unwatch(connection);
}

static void on_connection_ready(void *argument, uint32_t events)
{
    struct connection *connection = argument;
    struct exchange *exchange = connection->exchange;
    if (exchange != NULL && exchange->tunnel.is_open)
        tunnel_on_event(exchange, events);
    else if (connection->is_driven)
        on_driven_ready(connection, events);
    else
        note_hang_up(connection);
}

/* One whose exchange is suspended stays watched: mostly it is read again before anything comes. */
static uint32_t interest(const struct connection *connection)
{
    const struct exchange *exchange = connection->exchange;
    if (exchange != NULL && exchange->tunnel.is_open)
        return tunnel_interest(exchange);
    if (connection->is_driven)
        return connection->wished_events != 0 ? connection->wished_events
                                              : connection->watched_events;
    return connection->is_inner || connection->has_hung_up ? 0 : EPOLLRDHUP;
}

static void watch_events(struct connection *connection, uint32_t events)
{
    if (events == connection->watched_events)
        return;
    connection->watched_events = events;
    loop_watch(connection->server->loop, connection->fd, events, on_connection_ready, connection);
}

void connection_watch(struct connection *connection)
{
    watch_events(connection, interest(connection));
}

void connection_unwatch(struct connection *connection)
{
    watch_events(connection, 0);
}

void connection_lose(struct connection *connection)
{
    connection->is_lost = true;
    connection->server->has_lost_clients = true;
    server_touch(connection->server);
}

static void note_hang_ups(struct server *server)
{
    if (!server->has_lost_clients)
        return;
    server->has_lost_clients = false;
    for (guint i = 0; i < server->connections->len; i++) {
        struct connection *connection = g_ptr_array_index(server->connections, i);
        if (connection->is_lost)
            note_hang_up(connection);
    }
}

/* ---- running the daemons ---- */

/* A socket that takes no more says so when it is written to: all count as writable. */
static void run_inside(struct server *server, const struct connection *readable)
{
    fd_set reads, writes, errors;
    FD_ZERO(&reads);
    FD_ZERO(&errors);
    memset(&writes, UCHAR_MAX, sizeof writes);
    if (readable != NULL)
        FD_SET(readable->fd, &reads);
    MHD_run_from_select(server->inside, &reads, &writes, &errors);
}

/* Each alone and in the order in which they became so, which is the order of their requests. */
static void run_inside_readable(struct server *server)
{
    do {
        struct connection *connection = g_queue_pop_head(&server->readable);
        if (connection != NULL)
            connection->is_readable = false;
        run_inside(server, connection);
    } while (!g_queue_is_empty(&server->readable));
}

/* Asks the inside daemon what its connections wait for. */
static void learn_wishes(struct server *server)
{
    fd_set reads, writes, errors;
    MHD_socket highest = MHD_INVALID_SOCKET;
    FD_ZERO(&reads);
    FD_ZERO(&writes);
    FD_ZERO(&errors);
    MHD_get_fdset(server->inside, &reads, &writes, &errors, &highest);
    for (guint i = 0; i < server->driven->len; i++) {
        struct connection *connection = g_ptr_array_index(server->driven, i);
        connection->wished_events = FD_ISSET(connection->fd, &reads) ? EPOLLIN : 0;
        if (FD_ISSET(connection->fd, &writes))
            connection->wished_events |= EPOLLOUT;
    }
}

static bool is_writable(const struct connection *connection)
{
    struct pollfd socket = {.fd = connection->fd, .events = POLLOUT};
    return poll(&socket, 1, 0) == 1;
}

/* Whether a connection has more to send, and its socket would take it. */
static bool has_writer(const struct server *server, int run_count)
{
    for (guint i = 0; i < server->driven->len; i++) {
        const struct connection *connection = g_ptr_array_index(server->driven, i);
        if ((connection->wished_events & EPOLLOUT) != 0 &&
            (run_count <= RUNS_UNASKED_MAX || is_writable(connection)))
            return true;
    }
    return false;
}

static void watch_wishes(struct server *server)
{
    for (guint i = 0; i < server->driven->len; i++)
        connection_watch(g_ptr_array_index(server->driven, i));
}

static void run(struct server *server)
{
    server->is_dirty = false;
    if (server->connections->len > server->driven->len)
        MHD_run(server->outside);
    if (server->driven->len == 0)
        return;
    run_inside_readable(server);
    learn_wishes(server);
}

/* Where the first run cuts a connection, the second closes its descriptor, before a client can
   look: a reset is one from the close on. And a client sees no answer that could be longer. */
void server_turn(struct server *server)
{
    int run_count = 1;
    note_hang_ups(server);
    run(server);
    while ((run_count == 1 && server->is_dirty) || has_writer(server, run_count)) {
        run(server);
        run_count++;
    }
    watch_wishes(server);
}

void server_turn_all(struct server *server)
{
    for (guint i = 0; i < server->driven->len; i++)
        make_readable(g_ptr_array_index(server->driven, i));
    server_turn(server);
}

static bool has_pending(struct MHD_Daemon *daemon)
{
    MHD_UNSIGNED_LONG_LONG timeout_ms;
    return MHD_get_timeout(daemon, &timeout_ms) == MHD_YES && timeout_ms == 0;
}

/* Descriptors alone do not tell: the library keeps connections in mind that it still has to look at
   (virtual-time.md 1). */
static bool on_server_turn(void *argument)
{
    struct server *server = argument;
    bool has_work = server->is_dirty || has_pending(server->inside) || has_pending(server->outside);
    if (has_work)
        server_turn(server);
    return has_work;
}

static void on_outside_ready(void *argument, uint32_t events)
{
    (void)events;
    server_turn(argument);
}

static int outside_epoll_fd(const struct server *server)
{
    return MHD_get_daemon_info(server->outside, MHD_DAEMON_INFO_EPOLL_FD)->epoll_fd;
}

void server_drive_begin(struct server *server)
{
    server->source = (struct loop_source){.run = on_server_turn, .argument = server};
    loop_add_source(server->loop, &server->source);
    loop_watch(server->loop, outside_epoll_fd(server), EPOLLIN, on_outside_ready, server);
}

void server_drive_end(struct server *server)
{
    loop_remove_source(server->loop, &server->source);
    loop_watch(server->loop, outside_epoll_fd(server), 0, NULL, NULL);
}

bool server_drive_connection(struct connection *connection, const struct sockaddr *address,
                             socklen_t length_bytes)
{
    struct server *server = connection->server;
    connection->is_driven = connection->is_inner && connection->fd < FD_SETSIZE;
    if (connection->is_driven) {
        g_ptr_array_add(server->driven, connection);
        make_readable(connection); /* its request is mostly there already */
    }
    connection_watch(connection);
    server_touch(server);
    return MHD_add_connection(connection->is_driven ? server->inside : server->outside,
                              connection->fd, address, length_bytes) == MHD_YES;
}

/* The descriptor is closed next. */
void server_drive_no_more(struct connection *connection)
{
    struct server *server = connection->server;
    if (connection->is_readable)
        g_queue_remove(&server->readable, connection);
    if (connection->is_driven)
        g_ptr_array_remove(server->driven, connection);
    if (connection->watched_events == 0)
        return;
    loop_unwatch_lazily(server->loop, connection->fd);
    loop_note_closed(server->loop, connection->fd);
}
