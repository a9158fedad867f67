/*
 * The floor under every request of a rehearsal: bare GETs from libcurl to libmicrohttpd over a unix
 * socket that we accept, in one thread on one epoll loop, with nothing of seatrial's in it. Prints
 * the processor time of one exchange in microseconds, for two kinds of them:
 *
 * small: keep-alive, no headers. Its cost on the machine of the budgets is known (virtual-time.md
 * 2), so it tells how fast this machine is just now.
 *
 * pinned: as the average exchange of the pinned rehearsal (strace -f -e trace=network seatrial run
 * tests/bench/pinned.yaml): 400 bytes of request and 460 of answer with five headers, 37 of a
 * hundred on a connection of their own, as dockerd opens them. What the libraries and the kernel
 * take of the budgets whatever the fakes and the engine do.
 */
#include <curl/curl.h>
#include <glib.h>
#include <glib/gstdio.h>
#include <microhttpd.h>
#include <stdbool.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define URL             "http://floor/v2/acme/api/manifests/main"
#define BODY            "{\"message\":\"as long as a short answer of the Engine\"}"
#define DIGEST          "sha256:5ebc52021384fc8d9b8fb3cbcef80c129a0c053197cad14bf5727a1246fc56a8"
#define EXCHANGES_FIRST 200 /* not counted: caches and allocators warm up */

enum {
    NEW_CONNECTIONS_PERCENT = 37, /* of the pinned rehearsal's exchanges */
    PINNED_BODY_BYTES = 190,
    SAMPLES = 5, /* of each kind, in turns */
};

struct floor {
    bool is_pinned; /* exchanges as the pinned rehearsal's */
    unsigned exchange_number;
    struct curl_slist *request_headers;
    int epoll_fd;
    int listen_fd;
    char *path;
    CURLM *multi;
    CURL *handle;
    struct MHD_Daemon *daemon;
    bool is_kicked; /* libcurl's time-out of 0 ms */
    bool is_over;   /* the one transfer */
};

static struct MHD_Response *pinned_response(void)
{
    static const char body[PINNED_BODY_BYTES] = {0};
    struct MHD_Response *response =
        MHD_create_response_from_buffer(sizeof body, (void *)body, MHD_RESPMEM_PERSISTENT);
    MHD_add_response_header(response, "Docker-Distribution-Api-Version", "registry/2.0");
    MHD_add_response_header(response, "Docker-Content-Digest", DIGEST);
    MHD_add_response_header(response, "Content-Type", "application/vnd.oci.image.index.v1+json");
    return response;
}

static enum MHD_Result on_access(void *context, struct MHD_Connection *connection,
                                 const char *target, const char *method, const char *version,
                                 const char *upload, size_t *upload_bytes, void **request)
{
    const struct floor *floor = context;
    (void)target, (void)method, (void)version, (void)upload, (void)upload_bytes;
    if (*request == NULL) {
        *request = connection;
        return MHD_YES;
    }
    struct MHD_Response *response =
        floor->is_pinned
            ? pinned_response()
            : MHD_create_response_from_buffer(strlen(BODY), (void *)BODY, MHD_RESPMEM_PERSISTENT);
    enum MHD_Result result = MHD_queue_response(connection, MHD_HTTP_OK, response);
    MHD_destroy_response(response);
    return result;
}

static int daemon_fd(const struct floor *floor)
{
    return MHD_get_daemon_info(floor->daemon, MHD_DAEMON_INFO_EPOLL_FD)->epoll_fd;
}

static void watch(const struct floor *floor, int operation, int fd, uint32_t events)
{
    struct epoll_event event = {.events = events, .data.fd = fd};
    epoll_ctl(floor->epoll_fd, operation, fd, &event);
}

