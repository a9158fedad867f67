/* What nobody models: what a scenario says of it, and the list of what was assumed. */
#include "bench.h"

static void unknown_commands(struct bench *bench)
{
    expect(bench, "npm --version", 0, "10.8.2\n", "");
    expect(bench, "terraform apply -auto-approve", 0, "", "");
    expect(bench, "terraform apply -destroy", 0, "", "");
    expect(bench, "/usr/bin/buildah push a b", 0, "", "");
    expect(bench, "make", 0, "", "");

    cr_assert_eq(assumed_count(bench), 3);
    const struct assumed_use *first = assumed_at(bench, 0);
    const struct assumed_use *second = assumed_at(bench, 1);
    const struct assumed_use *third = assumed_at(bench, 2);
    cr_expect_str_eq(first->line, "terraform apply");
    cr_expect_eq(first->count, 2);
    cr_expect_not(first->touches_images);
    cr_expect_str_eq(second->line, "buildah push");
    cr_expect(second->touches_images);
    cr_expect_str_eq(third->line, "make");
}

Test(commands_assumed, unknown_commands_succeed_and_are_listed)
{
    bench_run(NULL, unknown_commands);
}

static void unknown_in_wrappers(struct bench *bench)
{
    expect(bench, "sudo terraform init", 0, "", "");
    expect(bench, "timeout 60 terraform apply", 0, "", "");
    expect(bench, "sudo apt-get install -y qemu-user-static", 0, "", "");
    cr_assert_eq(assumed_count(bench), 3);
    cr_expect_str_eq(assumed_at(bench, 2)->line, "apt-get install");
}

Test(commands_assumed, wrappers_of_unknown_commands_succeed_too)
{
    bench_run(NULL, unknown_in_wrappers);
}

static void clouds(struct bench *bench)
{
    expect(bench, "aws ecr get-login-password --region us-east-1", 0, "cloud-password-of-an-hour\n",
           "");
    expect(bench, "gcloud auth print-access-token", 0, "cloud-password-of-an-hour\n", "");
    expect(bench, "az acr login -n x --expose-token", 0, "cloud-password-of-an-hour\n", "");
    expect(bench, "aws s3 ls", 0, "", "");
    cr_assert_eq(assumed_count(bench), 4);
    cr_expect_not(assumed_at(bench, 0)->leaves_gap);
    cr_expect(assumed_at(bench, 3)->leaves_gap);
}

Test(commands_assumed, clouds_grant_passwords)
{
    bench_run(NULL, clouds);
}

static void root_writes(struct bench *bench)
{
    bench->input = "{}\n";
    expect(bench, "sudo tee /etc/docker/daemon.json", 0, "{}\n", "");
    bench->input = NULL;
    expect(bench, "sudo mkdir -p /opt/x", 0, "", "");
    expect(bench, "sudo chmod +x /usr/local/bin/yq", 0, "", "");
    expect(bench, "sudo mv yq /usr/local/bin/yq", 0, "", "");
    expect(bench, "sudo sed -i s/a/b/ /etc/hosts", 0, "", "");
    expect(bench, "sudo chmod 666 /var/run/docker.sock", 0, "", "");
    bench->input = "no archive";
    expect(bench, "sudo tar xzC /usr/local/bin tool", 0, "", "");
    expect(bench, "sudo tar --directory=/opt -xf -", 0, "", "");
    bench->input = NULL;
    expect(bench, "sudo unzip -q x.zip -d /opt", 0, "", "");
    cr_assert_eq(assumed_count(bench), 8);
    cr_expect_str_eq(assumed_at(bench, 0)->line, "tee /etc/docker/daemon.json");
    cr_expect(assumed_at(bench, 0)->touches_images);
    cr_expect_not(assumed_at(bench, 1)->touches_images);
}

Test(commands_assumed, root_writes_where_nobody_reads)
{
    bench_run(NULL, root_writes);
}

static void old_compose(struct bench *bench)
{
    expect(bench, "docker-compose up", 127, "", "docker-compose: command not found\n");
    expect(bench, "apt-get install docker-compose", 0, "", "");
    expect(bench, "docker-compose up", 0, "", "");
}

