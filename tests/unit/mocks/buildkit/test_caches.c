/* Caches of builds: what is imported and exported, how, and what becomes of a build when they
   cannot be had. */
#include "bench.h"

static void moves_cache(struct bench *bench)
{
    static const char options[] = "--export-cache type=registry,ref=localhost:5000/o/cache:1 "
                                  "--import-cache type=registry,ref=localhost:5000/o/cache:1";
    boot_builder(bench);
    put_files(bench, "/ctx/Dockerfile", "FROM alpine:3\nRUN make\n", NULL);
    ANSWER(first) = build_two(bench, options);
    ANSWER(pruned) = run_in_builder(bench, "buildctl prune", NULL);

    ANSWER(second) = build_two(bench, options);

    cr_assert_eq(first.exit_code, 0, "%s", first.text);
    cr_assert_not_null(strstr(first.text, "importing cache manifest from"));
    cr_assert_eq(second.exit_code, 0, "%s", second.text);
    cr_assert_lt(second.duration_us, 10 * SECOND_US, "%s", second.text);
    AUTO(image_facts) facts = registry_find(bench->local, "o/app", "1");
    cr_assert(facts->is_complete);
}

Test(buildkit_caches, a_registry_cache_is_exported_and_imported)
{
    bench_run(NULL, moves_cache);
}

static void imports_twice(struct bench *bench)
{
    static const char options[] = "--import-cache type=registry,ref=alpine:3 "
                                  "--import-cache type=registry,ref=alpine:3";
    boot_builder(bench);
    put_files(bench, "/ctx/Dockerfile", "FROM alpine:3\nRUN make\n", NULL);

    ANSWER(answer) = build_two(bench, options);

    cr_assert_eq(answer.exit_code, 0, "%s", answer.text);
}

/* Under LeakSanitizer: what is known already is not asked for again. */
Test(buildkit_caches, a_cache_may_be_imported_twice_and_be_a_base_as_well)
{
    bench_run(NULL, imports_twice);
}

static const char two_stages[] = "FROM alpine:3 AS tools\n"
                                 "RUN make tools\n"
                                 "FROM alpine:3\n"
                                 "RUN make base\n"
                                 "COPY --from=tools /usr/bin/x /x\n"
                                 "COPY f /f\n"
                                 "RUN make all\n";

/* Builds with an export, forgets everything, and builds again with imports. */
static struct answer build_again(struct bench *bench, const char *exports, const char *imports)
{
    ANSWER(first) = build(bench, exports);
    cr_assert_eq(first.exit_code, 0, "%s", first.text);
    ANSWER(pruned) = run_in_builder(bench, "buildctl prune", NULL);
    return build(bench, imports);
}

static void imports_several(struct bench *bench)
{
    boot_builder(bench);
    put_files(bench, "/ctx/Dockerfile", two_stages, "/ctx/f", "x\n", NULL);

    ANSWER(answer) =
        build_again(bench,
                    "--export-cache type=registry,ref=localhost:5000/o/cache:1,mode=max "
                    "--output type=image,name=localhost:5000/o/app:1,push=true",
                    "--import-cache type=registry,ref=localhost:5000/o/cache:1 "
                    "--import-cache type=registry,ref=alpine:3 "
                    "--import-cache type=registry,ref=localhost:5000/o/app:1 "
                    "--output type=image,name=localhost:5000/o/other:1,push=true");
    AUTO(image_facts) facts = registry_find(bench->local, "o/other", "1");

    cr_assert_eq(answer.exit_code, 0, "%s", answer.text);
    cr_assert(is_cached(&answer, "RUN make tools"), "%s", answer.text);
    cr_assert(is_cached(&answer, "RUN make all"), "%s", answer.text);
    cr_assert_not_null(facts);
    cr_assert(facts->is_complete);
}

Test(buildkit_caches, layers_come_from_whichever_imported_cache_has_them)
{
    bench_run(NULL, imports_several);
}

static void exports_little(struct bench *bench)
{
    boot_builder(bench);
    put_files(bench, "/ctx/Dockerfile", two_stages, "/ctx/f", "x\n", NULL);

    ANSWER(answer) = build_again(bench, "--export-cache type=registry,ref=localhost:5000/o/cache:1",
                                 "--import-cache type=registry,ref=localhost:5000/o/cache:1");

    cr_assert(!is_cached(&answer, "RUN make tools"), "%s", answer.text);
    cr_assert(is_cached(&answer, "RUN make base"), "%s", answer.text);
}

Test(buildkit_caches, a_cache_holds_the_results_layers_unless_its_mode_is_max)
{
    bench_run(NULL, exports_little);
}

