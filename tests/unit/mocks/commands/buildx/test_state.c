/* Builders: their files, their errors, and which one is current after what. */
#include "bench.h"

static void says(struct bench *bench, const char *line, const char *part)
{
    OUTCOME(outcome) = run_line(bench, line);
    cr_assert(strstr(outcome.out, part) != NULL, "%s:\n%s%s", line, outcome.out, outcome.err);
}

/* Docker Hub answers 503 to everything about BuildKit's image. */
static const char hub_outage[] = "- id: outage\n"
                                 "  on: registry-1.docker.io\n"
                                 "  match: {repository: moby/buildkit}\n"
                                 "  do: {kind: status, code: 503}\n";

/* ---- creating ---- */

static void create_body(struct bench *bench)
{
    OUTCOME(outcome) =
        run_line(bench, "docker buildx create --name X --driver docker-container --driver-opt "
                        "image=localhost:5000/moby/buildkit:buildx-stable-1,network=host");
    g_autofree char *text = read_file(bench, "/home/u/.docker/buildx/instances/x");

    cr_assert_str_eq(outcome.out, "X\n");
    cr_assert_str_eq(outcome.err, "");
    cr_assert_str_eq(
        text, "{\"Name\":\"X\",\"Driver\":\"docker-container\",\"Nodes\":[{\"Name\":\"x0\","
              "\"Endpoint\":\"unix:///var/run/docker.sock\",\"Platforms\":null,\"DriverOpts\":{"
              "\"image\":\"localhost:5000/moby/buildkit:buildx-stable-1\",\"network\":\"host\"},"
              "\"Flags\":[\"--allow-insecure-entitlement=network.host\"],\"Files\":null}],"
              "\"Dynamic\":false}");
}

Test(state, create_leaves_an_instance_file_and_asks_the_engine_for_one_container)
{
    bench_run(NULL, create_body);
}

static void errors_body(struct bench *bench)
{
    /* captures 73 to 75, 77, 79b; failures.md G4 to G9, G15 */
    fails_with(bench, "docker buildx create --name D --driver docker",
               "ERROR: additional instances of driver \"docker\" cannot be created\n");
    fails_with(bench, "docker buildx create --name F --driver foo",
               "ERROR: failed to find driver \"foo\"\n");
    fails_with(bench,
               "docker buildx create --name G --driver docker-container --driver-opt foo=bar",
               "ERROR: failed to initialize builder G (g0): invalid driver option foo for "
               "docker-container driver\n");
    fails_with(bench, "docker buildx create --name default",
               "ERROR: default is a reserved name and cannot be used to identify builder "
               "instance\n");
    fails_with(bench, "docker buildx create --name 9x",
               "ERROR: invalid name 9x, name needs to start with a letter and may not contain "
               "symbols, except ._-\n");
    fails_with(bench, "docker buildx create --append", "ERROR: append requires a builder name\n");
    fails_with(bench, "docker buildx create --append --name N",
               "ERROR: failed to find instance \"N\" for append\n");
    fails_with(bench, "docker buildx create --leave --name N --node n0",
               "ERROR: failed to find instance \"N\" for leave\n");
    fails_with(bench, "docker buildx create --driver-opt foo",
               "ERROR: invalid value \"foo\", expecting k=v\n");
    fails_with(bench, "docker buildx create --config nowhere.toml",
               "ERROR: buildkit configuration file not found: nowhere.toml: stat nowhere.toml: no "
               "such file or directory\n");
    fails_with(bench, "docker buildx build --builder nope .", "ERROR: no builder \"nope\" found\n");
    fails_with(bench, "docker buildx rm X",
               "failed to remove X: no builder \"X\" found\n"
               "ERROR: failed to remove one or more builders\n");
    fails_with(bench, "docker buildx rm default",
               "failed to remove default: context builder cannot be removed, run `docker context "
               "rm default` to remove this context\n"
               "ERROR: failed to remove one or more builders\n");
    fails_with(bench, "docker buildx rm --all-inactive X",
               "ERROR: cannot specify builder name when --all-inactive is set\n");
    run_well(bench, "docker buildx create --name X");
    fails_with(bench, "docker buildx create --name X",
               "ERROR: existing instance for \"X\" but no append mode, specify the node name to "
               "make changes for existing instances\n");
    fails_with(bench, "docker buildx create --name X --append --driver remote",
               "ERROR: existing instance for \"X\" but has mismatched driver "
               "\"docker-container\"\n");
    fails_with(bench, "docker buildx create --name X --append",
               "ERROR: invalid duplicate endpoint unix:///var/run/docker.sock\n");
    fails_with(bench, "docker buildx create --leave --name X --node x0",
               "ERROR: can not leave last node, do you want to rm instance instead?\n");
}

