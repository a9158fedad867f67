/* The docker command against a fake Engine: what it prints and how it ends. */
#include "shell.h"

static void offer(struct bench *bench, const char *repository)
{
    static const int64_t layer_bytes[] = {30 * MIB_BYTES};
    static const char *const platforms[] = {"linux/amd64", NULL};
    const struct image_spec spec = {.repository = repository,
                                    .tag = "1",
                                    .platforms = platforms,
                                    .layer_bytes = layer_bytes,
                                    .layer_count = G_N_ELEMENTS(layer_bytes)};
    registry_add_image(bench->registry, &spec);
}

static const char pull_help[] =
    "\n\nUsage:  docker pull [OPTIONS] NAME[:TAG|@DIGEST]\n\nRun 'docker pull --help' for more "
    "information\n";

/* ---- words ---- */

static void make_mistakes(struct bench *bench)
{
    SHELL(shell, bench, NULL);
    type_expect(&shell, "foo", 1, "",
                "docker: unknown command: docker foo\n\nRun 'docker --help' for more "
                "information\n");
    type_expect(&shell, "image foo", 1, "",
                "docker: unknown command: docker image foo\n\nUsage:  docker image\n\nRun 'docker "
                "image --help' for more information\n");
    type_expect(&shell, "pull", 1, "",
                format("docker: 'docker pull' requires 1 argument%s", pull_help));
    type_expect(&shell, "pull --foo x", 125, "", format("unknown flag: --foo%s", pull_help));
    type_expect(&shell, "ps x", 1, "",
                "docker: 'docker ps' accepts no arguments\n\nUsage:  docker ps [OPTIONS]\n\nRun "
                "'docker ps --help' for more information\n");
    type_expect(&shell, "rmi", 1, "",
                "docker: 'docker rmi' requires at least 1 argument\n\nUsage:  docker rmi [OPTIONS] "
                "IMAGE [IMAGE...]\n\nSee 'docker rmi --help' for more information\n");
    type_expect(&shell, "--version", 0, "Docker version 28.0.4, build b8034c0\n", "");
    type_expect(&shell, "buildx version", 1, "",
                "docker: unknown command: docker buildx\n\nRun 'docker --help' for more "
                "information\n");
}

Test(docker_cli, complains_in_the_cli_s_words)
{
    bench_run(NULL, make_mistakes);
}

static void ask_for_help(struct bench *bench)
{
    SHELL(shell, bench, NULL);
    type(&shell, "");
    cr_assert_eq(shell.code, 0);
    cr_assert(strstr(shell.errors->str, "Usage:  docker [OPTIONS] COMMAND\n") != NULL);
    type(&shell, "pull --help");
    cr_assert(
        g_str_has_prefix(shell.output->str, "Usage:  docker pull [OPTIONS] NAME[:TAG|@DIGEST]\n"));
    type(&shell, "image");
    cr_assert(strstr(shell.errors->str, "\n  prune       Remove unused images\n") != NULL, "%s",
              shell.errors->str);
    type(&shell, "help network");
    cr_assert(g_str_has_prefix(shell.output->str, "Usage:  docker network COMMAND\n"));
}

Test(docker_cli, helps_on_stdout_when_asked_and_on_stderr_when_not)
{
    bench_run(NULL, ask_for_help);
}

