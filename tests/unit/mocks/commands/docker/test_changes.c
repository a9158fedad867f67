/* docker commit, diff and export: what a container has become, said and kept. */
#include "shell.h"

#include "mocks/registry/registry.h"

static void assume_nothing(void *count, const char *what, bool touches_images, bool leaves_gap)
{
    (void)what;
    (void)leaves_gap;
    *(guint *)count += touches_images ? 100 : 1;
}

static json_t *inspected(struct shell *shell, const char *name)
{
    g_autofree char *words = g_strdup_printf("image inspect -f {{json_.}} %s", name);
    type(shell, words);
    cr_assert_eq(shell->code, 0, "%s", shell->errors->str);
    return json_parse_bytes(shell->output->str, shell->output->len, NULL);
}

static void commit_known(struct bench *bench)
{
    guint count = 0;
    SHELL(shell, bench, NULL);
    preload_busybox(bench);
    dockerd_on_assumed(bench->dockerd, assume_nothing, &count);
    type(&shell,
         "run --name c1 -e A=1 -l k=v --entrypoint sh bb:1 -c mkdir_-p_/data;echo_hi>/data/f");
    cr_assert_eq(shell.code, 0, "%s", shell.errors->str);

    type(&shell, "commit -a me -m why -c ENV_B=2 -c CMD_[\"x\"] c1 localhost:5000/team/app:2");
    cr_assert_eq(shell.code, 0, "%s", shell.errors->str);
    cr_expect(g_str_has_prefix(shell.output->str, "sha256:"), "%s", shell.output->str);
    g_autoptr(json_t) image = inspected(&shell, "localhost:5000/team/app:2");
    json_t *config = json_get_object(image, "Config");
    g_autofree char *variables = json_text(json_get_array(config, "Env"));
    g_autofree char *command = json_text(json_get_array(config, "Cmd"));
    g_autofree char *entrypoint = json_text(json_get_array(config, "Entrypoint"));
    cr_expect_str_eq(variables, "[\"B=2\",\"A=1\"]");
    cr_expect_str_eq(command, "[\"x\"]");
    cr_expect_str_eq(entrypoint, "[\"sh\"]");
    cr_expect_str_eq(json_get_string(json_get_object(config, "Labels"), "k", ""), "v");
    cr_expect_str_eq(json_get_string(image, "Author", ""), "me");
    cr_expect_str_eq(json_get_string(image, "Comment", ""), "why");
    cr_expect_eq(json_array_size(json_get_array(json_get_object(image, "RootFS"), "Layers")), 2);
    type(&shell, "history --no-trunc --format {{.CreatedBy}} localhost:5000/team/app:2");
    cr_expect(g_str_has_prefix(shell.output->str, "-c mkdir -p /data;echo hi>/data/f\n"), "%s",
              shell.output->str);
    type(&shell, "push -q localhost:5000/team/app:2");
    cr_expect_eq(shell.code, 0, "%s", shell.errors->str);
    cr_expect_eq(count, 0u);
    dockerd_on_assumed(bench->dockerd, NULL, NULL);
}

Test(docker_changes, a_container_that_is_known_becomes_an_image_that_can_be_pushed)
{
    bench_run(NULL, commit_known);
}

static void commit_unknown(struct bench *bench)
{
    guint count = 0;
    SHELL(shell, bench, NULL);
    preload_busybox(bench);
    dockerd_on_assumed(bench->dockerd, assume_nothing, &count);
    type(&shell, "run --name c1 bb:1 apk add curl");
    cr_assert_eq(shell.code, 0, "%s", shell.errors->str);
    cr_expect_eq(count, 1u);

    type(&shell, "commit c1 app");
    cr_expect_eq(shell.code, 0, "%s", shell.errors->str);
    cr_expect_eq(count, 101u, "what it holds is in doubt: %u", count);
    g_autoptr(json_t) image = inspected(&shell, "app:latest");
    cr_expect_eq(json_array_size(json_get_array(json_get_object(image, "RootFS"), "Layers")), 2);
    dockerd_on_assumed(bench->dockerd, NULL, NULL);
}

Test(docker_changes, what_an_unknown_command_has_made_of_a_container_is_in_doubt)
{
    bench_run(NULL, commit_unknown);
}

static void commit_nothing(struct bench *bench)
{
    SHELL(shell, bench, NULL);
    preload_busybox(bench);
    type(&shell, "create --name c1 bb:1 true");

    type(&shell, "container commit --pause=false c1");
    cr_assert_eq(shell.code, 0, "%s", shell.errors->str);
    g_autofree char *id = g_strndup(shell.output->str, shell.output->len - 1);
    g_autoptr(json_t) image = inspected(&shell, id);
    cr_expect_eq(json_array_size(json_get_array(json_get_object(image, "RootFS"), "Layers")), 1);
    cr_expect_eq(json_array_size(json_get_array(image, "RepoTags")), 0);
}

Test(docker_changes, a_container_without_changes_adds_no_layer)
{
    bench_run(NULL, commit_nothing);
}

static void complaints(struct bench *bench)
{
    SHELL(shell, bench, NULL);
    preload_busybox(bench);
    type(&shell, "create --name c1 bb:1 true");

    type_expect(&shell, "commit c2", 1, "", "Error response from daemon: No such container: c2\n");
    type_expect(&shell,
                "commit c1 a@sha256:"
                "0000000000000000000000000000000000000000000000000000000000000000",
                1, "", "refusing to create a tag with a digest reference\n");
    type_expect(&shell, "commit c1 bad::", 1, "", "invalid reference format\n");
    type_expect(&shell, "commit -c RUN_x c1", 1, "",
                "Error response from daemon: RUN is not a valid change command\n");
    type_expect(&shell, "commit a b c", 1, "",
                "docker: 'docker commit' requires at least 1 and at most 2 arguments\n\n"
                "Usage:  docker commit [OPTIONS] CONTAINER [REPOSITORY[:TAG]]\n\n"
                "Run 'docker commit --help' for more information\n");
    type_expect(&shell, "export -o /none/x c1", 1, "",
                "failed to export container: invalid output path: stat /none: no such file or "
                "directory\n");
    type_expect(&shell, "diff c2", 1, "", "Error response from daemon: No such container: c2\n");
}

Test(docker_changes, complaints_are_the_daemons_or_the_clis)
{
    bench_run(NULL, complaints);
}

static void diff_and_export(struct bench *bench)
{
    SHELL(shell, bench, NULL);
    preload_busybox(bench);
    type(&shell, "run --name c1 bb:1 sh -c mkdir_-p_/data/x;echo_a>/etc/f;echo_b>/data/g");
    cr_assert_eq(shell.code, 0, "%s", shell.errors->str);

    type_expect(&shell, "diff c1", 0, "A /data\nA /data/g\nA /data/x\nC /etc\nA /etc/f\n", "");
    type_expect(&shell, "export -o /fs.tar c1", 0, "", "");
    type(&shell, "import /fs.tar flat:1");
    cr_expect_eq(shell.code, 0, "%s", shell.errors->str);
    g_autofree char *tar = shell_read(&shell, "/fs.tar");
    cr_assert_not_null(tar);
}

Test(docker_changes, changes_are_listed_and_files_exported)
{
    bench_run(NULL, diff_and_export);
}