Test(state, every_refusal_has_the_words_of_the_real_plugin)
{
    bench_run(NULL, errors_body);
}

static void rollback_body(struct bench *bench)
{
    fails_with(bench, "docker buildx create --name G --driver-opt foo=bar --use",
               "ERROR: failed to initialize builder G (g0): invalid driver option foo for "
               "docker-container driver\n");

    cr_assert(!has_file(bench, "/home/u/.docker/buildx/instances/g"));
    says(bench, "docker buildx ls", "default*");
}

Test(state, a_builder_that_fails_at_create_leaves_nothing_and_is_not_current)
{
    bench_run(NULL, rollback_body);
}

static void names_body(struct bench *bench)
{
    OUTCOME(first) = run_line(bench, "docker buildx create");
    OUTCOME(second) = run_line(bench, "docker buildx create");

    cr_assert(g_regex_match_simple("^[a-z]+_[a-z]+\n$", first.out, 0, 0), "%s", first.out);
    cr_assert_str_neq(first.out, second.out);
}

Test(state, a_builder_without_a_name_gets_one_that_is_free)
{
    bench_run(NULL, names_body);
}

static void elsewhere_body(struct bench *bench)
{
    run_well(bench, "docker buildx create --name X unix:///var/run/docker.sock");
    cr_assert_str_eq(bench->assumed->str, "");

    run_well(bench, "docker buildx create --name S ssh://me@arm.example.com");
    run_well(bench, "docker buildx create --name X --append tcp://10.0.0.9:2375");

    cr_assert(strstr(bench->assumed->str, "buildx create: the Engine at ssh://me@arm.example.com"));
    cr_assert(strstr(bench->assumed->str, "buildx create: the Engine at tcp://10.0.0.9:2375"));
    cr_assert(!has_file(bench, "/home/u/.docker/buildx/instances/s"));
}

Test(state, an_engine_of_another_machine_is_not_taken_for_this_one)
{
    bench_run(NULL, elsewhere_body);
}

static void contexts_body(struct bench *bench)
{
    run_well(bench, "docker context create builders");
    run_well(bench, "docker buildx create --name X builders");
    g_autofree char *text = read_file(bench, "/home/u/.docker/buildx/instances/x");

    cr_assert(strstr(text, "\"Endpoint\":\"builders\""), "%s", text);
    run_well(bench, "docker buildx inspect --bootstrap X");
    says(bench, "docker buildx inspect builders", "Driver: docker\n");
    says(bench, "docker buildx ls", " \\_ builders    \\_ builders");
    fails_with(bench, "docker buildx create --name builders",
               "ERROR: instance name \"builders\" already exists as context builder\n");
    fails_with(bench, "docker context create builders", "context \"builders\" already exists\n");
    fails_with(bench, "docker context create default", "\"default\" is a reserved context name\n");
    fails_with(bench, "docker context create a!",
               "context name \"a!\" is invalid, names are validated against regexp "
               "\"^[a-zA-Z0-9][a-zA-Z0-9_.+-]+$\"\n");
    run_well(bench, "docker context rm builders");
    fails_with(bench, "docker context rm builders", "context \"builders\" does not exist\n");
    cr_assert_str_eq(bench->assumed->str, "");

    run_well(bench, "docker context create far --docker host=ssh://me@arm.example.com");
    assert_has(bench->assumed->str, "context create: an Engine elsewhere\n");
}

