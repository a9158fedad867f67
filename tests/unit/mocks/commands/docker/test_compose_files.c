/* Files of compose: what is refused of them, and how they reset, include and name each other. */
#include "compose_bench.h"

#define FILE_PATH PROJECT "compose.yaml"
#define PLACE     "validating " FILE_PATH ": "

static const struct {
    const char *text;
    const char *error;
} refusals[] = {
    {"services: {a: {imag: x}}\n", PLACE "services.a additional properties 'imag' not allowed\n"},
    {"foo: 1\nservices: {a: {image: x}}\n", PLACE " additional properties 'foo' not allowed\n"},
    {"services: {a: {build: {contxt: .}}}\n",
     PLACE "services.a.build additional properties 'contxt' not allowed\n"},
    {"services: {a: {image: x, ports: 80}}\n", PLACE "services.a.ports must be a array\n"},
    {"services: {a: {image: x, depends_on: b}}\n", PLACE "services.a.depends_on must be a array\n"},
    {"services: {a: {image: x, command: 5}}\n", PLACE "services.a.command must be a null\n"},
    {"services: {a: {image: x, environment: y}}\n",
     PLACE "services.a.environment must be a mapping\n"},
    {"services: {a: {image: x, container_name: 5}}\n",
     PLACE "services.a.container_name must be a string\n"},
    {"services: {a: {image: x, environment: }}\n",
     PLACE "services.a.environment must be a mapping\n"},
    {"services: {a: {image: x}}\nvolumes:\n", PLACE "volumes must be a mapping\n"},
    {"services:\n  a:\n    image: x\n    image: y\n",
     "line 4: mapping key \"image\" already defined at line 3\n"},
    {"services: {a: {image: x, depends_on: [b]}}\n",
     "service \"a\" depends on undefined service \"b\": invalid compose project\n"},
    {"services:\n  a: {image: x, depends_on: [b]}\n  b: {image: x, profiles: [p]}\n",
     "service \"a\" depends on undefined service \"b\": invalid compose project\n"},
    {"services: {a: {image: x, networks: [n]}}\n",
     "service \"a\" refers to undefined network n: invalid compose project\n"},
    {"services: {a: {image: x, volumes: ['v1:/x']}}\n",
     "service \"a\" refers to undefined volume v1: invalid compose project\n"},
    {"services: {a: {image: x, secrets: [s]}}\n",
     "service \"a\" refers to undefined secret s: invalid compose project\n"},
    {"services: {a: {build: {context: ., secrets: [s]}}}\n",
     "service \"a\" refers to undefined build secret s: invalid compose project\n"},
    {"services: {a: {build: {context: ., platforms: [linux/arm64]}, platform: linux/amd64}}\n",
     "service.build.platforms MUST include service.platform \"linux/amd64\": invalid compose "
     "project\n"},
    {"services: {a: {image: x, env_file: [nothing.env]}}\n",
     "env file /home/runner/work/nothing.env not found: stat /home/runner/work/nothing.env: no "
     "such "
     "file or directory\n"},
};

static void refuse_files(struct shell *shell)
{
    for (gsize i = 0; i < G_N_ELEMENTS(refusals); i++) {
        shell_write(shell, FILE_PATH, refusals[i].text);
        type_expect(shell, "compose config", 1, "", refusals[i].error);
    }
    shell_write(shell, FILE_PATH,
                "x-own: 1\nservices:\n  a: {image: x, x-own: 2, volumes: ['./d:/x', 'C:/a:/b'],\n"
                "    env_file: [{path: nothing.env, required: false}]}\n"
                "  b: {image: x, profiles: [p], networks: [n]}\n"
                "  c: {image: x, depends_on: {b: {condition: service_started, required: false}}}\n"
                "  d: {image: x, command: , deploy: }\n");
    type_expect(shell, "compose config --quiet", 0, "", "");
}

Test(compose_files, what_the_schema_has_not_or_nothing_stands_for_is_refused)
{
    compose_run("", refuse_files);
}

