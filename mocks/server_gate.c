/* The door for clients from outside the world: the weather may turn them away, keep them waiting,
   or leave them standing. Clients inside asked it when they dialled. */
#include "mocks/server_private.h"
#include "mocks/wire.h"
#include "mocks/world_private.h"

#include <sys/epoll.h>
#include <unistd.h>

/* WAITING (its timer is armed) -> taken, dismissed or STANDING -> gone. */
struct visitor {
    struct server *server;
    struct site *site;
    int fd; /* -1: handed on */
    enum http_way way;
    struct sockaddr_storage address;
    socklen_t length_bytes;
    struct timer timer;
};

void visitor_free(void *argument)
{
    struct visitor *visitor = argument;
    struct loop *loop = visitor->server->loop;
    timer_cancel(loop, &visitor->timer);
    if (visitor->fd >= 0) {
        loop_watch(loop, visitor->fd, 0, NULL, NULL);
        close(visitor->fd);
    }
    g_free(visitor);
}

static void visitor_leave(struct visitor *visitor)
{
    g_ptr_array_remove(visitor->server->visitors, visitor);
}

static void on_visitor_gone(void *argument, uint32_t events)
{
    (void)events;
    visitor_leave(argument);
}

static void take(struct visitor *visitor)
{
    int fd = visitor->fd;
    visitor->fd = -1;
    loop_watch(visitor->server->loop, fd, 0, NULL, NULL);
    server_take(visitor->server, visitor->site, fd, &visitor->address, visitor->length_bytes);
    visitor_leave(visitor);
}

static void dismiss(struct visitor *visitor)
{
    wire_poison(visitor->fd, visitor->address.ss_family == AF_UNIX, /* client_fd= */ -1);
    visitor_leave(visitor);
}

/* The kernel has already made the connection: what would be a refusal inside is a reset here, and
   silence begins after the handshake. */
static void on_visitor_due(void *argument)
{
    struct visitor *visitor = argument;
    switch (visitor->way) {
    case HTTP_WAY_SOCKET:
        take(visitor);
        break;
    case HTTP_WAY_SILENT:
    case HTTP_WAY_TLS_SILENT:
        break; /* stands there until it goes */
    case HTTP_WAY_NAME_NOT_FOUND:
    case HTTP_WAY_NAME_SERVER_FAILS:
    case HTTP_WAY_NAME_TIMES_OUT:
    case HTTP_WAY_REFUSED:
    case HTTP_WAY_TLS_REFUSED:
    case HTTP_WAY_NO_SUCH_FILE:
    case HTTP_WAY_NO_PERMISSION:
        dismiss(visitor);
        break;
    }
}

void gate_admit(struct server *server, struct site *site, int fd,
                const struct sockaddr_storage *address, socklen_t length_bytes)
{
    const struct weather *weather = server->world->weather;
    struct http_route route = {.way = HTTP_WAY_SOCKET};
    if (weather != NULL && weather->on_connect != NULL)
        weather->on_connect(weather->context, site->name, /* role= */ NULL, &route);
    if (route.way == HTTP_WAY_SOCKET && route.delay_us == 0) {
        server_take(server, site, fd, address, length_bytes);
        return;
    }
    struct visitor *visitor = g_new0(struct visitor, 1);
    *visitor = (struct visitor){.server = server,
                                .site = site,
                                .fd = fd,
                                .way = route.way,
                                .address = *address,
                                .length_bytes = length_bytes};
    timer_init(&visitor->timer, on_visitor_due, visitor);
    timer_arm(server->loop, &visitor->timer, route.delay_us);
    loop_watch(server->loop, fd, EPOLLRDHUP, on_visitor_gone, visitor);
    g_ptr_array_add(server->visitors, visitor);
}

void gate_clear(struct server *server, const struct site *site)
{
    for (guint i = server->visitors->len; i > 0; i--) {
        const struct visitor *visitor = g_ptr_array_index(server->visitors, i - 1);
        if (site == NULL || visitor->site == site)
            g_ptr_array_remove_index(server->visitors, i - 1);
    }
}
