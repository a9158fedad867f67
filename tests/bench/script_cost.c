/* What scripts in a sandbox cost: the median of real time, and processor time on average, which
   says more on a machine that is shared. */
#include "base/units.h"
#include "loop/vclock.h"
#include "process/child.h"
#include "process/sandbox.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

enum {
    ROUND_COUNT = 101,
};

struct bench {
    struct loop *loop;
    struct sandbox *sandbox;
    const char *script;
    unsigned layers;
    bool is_over;
};

static int answer(void *self, const struct command_call *call)
{
    struct bench *bench = self;
    return fiber_sleep(bench->loop, SECOND_US, NULL) && command_print(call, "done\n") ? 0 : 1;
}

static void run_script(void *argument)
{
    struct bench *bench = argument;
    g_autofree char *path = g_strconcat("PATH=", sandbox_path(bench->sandbox), NULL);
    const char *const arguments[] = {"bash", "-e", "-c", bench->script, NULL};
    const char *const environment[] = {path, NULL};
    const struct child_options options = {.arguments = arguments,
                                          .environment = environment,
                                          .directory = sandbox_home(bench->sandbox)};
    AUTO(child) child = child_start(bench->sandbox, &options, NULL);
    bench->is_over =
        child != NULL && child_wait_exit(child, NULL) && child_wait_output_end(child, NULL);
}

static double cpu_ms(void)
{
    struct rusage own, children;
    getrusage(RUSAGE_SELF, &own);
    getrusage(RUSAGE_CHILDREN, &children);
    return (double)(own.ru_utime.tv_sec + own.ru_stime.tv_sec + children.ru_utime.tv_sec +
                    children.ru_stime.tv_sec) *
               1e3 +
           (double)(own.ru_utime.tv_usec + own.ru_stime.tv_usec + children.ru_utime.tv_usec +
                    children.ru_stime.tv_usec) /
               1e3;
}

static int compare(const void *left, const void *right)
{
    const int64_t *a = left, *b = right;
    return (*a > *b) - (*a < *b);
}

static void print_median(const char *what, int64_t *times_us)
{
    qsort(times_us, ROUND_COUNT, sizeof(*times_us), compare);
    printf("%-16s %6.2f ms", what, (double)times_us[ROUND_COUNT / 2] / (double)MILLISECOND_US);
}

static struct sandbox *open_sandbox(struct bench *bench, const struct command_host *host,
                                    const char *folder)
{
    g_autofree char *stub = sandbox_find_stub();
    g_autofree char *library = sandbox_find_preload_library();
    g_autoptr(GError) error = NULL;
    const struct sandbox_options options = {.machine = "leg",
                                            .directory = folder,
                                            .home = "/home/runner",
                                            .stub = stub,
                                            .preload_library = library,
                                            .host = host,
                                            .layers = bench->layers};
    struct sandbox *sandbox = sandbox_new(bench->loop, &options, &error);
    if (sandbox == NULL)
        fprintf(stderr, "%s\n", error->message);
    return sandbox;
}

static void measure(struct bench *bench, const struct command_host *host, const char *folder,
                    const char *what, const char *script)
{
    double cpu_before_ms = cpu_ms();
    bench->sandbox = open_sandbox(bench, host, folder);
    int64_t times_us[ROUND_COUNT];
    bench->script = script;
    for (int i = 0; i < ROUND_COUNT; i++) {
        int64_t began_us = loop_real_time_us();
        bench->is_over = false;
        fiber_spawn(bench->loop, "script", run_script, bench);
        if (!loop_run(bench->loop, &bench->is_over, NULL))
            exit(1);
        times_us[i] = loop_real_time_us() - began_us;
    }
    sandbox_free(bench->sandbox);
    print_median(what, times_us);
    printf(", %.2f ms of processor time\n", (cpu_ms() - cpu_before_ms) / ROUND_COUNT);
}

int main(void)
{
    static const char *const names[] = {"docker", NULL};
    g_autofree char *missing = NULL;
    struct bench bench = {.loop = loop_new(CLOCK_VIRTUAL, 1), .layers = sandbox_probe(&missing)};
    const struct command_host host = {.names = names, .run = answer, .self = &bench};
    g_autofree char *folder = g_dir_make_tmp("seatrial-bench-XXXXXX", NULL);
    int64_t times_us[ROUND_COUNT];

    for (int i = 0; i < ROUND_COUNT; i++) {
        int64_t began_us = loop_real_time_us();
        bench.sandbox = open_sandbox(&bench, &host, folder);
        if (bench.sandbox == NULL)
            return 1;
        sandbox_free(bench.sandbox);
        times_us[i] = loop_real_time_us() - began_us;
    }
    print_median("a sandbox", times_us);
    printf(", %.2f ms of processor time\n", cpu_ms() / ROUND_COUNT);
    measure(&bench, &host, folder, ":", ":");
    measure(&bench, &host, folder, "3 commands", "docker a; docker b; docker c");
    measure(&bench, &host, folder, "2 real programs",
            "grep x /etc/passwd || true; sed p /dev/null");
    loop_free(bench.loop);
    rmdir(folder);
    return 0;
}
