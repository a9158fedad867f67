/* The compose plugin: files become a project, a project containers. */
#include "mocks/commands/docker/compose.h"
#include "shell.h"

#define FILE_PATH "/home/runner/work/compose.yaml"

static const char two_services[] = "services:\n"
                                   "  web:\n"
                                   "    image: bb:${TAG:-1}\n"
                                   "    command: sleep 1000\n"
                                   "    depends_on: [db]\n"
                                   "    environment:\n"
                                   "      A: ${MISSING-b}\n"
                                   "    volumes: [\"data:/data\"]\n"
                                   "  db:\n"
                                   "    image: bb:1\n"
                                   "    command: [sleep, \"1000\"]\n"
                                   "volumes:\n"
                                   "  data:\n";

static void with_compose(struct bench *bench, void (*body)(struct shell *shell))
{
    const struct docker_plugin plugins[] = {compose_plugin("v2.38.2"), {0}};
    SHELL(shell, bench, plugins);
    preload_busybox(bench);
    shell_write(&shell, FILE_PATH, two_services);
    body(&shell);
}

static void ask_config(struct shell *shell)
{
    type_expect(shell, "compose version", 0, "Docker Compose version v2.38.2\n", "");
    type_expect(shell, "compose version --short", 0, "2.38.2\n", "");
    type_expect(shell, "compose config --services", 0, "db\nweb\n", "");
    type_expect(shell, "compose config --images", 0, "bb:1\nbb:1\n", "");
    type_expect(shell, "compose config -q", 0, "", "");
    shell->variable = "TAG=9";
    type_expect(shell, "compose config --images web", 0, "bb:1\nbb:9\n", "");
    type(shell, "compose -p Other config");
    cr_assert_str_eq(shell->output->str, "name: other\n"
                                         "services:\n"
                                         "  db:\n"
                                         "    command:\n"
                                         "      - sleep\n"
                                         "      - \"1000\"\n"
                                         "    image: bb:1\n"
                                         "    networks:\n"
                                         "      default: null\n"
                                         "  web:\n"
                                         "    command: sleep 1000\n"
                                         "    depends_on:\n"
                                         "      - db\n"
                                         "    environment:\n"
                                         "      A: b\n"
                                         "    image: bb:9\n"
                                         "    networks:\n"
                                         "      default: null\n"
                                         "    volumes:\n"
                                         "      - data:/data\n"
                                         "networks:\n"
                                         "  default:\n"
                                         "    name: other_default\n"
                                         "volumes:\n"
                                         "  data: null\n");
    type_expect(shell, "compose foo", 1, "", "unknown docker command: \"compose foo\"\n");
}

static void config_body(struct bench *bench)
{
    with_compose(bench, ask_config);
}

Test(compose, reads_interpolates_and_shows_a_project)
{
    bench_run(NULL, config_body);
}

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

static void life_body(struct bench *bench)
{
    with_compose(bench, live_through_a_project);
}

Test(compose, starts_in_order_waits_and_leaves_nothing_behind)
{
    bench_run(NULL, life_body);
}

static void run_to_the_end(struct shell *shell)
{
    shell_write(shell, FILE_PATH, "services:\n  test:\n    image: bb:1\n    command: [echo, hi]\n");
    type(shell, "compose up --exit-code-from test");
    cr_assert_eq(shell->code, 0, "%s", shell->errors->str);
    cr_assert_str_eq(shell->output->str,
                     "Attaching to test-1\ntest-1  | hi\ntest-1 exited with code 0\n");
    type_expect(shell, "compose logs test", 0, "test-1  | hi\n", "");
}

static void end_body(struct bench *bench)
{
    with_compose(bench, run_to_the_end);
}

Test(compose, attaches_until_all_have_ended)
{
    bench_run(NULL, end_body);
}

static void make_mistakes(struct shell *shell)
{
    static const struct {
        const char *file;
        const char *error;
    } cases[] = {
        {"services: {}\n", "no service selected\n"},
        {"- a\n", "top-level object must be a mapping\n"},
        {"services:\n  a: {}\n", "service \"a\" has neither an image nor a build context "
                                 "specified: invalid compose project\n"},
        {"services:\n  a: {image: \"${X:?say it}\"}\n",
         "required variable X is missing a value: say it\n"},
        {"services:\n  a: {image: \"${}\"}\n", "invalid interpolation format: \"${}\"\n"},
        {"services:\n  a: {image: x, depends_on: [b]}\n  b: {image: x, depends_on: [a]}\n",
         "dependency cycle detected: a\n"},
        {"services:\n  a: {image: "
         "\"${A:-${A:-${A:-${A:-${A:-${A:-${A:-${A:-${A:-${A:-x}}}}}}}}}}\"}"
         "\n",
         "variables nest more than 8 deep\n"},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        shell_write(shell, FILE_PATH, cases[i].file);
        type_expect(shell, "compose config", 1, "", cases[i].error);
    }
    type_expect(shell, "compose -f none.yaml config", 1, "",
                "open /home/runner/work/none.yaml: no such file or directory\n");
}