Test(commands_assumed, the_old_compose_is_gone_unless_something_may_have_brought_it)
{
    const struct plan plan = {.is_of_github = true};
    bench_run(&plan, old_compose);
}

static bool is_on_path(struct bench *bench, const char *name)
{
    const struct command_host *host = command_set_host(bench->set);
    return g_strv_contains(host->names, name);
}

static void signers(struct bench *bench)
{
    expect(bench, "cosign version", 127, "", "cosign: command not found\n");
    expect(bench, "trivy image a", 127, "", "trivy: command not found\n");
    cr_expect_not(is_on_path(bench, "cosign"));
    expect(bench, "apt-get install trivy", 0, "", "");
    expect(bench, "cosign version", 0, "", "");
}

Test(commands_assumed, what_githubs_images_lack_is_not_there_until_something_may_have_brought_it)
{
    const struct plan plan = {.is_of_github = true};
    bench_run(&plan, signers);
}

static void signers_elsewhere(struct bench *bench)
{
    expect(bench, "cosign version", 0, "", "");
    cr_expect(is_on_path(bench, "cosign"));
}

Test(commands_assumed, nobody_knows_what_other_images_have)
{
    bench_run(NULL, signers_elsewhere);
}

static void bring_by_word(struct bench *bench)
{
    const struct command_host *host = command_set_host(bench->set);
    host->may_bring(host->self);
    expect(bench, "cosign version", 0, "", "");
}

static void bring_by_go(struct bench *bench)
{
    run(bench, "go install github.com/sigstore/cosign/v2/cmd/cosign@latest");
    expect(bench, "cosign version", 0, "", "");
}

static void bring_by_copy(struct bench *bench)
{
    run(bench, "docker cp a:/cosign /usr/local/bin/cosign");
    expect(bench, "cosign version", 0, "", "");
}

Test(commands_assumed, an_action_go_and_docker_may_bring_a_program)
{
    const struct plan plan = {.is_of_github = true, .go_version = "1.24.5"};
    const struct plan with_docker = {.is_of_github = true, .has_docker = true};
    bench_run(&plan, bring_by_word);
    bench_run(&plan, bring_by_go);
    bench_run(&with_docker, bring_by_copy);
}

static void in_steps(struct bench *bench)
{
    const struct command_host *host = command_set_host(bench->set);
    host->begin_step(host->self, 2);
    expect(bench, "make", 0, "", "");
    host->begin_step(host->self, 3);
    expect(bench, "make", 0, "", "");
    expect(bench, "make", 0, "", "");

    cr_assert_eq(assumed_count(bench), 2);
    const struct assumed_use *first = assumed_at(bench, 0);
    const struct assumed_use *second = assumed_at(bench, 1);
    cr_expect_eq(first->step, 2);
    cr_expect_eq(first->count, 1);
    cr_expect_eq(second->step, 3);
    cr_expect_eq(second->count, 2);
}

Test(commands_assumed, are_listed_for_each_step)
{
    bench_run(NULL, in_steps);
}

static void the_image_s_programs(struct bench *bench)
{
    const struct command_host *host = command_set_host(bench->set);
    cr_expect(g_strv_contains(host->names, "apt-get"));
    cr_expect(g_strv_contains(host->names, "skopeo"));
    cr_expect_not(g_strv_contains(host->names, "regctl"), "not on the image");
}

Test(commands_assumed, programs_of_the_runner_image_are_there)
{
    bench_run(NULL, the_image_s_programs);
}

static const char *const made[] = {"dist/app.js", "dist/app.css", NULL};
static const struct assumed_command scenario_says[] = {
    {.pattern = "npm ci*", .exit_code = 7, .output = "npm ERR!\n", .duration_us = 5 * SECOND_US},
    {.pattern = "npm run build", .creates = made},
    {.pattern = "nproc*", .output = "64\n"},
    {0},
};

static void said_commands(struct bench *bench)
{
    expect(bench, "npm ci --no-audit", 7, "npm ERR!\n", "");
    cr_expect_eq(bench->elapsed_us, 5 * SECOND_US);
    expect(bench, "npm run build", 0, "", "");
    g_autofree char *text = get_file(bench, "work/dist/app.js");
    cr_expect_not_null(text);
    expect(bench, "nproc --all", 0, "64\n", "");
    expect(bench, "sudo nproc", 0, "64\n", "");
}