static void find_nobody(struct bench *bench)
{
    SHELL(shell, bench, NULL);
    shell.variable = "DOCKER_HOST=tcp://nowhere.example:2375";
    type(&shell, "ps");
    cr_assert_eq(shell.code, 1);
    cr_assert_str_eq(shell.errors->str,
                     "error during connect: Get \"http://nowhere.example:2375/v1.48/containers/"
                     "json\": dial tcp: lookup nowhere.example: no such host\n");
    shell.variable = "DOCKER_API_VERSION=1.99";
    type_expect(&shell, "ps", 1, "",
                "Error response from daemon: client version 1.99 is too new. Maximum supported API "
                "version is 1.41\n");
    type(&shell, "info");
    cr_assert_eq(shell.code, 1);
    cr_assert_str_eq(shell.errors->str,
                     "ERROR: Error response from daemon: client version 1.99 is too new. Maximum "
                     "supported API version is 1.41\nerrors pretty printing info\n");
    shell.variable = "DOCKER_API_VERSION=v1.11";
    type_expect(&shell, "pull localhost:5000/t:1", 1, "",
                "Error response from daemon: client version 1.11 is too old. Minimum supported API "
                "version is 1.12, please upgrade your client to a newer version\n");
    shell.variable = "DOCKER_HOST=unix:///run/none.sock";
    type_expect(
        &shell, "ps", 1, "",
        "Cannot connect to the Docker daemon at unix:///run/none.sock. Is the docker daemon "
        "running?\n");
    shell.variable = NULL;
    type_expect(&shell, "-H unix:///run/other.sock ps", 1, "",
                "Cannot connect to the Docker daemon at unix:///run/other.sock. Is the docker "
                "daemon running?\n");
    type_expect(&shell, "-H foo ps", 1, "", "unable to parse docker host \"foo\"\n");
    type(&shell, "version");
    cr_assert(strstr(shell.output->str, "\n API version:       1.41 (downgraded from 1.48)\n") !=
                  NULL,
              "%s", shell.output->str);
}

/* failures.md F1, F3, F4 */
Test(docker_cli, says_where_it_looked_for_the_engine)
{
    bench_run(NULL, find_nobody);
}

/* ---- images ---- */

static void pull_and_look(struct bench *bench)
{
    SHELL(shell, bench, NULL);
    offer(bench, "t");
    type(&shell, "pull localhost:5000/t:1");
    cr_assert_eq(shell.code, 0, "%s", shell.errors->str);
    cr_assert(g_str_has_prefix(shell.output->str, "1: Pulling from t\n"), "%s", shell.output->str);
    cr_assert(strstr(shell.output->str, ": Pulling fs layer\n") != NULL);
    cr_assert(strstr(shell.output->str, "Downloading") == NULL); /* no bars without a terminal */
    cr_assert(g_str_has_suffix(shell.output->str,
                               "Status: Downloaded newer image for localhost:5000/t:1\n"
                               "localhost:5000/t:1\n"));
    type_expect(&shell, "pull -q localhost:5000/t:1", 0, "localhost:5000/t:1\n", "");
    type_expect(&shell, "pull localhost:5000/t:2", 1, "",
                "Error response from daemon: manifest for localhost:5000/t:2 not found: manifest "
                "unknown: manifest unknown\n");
    type_expect(&shell, "pull localhost:5000/T:1", 1, "",
                "invalid reference format: repository name (T) must be lowercase\n");
    type_expect(&shell, "tag localhost:5000/t:1 other:2", 0, "", "");
    type(&shell, "images --format {{.Repository}}:{{.Tag}}");
    cr_assert_str_eq(shell.output->str, "localhost:5000/t:1\nother:2\n");
    type_expect(&shell, "inspect -f {{.Os}}/{{.Architecture}} other:2", 0, "linux/amd64\n", "");
    type_expect(&shell, "inspect nothing", 1, "[]\n", "Error: No such object: nothing\n");
    type_expect(&shell, "inspect -f {{foo}} nothing", 64, "",
                "template parsing error: template: :1: function \"foo\" not defined\n");
    type_expect(&shell, "rmi other:2", 0, "Untagged: other:2\n", "");
}

/* captures 09, 10, 35, 37 */
Test(docker_cli, pulls_tags_and_lists)
{
    bench_run(NULL, pull_and_look);
}

static void push_an_image(struct bench *bench)
{
    SHELL(shell, bench, NULL);
    preload_busybox(bench);
    type(&shell, "tag bb:1 localhost:5000/p:1");
    type(&shell, "push localhost:5000/p:1");
    cr_assert_eq(shell.code, 0, "%s", shell.errors->str);
    cr_assert(
        g_str_has_prefix(shell.output->str, "The push refers to repository [localhost:5000/p]\n"));
    cr_assert(strstr(shell.output->str, "1: digest: sha256:") != NULL);
    type_expect(&shell, "push localhost:5000/none", 1,
                "Using default tag: latest\nThe push refers to repository [localhost:5000/none]\n",
                "An image does not exist locally with the tag: localhost:5000/none\n");
}

