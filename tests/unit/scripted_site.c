/* The site of scripted answers. */
#include "scripted_site.h"

#include "loop/vclock.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define ANSWERS_ARE_OVER                                                                           \
    "HTTP/1.1 599 No Answer\r\nContent-Length: 35\r\n\r\n{\"message\":\"the script has no "        \
    "answer\"}"

struct connection {
    struct scripted_site *site;
    struct fiber *fiber;
    int fd;
    guint number;
};

static void on_ready(void *argument, uint32_t events)
{
    struct connection *connection = argument;
    (void)events;
    fiber_wake(connection->fiber);
}

static bool wait_for(struct connection *connection, uint32_t events)
{
    loop_watch(connection->site->loop, connection->fd, events, on_ready, connection);
    bool is_fine = fiber_park(connection->site->loop, "client", NULL);
    loop_watch(connection->site->loop, connection->fd, 0, NULL, NULL);
    return is_fine;
}

/* The length that the head announces; a request of these tests is never chunked. */
static gsize body_length(const char *head)
{
    const char *line = strstr(head, "\r\nContent-Length: ");
    return line != NULL ? (gsize)g_ascii_strtoull(strchr(line, ':') + 2, NULL, 10) : 0;
}

static bool is_whole(const GString *request)
{
    const char *end = strstr(request->str, "\r\n\r\n");
    if (end == NULL)
        return false;
    return request->len >= (gsize)(end - request->str) + 4 + body_length(request->str);
}

static bool read_request(struct connection *connection)
{
    GString *request = g_string_new(NULL);
    bool is_fine = true;

    while (is_fine && !is_whole(request)) {
        char bytes[4096];
        ssize_t count = recv(connection->fd, bytes, sizeof(bytes), MSG_DONTWAIT);
        if (count > 0)
            g_string_append_len(request, bytes, count);
        else
            is_fine = count < 0 && errno == EAGAIN && wait_for(connection, EPOLLIN);
    }
    g_ptr_array_index(connection->site->requests, connection->number) =
        g_string_free(request, FALSE);
    return is_fine;
}

static void send_answer(struct connection *connection, const struct scripted_answer *answer)
{
    gsize left = answer->length_bytes > 0 ? answer->length_bytes : strlen(answer->text);
    const char *next = answer->text;

    while (left > 0) {
        ssize_t count = send(connection->fd, next, left, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (count < 0 && (errno != EAGAIN || !wait_for(connection, EPOLLOUT)))
            return;
        if (count > 0) {
            next += count;
            left -= (gsize)count;
        }
    }
}

static const struct scripted_answer *answer_of(const struct scripted_site *site, guint number)
{
    static const struct scripted_answer no_answer = {.text = ANSWERS_ARE_OVER};
    for (guint i = 0; site->answers[i].text != NULL; i++) {
        if (i == number)
            return &site->answers[i];
    }
    return &no_answer;
}

static void serve(void *argument)
{
    struct connection *connection = argument;
    struct scripted_site *site = connection->site;
    const struct scripted_answer *answer = answer_of(site, connection->number);

    connection->fiber = fiber_current(site->loop);
    if (read_request(connection)) {
        send_answer(connection, answer);
        if (answer->is_kept_open)
            (void)!wait_for(connection, EPOLLRDHUP);
    }
    close(connection->fd);
    site->open_count--;
    g_free(connection);
}

static void on_connection(void *argument, uint32_t events)
{
    struct scripted_site *site = argument;
    struct connection *connection = g_new0(struct connection, 1);
    (void)events;

    connection->site = site;
    connection->number = site->requests->len;
    connection->fd = accept4(site->listen_fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    site->open_count++;
    g_ptr_array_add(site->requests, NULL);
    fiber_spawn(site->loop, "connection", serve, connection);
}

static void on_find(void *context, const char *host, int port, bool is_unix,
                    struct http_route *route)
{
    struct scripted_site *site = context;
    if (is_unix)
        g_string_append_printf(site->dialled, "unix:%s ", host);
    else
        g_string_append_printf(site->dialled, "%s:%d ", host, port);
    *route = site->route;
    route->path = site->path;
}

static void listen_at(struct scripted_site *site)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};

    site->folder = g_dir_make_tmp("site-XXXXXX", NULL);
    site->path = g_build_filename(site->folder, "s", NULL);
    g_strlcpy(address.sun_path, site->path, sizeof(address.sun_path));
    site->listen_fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    cr_assert_eq(bind(site->listen_fd, (struct sockaddr *)&address, sizeof(address)), 0);
    cr_assert_eq(listen(site->listen_fd, 16), 0);
    loop_watch(site->loop, site->listen_fd, EPOLLIN, on_connection, site);
}

static void site_clear(struct scripted_site *site)
{
    close(site->listen_fd);
    g_unlink(site->path);
    g_rmdir(site->folder);
    g_free(site->path);
    g_free(site->folder);
    g_ptr_array_unref(site->requests);
    g_string_free(site->dialled, TRUE);
}

static void run_body(void *argument)
{
    struct scripted_site *site = argument;
    site->body(site);
    site->is_over = true;
}

char *scripted_site_run(const struct scripted_answer *answers,
                        void (*body)(struct scripted_site *site))
{
    struct scripted_site site = {
        .loop = loop_new(CLOCK_VIRTUAL, 1),
        .answers = answers,
        .requests = g_ptr_array_new_with_free_func(g_free),
        .dialled = g_string_new(NULL),
        .log = g_string_new(NULL),
        .body = body,
    };
    const struct http_opener opener = {.context = &site, .find = on_find};
    g_autoptr(GError) error = NULL;

    vclock_bind(site.loop, VCLOCK_EPOCH_S);
    listen_at(&site);
    site.http = http_new(site.loop, &opener, "test");
    fiber_spawn(site.loop, "main", run_body, &site);
    if (!loop_run(site.loop, &site.is_over, &error))
        g_string_append_printf(site.log, "[%s]", error->message);
    http_free(site.http);
    vclock_bind(NULL, 0);
    loop_free(site.loop);
    site_clear(&site);
    return g_string_free(site.log, FALSE);
}

const char *scripted_site_request(const struct scripted_site *site, guint n)
{
    const char *request = n < site->requests->len ? g_ptr_array_index(site->requests, n) : NULL;
    return request != NULL ? request : "";
}

char *scripted_site_targets(const struct scripted_site *site)
{
    GString *targets = g_string_new(NULL);
    for (guint i = 0; i < site->requests->len; i++) {
        const char *request = scripted_site_request(site, i);
        const char *end = strstr(request, " HTTP/1.1\r\n");
        g_string_append_len(targets, request, end != NULL ? end - request : 0);
        g_string_append_c(targets, '\n');
    }
    return g_string_free(targets, FALSE);
}