static void mixes_kinds(struct bench *bench)
{
    boot_builder(bench);
    put_files(bench, "/ctx/Dockerfile", "FROM scratch\nCOPY f /f\n", "/ctx/f", "x\n", NULL);

    ANSWER(mixed) = build(bench, "--export-cache type=registry,ref=localhost:5000/o/c:1,"
                                 "image-manifest=true,oci-mediatypes=false");
    ANSWER(docker) = build(bench, "--export-cache type=registry,ref=localhost:5000/o/c:1,"
                                  "oci-mediatypes=false");

    cr_assert_eq(mixed.exit_code, 1);
    cr_assert_not_null(strstr(mixed.text, "OCI mediatypes are required for image-manifest"));
    cr_assert_eq(docker.exit_code, 0, "%s", docker.text);
}

Test(buildkit_caches, an_image_manifest_of_docker_s_types_is_refused)
{
    bench_run(NULL, mixes_kinds);
}

static void filters_stages(struct bench *bench)
{
    boot_builder(bench);
    put_files(bench, "/ctx/Dockerfile", two_stages, "/ctx/f", "x\n", NULL);
    ANSWER(first) = build(bench, "");

    ANSWER(second) = build(bench, "--opt no-cache=other,TOOLS");

    cr_assert_eq(first.exit_code, 0, "%s", first.text);
    cr_assert(!is_cached(&second, "RUN make tools"), "%s", second.text);
    cr_assert(is_cached(&second, "RUN make base"), "%s", second.text);
}

Test(buildkit_caches, stages_may_be_built_without_it)
{
    bench_run(NULL, filters_stages);
}

static void exports_inline(struct bench *bench)
{
    boot_builder(bench);
    put_files(bench, "/ctx/Dockerfile", two_stages, "/ctx/f", "x\n", NULL);

    ANSWER(answer) = build_again(
        bench,
        "--export-cache type=inline --output type=image,name=localhost:5000/o/app:1,push=true",
        "--import-cache type=registry,ref=localhost:5000/o/app:1");

    cr_assert(!is_cached(&answer, "RUN make tools"), "%s", answer.text);
    cr_assert(is_cached(&answer, "RUN make all"), "%s", answer.text);
}

Test(buildkit_caches, an_image_with_an_inline_cache_is_one)
{
    bench_run(NULL, exports_inline);
}

static void keeps_locally(struct bench *bench)
{
    boot_builder(bench);
    put_files(bench, "/ctx/Dockerfile", two_stages, "/ctx/f", "x\n", NULL);

    ANSWER(answer) = build(bench, "--export-cache type=local,dest=/tmp/cache.tar,mode=max");
    g_autofree char *tar = file_text(bench, "/tmp/cache.tar");

    cr_assert_eq(answer.exit_code, 0, "%s", answer.text);
    cr_assert_not_null(strstr(answer.text, "exporting cache to client directory\n"));
    cr_assert_str_neq(tar, "");
}

Test(buildkit_caches, a_local_cache_goes_to_the_client)
{
    bench_run(NULL, keeps_locally);
}

/* A cached layer comes when a step is to run on it, and its failure is the build's. */
static void loses_lazy_layer(struct bench *bench)
{
    boot_builder(bench);
    put_files(bench, "/ctx/Dockerfile", two_stages, "/ctx/f", "x\n", NULL);
    ANSWER(first) = build(bench, "--export-cache type=registry,ref=localhost:5000/o/cache:1,"
                                 "mode=max");
    ANSWER(pruned) = run_in_builder(bench, "buildctl prune", NULL);
    put_files(bench, "/ctx/f", "y\n", NULL);

    ANSWER(second) = build(bench, "--import-cache type=registry,ref=localhost:5000/o/cache:1");

    cr_assert_eq(first.exit_code, 0, "%s", first.text);
    cr_assert_eq(second.exit_code, 1, "%s", second.text);
    cr_assert(is_cached(&second, "RUN make base"), "%s", second.text);
    cr_assert_not_null(strstr(second.text, "failed to copy: httpReadSeeker: failed open: "), "%s",
                       second.text);
}

Test(buildkit_caches, a_cached_layer_that_cannot_be_had_fails_the_build)
{
    static const struct plan plan = {
        .rules = "- {id: gone, on: 'localhost:5000', do: {kind: status, code: 403}, "
                 "match: {method: GET, path: '/v2/o/cache/blobs/*'}, when: {after: 1}}\n"};
    bench_run(&plan, loses_lazy_layer);
}

static void loses_cache_service(struct bench *bench)
{
    static const char line[] =
        "buildctl build --frontend dockerfile.v0 --local context=/ctx --local dockerfile=/ctx "
        "--output type=image,push=false --export-cache type=gha";
    g_autofree char *ignoring = g_strconcat(line, ",ignore-error=true", NULL);
    boot_builder(bench);
    put_files(bench, "/ctx/Dockerfile", "FROM scratch\nCOPY f /f\n", "/ctx/f", "x\n", NULL);

    ANSWER(fatal) = run_in_builder(bench, line, "ACTIONS_RUNTIME_TOKEN=t");
    ANSWER(ignored) = run_in_builder(bench, ignoring, "ACTIONS_RUNTIME_TOKEN=t");

    cr_assert_eq(fatal.exit_code, 1, "%s", fatal.text);
    cr_assert_not_null(strstr(fatal.text, "exporting to GitHub Actions Cache"));
    cr_assert_eq(ignored.exit_code, 0, "%s", ignored.text);
}