static void mistakes_body(struct bench *bench)
{
    with_compose(bench, make_mistakes);
}

Test(compose, says_what_is_wrong_with_a_file)
{
    bench_run(NULL, mistakes_body);
}

static void pull_and_merge(struct shell *shell)
{
    shell_write(shell, "/home/runner/work/more.yaml",
                "services:\n  web:\n    environment: [B=2]\n    image: localhost:5000/none:1\n");
    type_expect(shell, "compose -f compose.yaml -f more.yaml config --images web", 0,
                "bb:1\nlocalhost:5000/none:1\n", "");
    type(shell, "compose -f compose.yaml -f more.yaml pull web");
    cr_assert_eq(shell->code, 1);
    cr_assert(g_str_has_prefix(shell->errors->str, " web Pulling \n web Error Error response from "
                                                   "daemon: "),
              "%s", shell->errors->str);
}

static void merge_body(struct bench *bench)
{
    with_compose(bench, pull_and_merge);
}

Test(compose, merges_files_and_tells_a_failed_pull)
{
    bench_run(NULL, merge_body);
}

/* What buildx was asked for. */
static int note_words(void *self, struct docker_cli *cli, const struct command_call *call)
{
    g_autofree char *words = g_strjoinv(" ", (char **)call->arguments);
    (void)cli;
    g_string_append_printf(self, "%s\n", words);
    return 0;
}

static void build_a_project(struct bench *bench)
{
    g_autoptr(GString) notes = g_string_new(NULL);
    const struct docker_plugin plugins[] = {
        compose_plugin("v2.38.2"), {"buildx", "v0.26.1", note_words, notes}, {0}};
    SHELL(shell, bench, plugins);
    shell_write(&shell, FILE_PATH,
                "services:\n"
                "  app:\n"
                "    image: ghcr.io/acme/app:1\n"
                "    build:\n"
                "      context: ./app\n"
                "      dockerfile: Dockerfile.prod\n"
                "      target: run\n"
                "      args: {A: 1}\n"
                "      platforms: [linux/amd64, linux/arm64]\n"
                "  web:\n"
                "    build: .\n"
                "  db: {image: db}\n");
    type_expect(&shell, "compose build --no-cache", 0, "", " app  Built\n web  Built\n");

    cr_assert_str_eq(notes->str,
                     "docker buildx build --load --tag ghcr.io/acme/app:1 --file "
                     "/home/runner/work/app/Dockerfile.prod --target run --build-arg A=1 "
                     "--platform linux/amd64,linux/arm64 --no-cache /home/runner/work/app\n"
                     "docker buildx build --load --tag work-web --no-cache /home/runner/work\n");
}

Test(compose, builds_what_has_a_build_section)
{
    bench_run(NULL, build_a_project);
}

static void use_merge_keys(struct shell *shell)
{
    shell_write(shell, "/home/runner/work/keys.yaml",
                "x-base: &base\n  image: bb:1\n  environment: {A: 1}\n"
                "services:\n  one: {<<: *base}\n  two: {image: bb:2, <<: *base}\n");
    type_expect(shell, "compose -f keys.yaml config --images one", 0, "bb:1\n", "");
    type_expect(shell, "compose -f keys.yaml config --images two", 0, "bb:2\n", "");
}

static void merge_keys_body(struct bench *bench)
{
    with_compose(bench, use_merge_keys);
}

Test(compose, files_may_have_merge_keys)
{
    bench_run(NULL, merge_keys_body);
}

static void extend_services(struct shell *shell)
{
    shell_write(shell, "/home/runner/work/deep/base.yaml",
                "services:\n  base: {image: bb:1, build: ctx, env_file: base.env,\n"
                "    environment: {A: base, B: base}, command: [a], ports: ['1:1'],\n"
                "    volumes: ['./data:/data', 'named:/named']}\n"
                "  middle: {extends: base, labels: [l=1]}\n");
    shell_write(shell, "/home/runner/work/extends.yaml",
                "services:\n"
                "  one: {extends: {file: deep/base.yaml, service: middle}, env_file: [own.env],\n"
                "    environment: [A=own], command: [b], ports: ['2:2']}\n"
                "  two: {extends: one, image: bb:2}\n"
                "volumes: {named: }\n");
    shell_write(shell, "/home/runner/work/deep/base.env", "");
    shell_write(shell, "/home/runner/work/own.env", "");
    type_expect(shell, "compose -f extends.yaml config --images one two", 0, "bb:1\nbb:2\n", "");
    type(shell, "compose -f extends.yaml config --format json");
    g_autoptr(json_t) model = json_parse_bytes(shell->output->str, shell->output->len, NULL);
    const json_t *one = json_get_object(json_get_object(model, "services"), "one");
    cr_assert_not_null(one, "%s%s", shell->output->str, shell->errors->str);
    g_autofree char *text = json_text(one);
    cr_expect_not_null(strstr(text, "\"environment\":{\"A\":\"own\",\"B\":\"base\"}"), "%s", text);
    cr_expect_not_null(strstr(text, "\"command\":[\"b\"]"), "%s", text);
    cr_expect_not_null(
        strstr(text, "\"env_file\":[\"/home/runner/work/deep/base.env\",\"own.env\"]"), "%s", text);
    cr_expect_not_null(strstr(text, "\"/home/runner/work/deep/data:/data\",\"named:/named\""), "%s",
                       text);
    cr_expect_null(strstr(text, "extends"), "%s", text);
}

