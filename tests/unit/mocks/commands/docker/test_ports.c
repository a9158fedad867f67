/* Ports, health checks, and commands that docker has and nobody has modelled. */
#include "shell.h"

static void publish(struct bench *bench)
{
    SHELL(shell, bench, NULL);
    preload_busybox(bench);
    type(&shell,
         "run -d --name web -p 8080:80 -p 127.0.0.1:53:53/udp -p 9 --expose 7 bb:1 sleep 9");
    type_expect(&shell, "port web", 0,
                "9/tcp -> 0.0.0.0:32768\n9/tcp -> [::]:32768\n53/udp -> 127.0.0.1:53\n"
                "80/tcp -> 0.0.0.0:8080\n80/tcp -> [::]:8080\n",
                "");
    type_expect(&shell, "port web 80", 0, "0.0.0.0:8080\n[::]:8080\n", "");
    type_expect(&shell, "port web 53/udp", 0, "127.0.0.1:53\n", "");
    type_expect(&shell, "port web 7", 1, "", "no public port '7' published for web\n");
    type_expect(&shell, "port none", 1, "",
                "Error response from daemon: No such container: none\n");
    type(&shell, "ps --format {{.Ports}}");
    cr_assert(strstr(shell.output->str, "0.0.0.0:8080->80/tcp") != NULL, "%s", shell.output->str);
    type(&shell, "stop web");
    type_expect(&shell, "port web", 0, "", "");
}

Test(docker_ports, are_those_asked_for_or_free_ones_and_gone_with_the_container)
{
    bench_run(NULL, publish);
}

#define HEALTH "inspect --format={{if_.Config.Healthcheck}}{{print_.State.Health.Status}}{{end}} "

static void check_health(struct bench *bench)
{
    SHELL(shell, bench, NULL);
    preload_busybox(bench);
    type(&shell, "run -d --name db --health-cmd ready --health-interval 10s bb:1 sleep 1000");
    type(&shell, "run -d --name plain bb:1 sleep 1000");
    type_expect(&shell, HEALTH "db", 0, "starting\n", "");
    type_expect(&shell, HEALTH "plain", 0, "\n", "");
    type(&shell, "ps --filter name=db --format {{.Status}}");
    cr_assert(strstr(shell.output->str, "(health: starting)") != NULL, "%s", shell.output->str);
    cr_assert(fiber_sleep(bench->loop, 10 * SECOND_US, NULL));
    type_expect(&shell, HEALTH "db", 0, "healthy\n", "");
    type_expect(&shell, "ps --filter name=db --format {{.Status}}", 0, "Up 10 seconds (healthy)\n",
                "");
    type(&shell, "stop db");
    type_expect(&shell, HEALTH "db", 0, "unhealthy\n", "");
    type(&shell, "run --health-cmd x --health-interval soon bb:1");
    cr_assert_eq(shell.code, 125);
    cr_assert(strstr(shell.errors->str, "invalid argument \"soon\" for \"--health-interval\" flag: "
                                        "time: invalid duration \"soon\"") != NULL,
              "%s", shell.errors->str);
}

Test(docker_health, starts_with_the_first_interval_and_passes)
{
    bench_run(NULL, check_health);
}

static void keep_assumed(void *text, const char *what, bool touches_images, bool leaves_gap)
{
    g_string_append_printf(text, "%s%s%s\n", what, touches_images ? ", images" : "",
                           leaves_gap ? ", gap" : "");
}

static void look_twice(struct bench *bench)
{
    g_autoptr(GString) assumed = g_string_new(NULL);
    SHELL(shell, bench, NULL);
    preload_busybox(bench);
    dockerd_on_assumed(bench->dockerd, keep_assumed, assumed);
    type(&shell, "run -d --name db --health-cmd ready --health-interval 10s bb:1 sleep 1000");
    type_expect(&shell, HEALTH "db", 0, "starting\n", "");
    cr_expect_str_eq(assumed->str, "");
    cr_assert(fiber_sleep(bench->loop, 10 * SECOND_US, NULL));
    type_expect(&shell, HEALTH "db", 0, "healthy\n", "");
    type_expect(&shell, HEALTH "db", 0, "healthy\n", "");
    type(&shell, "ps");
    cr_expect_str_eq(assumed->str, "inspect bb:1: that its health check passes\n");
    dockerd_on_assumed(bench->dockerd, NULL, NULL);
}

Test(docker_health, is_told_to_be_assumed_once_it_was_seen)
{
    bench_run(NULL, look_twice);
}

static void give_start_period(struct bench *bench)
{
    SHELL(shell, bench, NULL);
    preload_busybox(bench);
    type(&shell, "run -d --name db --health-cmd ready --health-start-period 1m bb:1 sleep 1000");
    type(&shell, "run -d --name off --no-healthcheck bb:1 sleep 1000");
    cr_assert(fiber_sleep(bench->loop, 5 * SECOND_US, NULL));
    type_expect(&shell, HEALTH "db", 0, "healthy\n", "");
    type_expect(&shell, "ps --filter name=off --format {{.Status}}", 0, "Up 5 seconds\n", "");
}

/* moby daemon/health.go: every five seconds while the start period runs. */
Test(docker_health, is_asked_more_often_in_the_start_period)
{
    bench_run(NULL, give_start_period);
}

static void try_others(struct bench *bench)
{
    SHELL(shell, bench, NULL);
    type_expect(&shell, "top web", 0, "", "docker top: not modelled, its outcome is assumed\n");
    type_expect(&shell, "network connect a b", 0, "",
                "docker network connect: not modelled, its outcome is assumed\n");
    type_expect(&shell, "swarm init", 0, "",
                "docker swarm: not modelled, its outcome is assumed\n");
    type(&shell, "network conect a b");
    cr_assert_eq(shell.code, 1);
}

Test(docker_others, are_assumed_where_a_word_that_docker_does_not_know_is_an_error)
{
    bench_run(NULL, try_others);
}
