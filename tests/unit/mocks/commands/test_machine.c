/* What a machine says of itself, and the wrappers that only run another command. */
#include "bench.h"

static void the_machine(struct bench *bench)
{
    expect(bench, "nproc", 0, "4\n", "");
    expect(bench, "nproc --ignore=1", 0, "3\n", "");
    expect(bench, "nproc --ignore=99", 0, "1\n", "");
    expect(bench, "nproc x", 1, "",
           "nproc: extra operand 'x'\nTry 'nproc --help' for more information.\n");
    expect(bench, "uname", 0, "Linux\n", "");
    expect(bench, "uname -m", 0, "x86_64\n", "");
    expect(bench, "uname -sm", 0, "Linux x86_64\n", "");
    expect(bench, "uname -Z", 1, "",
           "uname: invalid option -- 'Z'\nTry 'uname --help' for more information.\n");
    expect(bench, "whoami", 0, "runner\n", "");
    expect(bench, "id -u", 0, "1001\n", "");
    expect(bench, "id -un", 0, "runner\n", "");
    expect(bench, "id nosuch", 1, "", "id: 'nosuch': no such user\n");
    cr_assert_eq(run(bench, "id"), 0);
    cr_assert(printed(bench, "(docker)"));
}

Test(commands_machine, a_hosted_runner_tells_what_it_is)
{
    bench_run(NULL, the_machine);
}

static void an_arm(struct bench *bench)
{
    expect(bench, "uname -m", 0, "aarch64\n", "");
}

Test(commands_machine, an_arm_runner_is_an_aarch64)
{
    const struct plan plan = {.platform = "linux/arm64"};
    bench_run(&plan, an_arm);
}

static void wrappers(struct bench *bench)
{
    expect(bench, "sudo whoami", 0, "root\n", "");
    expect(bench, "sudo -E -n id -u", 0, "0\n", "");
    expect(bench, "sudo A=b nproc", 0, "4\n", "");
    expect(bench, "sudo ./nosuch", 1, "", "sudo: ./nosuch: command not found\n");
    expect(bench, "nice", 0, "0\n", "");
    expect(bench, "nice -n 5 nproc", 0, "4\n", "");
    expect(bench, "nice -n 5 ./nosuch", 127, "", "nice: './nosuch': No such file or directory\n");
    expect(bench, "ionice -c2 -n7 nproc", 0, "4\n", "");
    expect(bench, "nohup nproc", 0, "4\n", "");
    expect(bench, "nohup", 125, "",
           "nohup: missing operand\nTry 'nohup --help' for more information.\n");
    expect(bench, "nohup ./nosuch", 127, "",
           "nohup: failed to run command './nosuch': No such file or directory\n");
    expect(bench, "stdbuf -oL -e0 nproc", 0, "4\n", "");
    expect(bench, "stdbuf", 125, "",
           "stdbuf: missing operand\nTry 'stdbuf --help' for more information.\n");
    expect(bench, "sudo nice -n 10 timeout 5 sleep 9", 124, "", "");
}

Test(commands_machine, wrappers_run_their_command)
{
    bench_run(NULL, wrappers);
}

static void wrappers_inside(struct bench *bench)
{
    expect(bench, "sudo whoami", 0, "root\n", "");
    expect(bench, "nice -n 3 nproc", 0, "4\n", "");
    expect(bench, "nohup stdbuf -o0 nproc", 0, "4\n", "");
}

Test(commands_machine, wrappers_run_their_command_without_processes)
{
    const struct plan plan = {.has_no_processes = true};
    bench_run(&plan, wrappers_inside);
}

static void too_deep(struct bench *bench)
{
    g_autoptr(GString) line = g_string_new(NULL);
    for (int i = 0; i <= NESTED_COMMANDS_MAX; i++)
        g_string_append(line, "nice ");
    g_string_append(line, "nproc");
    expect(bench, line->str + strlen("nice "), 0, "4\n", "");
    expect(bench, line->str, 126, "", "nice: more than 64 commands inside each other\n");
}

Test(commands_machine, wrappers_in_wrappers_have_a_ceiling)
{
    const struct plan plan = {.has_no_processes = true};
    bench_run(&plan, too_deep);
}

static void restarts(struct bench *bench)
{
    expect(bench, "systemctl is-active docker", 0, "active\n", "");
    expect(bench, "systemctl restart docker", 1, "", NULL);
    expect(bench, "sudo systemctl restart docker", 0, "", "");
    cr_expect_geq(bench->elapsed_us, 2 * SECOND_US);
    expect(bench, "sudo service docker restart", 0, "", "");
    cr_expect_geq(bench->elapsed_us, 2 * SECOND_US);
    expect(bench, "sudo systemctl stop apparmor", 0, "", "");
    cr_expect_eq(assumed_count(bench), 1);
}

Test(commands_machine, the_daemon_can_be_restarted)
{
    const struct plan plan = {.has_docker = true};
    bench_run(&plan, restarts);
}

static void memory(struct bench *bench)
{
    cr_assert_eq(run(bench, "free -h"), 0);
    cr_expect_str_eq(
        bench->out->str,
        "               total        used        free      shared  buff/cache   available\n"
        "Mem:            16Gi       1.6Gi       9.1Gi        36Mi       5.3Gi        14Gi\n"
        "Swap:             0B          0B          0B\n",
        "%s", bench->out->str);
    cr_assert_eq(run(bench, "free -m -t"), 0);
    cr_expect(strstr(bench->out->str, "Mem:           16384        1638") != NULL, "%s",
              bench->out->str);
    cr_expect(strstr(bench->out->str, "\nTotal:         16384") != NULL, "%s", bench->out->str);
    expect(bench, "free -x", 1, "", "free: invalid option -- 'x'\n\nUsage:\n free [options]\n");
}

Test(commands_machine, free_shows_the_memory)
{
    bench_run(NULL, memory);
}
