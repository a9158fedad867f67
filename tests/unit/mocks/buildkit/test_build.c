/* Builds that go well: what is printed, pushed, cached, and how long it takes. */
#include "bench.h"

#define RUN_DOCKERFILE "FROM alpine:3\nCOPY f /f\nRUN echo hello > /g\n"

static void put_simple(struct bench *bench)
{
    put_files(bench, "/ctx/Dockerfile", RUN_DOCKERFILE, "/ctx/f", "content\n", NULL);
}

static void pushes_both_platforms(struct bench *bench)
{
    boot_builder(bench);
    put_simple(bench);

    ANSWER(answer) = build_two(bench, "");

    cr_assert_eq(answer.exit_code, 0, "%s", answer.text);
    AUTO(image_facts) facts = registry_find(bench->local, "o/app", "1");
    cr_assert_not_null(facts, "%s", answer.text);
    cr_assert(facts->is_complete);
    cr_assert_eq(facts->platforms->len, 2);
    cr_assert_str_eq(g_ptr_array_index(facts->platforms, 0), "linux/amd64");
    cr_assert_str_eq(g_ptr_array_index(facts->platforms, 1), "linux/arm64");
    g_autofree char *metadata = file_text(bench, "/meta.json");
    cr_assert_not_null(strstr(metadata, facts->digest), "%s", metadata);
}

Test(buildkit_build, a_build_for_two_platforms_is_pushed_whole)
{
    bench_run(NULL, pushes_both_platforms);
}

static void prints_progress(struct bench *bench)
{
    boot_builder(bench);
    put_files(bench, "/ctx/Dockerfile", "FROM scratch\nCOPY f /f\n", "/ctx/f", "x\n", NULL);

    ANSWER(answer) = build(bench, "--output type=image,name=localhost:5000/o/app:1,push=true");

    g_autoptr(GRegex) digests = g_regex_new("sha256:[0-9a-f]{64}", 0, 0, NULL);
    g_autofree char *plain =
        g_regex_replace_literal(digests, answer.text, -1, 0, "DIGEST", 0, NULL);
    cr_assert_str_eq(plain, "#1 [internal] load build definition from Dockerfile\n"
                            "#1 transferring dockerfile: 23B done\n"
                            "#1 DONE 0.0s\n"
                            "\n"
                            "#2 [internal] load .dockerignore\n"
                            "#2 transferring context: 2B done\n"
                            "#2 DONE 0.0s\n"
                            "\n"
                            "#3 [internal] load build context\n"
                            "#3 transferring context: 25B done\n"
                            "#3 DONE 0.0s\n"
                            "\n"
                            "#4 [1/1] COPY f /f\n"
                            "#4 DONE 0.0s\n"
                            "\n"
                            "#5 exporting to image\n"
                            "#5 exporting layers 0.0s done\n"
                            "#5 exporting manifest DIGEST done\n"
                            "#5 exporting config DIGEST done\n"
                            "#5 pushing layers\n"
                            "#5 pushing layers 0.0s done\n"
                            "#5 pushing manifest for localhost:5000/o/app:1@DIGEST 0.0s done\n"
                            "#5 DONE 0.0s\n");
}

Test(buildkit_build, plain_progress_reads_as_in_capture_51)
{
    bench_run(NULL, prints_progress);
}

static void pushes_by_digest(struct bench *bench)
{
    boot_builder(bench);
    put_simple(bench);

    ANSWER(answer) = build(bench, "--opt platform=linux/amd64,linux/arm64 --output "
                                  "type=image,name=localhost:5000/o/app,push=true,"
                                  "push-by-digest=true --metadata-file /meta.json");

    cr_assert_eq(answer.exit_code, 0, "%s", answer.text);
    g_autofree char *text = file_text(bench, "/meta.json");
    g_autoptr(json_t) metadata = json_parse_bytes(text, strlen(text), NULL);
    const char *digest = json_get_string(metadata, "containerimage.digest", "");
    AUTO(image_facts) facts = registry_find(bench->local, "o/app", digest);
    cr_assert_not_null(facts, "%s", digest);
    cr_assert(facts->is_complete);
    g_autoptr(GPtrArray) tags = registry_tags(bench->local, "o/app");
    cr_assert_eq(tags->len, 0);
}

Test(buildkit_build, push_by_digest_leaves_no_tag)
{
    bench_run(NULL, pushes_by_digest);
}

/* ---- time ---- */

static int64_t time_one(struct bench *bench, const char *platform)
{
    g_autofree char *options =
        g_strdup_printf("--no-cache --opt platform=%s --output type=image,push=false", platform);
    ANSWER(answer) = build(bench, options);
    cr_assert_eq(answer.exit_code, 0, "%s", answer.text);
    return answer.duration_us;
}

static void emulates(struct bench *bench)
{
    boot_builder(bench);
    put_files(bench, "/ctx/Dockerfile", "FROM alpine:3\nRUN make\n", NULL);

    int64_t native_us = time_one(bench, "linux/amd64");
    int64_t foreign_us = time_one(bench, "linux/arm64");

    cr_assert_eq(native_us / SECOND_US, 60);
    cr_assert_eq(foreign_us / SECOND_US, 480); /* eight times a minute */
}

