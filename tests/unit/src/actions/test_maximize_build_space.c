/* easimon/maximize-build-space. */
#include "actions/actions.h"

#include "fake_run.h"

#include <criterion/criterion.h>
#include <string.h>

Test(maximize_build_space, takes_all_but_the_reserves)
{
    FAKE_RUN(run, &action_maximize_build_space, "v10");
    fake_input(run, "remove-dotnet", "true");
    fake_prints(run, "df * /", "Avail\n2097152\n");
    fake_prints(run, "df * /mnt", "Avail\n1048576\n");

    fake_main(run);

    const char *commands = fake_commands(run);
    fake_expect_part(commands, "sudo rm -rf /usr/share/dotnet\nsudo swapoff -a\n");
    fake_expect_part(commands, "sudo fallocate -z -l 1073741824 /pv.img\n");
    fake_expect_part(commands, "sudo fallocate -z -l 968884224 /mnt/tmp-pv.img\n");
    cr_expect_null(fake_failure(run));
}

Test(maximize_build_space, ends_with_what_fails)
{
    FAKE_RUN(run, &action_maximize_build_space, "v10");
    fake_fails(run, "sudo fallocate *", 1, "");

    fake_main(run);

    cr_expect_str_eq(fake_failure(run), "Process completed with exit code 1.");
    cr_expect_null(strstr(fake_commands(run), "tmp-pv"));
}

Test(maximize_build_space, gives_dockers_files_the_room_when_they_lie_there)
{
    FAKE_RUN(run, &action_maximize_build_space, "v10");
    fake_input(run, "build-mount-path", "/var/lib/docker/");

    fake_main(run);

    fake_expect_part(fake_commands(run), "sudo fallocate -z -l 4196M /pv.img\n");
}
