/* The docker command in its place among the others: it reaches the machine's Engine, through
   wrappers too, with its plugins. */
#include "bench.h"

#include <sys/stat.h>
#include <unistd.h>

static void docker_lines(struct bench *bench)
{
    cr_expect_eq(run(bench, "docker version --format '{{.Server.Version}}'"), 0);
    cr_expect_str_eq(bench->out->str, "28.0.4\n", "%s%s", bench->out->str, bench->err->str);
    cr_expect_eq(run(bench, "sudo docker ps -q"), 0);
    cr_expect_eq(run(bench, "docker buildx version"), 0);
    cr_expect(strstr(bench->out->str, "v0.26.1") != NULL, "%s", bench->out->str);
    expect(bench, "docker compose version", 0, "Docker Compose version v2.38.2\n", "");
    cr_expect_eq(assumed_count(bench), 0);
}

Test(commands_docker_command, docker_reaches_the_engine)
{
    const struct plan plan = {.has_docker = true};
    bench_run(&plan, docker_lines);
}

static void while_it_restarts(struct bench *bench)
{
    dockerd_restart(bench->dockerd, 5 * SECOND_US);
    cr_expect_eq(run(bench, "docker ps"), 1);
    cr_expect(strstr(bench->err->str, "Cannot connect to the Docker daemon") != NULL, "%s",
              bench->err->str);
    expect(bench, "sleep 6", 0, "", "");
    cr_expect_eq(run(bench, "docker ps"), 0, "%s", bench->err->str);
}

static void after_systemctl(struct bench *bench)
{
    expect(bench, "sudo systemctl restart docker", 0, "", "");
    cr_expect_eq(run(bench, "docker ps"), 0, "%s", bench->err->str);
}

Test(commands_docker_command, the_engine_is_there_after_systemctl)
{
    const struct plan plan = {.has_docker = true};
    bench_run(&plan, after_systemctl);
}

Test(commands_docker_command, docker_notices_a_restart)
{
    const struct plan plan = {.has_docker = true};
    bench_run(&plan, while_it_restarts);
}

/* ---- folders of the machine ---- */

static void put(struct bench *bench, const char *name, const char *text)
{
    g_autofree char *path = g_build_filename(bench->root, name, NULL);
    g_autofree char *folder = g_path_get_dirname(path);
    cr_assert_eq(g_mkdir_with_parents(folder, 0755), 0);
    cr_assert(g_file_set_contents(path, text, -1, NULL));
}

static void expect_file(struct bench *bench, const char *name, const char *text)
{
    g_autofree char *path = g_build_filename(bench->root, name, NULL);
    g_autofree char *found = NULL;
    g_file_get_contents(path, &found, NULL, NULL);
    cr_expect_str_eq(found != NULL ? found : "(missing)", text, "%s", name);
}

#define IN_FOLDER "docker run --rm -v /home/runner/src:/x -v /x/deps -w /x app:1 sh -c "

static void read_and_write(struct bench *bench)
{
    dockerd_preload(bench->dockerd, "app:1", "linux/amd64", 1000);
    put(bench, "src/VERSION", "1.2\n");
    put(bench, "src/sub/b", "b\n");

    expect(bench, IN_FOLDER "'cat VERSION; ls; ls sub; [ -d sub ] && [ -f sub/b ] && echo yes'", 0,
           "1.2\nVERSION\nsub\nb\nyes\n", "");
    expect(bench, IN_FOLDER "'[ -f none ] || exit 5'", 5, "", "");
    expect(bench, IN_FOLDER "'mkdir -p out/in; echo \"v$(cat VERSION)\" > out/in/v; rm -rf sub'", 0,
           "", "");
    expect_file(bench, "src/out/in/v", "v1.2\n");
    expect_file(bench, "src/sub/b", "(missing)");
    expect(bench,
           "docker run --rm --mount type=bind,src=/home/runner/src,dst=/y,readonly app:1 cat "
           "/y/VERSION",
           0, "1.2\n", "");
    put(bench, "src/build.sh",
        "#!/bin/sh -e\nfor i in \"$@\"; do\n  echo \"$0 $i\"\ndone\nfalse\n");
    expect(bench, "docker run --rm -v /home/runner/src:/x -w /x app:1 sh build.sh a b", 1,
           "build.sh a\nbuild.sh b\n", "");
    g_autofree char *program = g_build_filename(bench->root, "src/build.sh", NULL);
    cr_assert_eq(chmod(program, 0755), 0);
    expect(bench, "docker run --rm -v /home/runner/src:/x -w /x app:1 ./build.sh", 1, "", "");
    cr_expect_eq(assumed_count(bench), 0);
}