Test(buildkit_build, an_emulated_platform_takes_eight_times_as_long)
{
    bench_run(NULL, emulates);
}

static void caches(struct bench *bench)
{
    boot_builder(bench);
    put_files(bench, "/ctx/Dockerfile", "FROM alpine:3\nCOPY f /f\nRUN make\n", "/ctx/f", "1\n",
              NULL);
    ANSWER(first) = build_two(bench, "");
    AUTO(image_facts) before = registry_find(bench->local, "o/app", "1");

    ANSWER(second) = build_two(bench, "");

    cr_assert_gt(first.duration_us, MINUTE_US);
    cr_assert_lt(second.duration_us, SECOND_US, "%s", second.text);
    cr_assert(is_cached(&second, "3/3] RUN make"), "%s", second.text);
    AUTO(image_facts) after = registry_find(bench->local, "o/app", "1");
    cr_assert_str_eq(before->digest, after->digest);
}

Test(buildkit_build, the_same_build_again_is_fast_and_gives_the_same_image)
{
    bench_run(NULL, caches);
}

static void rebuilds(struct bench *bench)
{
    boot_builder(bench);
    put_files(bench, "/ctx/Dockerfile", "FROM alpine:3\nRUN make\nCOPY f /f\nRUN echo a\n",
              "/ctx/f", "1\n", NULL);
    ANSWER(first) = build_two(bench, "");
    AUTO(image_facts) before = registry_find(bench->local, "o/app", "1");
    put_files(bench, "/ctx/f", "2\n", NULL);

    ANSWER(second) = build_two(bench, "");

    AUTO(image_facts) after = registry_find(bench->local, "o/app", "1");
    cr_assert_lt(second.duration_us, 5 * SECOND_US);
    cr_assert(is_cached(&second, "RUN make"), "%s", second.text);
    cr_assert_not(is_cached(&second, "COPY f /f"), "%s", second.text);
    cr_assert_not(is_cached(&second, "RUN echo a"), "%s", second.text);
    cr_assert_str_neq(after->digest, before->digest);
    cr_assert(image_has_file(bench, "o/app", "1", "f"));
}

Test(buildkit_build, a_changed_file_reruns_only_what_comes_after_it)
{
    bench_run(NULL, rebuilds);
}

static void prunes(struct bench *bench)
{
    boot_builder(bench);
    int64_t before_bytes = disk_used_bytes(bench->disk);
    put_files(bench, "/ctx/Dockerfile", "FROM alpine:3\nRUN make\n", NULL);
    ANSWER(built) = build_two(bench, "");
    int64_t built_bytes = disk_used_bytes(bench->disk);

    ANSWER(pruned) = run_in_builder(bench, "buildctl prune", NULL);

    cr_assert_gt(built_bytes - before_bytes, 50 * MIB_BYTES);
    cr_assert_lt(disk_used_bytes(bench->disk) - before_bytes, MIB_BYTES);
    ANSWER(again) = build_two(bench, "");
    cr_assert_gt(again.duration_us, MINUTE_US);
}

Test(buildkit_build, prune_gives_the_disk_back_and_forgets)
{
    bench_run(NULL, prunes);
}

/* ---- files ---- */

static void ignores(struct bench *bench)
{
    boot_builder(bench);
    put_files(bench, "/ctx/Dockerfile", "FROM scratch\nCOPY . /src/\n", "/ctx/kept", "k\n",
              "/ctx/secret", "s\n", "/ctx/Dockerfile.dockerignore", "secret\n",
              "/ctx/.dockerignore", "kept\n", NULL);

    ANSWER(answer) = build_two(bench, "");

    cr_assert_eq(answer.exit_code, 0, "%s", answer.text);
    cr_assert(image_has_file(bench, "o/app", "1", "src/kept"));
    cr_assert_not(image_has_file(bench, "o/app", "1", "src/secret"));
}

Test(buildkit_build, an_excluded_file_is_not_in_the_image_and_the_files_own_list_counts_first)
{
    bench_run(NULL, ignores);
}

static void knows_platform(struct bench *bench)
{
    boot_builder(bench);
    put_files(bench, "/ctx/Dockerfile",
              "FROM --platform=$BUILDPLATFORM alpine:3 AS build\nARG TARGETARCH\nRUN make\nFROM "
              "scratch\nARG TARGETARCH\nCOPY f /f-$TARGETARCH\nCOPY --from=build /out /out\n",
              "/ctx/f", "x\n", NULL);

    ANSWER(answer) = build_two(bench, "");

    cr_assert_eq(answer.exit_code, 0, "%s", answer.text);
    cr_assert(image_has_file(bench, "o/app", "1", "f-amd64"), "%s", answer.text);
    cr_assert_not_null(strstr(answer.text, "[linux/amd64->arm64 build 2/2] RUN make"), "%s",
                       answer.text);
    cr_assert_lt(answer.duration_us, 2 * MINUTE_US); /* cross-built, not emulated */
}

