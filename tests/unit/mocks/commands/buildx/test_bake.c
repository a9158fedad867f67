/* Bake files: what is printed, built and pushed of them. */
#include "bench.h"

static const char bake_json[] =
    "{\"variable\": {\"TAG\": {\"default\": \"1\"}},\n"
    " \"group\": {\"default\": {\"targets\": [\"app\"]}, \"all\": {\"targets\": [\"app\", "
    "\"tool\"]}},\n"
    " \"target\": {\n"
    "  \"base\": {\"args\": {\"A\": \"b\"}, \"platforms\": [\"linux/amd64\"]},\n"
    "  \"app\": {\"inherits\": [\"base\"], \"tags\": [\"localhost:5000/o/app:${TAG}\"]},\n"
    "  \"tool\": {\"inherits\": [\"base\"], \"tags\": [\"localhost:5000/o/tool:${TAG}\"]}}}\n";

static void print_body(struct bench *bench)
{
    write_file(bench, "/src/docker-bake.json", bake_json);
    OUTCOME(outcome) =
        run_with(bench, "docker buildx bake --print --set app.platform=linux/arm64", "TAG=7");
    g_autoptr(json_t) json = json_parse_bytes(outcome.out, strlen(outcome.out), NULL);
    const json_t *app = json_get_object(json_get_object(json, "target"), "app");

    cr_assert_eq(outcome.exit_code, 0, "%s", outcome.err);
    cr_assert_str_eq(json_string_value(json_array_get(json_get_array(app, "tags"), 0)),
                     "localhost:5000/o/app:7");
    cr_assert_str_eq(json_string_value(json_array_get(json_get_array(app, "platforms"), 0)),
                     "linux/arm64");
    cr_assert_str_eq(json_get_string(json_get_object(app, "args"), "A", ""), "b");
    cr_assert_null(json_get_object(json_get_object(json, "target"), "tool"));
    cr_assert(g_str_has_prefix(outcome.err, "#1 [internal] load local bake definitions\n"
                                            "#1 reading docker-bake.json "),
              "%s", outcome.err);
}

Test(bake, variables_inherits_groups_and_overrides_count)
{
    bench_run(NULL, print_body);
}

static void build_body(struct bench *bench)
{
    write_context(bench);
    write_file(bench, "/src/docker-bake.json", bake_json);
    run_well(bench, "docker buildx create --name X --use --bootstrap");
    OUTCOME(outcome) = run_line(bench, "docker buildx bake --push --metadata-file m.json all");
    g_autofree char *app = platforms_of(bench, "o/app", "1");
    g_autofree char *tool = platforms_of(bench, "o/tool", "1");
    g_autofree char *metadata = read_file(bench, "/src/m.json");

    cr_assert_eq(outcome.exit_code, 0, "%s", outcome.err);
    cr_assert(strstr(outcome.err, "#2 [app internal] load build definition from Dockerfile\n") !=
                  NULL,
              "%s", outcome.err);
    cr_assert(strstr(outcome.err, " [tool] exporting to image\n") != NULL, "%s", outcome.err);
    cr_assert_str_eq(app, "linux/amd64");
    cr_assert_str_eq(tool, "linux/amd64");
    cr_assert(strstr(metadata, "\"tool\": {") != NULL, "%s", metadata);
}

Test(bake, all_targets_of_a_group_are_built_and_pushed)
{
    bench_run(NULL, build_body);
}

static void compose_body(struct bench *bench)
{
    write_context(bench);
    write_file(bench, "/src/compose.yaml",
               "include: [more.yaml]\nservices:\n  web:\n    image: localhost:5000/o/web:$TAG\n"
               "    build:\n      context: .\n      args: [A=1]\n");
    write_file(bench, "/src/more.yaml", "services:\n  db:\n    image: postgres\n");
    write_file(bench, "/src/.env", "TAG=1\n");
    OUTCOME(outcome) = run_line(bench, "docker buildx bake");
    AUTO(local_image_facts) facts = dockerd_find_image(bench->dockerd, "localhost:5000/o/web:1");

    cr_assert_eq(outcome.exit_code, 0, "%s", outcome.err);
    cr_assert_not_null(facts);
}

