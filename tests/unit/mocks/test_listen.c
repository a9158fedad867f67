/* Serve mode: real addresses, clients from outside the world. */
#include "talk.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static void on_readable(void *argument, uint32_t events)
{
    (void)events;
    fiber_wake(argument);
}

static void wait_readable(struct bench *bench, int fd)
{
    loop_watch(bench->loop, fd, EPOLLIN, on_readable, fiber_current(bench->loop));
    cr_assert(fiber_park(bench->loop, "an answer", NULL));
    loop_watch(bench->loop, fd, 0, NULL, NULL);
}

/* Asks and notes the first line of the answer, and how the connection ends. */
static void greet(struct bench *bench, int fd, const char *bytes, gsize length_bytes)
{
    char answer[512] = "";
    ssize_t count;
    cr_assert_eq(send(fd, bytes, length_bytes, MSG_NOSIGNAL), (ssize_t)length_bytes);
    do {
        wait_readable(bench, fd);
        count = recv(fd, answer, sizeof answer - 1, 0);
        if (count > 0)
            g_string_append_printf(bench->log, "%.*s;", (int)strcspn(answer, "\r"), answer);
    } while (count > 0);
    g_string_append_printf(bench->log, "%s;", count == 0 ? "EOF" : g_strerror(errno));
    close(fd);
}

static void ask(struct bench *bench, int fd)
{
    static const char request[] = "GET / HTTP/1.1\r\nConnection: close\r\n\r\n";
    greet(bench, fd, request, strlen(request));
}

static int dial_tcp(int port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (connect(fd, (struct sockaddr *)&address, sizeof address) == 0)
        return fd;
    close(fd);
    return -1;
}

static void listen_on_tcp(struct bench *bench)
{
    int port = 0;
    g_autoptr(GError) error = NULL;
    cr_assert(site_listen(bench->site, "127.0.0.1:0", &port, &error));
    cr_assert(port > 0);
    ask(bench, dial_tcp(port));

    site_set_listening(bench->site, false);
    cr_assert_eq(dial_tcp(port), -1);
    site_set_listening(bench->site, true);
    ask(bench, dial_tcp(port));
}

/* The beginnings of two greetings: one with a line's end among its random bytes, one without. */
static void greet_with_tls(struct bench *bench)
{
    static const char greetings[][12] = {"\x16\x03\x01\r\n\r\nabcd", "\x16\x03\x01 abcdefg"};
    int port = 0;
    cr_assert(site_listen(bench->site, "127.0.0.1:0", &port, NULL));
    for (gsize i = 0; i < G_N_ELEMENTS(greetings); i++)
        greet(bench, dial_tcp(port), greetings[i], sizeof greetings[i] - 1);
}

Test(listen, tells_clients_that_speak_tls_that_this_is_plain_http)
{
    const struct plan plan = {.handle = handle_hello, .body = greet_with_tls, .is_outside = true};

    g_autofree char *log = bench_run(&plan);

    cr_assert_str_eq(log, "HTTP/1.1 400 Bad Request;EOF;HTTP/1.1 400 Bad Request;EOF;");
}

Test(listen, on_a_tcp_port_that_goes_and_comes_back)
{
    const struct plan plan = {.handle = handle_hello, .body = listen_on_tcp, .is_outside = true};

    g_autofree char *log = bench_run(&plan);

    cr_assert_str_eq(log, "HTTP/1.1 200 OK;EOF;HTTP/1.1 200 OK;EOF;");
}

static void reset_first(struct disturbance *disturbance)
{
    disturbance->end = END_RESET;
    disturbance->ends_at = BEFORE_HEADERS;
}

static void reset_on_tcp(struct bench *bench)
{
    int port = 0;
    cr_assert(site_listen(bench->site, "127.0.0.1:0", &port, NULL));
    ask(bench, dial_tcp(port));
}

Test(listen, resets_tcp_clients_too)
{
    const struct plan plan = {
        .handle = handle_hello, .body = reset_on_tcp, .disturb = reset_first, .is_outside = true};

    g_autofree char *log = bench_run(&plan);

    cr_assert_str_eq(log, "Connection reset by peer;");
}

struct door {
    enum http_way way;
    int64_t delay_us;
    guint asked_count;
};

static void on_door(void *context, const char *site, const char *role, struct http_route *route)
{
    struct door *door = context;
    cr_assert_str_eq(site, "site");
    cr_assert_null(role);
    route->way = door->way;
    route->delay_us = door->delay_us;
    door->asked_count++;
}

static void come_to_the_door(struct bench *bench, struct door *door)
{
    const struct weather weather = {.context = door, .on_connect = on_door};
    int port = 0;
    cr_assert(site_listen(bench->site, "127.0.0.1:0", &port, NULL));
    world_set_weather(bench->world, &weather);
    ask(bench, dial_tcp(port));
    world_set_weather(bench->world, NULL);
    cr_assert_eq(door->asked_count, 1);
}

static void come_when_it_is_shut(struct bench *bench)
{
    static const enum http_way ways[] = {HTTP_WAY_REFUSED, HTTP_WAY_TLS_REFUSED,
                                         HTTP_WAY_NAME_NOT_FOUND};
    for (gsize i = 0; i < G_N_ELEMENTS(ways); i++) {
        struct door door = {.way = ways[i]};
        come_to_the_door(bench, &door);
    }
}