/* failures.md G8 */
Test(state, contexts_of_the_cli_are_endpoints_and_builders)
{
    bench_run(NULL, contexts_body);
}

/* ---- which one is current ---- */

static void illusion_body(struct bench *bench)
{
    write_context(bench);
    run_well(bench, "docker buildx create --name builder-1 --driver docker-container --use");
    OUTCOME(boot) = run_line(bench, "docker buildx inspect --bootstrap --builder builder-1");
    OUTCOME(second) = run_line(bench, "docker buildx inspect --bootstrap --builder default");
    OUTCOME(bare) = run_line(bench, "docker buildx inspect --bootstrap");
    OUTCOME(build) = run_line(bench, "docker buildx build .");

    cr_assert_eq(boot.exit_code, 1);
    cr_assert_eq(second.exit_code, 0, "%s", second.err);
    cr_assert(strstr(second.out, "Driver: docker\n") != NULL, "%s", second.out);
    says(bench, "docker buildx ls", "builder-1*");
    cr_assert_eq(bare.exit_code, 1);
    cr_assert_eq(build.exit_code, 1);
    cr_assert(strstr(build.err, "ERROR: failed to build: Error response from daemon: ") != NULL,
              "%s", build.err);
}

Test(state,
     after_a_failed_boot_the_broken_builder_stays_current_and_the_docker_driver_does_not_help)
{
    const struct plan plan = {.rules = hub_outage};
    bench_run(&plan, illusion_body);
}

static void use_body(struct bench *bench)
{
    run_well(bench, "docker buildx create --name X --use");
    says(bench, "docker buildx ls", "X*");
    run_well(bench, "docker buildx use default");
    says(bench, "docker buildx ls", "default*");
    run_well(bench, "docker buildx use X");
    says(bench, "docker buildx inspect", "Name:          X\n");
    fails_with(bench, "docker buildx use Y",
               "ERROR: failed to find instance \"Y\": open "
               "/home/u/.docker/buildx/instances/y: no such file or directory\n");
    run_well(bench, "docker buildx rm X");
    says(bench, "docker buildx ls", "default*");
}

Test(state, use_switches_and_a_removed_builder_gives_way_to_the_default)
{
    bench_run(NULL, use_body);
}

static void variable_body(struct bench *bench)
{
    run_well(bench, "docker buildx create --name X");
    OUTCOME(by_variable) = run_with(bench, "docker buildx inspect", "BUILDX_BUILDER=X");
    OUTCOME(by_flag) =
        run_with(bench, "docker buildx --builder default inspect", "BUILDX_BUILDER=X");

    cr_assert(strstr(by_variable.out, "Name:          X\n") != NULL, "%s", by_variable.out);
    cr_assert(g_str_has_prefix(by_flag.out, "Name:   default\n"), "%s", by_flag.out);
}

Test(state, the_variable_names_a_builder_and_the_flag_counts_more)
{
    bench_run(NULL, variable_body);
}

/* ---- listing, removing ---- */

static void list_body(struct bench *bench)
{
    run_well(bench, "docker buildx create --name X");
    OUTCOME(table) = run_line(bench, "docker buildx ls");
    OUTCOME(names) = run_line(bench, "docker buildx ls --format '{{.Name}}: {{.Status}}'");
    OUTCOME(json) = run_line(bench, "docker buildx ls --format json");

    cr_assert_str_eq(
        table.out,
        "NAME/NODE     DRIVER/ENDPOINT                   STATUS     BUILDKIT   PLATFORMS\n"
        "X             docker-container                                        \n"
        " \\_ x0         \\_ unix:///var/run/docker.sock   inactive              \n"
        "default*      docker                                                  \n"
        " \\_ default    \\_ default                       running    v0.20.2    linux/amd64 (+4), "
        "linux/386\n");
    cr_assert_str_eq(names.out, "X: \nx0: inactive\ndefault: \ndefault: running\n");
    cr_assert(g_str_has_prefix(json.out, "{\"Current\":false,\"Driver\":\"docker-container\""),
              "%s", json.out);
}