Test(bake, services_of_a_compose_file_with_a_build_section_are_targets)
{
    bench_run(NULL, compose_body);
}

/* The linked target is named last and has no tag of its own. */
static const char link_hcl[] =
    "target \"default\" {\n"
    "  contexts = { base = \"target:base\", builder = \"target:base\" }\n"
    "  dockerfile-inline = \"FROM nowhere/at-all AS builder\\nFROM base\\nRUN true\\n"
    "COPY --from=builder /hello /again\\nCOPY --from=base /made /made\\n\"\n"
    "  tags = [\"localhost:5000/o/app:1\"]\n"
    "  platforms = PLATFORMS\n}\n"
    "variable \"PLATFORMS\" { default = [\"linux/amd64\"] }\n"
    "variable \"COMMAND\" { default = \"RUN make > /made\" }\n"
    "target \"base\" {\n"
    "  dockerfile-inline = \"FROM alpine:3\\nENV A=b\\nCOPY Dockerfile /hello\\n${COMMAND}\\n\"\n"
    "  platforms = PLATFORMS\n}\n";

static void link_body(struct bench *bench)
{
    write_context(bench);
    write_file(bench, "/src/docker-bake.hcl", link_hcl);
    run_well(bench, "docker buildx create --name X --use --bootstrap");
    OUTCOME(outcome) = run_line(bench, "docker buildx bake --push");
    g_autofree char *app = platforms_of(bench, "o/app", "1");
    const char *base = strstr(outcome.err, "[base 3/3] RUN make > /made");
    const char *on_it = strstr(outcome.err, "RUN true");

    cr_assert_eq(outcome.exit_code, 0, "%s", outcome.err);
    cr_assert_str_eq(app, "linux/amd64");
    cr_assert(base != NULL && on_it != NULL && base < on_it, "%s", outcome.err);
    cr_assert_null(strstr(outcome.err, "nowhere/at-all"), "%s", outcome.err);
    cr_assert_str_eq(bench->assumed->str, "");
    run_well(bench, "docker pull localhost:5000/o/app:1");
    OUTCOME(shown) = run_line(bench, "docker image inspect localhost:5000/o/app:1");
    cr_assert(strstr(shown.out, "\"A=b\"") != NULL, "%s", shown.out);
}

Test(bake, a_target_stands_on_the_result_of_another_that_it_names_as_a_context)
{
    bench_run(NULL, link_body);
}

static void link_in_the_engine_body(struct bench *bench)
{
    write_context(bench);
    write_file(bench, "/src/docker-bake.hcl", link_hcl);
    OUTCOME(outcome) = run_line(bench, "docker buildx bake");
    AUTO(local_image_facts) facts = dockerd_find_image(bench->dockerd, "localhost:5000/o/app:1");

    cr_assert_eq(outcome.exit_code, 0, "%s", outcome.err);
    cr_assert_not_null(facts);
}

Test(bake, the_engine_s_own_builder_links_targets_too)
{
    bench_run(NULL, link_in_the_engine_body);
}

static void link_fails_body(struct bench *bench)
{
    write_context(bench);
    write_file(bench, "/src/docker-bake.hcl", link_hcl);
    run_well(bench, "docker buildx create --name X --use --bootstrap");
    OUTCOME(outcome) =
        run_with(bench, "docker buildx bake --push", "COMMAND=COPY --from=nowhere/at-all /x /made");
    g_autofree char *app = platforms_of(bench, "o/app", "1");

    cr_assert_eq(outcome.exit_code, 1);
    cr_assert(strstr(outcome.err, "ERROR: target base: failed to solve: ") != NULL, "%s",
              outcome.err);
    cr_assert_str_eq(app, "");
}

Test(bake, a_linked_target_that_fails_takes_those_with_it_that_stand_on_it)
{
    bench_run(NULL, link_fails_body);
}

static void link_of_platforms_body(struct bench *bench)
{
    write_context(bench);
    write_file(bench, "/src/docker-bake.hcl", link_hcl);
    run_well(bench, "docker buildx create --name X --use --bootstrap");
    OUTCOME(outcome) = run_line(bench, "docker buildx bake --push --set "
                                       "*.platform=linux/amd64,linux/arm64");
    g_autofree char *app = platforms_of(bench, "o/app", "1");

    cr_assert_eq(outcome.exit_code, 0, "%s", outcome.err);
    cr_assert_str_eq(app, "linux/amd64 linux/arm64");
}