static void extends_body(struct bench *bench)
{
    with_compose(bench, extend_services);
}

Test(compose, services_extend_others_of_this_file_or_of_another)
{
    bench_run(NULL, extends_body);
}

static void extend_wrongly(struct shell *shell)
{
    shell_write(shell, "/home/runner/work/circle.yaml",
                "services:\n  a: {image: x, extends: b}\n  b: {extends: a}\n");
    type_expect(shell, "compose -f circle.yaml config", 1, "",
                "Circular reference:\n  a in /home/runner/work/circle.yaml\n  extends b in "
                "/home/runner/work/circle.yaml\n  extends a in /home/runner/work/circle.yaml\n");
    shell_write(shell, "/home/runner/work/none.yaml",
                "services:\n  a: {image: x, extends: {service: b}}\n");
    type_expect(shell, "compose -f none.yaml config", 1, "",
                "cannot extend service \"a\" in /home/runner/work/none.yaml: service \"b\" not "
                "found\n");
}

static void wrongly_body(struct bench *bench)
{
    with_compose(bench, extend_wrongly);
}

Test(compose, tells_what_cannot_be_extended)
{
    bench_run(NULL, wrongly_body);
}

static void extend_far(struct shell *shell)
{
    GString *text = g_string_new("services:\n  s0: {image: x}\n");
    for (int i = 1; i <= 70; i++)
        g_string_append_printf(text, "  t%d: {extends: %c%d}\n", 70 - i, i < 70 ? 't' : 's',
                               i < 70 ? 69 - i : 0);
    shell_write(shell, "/home/runner/work/far.yaml", text->str);
    type_expect(shell, "compose -f far.yaml config", 1, "",
                "services extend each other more than 64 times\n");
    g_string_free(text, TRUE);
}

static void far_body(struct bench *bench)
{
    with_compose(bench, extend_far);
}

Test(compose, services_extend_each_other_only_so_far)
{
    bench_run(NULL, far_body);
}

static void use_variable_files(struct shell *shell)
{
    shell_write(shell, "/home/runner/work/own.env", "A=file\nB=file\n");
    shell_write(shell, "/home/runner/work/variables.yaml",
                "services:\n  web:\n    image: bb:1\n    command: sleep 60\n"
                "    env_file: [{path: none.env, required: false}, own.env]\n"
                "    environment: {A: own}\n");
    type(shell, "compose -f variables.yaml up -d");
    cr_assert_eq(shell->code, 0, "%s", shell->errors->str);
    type(shell, "inspect -f {{.Config.Env}} work-web-1");
    cr_expect_not_null(strstr(shell->output->str, "B=file"), "%s%s", shell->output->str,
                       shell->errors->str);
    cr_expect_not_null(strstr(shell->output->str, "A=own"), "%s", shell->output->str);
}

static void variable_files_body(struct bench *bench)
{
    with_compose(bench, use_variable_files);
}

Test(compose, variables_of_files_stand_below_those_of_the_service)
{
    bench_run(NULL, variable_files_body);
}

/* ---- profiles, waiting, the end ---- */

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

static void switch_profiles(struct shell *shell)
{
    shell_write(shell, FILE_PATH, with_profiles);
    type_expect(shell, "compose config --services", 0, "db\nweb\n", "");
    type_expect(shell, "compose --profile test config --services", 0, "db\nweb\ntest\n", "");
    type_expect(shell, "compose config --services test", 0, "test\n", "");
    shell->variable = "COMPOSE_PROFILES=a,test";
    type_expect(shell, "compose config --services", 0, "db\nweb\ntest\n", "");
}

static void profiles_body(struct bench *bench)
{
    with_compose(bench, switch_profiles);
}

Test(compose, services_of_profiles_are_on_when_asked_for_or_named)
{
    bench_run(NULL, profiles_body);
}

static void wait_for_health(struct shell *shell)
{
    shell_write(shell, FILE_PATH, with_profiles);
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

static void health_body(struct bench *bench)
{
    with_compose(bench, wait_for_health);
}

Test(compose, waits_for_health_and_leads_containers_through_their_lives)
{
    bench_run(NULL, health_body);
}

static void abort_up(struct shell *shell)
{
    shell_write(shell, FILE_PATH, with_profiles);
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

static void abort_body(struct bench *bench)
{
    with_compose(bench, abort_up);
}

Test(compose, up_aborts_when_a_container_ends)
{
    bench_run(NULL, abort_body);
}
