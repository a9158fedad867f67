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
