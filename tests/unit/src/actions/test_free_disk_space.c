/* jlumbroso/free-disk-space. */
#include "actions/actions.h"

#include "fake_run.h"

#include <criterion/criterion.h>

#define HEAD "Filesystem     1K-blocks Used Available Use% Mounted on\n"
#define REST                                                                                       \
    "proc           0 0 0 - /proc\n"                                                               \
    "systemd-1      - - - - /proc/sys/fs/binfmt_misc\n"                                            \
    "tmpfs          100 0 1000 1% /run\n"

Test(free_disk_space, removes_by_default_all_but_the_tool_cache)
{
    FAKE_RUN(run, &action_free_disk_space, "main");
    fake_input(run, "large-packages", "false");

    fake_main(run);

    const char *commands = fake_commands(run);
    fake_expect_part(commands, "sudo rm -rf /usr/local/lib/android\n");
    fake_expect_part(commands, "sudo rm -rf /usr/share/dotnet\n");
    fake_expect_part(commands, "sudo rm -rf /opt/ghc\nsudo rm -rf /usr/local/.ghcup\n");
    fake_expect_part(commands, "sudo docker image prune --all --force\n");
    fake_expect_part(commands, "sudo swapoff -a\nsudo rm -f /mnt/swapfile\nfree -h\n");
    cr_expect_null(strstr(commands, "apt-get"));
    cr_expect_null(strstr(commands, "toolcache"));
    cr_expect_null(fake_failure(run));
}

Test(free_disk_space, tool_cache_is_where_the_machine_says)
{
    FAKE_RUN(run, &action_free_disk_space, "v1.3.1");
    fake_input(run, "tool-cache", "true");
    fake_variable(run, "AGENT_TOOLSDIRECTORY", "/opt/hostedtoolcache");

    fake_main(run);

    fake_expect_part(fake_commands(run), "sudo rm -rf /opt/hostedtoolcache\n");
}

Test(free_disk_space, a_command_that_fails_is_a_warning_at_most)
{
    FAKE_RUN(run, &action_free_disk_space, "v1.3.1");
    fake_fails(run, "sudo *", 100, "");

    fake_main(run);

    fake_expect_part(fake_warnings(run), "The command [sudo apt-get clean] failed to complete "
                                         "successfully. Proceeding...");
    cr_expect_null(fake_failure(run));
}

Test(free_disk_space, says_what_each_part_saved)
{
    FAKE_RUN(run, &action_free_disk_space, "v1.3.1");
    fake_prints(run, "df -a", HEAD "/dev/root 1 1 8000000 1% /\n" REST);
    fake_answer(run, (struct fake_answer){.pattern = "df -a",
                                          .times = 3, /* at first, in the table, before Android */
                                          .output = HEAD "/dev/root 1 1 4000000 1% /\n" REST});

    fake_main(run);

    fake_expect_part(fake_log(run), "=> Android library: Saved 3.8GiB\n");
    fake_expect_part(fake_log(run), "=> .NET runtime: Saved 0B\n");
}