Test(listen, resets_outside_clients_that_the_weather_refuses)
{
    const struct plan plan = {
        .handle = handle_hello, .body = come_when_it_is_shut, .is_outside = true};

    g_autofree char *log = bench_run(&plan);

    cr_assert_str_eq(log, "Connection reset by peer;Connection reset by peer;"
                          "Connection reset by peer;");
}

static void come_when_it_is_slow(struct bench *bench)
{
    struct door door = {.way = HTTP_WAY_SOCKET, .delay_us = 1};
    come_to_the_door(bench, &door);
}

Test(listen, takes_up_outside_clients_later_when_the_weather_is_slow)
{
    const struct plan plan = {
        .handle = handle_hello, .body = come_when_it_is_slow, .is_outside = true};

    g_autofree char *log = bench_run(&plan);

    cr_assert_str_eq(log, "HTTP/1.1 200 OK;EOF;");
}

/* Nothing comes back until the site itself goes. */
static void stand_before_silence(struct bench *bench)
{
    struct door door = {.way = HTTP_WAY_SILENT};
    const struct weather weather = {.context = &door, .on_connect = on_door};
    char answer[8];
    int port = 0;
    cr_assert(site_listen(bench->site, "127.0.0.1:0", &port, NULL));
    world_set_weather(bench->world, &weather);
    int leaver = dial_tcp(port);
    int fd = dial_tcp(port);
    while (door.asked_count < 2)
        cr_assert(fiber_yield(bench->loop, NULL));
    close(leaver);
    cr_assert_eq(send(fd, "GET / HTTP/1.1\r\n\r\n", 18, MSG_NOSIGNAL), 18);
    cr_assert_eq(recv(fd, answer, sizeof answer, MSG_DONTWAIT), -1);

    site_set_listening(bench->site, false);

    wait_readable(bench, fd);
    cr_assert_eq(recv(fd, answer, sizeof answer, 0), -1);
    bench_note(bench, "%s", g_strerror(errno));
    world_set_weather(bench->world, NULL);
    close(fd);
}

Test(listen, leaves_outside_clients_standing_when_the_weather_is_silent)
{
    const struct plan plan = {
        .handle = handle_hello, .body = stand_before_silence, .is_outside = true};

    g_autofree char *log = bench_run(&plan);

    cr_assert(g_str_has_prefix(log, "Connection reset by peer@"), "%s", log);
}

static void listen_on_a_path(struct bench *bench)
{
    g_autofree char *directory = g_dir_make_tmp("seatrial-test-XXXXXX", NULL);
    g_autofree char *path = g_build_filename(directory, "s", NULL);
    g_autofree char *address_text = g_strconcat("unix:", path, NULL);
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    g_autoptr(GError) error = NULL;
    g_strlcpy(address.sun_path, path, sizeof address.sun_path);

    cr_assert(site_listen(bench->site, address_text, NULL, &error));
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    cr_assert_eq(connect(fd, (struct sockaddr *)&address, sizeof address), 0);
    ask(bench, fd);
    site_set_listening(bench->site, false);

    cr_assert_eq(access(path, F_OK), -1);
    rmdir(directory);
}

Test(listen, on_the_path_of_a_unix_socket)
{
    const struct plan plan = {.handle = handle_hello, .body = listen_on_a_path, .is_outside = true};

    g_autofree char *log = bench_run(&plan);

    cr_assert_str_eq(log, "HTTP/1.1 200 OK;EOF;");
}

static void listen_twice(struct bench *bench)
{
    g_autofree char *directory = g_dir_make_tmp("seatrial-test-XXXXXX", NULL);
    g_autofree char *path = g_build_filename(directory, "s", NULL);
    g_autofree char *address_text = g_strconcat("unix:", path, NULL);
    g_autofree char *expected =
        g_strconcat("listening at ", address_text, ": Address already in use", NULL);
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    g_autoptr(GError) error = NULL;
    g_strlcpy(address.sun_path, path, sizeof address.sun_path);
    int stale = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    cr_assert_eq(bind(stale, (struct sockaddr *)&address, sizeof address), 0);
    close(stale);

    cr_assert(site_listen(bench->site, address_text, NULL, &error));
    cr_assert(!site_listen(bench->site, address_text, NULL, &error));
    cr_assert_str_eq(error->message, expected);
    site_set_listening(bench->site, false);
    rmdir(directory);
}

Test(listen, takes_the_place_of_a_stale_socket_and_of_no_other)
{
    const struct plan plan = {.handle = handle_hello, .body = listen_twice};

    g_autofree char *log = bench_run(&plan);

    cr_assert_str_eq(log, "");
}

static void try_bad_addresses(struct bench *bench)
{
    static const char *const addresses[] = {"5000",   "localhost:5000", "127.0.0.1:70000",
                                            "[::1:5", "127.0.0.1:",     "1.2.3.4.5:6"};
    for (gsize i = 0; i < G_N_ELEMENTS(addresses); i++) {
        g_autofree char *expected =
            g_strdup_printf("'%s' is no address; write '127.0.0.1:5000', '[::1]:5000' or "
                            "'unix:PATH'",
                            addresses[i]);
        g_autoptr(GError) error = NULL;
        cr_assert(!site_listen(bench->site, addresses[i], NULL, &error));
        cr_assert_str_eq(error->message, expected);
    }
}

Test(listen, refuses_what_is_no_address)
{
    const struct plan plan = {.handle = handle_hello, .body = try_bad_addresses};

    g_autofree char *log = bench_run(&plan);

    cr_assert_str_eq(log, "");
}