Test(buildkit_build, platform_arguments_are_set_and_cross_builds_run_natively)
{
    bench_run(NULL, knows_platform);
}

static void takes_arguments(struct bench *bench)
{
    boot_builder(bench);
    put_files(bench, "/ctx/Dockerfile",
              "FROM alpine:3 AS one\nARG NAME=a\nCOPY f /$NAME\nFROM alpine:3\nRUN make\n",
              "/ctx/f", "x\n", NULL);

    ANSWER(answer) = build_two(bench, "--opt target=one --opt build-arg:NAME=b --opt label:l=v");

    cr_assert_eq(answer.exit_code, 0, "%s", answer.text);
    cr_assert_null(strstr(answer.text, "RUN make"));
    cr_assert(image_has_file(bench, "o/app", "1", "b"));
}

Test(buildkit_build, target_and_build_arguments_count)
{
    bench_run(NULL, takes_arguments);
}

/* ---- registries ---- */

static void logs_in(struct bench *bench)
{
    boot_builder(bench);
    put_files(bench, "/ctx/Dockerfile", "FROM scratch\nCOPY Dockerfile /d\n", "/cfg/config.json",
              "{\"auths\":{\"localhost:5000\":{\"auth\":\"bWU6cHc=\"}}}", NULL);
    static const char line[] =
        "buildctl build --frontend dockerfile.v0 --local context=/ctx --local dockerfile=/ctx "
        "--output type=image,name=localhost:5000/o/app:1,push=true";

    ANSWER(without) = run_in_builder(bench, line, NULL);
    ANSWER(with) = run_in_builder(bench, line, "DOCKER_CONFIG=/cfg");

    cr_assert_eq(without.exit_code, 1);
    cr_assert_not_null(strstr(without.text, "error: failed to solve: failed to push "
                                            "localhost:5000/o/app:1: "),
                       "%s", without.text);
    cr_assert_eq(with.exit_code, 0, "%s", with.text);
    cr_assert_not_null(strstr(with.text, "[auth] sharing credentials for localhost:5000"));
}

Test(buildkit_build, credentials_come_from_the_docker_configuration)
{
    const struct plan plan = {.user = "me"};
    bench_run(&plan, logs_in);
}

static void shares_step(struct bench *bench)
{
    boot_builder(bench);
    put_files(bench, "/ctx/Dockerfile", "FROM scratch\nCOPY f /f\n", "/ctx/f", "x\n", NULL);

    ANSWER(answer) = build_two(bench, "");

    const char *first = strstr(answer.text, "COPY f /f");
    cr_assert_not_null(first);
    cr_assert_null(strstr(first + 1, "COPY f /f"), "%s", answer.text);
}

Test(buildkit_build, a_step_equal_for_both_platforms_runs_once_as_in_capture_45)
{
    bench_run(NULL, shares_step);
}

static void is_serial(struct bench *bench)
{
    start_builder(bench, "[worker.oci]\nmax-parallelism = 1\n");
    cr_assert_neq(probe_builder(bench), 0);
    put_files(bench, "/ctx/Dockerfile", "FROM alpine:3\nRUN make\n", NULL);

    ANSWER(answer) = build_two(bench, "");

    cr_assert_eq(answer.exit_code, 0, "%s", answer.text);
    cr_assert_eq(answer.duration_us / SECOND_US, 60 + 480);
}

Test(buildkit_build, max_parallelism_runs_platforms_one_after_the_other)
{
    bench_run(NULL, is_serial);
}

static void mounts_base(struct bench *bench)
{
    boot_builder(bench);
    put_simple(bench);
    ANSWER(first) = build_two(bench, "");

    ANSWER(second) = build(bench, "--output type=image,name=localhost:5000/o/two:1,push=true");

    cr_assert_eq(second.exit_code, 0, "%s", second.text);
    AUTO(image_facts) facts = registry_find(bench->local, "o/two", "1");
    cr_assert(facts->is_complete);
    cr_assert_str_eq(g_ptr_array_index(facts->platforms, 0), "linux/amd64");
    cr_assert_not_null(strstr(facts->media_type, "image.manifest"));
}

Test(buildkit_build, one_platform_is_pushed_as_a_bare_manifest)
{
    bench_run(NULL, mounts_base);
}

static void survives_container(struct bench *bench)
{
    boot_builder(bench);
    put_files(bench, "/ctx/Dockerfile", "FROM alpine:3\nRUN make\n", NULL);
    ANSWER(first) = build_two(bench, "");
    remove_builder(bench);
    boot_builder(bench);
    put_files(bench, "/ctx/Dockerfile", "FROM alpine:3\nRUN make\n", NULL);

    ANSWER(second) = build_two(bench, "");

    cr_assert_eq(second.exit_code, 0, "%s", second.text);
    cr_assert_lt(second.duration_us, SECOND_US, "%s", second.text);
}

Test(buildkit_build, the_cache_lives_as_long_as_the_volume)
{
    bench_run(NULL, survives_container);
}
