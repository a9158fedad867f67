/* The compose plugin: how files become a project, and what it says of a wrong one. */
#include "compose_bench.h"

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

Test(compose_config, reads_interpolates_and_shows_a_project)
{
    compose_run(two_services, ask_config);
}

static const struct {
    const char *file;
    const char *error;
} mistakes[] = {
    {"services: {}\n", "no service selected\n"},
    {"- a\n", "top-level object must be a mapping\n"},
    {"services:\n  a: {}\n", "service \"a\" has neither an image nor a build context "
                             "specified: invalid compose project\n"},
    {"services:\n  a: {image: \"${X:?say it}\"}\n",
     "required variable X is missing a value: say it\n"},
    {"services:\n  a: {image: \"${}\"}\n", "invalid interpolation format: \"${}\"\n"},
    {"services:\n  a: {image: x, depends_on: [b]}\n  b: {image: x, depends_on: [a]}\n",
     "dependency cycle detected: a\n"},
    {"services:\n  a: {image: \"${A:-${A:-${A:-${A:-${A:-${A:-${A:-${A:-${A:-${A:-x}}}}}}}}}}\"}\n",
     "variables nest more than 8 deep\n"},
    {"services:\n  a: {image: x, extends: b}\n  b: {extends: a}\n",
     "Circular reference:\n  a in " PROJECT "compose.yaml\n  extends b in " PROJECT
     "compose.yaml\n  extends a in " PROJECT "compose.yaml\n"},
    {"services:\n  a: {image: x, extends: {service: b}}\n",
     "cannot extend service \"a\" in " PROJECT "compose.yaml: service \"b\" not found\n"},
};

static void make_mistakes(struct shell *shell)
{
    for (gsize i = 0; i < G_N_ELEMENTS(mistakes); i++) {
        shell_write(shell, PROJECT "compose.yaml", mistakes[i].file);
        type_expect(shell, "compose config", 1, "", mistakes[i].error);
    }
    type_expect(shell, "compose -f none.yaml config", 1, "",
                "open " PROJECT "none.yaml: no such file or directory\n");
}

Test(compose_config, says_what_is_wrong_with_a_file)
{
    compose_run("", make_mistakes);
}

static void merge(struct shell *shell)
{
    shell_write(shell, PROJECT "more.yaml",
                "services:\n  web:\n    environment: [B=2]\n    image: localhost:5000/none:1\n");
    type_expect(shell, "compose -f compose.yaml -f more.yaml config --images web", 0,
                "bb:1\nlocalhost:5000/none:1\n", "");
}

Test(compose_config, merges_files)
{
    compose_run(two_services, merge);
}

static const char with_merge_keys[] = "x-base: &base\n  image: bb:1\n  environment: {A: 1}\n"
                                      "services:\n"
                                      "  one: {<<: *base}\n"
                                      "  two: {image: bb:2, <<: *base}\n";

static void use_merge_keys(struct shell *shell)
{
    type_expect(shell, "compose config --images one", 0, "bb:1\n", "");
    type_expect(shell, "compose config --images two", 0, "bb:2\n", "");
}

Test(compose_config, files_may_have_merge_keys)
{
    compose_run(with_merge_keys, use_merge_keys);
}

/* ---- extends ---- */

static const char with_extends[] =
    "services:\n"
    "  one: {extends: {file: deep/base.yaml, service: middle}, env_file: [own.env],\n"
    "    environment: [A=own], command: [b], ports: ['2:2']}\n"
    "  two: {extends: one, image: bb:2}\n"
    "volumes: {named: }\n";

static void extend_services(struct shell *shell)
{
    shell_write(shell, PROJECT "deep/base.yaml",
                "services:\n  base: {image: bb:1, build: ctx, env_file: base.env,\n"
                "    environment: {A: base, B: base}, command: [a], ports: ['1:1'],\n"
                "    volumes: ['./data:/data', 'named:/named']}\n"
                "  middle: {extends: base, labels: [l=1]}\n");
    shell_write(shell, PROJECT "deep/base.env", "");
    shell_write(shell, PROJECT "own.env", "");
    type_expect(shell, "compose config --images one two", 0, "bb:1\nbb:2\n", "");
    type(shell, "compose config --format json");
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

Test(compose_config, services_extend_others_of_this_file_or_of_another)
{
    compose_run(with_extends, extend_services);
}

static char *extending(int count)
{
    GString *text = g_string_new("services:\n");
    for (int i = 0; i < count; i++)
        g_string_append_printf(text, "  s%d: {extends: s%d}\n", i, i + 1);
    g_string_append_printf(text, "  s%d: {image: x}\n", count);
    return g_string_free(text, FALSE);
}

static void extend_far(struct shell *shell)
{
    g_autofree char *most = extending(64), *more = extending(65);
    shell_write(shell, PROJECT "compose.yaml", most);
    type_expect(shell, "compose config -q", 0, "", "");
    shell_write(shell, PROJECT "compose.yaml", more);
    type_expect(shell, "compose config -q", 1, "",
                "services extend each other more than 64 times\n");
}

Test(compose_config, services_extend_each_other_only_so_far)
{
    compose_run("", extend_far);
}

/* ---- profiles ---- */

static const char with_profiles[] = "services:\n"
                                    "  web: {image: bb:1}\n"
                                    "  db: {image: bb:1}\n"
                                    "  test: {image: bb:1, profiles: [test]}\n";

static void switch_profiles(struct shell *shell)
{
    type_expect(shell, "compose config --services", 0, "web\ndb\n", "");
    type_expect(shell, "compose --profile test config --services", 0, "web\ndb\ntest\n", "");
    type_expect(shell, "compose config --services test", 0, "test\n", "");
    shell->variable = "COMPOSE_PROFILES=a,test";
    type_expect(shell, "compose config --services", 0, "web\ndb\ntest\n", "");
}

Test(compose_config, services_of_profiles_are_on_when_asked_for_or_named)
{
    compose_run(with_profiles, switch_profiles);
}