/* capture 07 */
Test(docker_cli, pushes_and_fails_in_the_stream)
{
    bench_run(NULL, push_an_image);
}

static void list_manifests(struct bench *bench)
{
    SHELL(shell, bench, NULL);
    offer(bench, "a");
    offer(bench, "b");
    type_expect(&shell, "manifest create localhost:5000/l:1 localhost:5000/none:1", 1, "",
                "no such manifest: localhost:5000/none:1\n");
    type_expect(&shell, "manifest create localhost:5000/l:1 localhost:5000/a:1 localhost:5000/b:1",
                0, "Created manifest list localhost:5000/l:1\n", "");
    type_expect(&shell, "manifest create localhost:5000/l:1 localhost:5000/a:1", 1, "",
                "refusing to amend an existing manifest list with no --amend flag\n");
    type_expect(&shell, "manifest annotate --arch arm64 localhost:5000/l:1 localhost:5000/b:1", 0,
                "", "");
    type(&shell, "manifest push --purge localhost:5000/l:1");
    cr_assert_eq(shell.code, 0, "%s", shell.errors->str);
    cr_assert(strstr(shell.output->str, "Pushed ref localhost:5000/l@sha256:") != NULL);
    type(&shell, "manifest inspect localhost:5000/l:1");
    cr_assert(strstr(shell.output->str, "            \"architecture\": \"arm64\",\n") != NULL, "%s",
              shell.output->str);
    type_expect(&shell, "manifest push localhost:5000/l:1", 1, "",
                "No such manifest: localhost:5000/l:1\n");
}

Test(docker_cli, puts_manifest_lists_together)
{
    bench_run(NULL, list_manifests);
}

/* ---- containers ---- */

static void run_things(struct bench *bench)
{
    SHELL(shell, bench, NULL);
    preload_busybox(bench);
    offer(bench, "t");
    type_expect(&shell, "run --rm bb:1 echo hi", 0, "hi\n", "");
    type_expect(&shell, "run --rm bb:1 false", 1, "", "");
    type_expect(&shell, "run --rm localhost:5000/t:2", 125, "",
                "Unable to find image 'localhost:5000/t:2' locally\n"
                "docker: Error response from daemon: manifest for localhost:5000/t:2 not found: "
                "manifest unknown: manifest unknown\n\n"
                "Run 'docker run --help' for more information\n");
    type(&shell, "run --rm localhost:5000/t:1 echo pulled");
    cr_assert_str_eq(shell.output->str, "pulled\n");
    cr_assert(strstr(shell.errors->str, "1: Pulling from t\n") != NULL, "%s", shell.errors->str);
    type_expect(&shell, "run --pull foo bb:1", 125, "",
                "docker: invalid pull option: 'foo': must be one of \"always\", \"missing\" or "
                "\"never\"\n\nRun 'docker run --help' for more information\n");
    type_expect(&shell, "run -it bb:1", 1, "", "the input device is not a TTY\n");
    type_expect(&shell, "ps -aq", 0, "", "");
}

/* captures 11, 12, 39b */
Test(docker_cli, runs_with_the_command_s_exit_code_and_pulls_what_is_missing)
{
    bench_run(NULL, run_things);
}

static void keep_one_running(struct bench *bench)
{
    SHELL(shell, bench, NULL);
    preload_busybox(bench);
    type(&shell, "run -d --name web -e A=1 -l app=x bb:1 sleep 1000");
    cr_assert_eq(shell.output->len, 65u);
    type_expect(&shell, "ps --format {{.Names}}_{{.Image}}_{{.State}}_{{.Label_\"app\"}}", 0,
                "web bb:1 running x\n", "");
    type_expect(&shell, "exec web echo inside", 0, "inside\n", "");
    type_expect(&shell, "exec web false", 1, "", "");
    type_expect(&shell, "exec none true", 1, "",
                "Error response from daemon: No such container: none\n");
    type_expect(&shell, "stop web none", 1, "web\n",
                "Error response from daemon: No such container: none\n");
    type_expect(&shell, "start web", 0, "web\n", "");
    type_expect(&shell, "rm -f web none", 0, "web\n",
                "Error response from daemon: No such container: none\n");
    type_expect(&shell, "start none", 1, "",
                "Error response from daemon: No such container: none\nError: failed to start "
                "containers: none\n");
    type(&shell, "ps");
    cr_assert_str_eq(shell.output->str, "CONTAINER ID   IMAGE     COMMAND   CREATED   STATUS    "
                                        "PORTS     NAMES\n");
}

