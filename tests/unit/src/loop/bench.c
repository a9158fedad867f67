/* The common bench of the loop's tests. */
#include "bench.h"

#include "base/units.h"

#include <criterion/criterion.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

void bench_open_ends(struct bench *bench)
{
    cr_assert_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, bench->ends),
                 0);
}

void bench_close_ends(struct bench *bench)
{
    close(bench->ends[0]);
    close(bench->ends[1]);
}

struct bench bench_new(enum clock_mode mode, unsigned speed)
{
    struct bench bench = {.loop = loop_new(mode, speed), .log = g_string_new(NULL)};
    bench_open_ends(&bench);
    return bench;
}

void bench_clear(struct bench *bench)
{
    loop_free(bench->loop);
    g_string_free(bench->log, TRUE);
    bench_close_ends(bench);
}

void bench_note(struct bench *bench, const char *what)
{
    g_string_append_printf(bench->log, "%s@%" G_GINT64_FORMAT " ", what,
                           loop_now_us(bench->loop) / SECOND_US);
}

static void on_readable(void *argument, uint32_t events)
{
    struct bench *bench = argument;
    char byte;
    cr_assert(events & EPOLLIN);
    cr_assert_eq(read(bench->ends[1], &byte, 1), 1);
    bench_note(bench, "readable");
}

void bench_watch(struct bench *bench)
{
    loop_watch(bench->loop, bench->ends[1], EPOLLIN, on_readable, bench);
}

void bench_write(struct bench *bench, const char *bytes)
{
    gsize length = strlen(bytes);
    cr_assert_eq(write(bench->ends[0], bytes, length), (gssize)length);
}

void bench_on_end(void *argument)
{
    struct bench *bench = argument;
    bench_note(bench, "end");
    bench->is_over = true;
}

void bench_run_a_second(struct bench *bench)
{
    timer_init(&bench->timer, bench_on_end, bench);
    timer_arm(bench->loop, &bench->timer, SECOND_US);
    cr_assert(loop_run(bench->loop, &bench->is_over, NULL));
}

char *bench_run_error(struct bench *bench)
{
    g_autoptr(GError) error = NULL;
    if (loop_run(bench->loop, &bench->is_over, &error))
        return g_strdup("none");
    cr_assert_eq(error->domain, LOOP_ERROR);
    return g_strdup_printf("%d %s", error->code, error->message);
}
