/* The compose plugin: a project becomes containers, which live, are waited for and end. */
#include "compose_bench.h"

static void live_through_a_project(struct shell *shell)
{
    type(shell, "compose up -d --wait");
    cr_assert_eq(shell->code, 0, "%s", shell->errors->str);
    cr_assert_str_eq(shell->errors->str, " Network work_default  Creating\n"
                                         " Network work_default  Created\n"
                                         " Volume \"work_data\"  Creating\n"
                                         " Volume \"work_data\"  Created\n"
                                         " Container work-db-1  Creating\n"
                                         " Container work-db-1  Created\n"
                                         " Container work-db-1  Starting\n"
                                         " Container work-db-1  Started\n"
                                         " Container work-web-1  Creating\n"
                                         " Container work-web-1  Created\n"
                                         " Container work-web-1  Starting\n"
                                         " Container work-web-1  Started\n"
                                         " Container work-db-1  Waiting\n"
                                         " Container work-db-1  Healthy\n"
                                         " Container work-web-1  Waiting\n"
                                         " Container work-web-1  Healthy\n");
    type(shell, "compose ps --services");
    cr_assert(strstr(shell->output->str, "web\n") != NULL, "%s", shell->output->str);
    type_expect(shell, "compose exec web echo inside", 0, "inside\n", "");
    type_expect(shell, "compose run --rm --no-deps db echo once", 0, "once\n", "");
    type_expect(shell, "compose up -d web", 0, "",
                " Container work-db-1  Running\n Container work-web-1  Running\n");
    type(shell, "compose down -v");
    cr_assert_eq(shell->code, 0, "%s", shell->errors->str);
    cr_assert(g_str_has_suffix(shell->errors->str, " Volume work_data  Removing\n"
                                                   " Volume work_data  Removed\n"
                                                   " Network work_default  Removing\n"
                                                   " Network work_default  Removed\n"),
              "%s", shell->errors->str);
    type_expect(shell, "ps -aq", 0, "", "");
    type_expect(shell, "compose exec web true", 1, "", "service \"web\" is not running\n");
}

Test(compose_up, starts_in_order_waits_and_leaves_nothing_behind)
{
    compose_run(two_services, live_through_a_project);
}

static void run_to_the_end(struct shell *shell)
{
    type(shell, "compose up --exit-code-from test");
    cr_assert_eq(shell->code, 0, "%s", shell->errors->str);
    cr_assert_str_eq(shell->output->str,
                     "Attaching to test-1\ntest-1  | hi\ntest-1 exited with code 0\n");
    type_expect(shell, "compose logs test", 0, "test-1  | hi\n", "");
}

Test(compose_up, attaches_until_all_have_ended)
{
    compose_run("services:\n  test:\n    image: bb:1\n    command: [echo, hi]\n", run_to_the_end);
}

static void pull_nothing(struct shell *shell)
{
    type(shell, "compose pull web");
    cr_assert_eq(shell->code, 1);
    cr_assert(g_str_has_prefix(shell->errors->str, " web Pulling \n web Error Error response from "
                                                   "daemon: "),
              "%s", shell->errors->str);
}

Test(compose_up, tells_a_failed_pull)
{
    compose_run("services: {web: {image: 'localhost:5000/none:1'}}\n", pull_nothing);
}

static const char with_variables[] = "services:\n"
                                     "  web:\n"
                                     "    image: bb:1\n"
                                     "    command: sleep 60\n"
                                     "    env_file: [{path: none.env, required: false}, own.env]\n"
                                     "    environment: {A: own}\n";

static void use_variable_files(struct shell *shell)
{
    shell_write(shell, PROJECT "own.env", "A=file\nB=file\n");
    type(shell, "compose up -d");
    cr_assert_eq(shell->code, 0, "%s", shell->errors->str);
    type(shell, "inspect -f {{.Config.Env}} work-web-1");
    cr_expect_not_null(strstr(shell->output->str, "B=file"), "%s%s", shell->output->str,
                       shell->errors->str);
    cr_expect_not_null(strstr(shell->output->str, "A=own"), "%s", shell->output->str);
}

Test(compose_up, variables_of_files_stand_below_those_of_the_service)
{
    compose_run(with_variables, use_variable_files);
}

/* ---- health, and the end ---- */

static const char with_profiles[] = "services:\n"
                                    "  web:\n"
                                    "    image: bb:1\n"
                                    "    command: sleep 1000\n"
                                    "    ports: [\"8080:80\"]\n"
                                    "    depends_on:\n"
                                    "      db: {condition: service_healthy}\n"
                                    "  db:\n"
                                    "    image: bb:1\n"
                                    "    command: sleep 1000\n"
                                    "    healthcheck: {test: [CMD, true], interval: 2s}\n"
                                    "  test:\n"
                                    "    image: bb:1\n"
                                    "    command: [\"false\"]\n"
                                    "    profiles: [test]\n";

static void wait_for_health(struct shell *shell)
{
    type(shell, "compose up -d --wait");
    cr_assert_eq(shell->code, 0, "%s", shell->errors->str);
    cr_expect_geq(loop_now_us(shell->bench->loop), 2 * SECOND_US);
    cr_expect(strstr(shell->errors->str, "work-db-1  Healthy\n Container work-web-1  Starting") !=
                  NULL,
              "%s", shell->errors->str);
    type_expect(shell, "compose ps --format {{.Service}}_{{.State}}_{{.Health}}", 0,
                "web running \ndb running healthy\n", "");
    type(shell, "compose ps -q web");
    cr_expect_eq(strlen(shell->output->str), 65, "%s", shell->output->str);
    type_expect(shell, "compose port web 80", 0, "0.0.0.0:8080\n", "");
    type_expect(shell, "compose stop web", 0, "",
                " Container work-web-1  Stopping\n Container work-web-1  Stopped\n");
    type_expect(shell, "compose start web", 0, "",
                " Container work-web-1  Starting\n Container work-web-1  Started\n");
    type_expect(shell, "compose kill web", 0, "",
                " Container work-web-1  Killing\n Container work-web-1  Killed\n");
    type_expect(shell, "compose rm -f web", 0, "",
                " Container work-web-1  Removing\n Container work-web-1  Removed\n");
    type_expect(shell, "compose start web", 1, "", "service \"web\" has no container to start\n");
    type_expect(shell, "compose port nosuch 80", 1, "", "no such service: nosuch\n");
}

Test(compose_up, waits_for_health_and_leads_containers_through_their_lives)
{
    compose_run(with_profiles, wait_for_health);
}

static void abort_up(struct shell *shell)
{
    type(shell, "compose --profile test up --abort-on-container-exit");
    cr_expect_eq(shell->code, 1);
    cr_expect(strstr(shell->errors->str, "work-web-1  Stopped") != NULL, "%s", shell->errors->str);
    cr_expect(strstr(shell->output->str, "test-1 exited with code 1\n") != NULL, "%s",
              shell->output->str);
    type(shell, "compose --profile test up --exit-code-from web");
    cr_expect_eq(shell->code, 143);
    type_expect(shell, "compose top", 0, "",
                "docker compose top: not modelled, its outcome is assumed\n");
}

Test(compose_up, up_aborts_when_a_container_ends)
{
    compose_run(with_profiles, abort_up);
}