static int on_socket_wish(CURL *handle, curl_socket_t socket, int wish, void *argument,
                          void *assigned)
{
    const struct floor *floor = argument;
    (void)handle;
    if (wish == CURL_POLL_REMOVE) {
        watch(floor, EPOLL_CTL_DEL, socket, 0);
        return 0;
    }
    uint32_t events = (wish & CURL_POLL_IN ? EPOLLIN : 0U) | (wish & CURL_POLL_OUT ? EPOLLOUT : 0U);
    watch(floor, assigned == NULL ? EPOLL_CTL_ADD : EPOLL_CTL_MOD, socket, events);
    curl_multi_assign(floor->multi, socket, argument); /* it is known from now on */
    return 0;
}

static int on_timer_wish(CURLM *multi, long timeout_ms, void *argument)
{
    struct floor *floor = argument;
    (void)multi;
    floor->is_kicked = timeout_ms == 0;
    return 0;
}

static void act(struct floor *floor, curl_socket_t socket, int events)
{
    int count;
    curl_multi_socket_action(floor->multi, socket, events, &count);
    floor->is_over = count == 0;
}

static void dispatch(struct floor *floor, const struct epoll_event *event)
{
    if (event->data.fd == floor->listen_fd) {
        const struct sockaddr nameless = {.sa_family = AF_UNIX};
        int fd = accept4(floor->listen_fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
        MHD_add_connection(floor->daemon, fd, &nameless, sizeof nameless.sa_family);
    } else if (event->data.fd == daemon_fd(floor)) {
        MHD_run(floor->daemon);
    } else {
        act(floor, event->data.fd, event->events & EPOLLOUT ? CURL_CSELECT_OUT : CURL_CSELECT_IN);
    }
}

/* Work without a descriptor first, as the loop of a rehearsal does it. */
static void step(struct floor *floor)
{
    MHD_UNSIGNED_LONG_LONG timeout_ms;
    struct epoll_event events[8];
    if (floor->is_kicked) {
        floor->is_kicked = false;
        act(floor, CURL_SOCKET_TIMEOUT, 0);
        return;
    }
    if (MHD_get_timeout(floor->daemon, &timeout_ms) == MHD_YES && timeout_ms == 0) {
        MHD_run(floor->daemon);
        return;
    }
    int count = epoll_wait(floor->epoll_fd, events, G_N_ELEMENTS(events), 0);
    for (int i = 0; i < count; i++)
        dispatch(floor, &events[i]);
}

static size_t on_body_bytes(char *bytes, size_t size, size_t count, void *argument)
{
    (void)bytes, (void)argument;
    return size * count;
}

static void make_pinned(struct floor *floor)
{
    bool is_new = floor->exchange_number++ % 100 < NEW_CONNECTIONS_PERCENT;
    curl_easy_setopt(floor->handle, CURLOPT_HTTPHEADER, floor->request_headers);
    curl_easy_setopt(floor->handle, CURLOPT_FRESH_CONNECT, (long)is_new);
    curl_easy_setopt(floor->handle, CURLOPT_FORBID_REUSE, (long)is_new);
}

static void exchange(struct floor *floor)
{
    floor->is_over = false;
    curl_easy_setopt(floor->handle, CURLOPT_URL, URL);
    curl_easy_setopt(floor->handle, CURLOPT_UNIX_SOCKET_PATH, floor->path);
    curl_easy_setopt(floor->handle, CURLOPT_WRITEFUNCTION, on_body_bytes);
    curl_easy_setopt(floor->handle, CURLOPT_NOSIGNAL, 1L);
    if (floor->is_pinned)
        make_pinned(floor);
    curl_multi_add_handle(floor->multi, floor->handle);
    while (!floor->is_over)
        step(floor);
    long status = 0;
    curl_easy_getinfo(floor->handle, CURLINFO_RESPONSE_CODE, &status);
    if (status != MHD_HTTP_OK)
        g_error("an exchange of the floor ended with status %ld", status);
    curl_multi_remove_handle(floor->multi, floor->handle);
    curl_easy_reset(floor->handle);
}

static void floor_listen(struct floor *floor, const char *folder)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    floor->path = g_build_filename(folder, "socket", NULL);
    g_strlcpy(address.sun_path, floor->path, sizeof address.sun_path);
    floor->listen_fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (bind(floor->listen_fd, (struct sockaddr *)&address, sizeof address) != 0 ||
        listen(floor->listen_fd, 8) != 0)
        g_error("no socket at %s", floor->path);
}