Test(commands_assumed, a_scenario_s_word_wins_over_every_row)
{
    const struct plan plan = {.assumed = scenario_says};
    bench_run(&plan, said_commands);
}

static int run_docker(void *self, const struct command_call *call)
{
    (void)self;
    command_print(call, "my docker\n");
    return 3;
}

static const struct command_row more[] = {
    {"docker", "a row of the caller's", run_docker, (void *)1}, {0}};

static void rows_of_the_caller(struct bench *bench)
{
    const struct command_host *host = command_set_host(bench->set);
    expect(bench, "docker ps", 3, "my docker\n", "");
    cr_expect(g_strv_contains(host->names, "docker"));
    cr_expect_not(g_strv_contains(host->names, "go"), "no Go on this machine");
    for (gsize i = 1; host->names[i] != NULL; i++)
        cr_expect_lt(strcmp(host->names[i - 1], host->names[i]), 0);
}

Test(commands_assumed, a_caller_brings_rows)
{
    const struct plan plan = {.more = more};
    bench_run(&plan, rows_of_the_caller);
}

static void too_many(struct bench *bench)
{
    for (int i = 0; i < ASSUMED_USES_MAX + 10; i++) {
        g_autofree char *line = g_strdup_printf("tool-%d", i);
        expect(bench, line, 0, "", "");
    }
    cr_assert_eq(assumed_count(bench), ASSUMED_USES_MAX);
    const struct assumed_use *last = assumed_at(bench, assumed_count(bench) - 1);
    cr_expect_eq(last->count, 11);
}

Test(commands_assumed, the_list_has_a_ceiling)
{
    bench_run(NULL, too_many);
}

static void the_same_again(struct bench *bench)
{
    for (int i = 0; i < ASSUMED_ASKS_MAX; i++)
        expect(bench, "terraform output ip", 0, "", "");
    int64_t soon_us = loop_now_us(bench->loop);
    expect(bench, "terraform output ip", 0, "", "");
    int64_t late_us = loop_now_us(bench->loop);
    expect(bench, "terraform output name", 0, "", "");

    cr_expect_lt(soon_us, MINUTE_US);
    cr_expect_geq(late_us - soon_us, 10 * MINUTE_US);
    cr_expect_lt(loop_now_us(bench->loop) - late_us, MINUTE_US);
}

Test(commands_assumed, a_step_that_waits_for_an_answer_runs_into_its_clock)
{
    bench_run(NULL, the_same_again);
}

static void many_lines(struct bench *bench)
{
    static const char *const names[] = {"terraform", "kubectl", "helm", "gh", "aws"};
    for (gsize i = 0; i < ASSUMED_LINES_MAX; i++) {
        g_autofree char *line =
            g_strdup_printf("%s output %" G_GSIZE_FORMAT, names[i % G_N_ELEMENTS(names)], i);
        expect(bench, line, 0, "", "");
    }
    int64_t began_us = loop_now_us(bench->loop);
    for (int i = 0; i <= ASSUMED_ASKS_MAX; i++)
        expect(bench, "terraform output last", 0, "", "");

    cr_expect_lt(loop_now_us(bench->loop) - began_us, MINUTE_US);
}

/* `while ! lsof -i ":$RANDOM"` */
static void another_each_time(struct bench *bench)
{
    for (int i = 0; i <= ASSUMED_CALLS_MAX; i++) {
        g_autofree char *line = g_strdup_printf("lsof -i :%d", i);
        expect(bench, line, 0, "", "");
    }
    cr_expect_geq(loop_now_us(bench->loop), 10 * MINUTE_US);
    cr_expect_lt(loop_now_us(bench->loop), 20 * MINUTE_US);
}

Test(commands_assumed, a_step_that_asks_one_command_without_end_runs_into_its_clock)
{
    bench_run(NULL, another_each_time);
}

Test(commands_assumed, asks_are_counted_of_so_many_lines)
{
    bench_run(NULL, many_lines);
}