Test(bake, each_platform_stands_on_its_own_of_a_linked_target)
{
    bench_run(NULL, link_of_platforms_body);
}

static void errors_body(struct bench *bench)
{
    static const struct {
        const char *line;
        const char *error;
    } cases[] = {
        {"docker buildx bake", "ERROR: couldn't find a bake definition\n"},
        {"docker buildx bake -f no.json", "ERROR: open no.json: no such file or directory\n"},
        {"docker buildx bake -f b.json nope", "ERROR: failed to find target nope\n"},
        {"docker buildx bake -f b.json --set x app",
         "ERROR: invalid override key x, expected target.name\n"},
        {"docker buildx bake -f b.hcl",
         "b.hcl:2\n--------------------\n   1 |     target \"default\" {\n"
         "   2 | >>>   tags = [nope]\n   3 |     }\n   4 |     \n--------------------\n"
         "ERROR: b.hcl:2,11-15: Unknown variable; There is no variable named \"nope\"., and 1 "
         "other "
         "diagnostic(s)\n"},
    };
    write_file(bench, "/src/b.json", bake_json);
    write_file(bench, "/src/b.hcl", "target \"default\" {\n  tags = [nope]\n}\n");
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        OUTCOME(outcome) = run_line(bench, cases[i].line);
        cr_assert_eq(outcome.exit_code, 1);
        cr_assert(g_str_has_suffix(outcome.err, cases[i].error), "%s", outcome.err);
    }
}

Test(bake, errors_are_told)
{
    bench_run(NULL, errors_body);
}

static const char bake_hcl[] = "variable \"TAG\" { default = \"1\" }\n"
                               "group \"default\" { targets = [\"app\", \"tool\"] }\n"
                               "target \"base\" {\n"
                               "  context   = \".\"\n"
                               "  platforms = [\"linux/amd64\", \"linux/arm64\"]\n"
                               "}\n"
                               "target \"app\" {\n"
                               "  inherits = [\"base\"]\n"
                               "  tags     = [\"localhost:5000/o/app:${TAG}\"]\n"
                               "}\n"
                               "target \"tool\" {\n"
                               "  name     = \"tool-${kind}\"\n"
                               "  matrix   = { kind = [\"a\", \"b\"] }\n"
                               "  inherits = [\"base\"]\n"
                               "  platforms = [\"linux/arm64\"]\n"
                               "  tags     = [\"localhost:5000/o/tool-${kind}:${upper(TAG)}\"]\n"
                               "}\n";

static void hcl_body(struct bench *bench)
{
    write_context(bench);
    write_file(bench, "/src/docker-bake.hcl", bake_hcl);
    run_well(bench, "docker buildx create --name X --use --bootstrap");
    OUTCOME(outcome) = run_with(bench, "docker buildx bake --push --provenance=false", "TAG=x");
    g_autofree char *app = platforms_of(bench, "o/app", "x");
    g_autofree char *first = platforms_of(bench, "o/tool-a", "X");
    g_autofree char *second = platforms_of(bench, "o/tool-b", "X");

    cr_assert_eq(outcome.exit_code, 0, "%s", outcome.err);
    cr_expect_str_eq(app, "linux/amd64 linux/arm64");
    cr_expect_str_eq(first, "linux/arm64");
    cr_expect_str_eq(second, "linux/arm64");
    cr_expect_str_eq(bench->assumed->str, "");
}

Test(bake, a_file_in_hcl_with_groups_inheritance_and_a_matrix_is_built_and_pushed)
{
    bench_run(NULL, hcl_body);
}