static void floor_prepare_headers(struct floor *floor)
{
    static const char *const lines[] = {
        "User-Agent: docker/28.5.1 go/go1.24.8 git-commit/f8215cc kernel/6.8 os/linux arch/amd64",
        "Accept: application/vnd.oci.image.index.v1+json, "
        "application/vnd.oci.image.manifest.v1+json",
        "Authorization: Bearer " DIGEST "." DIGEST,
    };
    for (size_t i = 0; i < G_N_ELEMENTS(lines); i++)
        floor->request_headers = curl_slist_append(floor->request_headers, lines[i]);
}

static void floor_open(struct floor *floor, const char *folder)
{
    floor_listen(floor, folder);
    floor_prepare_headers(floor);
    floor->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    floor->daemon =
        MHD_start_daemon(MHD_USE_EPOLL | MHD_USE_NO_LISTEN_SOCKET | MHD_USE_SUPPRESS_DATE_NO_CLOCK,
                         0, NULL, NULL, on_access, floor, MHD_OPTION_END);
    floor->handle = curl_easy_init();
    floor->multi = curl_multi_init();
    curl_multi_setopt(floor->multi, CURLMOPT_SOCKETFUNCTION, on_socket_wish);
    curl_multi_setopt(floor->multi, CURLMOPT_SOCKETDATA, floor);
    curl_multi_setopt(floor->multi, CURLMOPT_TIMERFUNCTION, on_timer_wish);
    curl_multi_setopt(floor->multi, CURLMOPT_TIMERDATA, floor);
    watch(floor, EPOLL_CTL_ADD, floor->listen_fd, EPOLLIN);
    watch(floor, EPOLL_CTL_ADD, daemon_fd(floor), EPOLLIN);
}

static void floor_close(struct floor *floor)
{
    curl_easy_cleanup(floor->handle);
    curl_multi_cleanup(floor->multi);
    MHD_stop_daemon(floor->daemon);
    curl_slist_free_all(floor->request_headers);
    close(floor->epoll_fd);
    close(floor->listen_fd);
    g_unlink(floor->path);
    g_free(floor->path);
}

static double processor_us(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1e6 +
           (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
}

/* Processor time of an exchange, in microseconds. */
static double measure(struct floor *floor, bool is_pinned, guint64 exchange_count)
{
    floor->is_pinned = is_pinned;
    double before_us = processor_us();
    for (guint64 i = 0; i < exchange_count; i++)
        exchange(floor);
    return (processor_us() - before_us) / (double)exchange_count;
}

int main(int argument_count, char **arguments)
{
    guint64 exchange_count;
    double small_us = 0, pinned_us = 0;
    struct floor floor = {0};
    if (argument_count != 2 ||
        !g_ascii_string_to_unsigned(arguments[1], 10, 1, 1000000, &exchange_count, NULL)) {
        g_printerr("usage: bench_floor EXCHANGES\n");
        return 2;
    }
    g_autofree char *folder = g_dir_make_tmp("seatrial-floor-XXXXXX", NULL);
    floor_open(&floor, folder);
    (void)measure(&floor, false, EXCHANGES_FIRST);
    (void)measure(&floor, true, EXCHANGES_FIRST);
    for (int i = 0; i < SAMPLES; i++) {
        small_us += measure(&floor, false, exchange_count) / SAMPLES;
        pinned_us += measure(&floor, true, exchange_count) / SAMPLES;
    }
    g_print("%.2f %.2f\n", small_us, pinned_us);
    floor_close(&floor);
    g_rmdir(folder);
    return 0;
}
