/* The door for clients from outside the world: the weather may turn them away, keep them waiting,
   or leave them standing. Clients inside asked it when they dialled. */
#include "mocks/server_private.h"
#include "mocks/wire.h"
#include "mocks/world_private.h"

#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

/* WAITING (its timer is armed) -> SPEAKING (its first byte decides), dismissed or STANDING;
   SPEAKING -> taken, or turned away when it speaks TLS; all of them -> gone. */
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

/* What Go's server says to a client that begins with TLS where plain HTTP is spoken: docker and its
   like then fall back to HTTP (engine-contract.md C). libmicrohttpd would answer or hang up,
   depending on the random bytes of the greeting. */
static void turn_away_tls(struct visitor *visitor)
{
    static const char answer[] = "HTTP/1.1 400 Bad Request\r\n"
                                 "Content-Type: text/plain; charset=utf-8\r\n"
                                 "Connection: close\r\n\r\n400 Bad Request";
    char greeting[4096];
    while (recv(visitor->fd, greeting, sizeof greeting, MSG_DONTWAIT) > 0)
        continue; /* unread bytes would make the end of the answer a reset */
    (void)send(visitor->fd, answer, strlen(answer), MSG_NOSIGNAL | MSG_DONTWAIT);
    visitor_leave(visitor);
}

static void on_first_byte(void *argument, uint32_t events)
{
    enum {
        TLS_HANDSHAKE = 0x16 /* RFC 8446 5.1 */
    };
    struct visitor *visitor = argument;
    unsigned char first = 0;
    (void)events;
    if (recv(visitor->fd, &first, sizeof first, MSG_PEEK | MSG_DONTWAIT) != sizeof first)
        visitor_leave(visitor);
    else if (first == TLS_HANDSHAKE)
        turn_away_tls(visitor);
    else
        take(visitor);
}

static void let_speak(struct visitor *visitor)
{
    if (visitor->address.ss_family == AF_UNIX)
        take(visitor);
    else
        loop_watch(visitor->server->loop, visitor->fd, EPOLLIN | EPOLLRDHUP, on_first_byte,
                   visitor);
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
        let_speak(visitor);
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
    struct visitor *visitor = g_new0(struct visitor, 1);
    *visitor = (struct visitor){.server = server,
                                .site = site,
                                .fd = fd,
                                .way = route.way,
                                .address = *address,
                                .length_bytes = length_bytes};
    timer_init(&visitor->timer, on_visitor_due, visitor);
    g_ptr_array_add(server->visitors, visitor);
    if (route.way == HTTP_WAY_SOCKET && route.delay_us == 0) {
        let_speak(visitor);
        return;
    }
    timer_arm(server->loop, &visitor->timer, route.delay_us);
    loop_watch(server->loop, fd, EPOLLRDHUP, on_visitor_gone, visitor);
}

void gate_clear(struct server *server, const struct site *site)
{
    for (guint i = server->visitors->len; i > 0; i--) {
        const struct visitor *visitor = g_ptr_array_index(server->visitors, i - 1);
        if (site == NULL || visitor->site == site)
            g_ptr_array_remove_index(server->visitors, i - 1);
    }
}
