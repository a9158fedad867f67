/* The scripted byte server of the HTTP client's tests. */
#include "raw_server.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static void on_ready(void *argument, uint32_t events)
{
    struct raw_connection *connection = argument;
    (void)events;
    fiber_wake(connection->fiber);
}

static bool wait_for(struct raw_connection *connection, uint32_t events)
{
    struct loop *loop = connection->server->loop;
    connection->fiber = fiber_current(loop);
    loop_watch(loop, connection->fd, events, on_ready, connection);
    bool is_fine = fiber_park(loop, "client", NULL);
    loop_watch(loop, connection->fd, 0, NULL, NULL);
    return is_fine;
}

/* False when the client has gone or the test is over. */
static bool receive(struct raw_connection *connection)
{
    char bytes[65536];
    ssize_t count;

    while ((count = recv(connection->fd, bytes, sizeof bytes, MSG_DONTWAIT)) < 0 && errno == EAGAIN)
        if (!wait_for(connection, EPOLLIN))
            return false;
    if (count <= 0)
        return false;
    g_string_append_len(connection->received, bytes, count);
    return true;
}

static bool play_read_head(struct raw_connection *connection, const struct act *act)
{
    const char *end;
    (void)act;
    while ((end = strstr(connection->received->str + connection->consumed_bytes, "\r\n\r\n")) ==
           NULL)
        if (!receive(connection))
            return false;
    connection->consumed_bytes = (gsize)(end - connection->received->str) + 4;
    return true;
}

static bool play_read_body(struct raw_connection *connection, const struct act *act)
{
    gsize wanted_bytes = connection->consumed_bytes + (gsize)act->number;
    while (connection->received->len < wanted_bytes)
        if (!receive(connection))
            return false;
    connection->consumed_bytes = wanted_bytes;
    return true;
}

static bool send_all(struct raw_connection *connection, const char *bytes, gsize length_bytes)
{
    while (length_bytes > 0) {
        ssize_t count = send(connection->fd, bytes, length_bytes, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (count < 0 && (errno != EAGAIN || !wait_for(connection, EPOLLOUT)))
            return false;
        if (count < 0)
            continue;
        bytes += count;
        length_bytes -= (gsize)count;
        connection->server->sent_bytes += count;
    }
    return true;
}

static bool play_send(struct raw_connection *connection, const struct act *act)
{
    return send_all(connection, act->text, strlen(act->text));
}

static bool play_send_fill(struct raw_connection *connection, const struct act *act)
{
    g_autofree char *fill = g_strnfill((gsize)act->number, 'x');
    return send_all(connection, fill, (gsize)act->number);
}

static bool play_sleep(struct raw_connection *connection, const struct act *act)
{
    return fiber_sleep(connection->server->loop, act->number, NULL);
}

static bool play_close(struct raw_connection *connection, const struct act *act)
{
    (void)connection;
    (void)act;
    return false;
}

static bool play_reset(struct raw_connection *connection, const struct act *act)
{
    (void)act;
    cr_assert_eq(send(connection->client_fd, "!", 1, MSG_NOSIGNAL), 1);
    return false;
}

static bool play_hold(struct raw_connection *connection, const struct act *act)
{
    (void)act;
    if (wait_for(connection, EPOLLRDHUP))
        connection->server->client_gone_at_us = loop_now_us(connection->server->loop);
    return false;
}

static bool (*const players[])(struct raw_connection *connection, const struct act *act) = {
    [ACT_CLOSE] = play_close, [ACT_READ_HEAD] = play_read_head, [ACT_READ_BODY] = play_read_body,
    [ACT_SEND] = play_send,   [ACT_SEND_FILL] = play_send_fill, [ACT_SLEEP] = play_sleep,
    [ACT_RESET] = play_reset, [ACT_HOLD] = play_hold,
};

static void play(void *argument)
{
    struct raw_connection *connection = argument;
    const struct act *act = connection->script;
    while (players[act->kind](connection, act))
        act++;
    close(connection->fd);
    connection->fd = -1;
}

static void connection_free(void *argument)
{
    struct raw_connection *connection = argument;
    g_assert(connection->fd < 0);
    g_string_free(connection->received, TRUE);
    g_free(connection);
}

static const struct act *next_script(const struct raw_server *server)
{
    guint n = 0;
    while (n < server->connections->len && server->scripts[n + 1] != NULL)
        n++;
    return server->scripts[n];
}

static void on_connection(void *argument, uint32_t events)
{
    struct raw_server *server = argument;
    struct raw_connection *connection = g_new0(struct raw_connection, 1);
    (void)events;

    connection->server = server;
    connection->script = next_script(server);
    connection->fd = accept4(server->listen_fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    connection->client_fd = GPOINTER_TO_INT(g_queue_pop_head(&server->client_fds));
    connection->received = g_string_new(NULL);
    g_ptr_array_add(server->connections, connection);
    fiber_spawn(server->loop, "raw connection", play, connection);
}

struct raw_server *raw_server_new(struct loop *loop, const struct act *const *scripts)
{
    struct raw_server *server = g_new0(struct raw_server, 1);
    struct sockaddr_un address = {.sun_family = AF_UNIX};

    server->loop = loop;
    server->scripts = scripts;
    server->folder = g_dir_make_tmp("raw-XXXXXX", NULL);
    server->path = g_build_filename(server->folder, "s", NULL);
    server->connections = g_ptr_array_new_with_free_func(connection_free);
    server->asked = g_string_new(NULL);
    server->client_gone_at_us = -1;
    g_strlcpy(address.sun_path, server->path, sizeof address.sun_path);
    server->listen_fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    cr_assert_eq(bind(server->listen_fd, (struct sockaddr *)&address, sizeof address), 0);
    cr_assert_eq(listen(server->listen_fd, 64), 0);
    loop_watch(loop, server->listen_fd, EPOLLIN, on_connection, server);
    return server;
}

void raw_server_free(struct raw_server *server)
{
    close(server->listen_fd);
    g_unlink(server->path);
    g_rmdir(server->folder);
    g_ptr_array_unref(server->connections);
    g_queue_clear(&server->client_fds);
    g_string_free(server->asked, TRUE);
    g_free(server->path);
    g_free(server->folder);
    g_free(server);
}

static void on_find(void *context, const char *host, int port, bool is_unix,
                    struct http_route *route)
{
    struct raw_server *server = context;
    g_string_append_printf(server->asked, "%s%s:%d ", is_unix ? "unix:" : "", host, port);
    *route = server->route;
    if (route->path == NULL)
        route->path = server->path;
}

static void on_socket(void *context, const char *path, int fd)
{
    struct raw_server *server = context;
    if (strcmp(path, server->path) == 0)
        g_queue_push_tail(&server->client_fds, GINT_TO_POINTER(fd));
}

static void on_close(void *context, int fd)
{
    struct raw_server *server = context;
    g_queue_remove(&server->client_fds, GINT_TO_POINTER(fd));
    server->close_count++;
}

struct http_opener raw_server_opener(struct raw_server *server)
{
    return (struct http_opener){
        .context = server, .find = on_find, .on_socket = on_socket, .on_close = on_close};
}

const char *raw_server_received(const struct raw_server *server, guint n)
{
    const struct raw_connection *connection = g_ptr_array_index(server->connections, n);
    return connection->received->str;
}