Test(commands_docker_command, a_container_reads_and_writes_the_folders_that_it_binds)
{
    const struct plan plan = {.has_docker = true};
    bench_run(&plan, read_and_write);
}

static void keep_doubts(struct bench *bench)
{
    dockerd_preload(bench->dockerd, "app:1", "linux/amd64", 1000);
    put(bench, "src/VERSION", "1.2\n");
    g_autofree char *link = g_build_filename(bench->root, "src/link", NULL);
    cr_assert_eq(symlink("/etc/hostname", link), 0);

    cr_expect_eq(run(bench, IN_FOLDER "'cat link > copy'"), 0);
    expect_file(bench, "src/copy", "(missing)");
    cr_expect_eq(run(bench, IN_FOLDER "'[ -d deps/a ]'"), 0, "a volume lies over it");
    cr_expect_eq(run(bench, "docker run --rm -v /home/runner/src:/x:ro app:1 sh -c 'echo 2 > "
                            "/x/VERSION'"),
                 0);
    cr_expect_eq(run(bench, "docker run --rm -v /srv:/x app:1 sh -c '[ -f /x/a ] && cat /x/a'"), 0);
    expect_file(bench, "src/VERSION", "1.2\n");
    cr_expect_gt(assumed_count(bench), 0);
    cr_expect_eq(run(bench, IN_FOLDER "'make && test -f dist/a.js'"), 0, "make may have made it");
    cr_expect_eq(run(bench, IN_FOLDER "'test -f dist/a.js'"), 0, "and it would be there still");
}

Test(commands_docker_command, what_lies_elsewhere_or_may_have_been_made_is_not_known)
{
    const struct plan plan = {.has_docker = true};
    bench_run(&plan, keep_doubts);
}

static void no_docker(struct bench *bench)
{
    expect(bench, "docker push ghcr.io/o/r", 0, "", "");
    cr_assert_eq(assumed_count(bench), 1);
    cr_expect(assumed_at(bench, 0)->touches_images);
}

Test(commands_docker_command, a_docker_that_is_not_modelled_is_assumed)
{
    bench_run(NULL, no_docker);
}

static void unmodelled(struct bench *bench)
{
    cr_expect_eq(run(bench, "docker import https://example.org/x.tar o/r"), 0, "%s",
                 bench->err->str);
    cr_assert_eq(assumed_count(bench), 1);
    const struct assumed_use *use = assumed_at(bench, 0);
    cr_expect_str_eq(use->line, "docker import");
    cr_expect(use->touches_images);
}

Test(commands_docker_command, what_docker_does_not_model_taints_the_images)
{
    const struct plan plan = {.has_docker = true};
    bench_run(&plan, unmodelled);
}

/* ---- containers of images that nobody knows ---- */

static void preload(struct bench *bench)
{
    dockerd_preload(bench->dockerd, "tool:1", "linux/amd64", 1000);
    dockerd_preload(bench->dockerd, "old:1", "linux/386", 1000);
    dockerd_preload(bench->dockerd, "hello-world:latest", "linux/amd64", 1000);
    dockerd_preload(bench->dockerd, "gcr.io/kaniko-project/executor:1", "linux/amd64", 1000);
}

static void known_commands(struct bench *bench)
{
    preload(bench);

    expect(bench, "docker run --rm tool:1 echo hi", 0, "hi\n", "");
    expect(bench, "docker run --rm tool:1 false", 1, "", "");
    expect(bench, "docker run --rm tool:1 uname -m", 0, "x86_64\n", "");
    expect(bench, "docker run --rm --platform linux/386 old:1 uname -m", 0, "x86_64\n", "");
    cr_expect_eq(run(bench, "docker run --rm hello-world"), 0);
    cr_expect_eq(run(bench, "docker run -d --name srv tool:1 sleep 100"), 0);
    expect(bench, "docker exec srv true", 0, "", "");
    cr_expect_eq(assumed_count(bench), 0);
}