static void reset_parts(struct shell *shell)
{
    shell_write(shell, FILE_PATH,
                "services:\n  a: {image: x, build: ., ports: ['1:1'], environment: {A: 1, B: 2}}\n"
                "  b: {extends: a, ports: !override ['2:2'], build: !reset null}\n");
    shell_write(shell, PROJECT "compose.override.yaml",
                "services:\n  a: {build: !reset null, ports: !reset [], environment: !override {C: "
                "3}}\n");
    type_expect(shell, "compose config", 0,
                "name: work\nservices:\n  a:\n    environment:\n      C: \"3\"\n    image: x\n"
                "    networks:\n      default: null\n  b:\n    environment:\n      A: \"1\"\n"
                "      B: \"2\"\n    image: x\n    networks:\n      default: null\n    ports:\n"
                "      - 2:2\nnetworks:\n  default:\n    name: work_default\n",
                "");
}

Test(compose_files, resets_forget_what_lies_below_them)
{
    compose_run("", reset_parts);
}

static void include_files(struct shell *shell)
{
    shell_write(shell, FILE_PATH,
                "include: [sub/compose.yaml, {path: other.yaml, env_file: other.env}]\n"
                "services: {a: {image: 'a:$TAG', depends_on: [b]}}\n---\n"
                "services: {d: {image: d}}\n");
    shell_write(shell, PROJECT ".env", "TAG=1 # a comment\n");
    shell_write(shell, PROJECT "sub/compose.yaml",
                "services: {b: {build: ., image: 'b:$SUB-$TAG', volumes: ['./d:/d']}}\n");
    shell_write(shell, PROJECT "sub/.env", "export SUB=s\nTAG=2\n");
    shell_write(shell, PROJECT "other.yaml", "services: {c: {image: 'c:$OTHER'}}\n");
    shell_write(shell, PROJECT "other.env", "OTHER='o'\n");
    type_expect(shell, "compose config --images", 0, "b:s-1\na:1\nd\nc:o\n", "");
    type(shell, "compose config");
    cr_assert_not_null(strstr(shell->output->str, "context: /home/runner/work/sub\n"), "%s",
                       shell->output->str);
    cr_assert_not_null(strstr(shell->output->str, "- /home/runner/work/sub/d:/d\n"), "%s",
                       shell->output->str);
}

Test(compose_files, files_include_others_and_have_several_documents)
{
    compose_run("", include_files);
}

static void files_that_are_asked_for(struct shell *shell)
{
    shell_write(shell, FILE_PATH, "services: {a: {image: 'a:$TAG-$REST'}}\n");
    shell_write(shell, PROJECT "extras.yaml", "# nothing yet\n\n");
    shell_write(shell, PROJECT ".env", "TAG=1\nREST=r\n");
    shell_write(shell, PROJECT ".env.override", "TAG=2\n");

    type_expect(shell,
                "compose --env-file .env --env-file .env.override -f compose.yaml -f extras.yaml "
                "config --images",
                0, "a:2-r\n", "");
    type_expect(shell, "compose --env-file nothing.env config --images", 1, "",
                "couldn't find env file: /home/runner/work/nothing.env\n");
    type_expect(shell, "compose -f extras.yaml config", 1, "", "empty compose file\n");
}

Test(compose_files, an_empty_one_adds_nothing_and_files_of_variables_may_be_many)
{
    compose_run("", files_that_are_asked_for);
}

static void include_badly(struct shell *shell)
{
    shell_write(shell, FILE_PATH, "include: [other.yaml]\nservices: {a: {image: x}}\n");
    shell_write(shell, PROJECT "other.yaml", "services: {a: {image: y}}\n");
    type_expect(shell, "compose config", 1, "", "services.a conflicts with imported resource\n");
    shell_write(shell, PROJECT "other.yaml", "include: [compose.yaml]\n");
    type_expect(shell, "compose config", 1, "",
                "include cycle detected:\n" FILE_PATH "\n include /home/runner/work/other.yaml\n"
                " include " FILE_PATH "\n");
}

Test(compose_files, what_is_included_twice_or_in_a_circle_is_refused)
{
    compose_run("", include_badly);
}
