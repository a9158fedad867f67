/* A client without a library, and handlers that do not simply answer. */
#include "talk.h"

#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static const struct http_opener *raw_opener(struct bench *bench)
{
    return world_opener(bench->world, NULL, "raw");
}

static const char *find_path(const struct http_opener *opener)
{
    struct http_route route;
    opener->find(opener->context, "site", 80, false, &route);
    return route.path;
}

static int new_socket(void)
{
    return socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
}

static void connect_to(int fd, const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    g_strlcpy(address.sun_path, path, sizeof address.sun_path);
    cr_assert_eq(connect(fd, (struct sockaddr *)&address, sizeof address), 0);
}

int dial(struct bench *bench)
{
    int fd = new_socket();
    connect_to(fd, find_path(raw_opener(bench)));
    return fd;
}

int dial_as_client(struct bench *bench)
{
    const struct http_opener *opener = raw_opener(bench);
    const char *path = find_path(opener);
    int fd = new_socket();
    opener->on_socket(opener->context, path, fd);
    connect_to(fd, path);
    return fd;
}

void hang_up(struct bench *bench, int fd)
{
    const struct http_opener *opener = raw_opener(bench);
    opener->on_close(opener->context, fd);
    close(fd);
}

void dial_in_vain(struct bench *bench)
{
    const struct http_opener *opener = raw_opener(bench);
    int fd = new_socket();
    opener->on_socket(opener->context, find_path(opener), fd);
    hang_up(bench, fd);
}

void say(int fd, const char *text)
{
    cr_assert_eq(send(fd, text, strlen(text), MSG_NOSIGNAL), (ssize_t)strlen(text));
}

void note_heard(struct bench *bench, int fd)
{
    char buffer[4096];
    bench_sleep(bench, 1);
    for (;;) {
        ssize_t count = recv(fd, buffer, sizeof buffer, 0);
        if (count <= 0) {
            g_string_append(bench->log, count == 0 ? "EOF;" : ";");
            return;
        }
        g_string_append_len(bench->log, buffer, count);
    }
}

void talk_pipelined(struct bench *bench)
{
    int fd = dial(bench);
    say(fd, "GET /1 HTTP/1.1\r\nHost:\r\n\r\nPUT /2 HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc"
            "GET /3 HTTP/1.1\r\nConnection: close\r\n\r\n");
    note_heard(bench, fd);
    close(fd);
}

void read_upgraded(struct bench *bench)
{
    const struct http_request request = {
        .method = "POST", .url = "http://site/", .is_upgrade = true};
    bench_perform(bench, &request);
}

void rest(struct bench *bench, int64_t delay_us)
{
    g_autoptr(GError) error = NULL;
    if (!fiber_sleep(bench->loop, delay_us, &error))
        bench_note(bench, "%s", error->message);
}

/* ---- handlers ---- */

void handle_hello(void *context, struct exchange *exchange)
{
    (void)context;
    exchange_reply_text(exchange, 200, "text/plain", "hello");
}

static void wait_for_ever(struct exchange *exchange, void *context)
{
    struct bench *bench = context;
    g_autoptr(GError) error = NULL;
    cr_assert(!fiber_sleep(bench->loop, HOUR_US, &error));
    bench_note(bench, "%s %s", error->message, exchange_header(exchange, "host"));
    cr_assert(!exchange_stream_write(exchange, "x", 1, NULL));
}

void handle_for_ever(void *context, struct exchange *exchange)
{
    exchange_spawn(exchange, wait_for_ever, context);
}

static void write_much(struct exchange *exchange, void *context)
{
    struct bench *bench = context;
    g_autofree char *block = g_malloc0(MIB_BYTES);
    g_autoptr(GError) error = NULL;
    exchange_stream_begin(exchange, 200);
    int written = 0;
    while (written < 100 && exchange_stream_write(exchange, block, MIB_BYTES, &error))
        written++;
    cr_assert(written < 10);
    bench_note(bench, "%s", error->message);
}

void handle_much(void *context, struct exchange *exchange)
{
    exchange_spawn(exchange, write_much, context);
}

static void echo_for_ever(struct exchange *exchange, void *context)
{
    g_autoptr(GBytes) chunk = NULL;
    g_autoptr(GError) error = NULL;
    exchange_upgrade(exchange, NULL);
    cr_assert(!exchange_read(exchange, &chunk, &error));
    bench_note(context, "%s", error->message);
}

void handle_echo_for_ever(void *context, struct exchange *exchange)
{
    exchange_spawn(exchange, echo_for_ever, context);
}

static void ten_bytes(struct exchange *exchange, void *context)
{
    (void)context;
    exchange_upgrade(exchange, NULL);
    if (exchange_stream_write(exchange, "0123456789", 10, NULL))
        rest(context, SECOND_US);
}

void handle_ten_bytes(void *context, struct exchange *exchange)
{
    exchange_spawn(exchange, ten_bytes, context);
}