Test(state, ls_lists_builders_and_nodes_as_tables_formats_and_json)
{
    bench_run(NULL, list_body);
}

static void remove_body(struct bench *bench)
{
    run_well(bench, "docker buildx create --name X --bootstrap");
    run_well(bench, "docker buildx create --name Y");
    OUTCOME(kept) = run_line(bench, "docker buildx rm --keep-state X");
    OUTCOME(inactive) = run_line(bench, "docker buildx rm --all-inactive -f");
    g_autoptr(GPtrArray) containers = dockerd_container_list(bench->dockerd);

    cr_assert_str_eq(kept.err, "X removed\n");
    cr_assert_str_eq(inactive.err, "Y removed\n");
    for (guint i = 0; i < containers->len; i++)
        cr_assert(strstr(g_ptr_array_index(containers, i), "buildx_buildkit") == NULL);
}

Test(state, rm_takes_the_container_and_all_inactive_takes_what_does_not_run)
{
    bench_run(NULL, remove_body);
}

static void stop_body(struct bench *bench)
{
    run_well(bench, "docker buildx create --name X --bootstrap --use");
    OUTCOME(stopped) = run_line(bench, "docker buildx stop X");
    OUTCOME(again) = run_line(bench, "docker buildx inspect --bootstrap");

    cr_assert_str_eq(stopped.err, "");
    cr_assert(strstr(again.err, "#1 starting container buildx_buildkit_x0") != NULL, "%s",
              again.err);
    cr_assert_eq(again.exit_code, 0);
}

Test(state, a_stopped_builder_is_started_again_without_a_pull)
{
    bench_run(NULL, stop_body);
}

static void dead_engine_body(struct bench *bench)
{
    run_well(bench, "docker buildx create --name X --use");
    dockerd_restart(bench->dockerd, HOUR_US);
    OUTCOME(outcome) = run_line(bench, "docker buildx inspect --bootstrap");
    OUTCOME(plain) = run_line(bench, "docker buildx inspect default");

    cr_assert_eq(outcome.exit_code, 0);
    cr_assert(strstr(outcome.out, "Error:") != NULL, "%s", outcome.out);
    cr_assert_str_eq(plain.out, "Name:   default\nDriver: \nError:  Cannot connect to the Docker "
                                "daemon at unix:///var/run/docker.sock. Is the docker daemon "
                                "running?\n");
}

Test(state, inspect_of_a_dead_engine_tells_the_error_and_succeeds)
{
    bench_run(NULL, dead_engine_body);
}

static void usage_body(struct bench *bench)
{
    OUTCOME(flag) = run_line(bench, "docker buildx build --foo .");
    OUTCOME(count) = run_line(bench, "docker buildx build");
    OUTCOME(command) = run_line(bench, "docker buildx frobnicate");

    cr_assert_eq(flag.exit_code, 125);
    cr_assert_str_eq(flag.err,
                     "unknown flag: --foo\n\nUsage:  docker buildx build [OPTIONS] PATH | "
                     "URL | -\n\nRun 'docker buildx build --help' for more "
                     "information\n");
    cr_assert_eq(count.exit_code, 1);
    cr_assert(
        g_str_has_prefix(count.err, "ERROR: docker: 'docker buildx build' requires 1 argument\n"),
        "%s", count.err);
    cr_assert_str_eq(command.err, "ERROR: unknown command: \"frobnicate\"\n");
}

Test(state, bad_flags_counts_and_commands_are_told_as_the_cli_tells_them)
{
    bench_run(NULL, usage_body);
}

static void alias_body(struct bench *bench)
{
    run_well(bench, "docker buildx install");
    g_autofree char *with = read_file(bench, "/home/u/.docker/config.json");
    run_well(bench, "docker buildx uninstall");
    g_autofree char *without = read_file(bench, "/home/u/.docker/config.json");

    cr_assert(strstr(with, "\"builder\": \"buildx\"") != NULL, "%s", with);
    cr_assert(strstr(without, "buildx") == NULL, "%s", without);
}

Test(state, install_makes_an_alias_and_uninstall_takes_it)
{
    bench_run(NULL, alias_body);
}