Test(commands_docker_command, what_every_container_has_is_not_assumed)
{
    const struct plan plan = {.has_docker = true};
    bench_run(&plan, known_commands);
}

static void unknown_commands(struct bench *bench)
{
    static const struct {
        const char *command;
        const char *line;
        bool touches_images;
    } rows[] = {
        {"docker run --rm tool:1 tool --version", "docker run tool:1: what it prints", false},
        {"docker exec srv tool --version", "docker exec in tool:1: what it prints", false},
        {"docker run --rm gcr.io/kaniko-project/executor:1 --destination=ghcr.io/o/r",
         "docker run gcr.io/kaniko-project/executor:1: what it prints", true},
    };
    preload(bench);
    cr_expect_eq(run(bench, "docker run -d --name srv tool:1 sleep 100"), 0);
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        expect(bench, rows[i].command, 0, "", "");
        cr_assert_eq(assumed_count(bench), i + 1, "%s", rows[i].command);
        const struct assumed_use *use = assumed_at(bench, (guint)i);
        cr_expect_str_eq(use->line, rows[i].line);
        cr_expect_eq(use->touches_images, rows[i].touches_images);
    }
    expect(bench, "docker run --rm tool:1 cat /etc/os-release", 0, "", "");
    expect(bench, "docker exec srv ls /", 0, "", "");
    cr_expect_eq(assumed_count(bench), G_N_ELEMENTS(rows));
}

Test(commands_docker_command, what_an_unknown_image_prints_is_assumed)
{
    const struct plan plan = {.has_docker = true};
    bench_run(&plan, unknown_commands);
}

static void server(struct bench *bench)
{
    preload(bench);

    cr_expect_eq(run(bench, "docker run -d --name srv tool:1 serve"), 0);
    expect(bench, "sleep 60", 0, "", "");
    expect(bench, "docker inspect -f '{{.State.Running}}' srv", 0, "true\n", "");
    expect(bench, "docker exec srv migrate", 0, "", "");
    expect(bench, "docker stop srv", 0, "srv\n", "");
    cr_expect_eq(assumed_count(bench), 2);
}

Test(commands_docker_command, a_container_that_nobody_is_attached_to_goes_on_like_a_server)
{
    const struct plan plan = {.has_docker = true};
    bench_run(&plan, server);
}

/* ---- mounts of what is not there ---- */

static void mount_folders(struct bench *bench)
{
    bench->directory = "/home/runner";
    put(bench, "there/a", "");

    cr_expect_eq(run(bench, "docker run --mount type=bind,source=/home/runner/none,target=/x a"),
                 125);
    cr_expect_not_null(strstr(bench->err->str, "docker: Error response from daemon: invalid mount "
                                               "config for type \"bind\": bind source path does "
                                               "not exist: /home/runner/none\n"),
                       "%s", bench->err->str);
    cr_expect_eq(run(bench, "docker create --mount type=bind,src=none,dst=/x a"), 1);
    cr_expect_not_null(
        strstr(bench->err->str, "invalid mount path: 'none' mount path must be absolute"), "%s",
        bench->err->str);

    static const char *const fine[] = {
        "docker create --pull never --mount type=bind,source=./there,target=/x a",
        "docker create --pull never --mount type=bind,source=/etc/none,target=/x a",
        "docker create --pull never --mount type=bind,source=/home/runner/.cache,target=/x a",
        "docker create --pull never -v /home/runner/none:/x a",
    };
    for (gsize i = 0; i < G_N_ELEMENTS(fine); i++) {
        cr_expect_eq(run(bench, fine[i]), 1);
        cr_expect_not_null(strstr(bench->err->str, "No such image: a:latest"), "%s: %s", fine[i],
                           bench->err->str);
    }
}

Test(commands_docker_command, a_bind_by_mount_wants_its_source)
{
    const struct plan plan = {.has_docker = true};
    bench_run(&plan, mount_folders);
}
