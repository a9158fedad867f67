/* The server at its ceilings, and what a world leaves behind. */
#include "talk.h"

#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

/* Whether the server has hung up on a client. */
static bool is_hung_up(int fd)
{
    char byte;
    return recv(fd, &byte, 1, 0) == 0;
}

static bool may_open(rlim_t descriptor_count)
{
    struct rlimit limit;
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = MIN(limit.rlim_max, descriptor_count);
    setrlimit(RLIMIT_NOFILE, &limit);
    return limit.rlim_cur == descriptor_count;
}

static void connect_too_many(struct bench *bench)
{
    static const int burst_count = 500; /* below the backlog */
    g_autofree int *fds = g_new(int, CONNECTIONS_MAX + 1);
    for (int i = 0; i <= CONNECTIONS_MAX; i++) {
        fds[i] = dial(bench);
        if (i % burst_count == 0)
            bench_sleep(bench, 1);
    }
    bench_sleep(bench, 1);
    cr_assert(!is_hung_up(fds[0]));
    cr_assert(!is_hung_up(fds[CONNECTIONS_MAX - 1]));
    cr_assert(is_hung_up(fds[CONNECTIONS_MAX]));
    for (int i = 0; i <= CONNECTIONS_MAX; i++)
        close(fds[i]);
    bench_sleep(bench, 1);
    bench_get(bench);
}

Test(limits, hang_up_on_the_first_connection_above_the_ceiling)
{
    const struct plan plan = {.handle = handle_hello, .body = connect_too_many};
    if (!may_open(2 * CONNECTIONS_MAX + 200))
        cr_skip_test("needs more descriptors than the system allows");

    g_autofree char *log = bench_run(&plan);

    cr_assert_str_eq(log, "200 hello@19us ");
}

static void use_every_descriptor(struct bench *bench)
{
    int fds[100];
    int count = 0;
    bench_get(bench);
    bench_sleep(bench, 1);
    may_open(50);
    int last = dial(bench);
    while ((fds[count] = dup(last)) >= 0)
        count++;
    bench_sleep(bench, 1);
    cr_assert(is_hung_up(last));
    while (count > 0)
        close(fds[--count]);
    close(last);
    bench_get(bench);
}

Test(limits, hang_up_on_a_client_when_no_descriptor_is_left)
{
    const struct plan plan = {.handle = handle_hello, .body = use_every_descriptor};

    g_autofree char *log = bench_run(&plan);

    cr_assert_str_eq(log, "200 hello@0s 200 hello@2us ");
}

static void send_headers_of(struct bench *bench, gsize header_bytes)
{
    g_autofree char *value = g_strnfill(header_bytes, 'x');
    g_autofree char *head = g_strconcat("GET / HTTP/1.1\r\nX: ", value, "\r\n\r\n", NULL);
    char answer[64] = "";
    int fd = dial(bench);
    cr_assert(send(fd, head, strlen(head), MSG_NOSIGNAL) > 0);
    bench_sleep(bench, 1);
    cr_assert(recv(fd, answer, sizeof answer - 1, 0) > 0);
    g_string_append_printf(bench->log, "%.*s;", (int)strcspn(answer, "\r"), answer);
    close(fd);
}

static void send_long_headers(struct bench *bench)
{
    send_headers_of(bench, 24 * KIB_BYTES);
    send_headers_of(bench, 40 * KIB_BYTES);
}

Test(limits, of_headers_are_enough_for_tokens_and_end_before_40_KiB)
{
    const struct plan plan = {.handle = handle_hello, .body = send_long_headers};

    g_autofree char *log = bench_run(&plan);

    cr_assert_str_eq(log, "HTTP/1.1 200 OK;HTTP/1.1 431 Request Header Fields Too Large;");
}

static char *socket_directory;

static void note_directory(struct bench *bench)
{
    const struct http_opener *opener = world_opener(bench->world, NULL, "raw");
    struct http_route route;
    opener->find(opener->context, "site", 80, false, &route);
    cr_assert(strlen(route.path) < 100);
    cr_assert_eq(access(route.path, F_OK), 0);
    socket_directory = g_path_get_dirname(route.path);
}

Test(world, leaves_no_file_behind)
{
    const struct plan plan = {.handle = handle_hello, .body = note_directory};

    g_autofree char *log = bench_run(&plan);

    cr_assert_str_eq(log, "");
    cr_assert_eq(access(socket_directory, F_OK), -1);
    g_free(socket_directory);
}

static void hang_for_5_s(struct bench *bench)
{
    const struct point_effect effect = {.delay_us = SECOND_US, .is_hang = true};
    g_autoptr(GError) error = NULL;
    DEADLINE(patience);
    deadline_begin(bench->loop, &patience, "owner", 5 * SECOND_US);
    cr_assert(!world_suffer(bench->world, &effect, &error));
    bench_note(bench, "%s", error->message);
}

Test(world, lets_an_owner_of_state_hang_until_its_deadline)
{
    const struct plan plan = {.handle = handle_hello, .body = hang_for_5_s};

    g_autofree char *log = bench_run(&plan);

    cr_assert_str_eq(log, "owner timed out after 5s@5s ");
}

static void draw(struct bench *bench)
{
    struct rng first = world_rng(bench->world, "disk", "a");
    struct rng same = world_rng(bench->world, "disk", "a");
    struct rng other = world_rng(bench->world, "disk", "b");
    uint64_t drawn = rng_next(&first);
    cr_assert_eq(rng_next(&same), drawn);
    cr_assert_neq(rng_next(&other), drawn);
}

Test(world, gives_every_role_a_stream_of_chance_of_its_own)
{
    const struct plan plan = {.handle = handle_hello, .body = draw};

    g_autofree char *log = bench_run(&plan);

    cr_assert_str_eq(log, "");
}

static void find_by_port(struct bench *bench)
{
    const struct http_request with_port = {.url = "http://local:5000/"};
    const struct http_request other_port = {.url = "http://local:5001/"};
    const struct http_request any_port = {.url = "https://site:8443/"};
    world_add_site(bench->world, "local:5000", handle_hello, bench);
    bench_perform(bench, &with_port);
    bench_perform(bench, &other_port);
    bench_perform(bench, &any_port);
}

Test(opener, prefers_a_site_named_with_the_port)
{
    const struct plan plan = {.handle = handle_hello, .body = find_by_port};

    g_autofree char *log = bench_run(&plan);

    cr_assert_str_eq(log, "200 hello@0s NAME_NOT_FOUND@0s 200 hello@0s ");
}

static void find_by_alias(struct bench *bench)
{
    const struct http_request by_alias = {.url = "http://127.0.0.1:5000/"};
    const struct http_request other_port = {.url = "http://127.0.0.1:5001/"};
    const struct http_request local = {.url = "http://localhost:5000/"};
    world_add_alias(bench->world, "127.0.0.1:5000", bench->site);
    bench_perform(bench, &by_alias);
    bench_perform(bench, &other_port);
    bench_perform(bench, &local);
}

Test(opener, finds_a_site_by_its_alias_and_is_refused_at_other_addresses)
{
    const struct plan plan = {.handle = handle_hello, .body = find_by_alias};

    g_autofree char *log = bench_run(&plan);

    cr_assert_str_eq(log, "200 hello@0s REFUSED@0s REFUSED@0s ");
}