/* captures 15, 16, 21, 28 */
Test(docker_cli, looks_after_a_container)
{
    bench_run(NULL, keep_one_running);
}

static void copy_both_ways(struct bench *bench)
{
    SHELL(shell, bench, NULL);
    preload_busybox(bench);
    shell_write(&shell, "/home/runner/work/f", "content\n");
    type(&shell, "run -d --name web bb:1 sleep 1000");
    type_expect(&shell, "cp f web:/tmp/g", 0, "", "");
    type_expect(&shell, "exec web cat /tmp/g", 0, "content\n", "");
    type_expect(&shell, "cp web:/tmp/g back", 0, "", "");
    g_autofree char *text = shell_read(&shell, "/home/runner/work/back");
    cr_assert_str_eq(text, "content\n");
    type_expect(&shell, "cp a b", 1, "", "must specify at least one container source\n");
    type_expect(&shell, "cp f web:/nowhere/", 1, "", "no such directory\n");
}

/* capture 22 */
Test(docker_cli, copies_files_in_and_out)
{
    bench_run(NULL, copy_both_ways);
}

/* ---- tidying up ---- */

static void tidy_up(struct bench *bench)
{
    SHELL(shell, bench, NULL);
    preload_busybox(bench);
    type(&shell, "run --name done bb:1 true");
    type_expect(&shell, "container prune", 0,
                "WARNING! This will remove all stopped containers.\nAre you sure you want to "
                "continue? [y/N] ",
                "");
    type(&shell, "system df");
    cr_assert(g_str_has_prefix(shell.output->str,
                               "TYPE            TOTAL     ACTIVE    SIZE      RECLAIMABLE\n"
                               "Images          1         1         1.982MB   0B (0%)\n"),
              "%s", shell.output->str);
    shell.input = "y\n";
    type(&shell, "container prune");
    cr_assert(strstr(shell.output->str, "[y/N] Deleted Containers:\n") != NULL, "%s",
              shell.output->str);
    type(&shell, "system prune -af");
    cr_assert(strstr(shell.output->str, "Deleted Images:\nuntagged: bb:1\n") != NULL, "%s",
              shell.output->str);
    cr_assert(g_str_has_suffix(shell.output->str, "Total reclaimed space: 1.982MB\n"));
    type_expect(&shell, "volume create v", 0, "v\n", "");
    type_expect(&shell, "volume ls -q", 0, "v\n", "");
    type_expect(&shell, "volume prune -af", 0, "Deleted Volumes:\nv\n\nTotal reclaimed space: 0B\n",
                "");
}

/* captures 23, 26b */
Test(docker_cli, prunes_after_asking)
{
    bench_run(NULL, tidy_up);
}

/* ---- killed ---- */

static void type_pull(void *argument)
{
    type(argument, "pull localhost:5000/t:1");
}

static void kill_a_pull(struct bench *bench)
{
    SHELL(shell, bench, NULL);
    offer(bench, "t");
    struct fiber *command = fiber_spawn(bench->loop, "docker pull", type_pull, &shell);
    cr_assert(fiber_sleep(bench->loop, SECOND_US, NULL));
    cr_assert_gt(disk_account_bytes(bench->disk, DISK_TEMPORARY), 0);

    fiber_cancel(command);

    cr_assert(fiber_sleep(bench->loop, SECOND_US, NULL));
    cr_assert_eq(disk_account_bytes(bench->disk, DISK_TEMPORARY), 0);
    cr_assert_null(dockerd_find_image(bench->dockerd, "localhost:5000/t:1"));
}

/* engine-contract.md C */
Test(docker_cli, a_killed_pull_ends_in_the_engine_too)
{
    const struct plan plan = {.network = {.bytes_per_second = 10 * 1000 * 1000}};
    bench_run(&plan, kill_a_pull);
}
