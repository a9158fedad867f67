/* Bake files and imagetools. */
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
    cr_assert(strstr(outcome.err, "#1 [app internal] load build definition from Dockerfile\n") !=
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
    write_file(
        bench, "/src/compose.yaml",
        "services:\n  web:\n    image: localhost:5000/o/web:1\n    build:\n      context: .\n"
        "      args: [A=1]\n  db:\n    image: postgres\n");
    OUTCOME(outcome) = run_line(bench, "docker buildx bake");
    AUTO(local_image_facts) facts = dockerd_find_image(bench->dockerd, "localhost:5000/o/web:1");

    cr_assert_eq(outcome.exit_code, 0, "%s", outcome.err);
    cr_assert_not_null(facts);
}

Test(bake, services_of_a_compose_file_with_a_build_section_are_targets)
{
    bench_run(NULL, compose_body);
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
         "ERROR: invalid override x, expected target.name=value\n"},
        {"docker buildx bake -f b.hcl", "ERROR: b.hcl: bake files in HCL are not modelled\n"},
    };
    write_file(bench, "/src/b.json", bake_json);
    write_file(bench, "/src/b.hcl", "target \"app\" {}\n");
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        OUTCOME(outcome) = run_line(bench, cases[i].line);
        cr_assert_eq(outcome.exit_code, 1);
        cr_assert_str_eq(outcome.err, cases[i].error);
    }
}

Test(bake, errors_are_told)
{
    bench_run(NULL, errors_body);
}

/* ---- imagetools ---- */

static void tools_body(struct bench *bench)
{
    write_context(bench);
    run_well(bench, "docker buildx create --name X --use --bootstrap");
    run_well(bench, "docker buildx build --provenance=false --platform linux/amd64 --push -t "
                    "localhost:5000/o/app:amd64 .");
    run_well(bench, "docker buildx build --provenance=false --platform linux/arm64 --push -t "
                    "localhost:5000/o/app:arm64 .");
    run_well(bench, "docker buildx imagetools create -t localhost:5000/o/app:1 "
                    "localhost:5000/o/app:amd64 localhost:5000/o/app:arm64");
    run_well(bench, "docker buildx imagetools create -t localhost:5000/o/copy:1 "
                    "localhost:5000/o/app:1");
    OUTCOME(inspect) = run_line(bench, "docker buildx imagetools inspect localhost:5000/o/app:1");
    OUTCOME(raw) = run_line(bench, "docker buildx imagetools inspect --raw localhost:5000/o/app:1");
    OUTCOME(none) = run_line(bench, "docker buildx imagetools inspect localhost:5000/o/app:9");
    g_autofree char *platforms = platforms_of(bench, "o/app", "1");
    AUTO(image_facts) copy = registry_find(bench->local, "o/copy", "1");

    cr_assert_str_eq(platforms, "linux/amd64 linux/arm64");
    cr_assert_not_null(copy);
    cr_assert(copy->is_complete);
    cr_assert(g_str_has_prefix(inspect.out, "Name:      localhost:5000/o/app:1\n"
                                            "MediaType: application/vnd.oci.image.index.v1+json\n"
                                            "Digest:    sha256:"),
              "%s", inspect.out);
    cr_assert(strstr(inspect.out, "\n           \nManifests: \n  Name:      localhost:5000/o/app:1"
                                  "@sha256:") != NULL,
              "%s", inspect.out);
    cr_assert(strstr(inspect.out, "  Platform:  linux/arm64\n") != NULL, "%s", inspect.out);
    cr_assert(g_str_has_prefix(raw.out, "{\n  \"schemaVersion\": 2,"), "%s", raw.out);
    cr_assert_eq(none.exit_code, 1);
    cr_assert_str_eq(none.err, "ERROR: localhost:5000/o/app:9: not found\n");
}

Test(imagetools, two_images_become_one_index_and_are_copied_and_shown)
{
    bench_run(NULL, tools_body);
}

static void tools_errors_body(struct bench *bench)
{
    OUTCOME(sources) = run_line(bench, "docker buildx imagetools create -t localhost:5000/o/app:1");
    OUTCOME(tags) = run_line(bench, "docker buildx imagetools create localhost:5000/o/app:1");

    cr_assert_str_eq(sources.err, "ERROR: no sources specified\n");
    cr_assert_str_eq(tags.err, "ERROR: can't push with no tags specified, please set --tag or "
                               "--dry-run\n");
}

Test(imagetools, what_cannot_be_done_is_refused)
{
    bench_run(NULL, tools_errors_body);
}

static void tools_login_body(struct bench *bench)
{
    write_context(bench);
    write_file(bench, "/home/u/.docker/config.json",
               "{\"auths\":{\"localhost:5000\":{\"auth\":\"dTpwdw==\"}}}");
    run_well(bench, "docker buildx build --push -t localhost:5000/o/app:1 .");
    OUTCOME(outcome) = run_line(bench, "docker buildx imagetools create -t localhost:5000/o/app:2 "
                                       "localhost:5000/o/app:1");
    AUTO(image_facts) facts = registry_find(bench->local, "o/app", "2");

    cr_assert_eq(outcome.exit_code, 0, "%s", outcome.err);
    cr_assert_not_null(facts);
}

Test(imagetools, credentials_of_the_cli_are_used)
{
    const struct plan plan = {.user = "u"};
    bench_run(&plan, tools_login_body);
}
