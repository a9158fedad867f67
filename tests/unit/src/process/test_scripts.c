/* Real shells on virtual time (virtual-time.md 8). */
#include "src/process/rig.h"

#include "base/units.h"
#include "loop/vclock.h"

#include <criterion/criterion.h>
#include <signal.h>
#include <sys/stat.h>

static void expect_log(const char *script, const char *expected)
{
    g_autofree char *log = rig_log_of(script);
    cr_assert_str_eq(log, expected, "the log is\n%s", log);
}

Test(scripts, a_script_without_commands_takes_no_time)
{
    expect_log("echo hello; echo there >&2; exit 3",
               "0.000 > hello\n\n0.000 ! there\n\n0.000 exit 3\n");
}

Test(scripts, a_command_is_answered_by_the_host)
{
    expect_log("docker pull nginx",
               "0.000 docker pull nginx\n7.000 > pulled nginx\n\n7.000 exit 0\n");
}

Test(scripts, a_script_waits_for_its_background_job)
{
    expect_log("sleep 300 & docker pull bad || { echo failed; }; wait",
               "0.000 docker pull bad\n"
               "0.000 ! Error response from daemon: toomanyrequests\n\n0.000 sleep 300\n"
               "0.000 > failed\n\n"
               "300.000 exit 0\n");
}

Test(scripts, errexit_stops_at_the_failing_command)
{
    expect_log("docker pull bad; echo not reached",
               "0.000 docker pull bad\n0.000 ! Error response from daemon: toomanyrequests\n\n"
               "0.000 exit 1\n");
}

Test(scripts, a_time_out_ends_its_own_child)
{
    expect_log("timeout 3 docker pull slow || echo \"rc $?\"",
               "0.000 timeout 3 docker pull slow\n0.000 docker pull slow\n3.000 cancelled\n"
               "3.000 > rc 124\n\n3.000 exit 0\n");
}

Test(scripts, what_a_command_writes_waits_for_a_slow_reader)
{
    expect_log("flood | { sleep 10; count; }",
               "0.000 flood\n0.000 sleep 10\n10.000 count\n10.000 flood is out\n"
               "10.000 > 1000000 bytes\n\n10.000 exit 0\n");
}

Test(scripts, a_command_whose_reader_is_gone_dies_of_it)
{
    expect_log("set +e; flood | true; echo ${PIPESTATUS[*]}",
               "0.000 flood\n0.000 > 141 0\n\n0.000 exit 0\n");
}

/* Signals go to the child alone: what it waits for lives on and holds the output
   (actions-semantics.md 1.4). */
Test(scripts, a_job_left_behind_holds_the_output)
{
    expect_log("sleep 300 & echo over", "0.000 > over\n\n0.000 exit 0\n0.000 sleep 300\n"
                                        "5.000 output is held\n");
}

Test(scripts, a_retry_with_back_off_takes_its_time)
{
    expect_log("for i in 1 2 3; do docker pull bad 2>/dev/null && break; sleep $((i * 10)); done",
               "0.000 docker pull bad\n0.000 sleep 10\n10.000 docker pull bad\n10.000 sleep 20\n"
               "30.000 docker pull bad\n30.000 sleep 30\n60.000 exit 0\n");
}

Test(scripts, long_command_lines_arrive_whole)
{
    expect_log("docker pull bad $(seq 20000) 2>/dev/null || echo -n ok",
               "0.000 docker pull bad 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18\n"
               "0.000 > ok\n0.000 exit 0\n");
}

static void expect_signalled(int signal_number, const char *script, const char *expected)
{
    struct rig rig;
    rig_init(&rig);
    rig.signal_number = signal_number;
    rig_run(&rig, script);
    cr_assert_str_eq(rig.log->str, expected, "the log is\n%s", rig.log->str);
    rig_close(&rig);
}

/* The table of actions-semantics.md 1.4, with a signal after one second. */
Test(scripts, an_interrupt_is_forgotten_when_the_foreground_command_ends_by_itself)
{
    expect_signalled(SIGINT, "docker pull a; echo on",
                     "0.000 docker pull a\n7.000 > pulled a\n\n7.000 > on\n\n7.000 exit 0\n");
}

