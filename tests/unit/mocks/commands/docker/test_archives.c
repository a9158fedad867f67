/* docker save, load and import: files of the command's world, what is said, what is too large. */
#include "shell.h"

#include "base/limits.h"

#include <unistd.h>

static void there_and_back(struct bench *bench)
{
    SHELL(shell, bench, NULL);
    preload_busybox(bench);

    type_expect(&shell, "save -o /bb.tar bb:1", 0, "", "");
    type(&shell, "rmi -f bb:1");
    type_expect(&shell, "load -i /bb.tar", 0, "Loaded image: bb:1\n", "");
    type(&shell, "inspect -f {{.RepoTags}} bb:1");
    cr_expect_eq(shell.code, 0, "%s", shell.errors->str);
}

Test(docker_archives, an_image_goes_into_a_file_and_comes_back)
{
    bench_run(NULL, there_and_back);
}

static void to_stdout(struct bench *bench)
{
    SHELL(shell, bench, NULL);
    preload_busybox(bench);

    type(&shell, "image save bb:1");

    cr_expect_eq(shell.code, 0);
    cr_expect_eq(shell.output->len % 512, 0);
    cr_expect_gt(shell.output->len, 1024);
}

Test(docker_archives, without_a_file_the_archive_goes_to_stdout)
{
    bench_run(NULL, to_stdout);
}

static void complaints(struct bench *bench)
{
    SHELL(shell, bench, NULL);

    type_expect(&shell, "save -o /a.tar no:1", 1, "",
                "Error response from daemon: reference does not exist\n");
    g_autofree char *left = shell_read(&shell, "/a.tar");
    cr_expect_null(left, "nothing is left behind");
    type_expect(&shell, "load -i none.tar", 1, "", "open none.tar: no such file or directory\n");
    shell_write(&shell, "/garbage", "this is no archive of any kind, whatever its name may say");
    type_expect(&shell, "load -i /garbage", 1, "",
                "Error processing tar file(exit status 1): archive/tar: invalid tar header\n");
    type_expect(&shell, "load --platform linux/arm64 -i /garbage", 1, "",
                "\"--platform\" requires API version 1.48, but the Docker daemon API version is "
                "1.41\n");
    type_expect(&shell, "import none.tar", 1, "", "open none.tar: no such file or directory\n");
}

Test(docker_archives, complaints_are_the_daemons_or_the_clis)
{
    bench_run(NULL, complaints);
}

static void import(struct bench *bench)
{
    SHELL(shell, bench, NULL);
    shell_write(&shell, "/root.tar", "");

    type(&shell, "import /root.tar made:1");

    cr_expect_eq(shell.code, 0, "%s", shell.errors->str);
    cr_expect(g_str_has_prefix(shell.output->str, "sha256:"), "%s", shell.output->str);
    type(&shell, "inspect made:1");
    cr_expect_eq(shell.code, 0);
}

Test(docker_archives, a_tar_of_files_is_imported)
{
    bench_run(NULL, import);
}

static void import_changed(struct bench *bench)
{
    SHELL(shell, bench, NULL);
    shell_write(&shell, "/root.tar", "");

    type(&shell, "import -m why -c ENV\tA=b --change CMD\t[\"/x\"] /root.tar made:1");
    cr_expect_eq(shell.code, 0, "%s", shell.errors->str);
    type_expect(&shell, "inspect -f {{.Comment}}{{.Config.Env}}{{.Config.Cmd}} made:1", 0,
                "why[A=b][/x]\n", "");
    type_expect(&shell, "import -c RUN\tx /root.tar made:2", 1, "",
                "Error response from daemon: RUN is not a valid change command\n");
}

Test(docker_archives, an_import_takes_a_message_and_changes)
{
    bench_run(NULL, import_changed);
}

/* A file without bytes of its own stands for one that is too large. */
static void too_large(struct bench *bench)
{
    SHELL(shell, bench, NULL);
    shell_write(&shell, "/large.tar", "");
    g_autofree char *path = g_build_filename(shell.folder, "large.tar", NULL);
    cr_assert_eq(truncate(path, IMAGE_ARCHIVE_BYTES_MAX + 1), 0);

    type_expect(&shell, "load -i /large.tar", 1, "", "/large.tar has more than 536870912 bytes\n");
}

Test(docker_archives, an_archive_has_a_ceiling)
{
    bench_run(NULL, too_large);
}