Test(buildkit_caches, a_dead_cache_service_is_fatal_unless_errors_are_ignored)
{
    bench_run(NULL, loses_cache_service);
}

/* Nothing of a cache can be had: the build goes on without, whatever the reason. */
static void imports_nothing(struct bench *bench)
{
    static const char *const sources[] = {
        "type=registry,ref=localhost:5000/O/cache:1",
        "type=registry,ref=localhost:5000/o/cache:none",
        "type=registry,ref=nobody.example/o/cache:1",
        "type=registry",
        "type=local,src=/nowhere,digest=sha256:00",
        "type=gha",
        "type=gha,token=t,timeout=soon",
        "type=mystery",
    };
    boot_builder(bench);
    put_files(bench, "/ctx/Dockerfile", "FROM scratch\nCOPY f /f\n", "/ctx/f", "x\n", NULL);
    for (gsize i = 0; i < G_N_ELEMENTS(sources); i++) {
        g_autofree char *options = g_strconcat("--import-cache ", sources[i], NULL);

        ANSWER(answer) = build(bench, options);

        cr_assert_eq(answer.exit_code, 0, "%s: %s", sources[i], answer.text);
        cr_assert_not_null(strstr(answer.text, " ERROR: "), "%s: %s", sources[i], answer.text);
    }
}

Test(buildkit_caches, a_cache_that_cannot_be_imported_is_told_and_passed_over)
{
    bench_run(NULL, imports_nothing);
}

/* Told before anything is built or pushed: the exporter is made first (control/control.go). */
static void names_bad_caches(struct bench *bench)
{
    static const struct {
        const char *exports;
        const char *expected;
    } cases[] = {
        {"type=registry,ref=localhost:5000/O/cache:1",
         "error: failed to solve: failed to configure registry cache exporter: invalid reference "
         "format: repository name (O/cache) must be lowercase\n"},
        {"type=registry", "error: registry cache exporter requires ref\n"},
        {"type=local", "error: local cache exporter requires dest\n"},
        {"type=gha,token=t,timeout=10",
         "error: failed to solve: failed to configure gha cache exporter: failed to parse timeout "
         "for github actions cache: time: missing unit in duration \"10\"\n"},
        {"type=mystery", "error: failed to solve: unknown cache exporter: \"mystery\"\n"},
        {"type=inline --export-cache type=inline",
         "error: failed to solve: duplicate cache exports [inline]\n"},
    };
    boot_builder(bench);
    put_files(bench, "/ctx/Dockerfile", "FROM scratch\nCOPY f /f\n", "/ctx/f", "x\n", NULL);
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *options = g_strconcat("--export-cache ", cases[i].exports, NULL);

        ANSWER(answer) = build_two(bench, options);

        cr_assert_eq(answer.exit_code, 1);
        cr_assert_str_eq(answer.text, cases[i].expected);
        AUTO(image_facts) facts = registry_find(bench->local, "o/app", "1");
        cr_assert_null(facts);
    }
}

Test(buildkit_caches, a_cache_that_cannot_be_exported_to_is_refused_before_the_build)
{
    bench_run(NULL, names_bad_caches);
}

static void loses_cache_registry(struct bench *bench)
{
    boot_builder(bench);
    put_files(bench, "/ctx/Dockerfile", "FROM scratch\nCOPY f /f\n", "/ctx/f", "x\n", NULL);
    ANSWER(answer) = build_two(bench, "--export-cache type=registry,ref=localhost:5000/o/cache:1");
    AUTO(image_facts) facts = registry_find(bench->local, "o/app", "1");

    cr_assert_eq(answer.exit_code, 1);
    cr_assert_not_null(strstr(answer.text, "error: failed to solve: error writing manifest blob: "
                                           "failed commit on ref \"manifest-sha256:"),
                       "%s", answer.text);
    cr_assert_null(strstr(answer.text, "retrying in"), "%s", answer.text);
    cr_assert(facts->is_complete);

    ANSWER(ignored) = build_two(bench, "--export-cache type=registry,ref=localhost:5000/o/cache:1,"
                                       "ignore-error=true");

    cr_assert_eq(ignored.exit_code, 0, "%s", ignored.text);
}

Test(buildkit_caches, a_cache_that_its_registry_refuses_fails_the_build_behind_its_push)
{
    static const struct plan plan = {
        .rules = "- {id: old, on: 'localhost:5000', do: {kind: status, code: 400}, "
                 "match: {method: PUT, path: '/v2/o/cache/manifests/*'}}\n"};
    bench_run(&plan, loses_cache_registry);
}
