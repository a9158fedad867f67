/* sleep and timeout: exact in virtual time, and in coreutils' words (measured with 9.1). */
#include "bench.h"

struct sleep_case {
    const char *line;
    int64_t elapsed_us;
};

static const struct sleep_case sleeps[] = {
    {"sleep 0", 0},
    {"sleep 1", SECOND_US},
    {"sleep 1.5s", 1500000},
    {"sleep .25", 250000},
    {"sleep 1e-1", 100000},
    {"sleep 2m", 2 * MINUTE_US},
    {"sleep 1h", HOUR_US},
    {"sleep 1d", 24 * HOUR_US},
    {"sleep 1m 30 0.5s", 90500000},
    {"sleep 0x10", 16 * SECOND_US},
    {"/usr/bin/sleep -- 3", 3 * SECOND_US},
};

static void sleeps_are_exact(struct bench *bench)
{
    for (gsize i = 0; i < G_N_ELEMENTS(sleeps); i++) {
        expect(bench, sleeps[i].line, 0, "", "");
        cr_expect_eq(bench->elapsed_us, sleeps[i].elapsed_us, "%s took %" G_GINT64_FORMAT,
                     sleeps[i].line, bench->elapsed_us);
    }
}

Test(commands_time, sleep_takes_exactly_its_time)
{
    bench_run(NULL, sleeps_are_exact);
}

#define TRY_SLEEP "Try 'sleep --help' for more information.\n"

static void sleep_refuses(struct bench *bench)
{
    expect(bench, "sleep", 1, "", "sleep: missing operand\n" TRY_SLEEP);
    expect(bench, "sleep x", 1, "", "sleep: invalid time interval 'x'\n" TRY_SLEEP);
    expect(bench, "sleep 1x", 1, "", "sleep: invalid time interval '1x'\n" TRY_SLEEP);
    expect(bench, "sleep -1", 1, "", "sleep: invalid option -- '1'\n" TRY_SLEEP);
    expect(bench, "sleep --foo", 1, "", "sleep: unrecognized option '--foo'\n" TRY_SLEEP);
    expect(bench, "sleep x y", 1, "",
           "sleep: invalid time interval 'x'\nsleep: invalid time interval 'y'\n" TRY_SLEEP);
    bench->environment[1] = "LANG=C.UTF-8";
    expect(bench, "sleep x", 1, "", "sleep: invalid time interval ‘x’\n" TRY_SLEEP);
}

Test(commands_time, sleep_refuses_in_the_words_of_coreutils)
{
    bench_run(NULL, sleep_refuses);
}

struct timeout_case {
    const char *line;
    int exit_code;
    int64_t elapsed_us;
};

static const struct timeout_case timeouts[] = {
    {"timeout 10 sleep 3", 0, 3 * SECOND_US},
    {"timeout 3 sleep 10", 124, 3 * SECOND_US},
    {"timeout 1m sleep 1h", 124, MINUTE_US},
    {"timeout 0 sleep 20", 0, 20 * SECOND_US},
    {"timeout -s KILL 2 sleep 10", 137, 2 * SECOND_US},
    {"timeout --signal=9 2 sleep 10", 137, 2 * SECOND_US},
    {"timeout --preserve-status 2 sleep 10", 143, 2 * SECOND_US},
    {"timeout --preserve-status -s INT 2 sleep 10", 130, 2 * SECOND_US},
    {"timeout -k 5 2 sleep 10", 124, 2 * SECOND_US},
    {"timeout --foreground 2 sleep 10", 124, 2 * SECOND_US},
    {"timeout 2 sleep x", 1, 0},
    {"timeout 5 timeout 2 sleep 9", 124, 2 * SECOND_US},
};

/* The bench looks for its child's end every millisecond. */
static void timeouts_are_exact(struct bench *bench)
{
    for (gsize i = 0; i < G_N_ELEMENTS(timeouts) - 1; i++) {
        expect(bench, timeouts[i].line, timeouts[i].exit_code, "", NULL);
        cr_expect(bench->elapsed_us >= timeouts[i].elapsed_us &&
                      bench->elapsed_us <= timeouts[i].elapsed_us + 2 * MILLISECOND_US,
                  "%s took %" G_GINT64_FORMAT, timeouts[i].line, bench->elapsed_us);
    }
}

Test(commands_time, timeout_ends_its_command_in_time)
{
    bench_run(NULL, timeouts_are_exact);
}

static void timeouts_without_processes(struct bench *bench)
{
    for (gsize i = 0; i < G_N_ELEMENTS(timeouts); i++) {
        expect(bench, timeouts[i].line, timeouts[i].exit_code, "", NULL);
        cr_expect_eq(bench->elapsed_us, timeouts[i].elapsed_us, "%s took %" G_GINT64_FORMAT,
                     timeouts[i].line, bench->elapsed_us);
    }
}

Test(commands_time, timeout_works_where_there_are_no_processes)
{
    const struct plan plan = {.has_no_processes = true};
    bench_run(&plan, timeouts_without_processes);
}

static void a_stubborn_child(struct bench *bench)
{
    bench->refuses_signal = 15;
    expect(bench, "timeout -v -k 5 2 sleep 60", 137, "",
           "timeout: sending signal TERM to command 'sleep'\n"
           "timeout: sending signal KILL to command 'sleep'\n");
    cr_expect_geq(bench->elapsed_us, 7 * SECOND_US);
    cr_expect_lt(bench->elapsed_us, 7 * SECOND_US + 3 * MILLISECOND_US);
    expect(bench, "timeout 2 sleep 60", 124, "", "");
    cr_expect_geq(bench->elapsed_us, 60 * SECOND_US, "without -k it waits for the child");
}

Test(commands_time, timeout_kills_what_ignores_its_signal)
{
    bench_run(NULL, a_stubborn_child);
}

#define TRY_TIMEOUT "Try 'timeout --help' for more information.\n"

static void timeout_refuses(struct bench *bench)
{
    expect(bench, "timeout", 125, "", TRY_TIMEOUT);
    expect(bench, "timeout 1", 125, "", TRY_TIMEOUT);
    expect(bench, "timeout x true", 125, "", "timeout: invalid time interval 'x'\n" TRY_TIMEOUT);
    expect(bench, "timeout -k x 1 true", 125, "",
           "timeout: invalid time interval 'x'\n" TRY_TIMEOUT);
    expect(bench, "timeout -s FOO 1 true", 125, "", "timeout: 'FOO': invalid signal\n" TRY_TIMEOUT);
    expect(bench, "timeout -s", 125, "",
           "timeout: option requires an argument -- 's'\n" TRY_TIMEOUT);
    expect(bench, "timeout --foo 1 true", 125, "",
           "timeout: unrecognized option '--foo'\n" TRY_TIMEOUT);
    expect(bench, "timeout 1 nosuch", 127, "",
           "timeout: failed to run command 'nosuch': No such file or directory\n");
    expect(bench, "timeout 1 /etc/passwd", 126, "",
           "timeout: failed to run command '/etc/passwd': Permission denied\n");
}

Test(commands_time, timeout_refuses_in_the_words_of_coreutils)
{
    bench_run(NULL, timeout_refuses);
}