static void remote_body(struct bench *bench)
{
    write_context(bench);
    write_file(bench, "/src/docker-bake.hcl",
               "target \"default\" {\n  context = \"sub\"\n"
               "  tags = [\"localhost:5000/o/app:1\"]\n}\n");
    write_file(bench, "/src/sub/Dockerfile", "FROM alpine:3\nCOPY g /g\n");
    write_file(bench, "/src/sub/g", "hello\n");
    run_well(bench, "docker buildx create --name X --use --bootstrap");
    OUTCOME(outcome) = run_line(bench, "docker buildx bake https://github.com/o/r.git#main --push");
    g_autofree char *platforms = platforms_of(bench, "o/app", "1");

    cr_assert_eq(outcome.exit_code, 0, "%s", outcome.err);
    cr_expect(strstr(outcome.err, "[internal] load git source https://github.com/o/r.git#main\n") !=
                  NULL,
              "%s", outcome.err);
    cr_expect_str_eq(platforms, "linux/amd64");
}

Test(bake, a_remote_definition_is_the_repositorys)
{
    bench_run(NULL, remote_body);
}

static void own_file_body(struct bench *bench)
{
    write_context(bench);
    write_file(bench, "/src/docker-bake.hcl",
               "target \"meta\" { tags = [\"localhost:5000/o/app:local\"] }\n"
               "target \"default\" { inherits = [\"meta\"] }\n");
    write_file(bench, "/tmp/meta.json",
               "{\"target\": {\"meta\": {\"tags\": [\"localhost:5000/o/app:7\"]}}}");
    run_well(bench, "docker buildx create --name X --use --bootstrap");
    OUTCOME(outcome) = run_line(bench, "docker buildx bake https://github.com/o/r.git#main "
                                       "-f docker-bake.hcl -f cwd:///tmp/meta.json --push");
    g_autofree char *platforms = platforms_of(bench, "o/app", "7");

    cr_assert_eq(outcome.exit_code, 0, "%s", outcome.err);
    cr_expect_str_eq(platforms, "linux/amd64");
    cr_expect_str_eq(bench->assumed->str, "");
}

Test(bake, a_file_of_the_machine_is_merged_into_a_remote_definition)
{
    bench_run(NULL, own_file_body);
}

static void unmodelled_body(struct bench *bench)
{
    static const struct {
        const char *line;
        const char *assumed;
    } cases[] = {
        {"docker build --build-context base=target:base .",
         "buildx build: the build context base=target:base\n"},
        {"docker buildx bake -f c.yaml",
         "buildx bake: not modelled: services.x.build.provenance of a compose file\n"},
        {"docker buildx bake -f link.hcl --list=targets", "buildx bake: --list\n"},
        {"docker buildx bake -f out.hcl",
         "buildx bake: target default: the context ../x outside of the working directory\n"},
        {"docker buildx history ls", "buildx history: ls\n"},
        {"docker buildx dial-stdio", "buildx dial-stdio: its streams\n"},
        {"docker import https://example.org/x.tar", "import\n"},
    };
    write_file(bench, "/src/link.hcl",
               "target \"base\" {}\n"
               "target \"default\" {\n  contexts = { base = \"target:base\" }\n}\n");
    write_file(bench, "/src/c.yaml", "services: {x: {build: {context: ., provenance: true}}}\n");
    write_file(bench, "/src/out.hcl", "target \"default\" { context = \"../x\" }\n");
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_string_truncate(bench->assumed, 0);
        OUTCOME(outcome) = run_line(bench, cases[i].line);
        cr_expect_eq(outcome.exit_code, 0, "%s: %s", cases[i].line, outcome.err);
        cr_expect_str_eq(bench->assumed->str, cases[i].assumed, "%s: %s", bench->assumed->str,
                         outcome.err);
    }
}

Test(bake, what_is_not_modelled_is_assumed)
{
    bench_run(NULL, unmodelled_body);
}

static void unmodelled_print_body(struct bench *bench)
{
    write_file(bench, "/src/c.yaml", "services: {x: {build: {context: ., provenance: true}}}\n");
    OUTCOME(outcome) = run_line(bench, "docker buildx bake -f c.yaml --print");

    cr_expect_eq(outcome.exit_code, 0, "%s", outcome.err);
    cr_expect_str_eq(outcome.out, "{}\n");
    cr_expect(strstr(outcome.err, "not modelled, its outcome is assumed\n") != NULL, "%s",
              outcome.err);
}

Test(bake, a_definition_that_is_not_modelled_prints_an_empty_one)
{
    bench_run(NULL, unmodelled_print_body);
}
