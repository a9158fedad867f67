/* The virtual disk. */
#include "mocks/disk.h"

#include "bench.h"

#include <string.h>

#define PURPOSE "pull sha256:1"

static void nobody(void *context, struct exchange *exchange)
{
    (void)context, (void)exchange;
}

static char *run(void (*body)(struct bench *bench))
{
    const struct plan plan = {.handle = nobody, .body = body};
    return bench_run(&plan);
}

static void fill(struct bench *bench)
{
    AUTO(disk) disk = disk_new(bench->world, "leg", 100, 40);
    g_autoptr(GError) error = NULL;

    cr_assert(disk_take(disk, DISK_IMAGES, PURPOSE, 60, &error));
    cr_assert_eq(disk_free_bytes(disk), 0);
    cr_assert(disk_take(disk, DISK_IMAGES, PURPOSE, 0, &error));
    cr_assert(!disk_take(disk, DISK_VOLUMES, PURPOSE, 1, &error));
    cr_assert(g_error_matches(error, DISK_ERROR, DISK_ERROR_FULL));
    cr_assert_str_eq(error->message, "no space left on device");
    cr_assert_eq(disk_used_bytes(disk), 100);
    cr_assert_eq(disk_size_bytes(disk), 100);
    cr_assert_str_eq(bench_trace(bench),
                     "{\"t_us\":0,\"event\":\"disk\",\"machine\":\"leg\",\"change\":\"full\","
                     "\"account\":\"volumes\",\"purpose\":\"pull sha256:1\",\"bytes\":1,"
                     "\"free_bytes\":0}\n");
}

Test(disk, can_be_filled_to_the_last_byte_and_not_beyond)
{
    g_autofree char *log = run(fill);
    cr_assert_str_eq(log, "");
}

static void keep_accounts(struct bench *bench)
{
    AUTO(disk) disk = disk_new(bench->world, "leg", 10 * MIB_BYTES, 1000);
    cr_assert(disk_take(disk, DISK_BUILD_CACHE, "step", 2 * MIB_BYTES, NULL));
    cr_assert(disk_take(disk, DISK_IMAGES, "pull", 10, NULL));
    disk_give(disk, DISK_BUILD_CACHE, "prune", 3 * MIB_BYTES);
    disk_give(disk, DISK_IMAGES, "prune", 4);

    cr_assert_eq(disk_account_bytes(disk, DISK_BUILD_CACHE), 0);
    cr_assert_eq(disk_account_bytes(disk, DISK_IMAGES), 6);
    cr_assert_eq(disk_account_bytes(disk, DISK_OTHER), 1000);
    cr_assert_eq(disk_used_bytes(disk), 1006);
    bench_note(bench, "%zu events, %s", trace_event_count(bench->trace),
               strstr(bench_trace(bench), "\"given\"") != NULL ? "given" : "");
}

Test(disk, gives_back_no_more_than_an_account_holds_and_traces_large_changes)
{
    g_autofree char *log = run(keep_accounts);
    cr_assert_str_eq(log, "2 events, given@0s ");
}

static void fail_write(void *context, const struct point_event *event, struct point_effect *effect)
{
    struct bench *bench = context;
    bench_note(bench, "%s %s %s %d", event->machine, event->subject, event->detail,
               (int)event->amount);
    effect->is_failure = event->amount == 7;
    effect->message = "read-only file system";
    effect->delay_us = SECOND_US;
}

static void write_under_weather(struct bench *bench)
{
    const struct weather weather = {.context = bench, .on_point = fail_write};
    AUTO(disk) disk = disk_new(bench->world, "leg", 100, 0);
    g_autoptr(GError) error = NULL;
    world_set_weather(bench->world, &weather);

    cr_assert(disk_take(disk, DISK_TEMPORARY, "a", 8, &error));
    cr_assert(!disk_take(disk, DISK_TEMPORARY, "b", 7, &error));
    bench_note(bench, "%s", error->message);
    cr_assert_eq(disk_used_bytes(disk), 8);
    world_set_weather(bench->world, NULL);
}

Test(disk, obeys_the_weather)
{
    g_autofree char *log = run(write_under_weather);
    cr_assert_str_eq(log, "leg a temporary 8@0s leg b temporary 7@1s read-only file system@2s ");
}
