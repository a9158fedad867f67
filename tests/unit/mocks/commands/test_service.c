/* systemctl, service and journalctl about the Docker daemon. */
#include "bench.h"

static const struct plan with_docker = {.has_docker = true, .is_of_github = true};

#define SOCKET_STAYS                                                                               \
    "Stopping 'docker.service', but its triggering units are still active:\ndocker.socket\n"

static void restart(struct bench *bench)
{
    expect(bench, "systemctl restart docker", 1, "",
           "Failed to restart docker.service: Interactive authentication required.\nSee system "
           "logs and 'systemctl status docker.service' for details.\n");
    expect(bench, "sudo systemctl restart docker", 0, "", "");
    cr_expect_eq(bench->elapsed_us, 2 * SECOND_US + MILLISECOND_US);
    expect(bench, "sudo service docker restart", 0, "", "");
    expect(bench, "sudo systemctl reload docker", 0, "", "");
    expect(bench, "sudo systemctl daemon-reload", 0, "", "");
    expect(bench, "sudo systemctl enable --now docker", 0, "", "");
    expect(bench, "systemctl is-active --quiet docker", 0, "", "");
    expect(bench, "docker ps -q", 0, "", "");
    cr_expect_eq(assumed_count(bench), 0u);
}

Test(commands_service, the_daemon_restarts)
{
    bench_run(&with_docker, restart);
}

static void assume(struct bench *bench)
{
    expect(bench, "sudo systemctl kill -s HUP docker", 0, "", "");
    expect(bench, "sudo systemctl kill --signal=SIGHUP docker", 0, "", "");
    cr_expect_eq(assumed_count(bench), 0u);

    expect(bench, "sudo systemctl kill docker", 0, "", "");
    cr_expect_eq(assumed_count(bench), 1u, "it comes back some seconds later");
    expect(bench, "systemctl --user start docker", 0, "", "");
    cr_expect_eq(assumed_count(bench), 2u, "that is another daemon");
}

Test(commands_service, what_ends_the_daemon_for_a_while_is_assumed)
{
    bench_run(&with_docker, assume);
}

static void own_daemon(struct bench *bench)
{
    put_file(bench, "daemon.json", "{}");
    expect(bench,
           "sudo env PATH=/home/runner/docker-archive-stable/28.5.2/x64 dockerd "
           "--host=unix:///var/run/docker.sock --data-root=/home/runner/data "
           "--config-file=/home/runner/daemon.json",
           0, NULL, NULL);
    cr_expect_eq(assumed_count(bench), 1u);
    expect(bench, "docker ps -q", 0, "", "");
}

Test(commands_service, a_daemon_at_a_socket_that_is_taken_is_assumed)
{
    bench_run(&with_docker, own_daemon);
}

static void tcp_daemon(struct bench *bench)
{
    put_file(bench, "daemon.json", "{}");
    expect(bench,
           "sudo env PATH=/home/runner/docker-archive-stable/28.5.2/x64 dockerd "
           "--host=unix:///home/runner/d.sock --data-root=/home/runner/data "
           "--config-file=/home/runner/daemon.json --host=tcp://127.0.0.1:2375",
           0, NULL, NULL);
    cr_assert_eq(assumed_count(bench), 1u);
    const struct assumed_use *use = assumed_at(bench, 0);
    cr_expect(use->leaves_gap);
    cr_expect_not(use->touches_images);
}

Test(commands_service, a_daemon_that_listens_at_a_port_too_is_told)
{
    bench_run(&with_docker, tcp_daemon);
}

static void stop(struct bench *bench)
{
    expect(bench, "sudo systemctl stop docker", 0, "", SOCKET_STAYS);
    expect(bench, "systemctl is-active docker", 3, "inactive\n", "");
    expect(bench, "docker ps -q", 0, "", "");
    expect(bench, "systemctl is-active docker", 0, "active\n", "");

    expect(bench, "sudo systemctl stop docker docker.socket", 0, "", "");
    expect(bench, "docker ps -q", 1, "",
           "Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker "
           "daemon running?\n");
    expect(bench, "sudo systemctl reload docker", 1, "",
           "docker.service is not active, cannot reload.\n");
    expect(bench, "sudo systemctl try-restart docker", 0, "", "");
    expect(bench, "systemctl is-active docker", 3, "inactive\n", "");
    expect(bench, "sudo systemctl start docker", 0, "", "");
    expect(bench, "docker ps -q", 0, "", "");

    expect(bench, "sudo service docker stop", 0, "", "");
    expect(bench, "docker ps -q", 1, "", NULL);
}

Test(commands_service, a_stopped_daemon_is_started_by_its_socket_alone)
{
    bench_run(&with_docker, stop);
}

static void ask_the_log(struct bench *bench)
{
    expect(bench, "sudo journalctl -xeu docker.service", 0, "-- No entries --\n", "");
    expect(bench, "sudo systemctl restart nginx", 0, "", "");
    cr_expect_eq(assumed_count(bench), 1u);
}

Test(commands_service, other_services_are_assumed)
{
    bench_run(&with_docker, ask_the_log);
}

static void run_dockerd(struct bench *bench)
{
    bench->environment[0] = "PATH=/opt/hostedtoolcache/docker-archive-stable/28.5.2/x64:/usr/bin";
    put_file(bench, "own.json", "{\"debug\": true}");
    expect(bench, "dockerd --version", 0, "Docker version 28.5.2, build 6430e49\n", "");
    expect(bench,
           "sudo dockerd --host=unix:///home/runner/d.sock --config-file=/home/runner/own.json "
           "--data-root=/home/runner/data",
           0, "", "");
    expect(bench, "docker info -f {{.ServerVersion}}/{{.Debug}}/{{.DockerRootDir}}", 0,
           "28.5.2/true//home/runner/data\n", "");
    cr_expect_eq(assumed_count(bench), 0u);

    put_file(bench, "own.json", "{\"foo\": 1}");
    expect(bench,
           "sudo dockerd --host=unix:///home/runner/d.sock --config-file=/home/runner/own.json "
           "--data-root=/home/runner/data",
           1, "",
           "unable to configure the Docker daemon with file /home/runner/own.json: the following "
           "directives don't match any configuration option: foo\n");

    expect(bench, "sudo dockerd -H tcp://0.0.0.0:2375", 0, "", "");
    cr_assert_eq(assumed_count(bench), 1u);
    cr_expect(assumed_at(bench, 0)->touches_images);
}

Test(commands_service, dockerd_of_a_folder_of_tools_takes_the_place)
{
    bench_run(&with_docker, run_dockerd);
}
