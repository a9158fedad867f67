/* Real shells on virtual time (virtual-time.md 8). */
#include "src/process/rig.h"

#include "base/units.h"

#include <criterion/criterion.h>

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
               "0.000 docker pull bad\n0.000 sleep 300\n0.000 > failed\n\n"
               "0.000 ! Error response from daemon: toomanyrequests\n\n300.000 exit 0\n");
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
               "0.000 docker pull bad 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 \n"
               "0.000 > ok\n0.000 exit 0\n");
}

Test(scripts, a_child_that_is_signalled_alone_leaves_its_own_child_behind)
{
    struct rig rig;
    g_autoptr(GError) error = NULL;
    rig_init(&rig);

    cr_assert_eq(rig_run(&rig, "trap 'echo trapped' TERM; kill -TERM $$; docker pull a & kill $$; "
                               "sleep 1"),
                 0);

    g_autoptr(GPtrArray) leftovers = sandbox_leftovers(rig.sandbox);
    cr_assert_eq(leftovers->len, 0);
    cr_assert_str_eq(rig.output[1]->str, "trapped\ntrapped\npulled a\n", "%s", rig.log->str);
    rig_close(&rig);
}