Test(scripts, termination_ends_the_shell_and_its_child_lives_on)
{
    expect_signalled(SIGTERM, "docker pull a; echo on",
                     "0.000 docker pull a\n1.000 exit 143\n6.000 output is held\n");
}

Test(scripts, a_command_in_the_shells_place_dies_of_an_interrupt)
{
    expect_signalled(SIGINT, "exec docker pull a", "0.000 docker pull a\n1.000 exit 130\n");
}

Test(scripts, an_exit_trap_runs_at_termination)
{
    expect_signalled(SIGTERM, "trap 'echo cleanup' EXIT; docker pull a",
                     "0.000 docker pull a\n1.000 > cleanup\n\n1.000 exit 143\n"
                     "6.000 output is held\n");
}

Test(scripts, a_command_that_is_not_there_is_asked_of_the_host)
{
    expect_log("helm upgrade 'a b'; echo $?",
               "0.000 helm upgrade a b\n0.000 > 0\n\n0.000 exit 0\n");
}

Test(scripts, a_command_is_heard_before_what_the_script_says_of_it)
{
    expect_log(
        "docker pull bad || echo again; docker pull bad 2>&1 || echo no; docker pull a; echo b",
        "0.000 docker pull bad\n0.000 ! Error response from daemon: toomanyrequests\n\n"
        "0.000 > again\n\n0.000 docker pull bad\n"
        "0.000 > Error response from daemon: toomanyrequests\n\n0.000 > no\n\n"
        "0.000 docker pull a\n7.000 > pulled a\n\n7.000 > b\n\n7.000 exit 0\n");
}

/* As git does when it clones submodules. */
Test(scripts, a_parent_that_looks_up_now_and_then_does_not_keep_its_children_waiting)
{
    expect_log("perl -e 'open P, q(-|), q(echo x | count) or die; $r = q(); vec($r, fileno(P), 1) "
               "= 1; 1 until select($q = $r, undef, undef, 0.05); print <P>'",
               "0.000 count\n0.000 > 2 bytes\n\n0.000 exit 0\n");
}

/* As the kernel does for a process that it lists no more: the script waits, and nobody that can be
   seen would wake it. A moment of real time is the test's subject. */
Test(scripts, time_stands_still_for_who_is_about_to_be_woken)
{
    struct rig rig;
    rig_init(&rig);
    rig.signal_number = SIGTERM;
    g_autofree char *fifo = g_build_filename(rig.home, "fifo", NULL);
    const char *const feeder[] = {"sh", "-c", "exec >\"$0\"; sleep 0.02; echo word", fifo, NULL};
    cr_assert_eq(mkfifo(fifo, 0600) + chmod(fifo, 0666), 0);
    cr_assert(
        g_spawn_async(NULL, (char **)feeder, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL));

    int exit_code = rig_run(&rig, "read -r word <fifo; echo \"$word\"");

    cr_assert_eq(exit_code, 0);
    cr_assert_str_eq(rig.output[1]->str, "word\n");
    rig_close(&rig);
}

Test(scripts, who_waits_for_nobody_is_left_waiting)
{
    expect_signalled(SIGTERM, "mkfifo never; read -r word <never", "1.000 exit 143\n");
}

static void rig_init_scaled(struct rig *rig)
{
    rig_init(rig);
    vclock_bind(NULL, 0);
    loop_free(rig->loop);
    rig->loop = loop_new(CLOCK_SCALED, 1000);
}

Test(scripts, on_a_scaled_clock_a_command_is_heard_behind_what_was_written_before)
{
    struct rig rig;
    rig_init_scaled(&rig);

    cr_assert_eq(rig_run(&rig, "echo one; docker pull bad 2>&1 || echo two"), 0);

    cr_assert_str_eq(rig.output[1]->str, "one\nError response from daemon: toomanyrequests\ntwo\n");
    rig_close(&rig);
}

Test(scripts, on_a_scaled_clock_calls_start_as_they_come)
{
    struct rig rig;
    rig_init_scaled(&rig);

    cr_assert_eq(rig_run(&rig, "docker pull a | count"), 0);

    cr_assert_str_eq(rig.output[1]->str, "9 bytes\n");
    rig_close(&rig);
}
