/* Pushes: order, mounts, slots, rights (engine-contract.md C, Push; captures 07, 07b, 46). */
#include "pushing.h"

#define REPO   "/v2/o/new"
#define UPLOAD REPO "/blobs/uploads/"

static void push_twice(struct bench *bench)
{
    push_one_layer(bench);
    bench_tell(bench, &(struct pull_progress){.status = "AGAIN", .current = -1, .total = -1});
    push_one_layer(bench);
}

static void push_mounting(struct bench *bench)
{
    push_one_layer(bench);
    bench_tell(bench, &(struct pull_progress){.status = "AGAIN", .current = -1, .total = -1});
    push_image(bench, "localhost:5000/o/other:2", 1, "o/new");
}

/* Upload URLs have long random parts. */
static char *shape_of(const char *requests)
{
    g_autoptr(GRegex) regex = g_regex_new("uploads/[^? ]+[^ ]*", 0, 0, NULL);
    return g_regex_replace_literal(regex, requests, -1, 0, "uploads/ID", 0, NULL);
}

/* capture 07 */
Test(push, dockerd_sends_head_post_patch_put_head)
{
    OUTCOME(outcome) = bench_run(&(struct plan){.kind = PULLER_DOCKER_28, .body = push_one_layer});

    g_autofree char *shape = shape_of(outcome.requests);
    cr_assert_null(outcome.error, "%s", outcome.error);
    cr_assert_str_eq(shape, "GET /v2/ 200@0s\n"
                            "HEAD " REPO "/blobs/<layer1> 404@0s\n"
                            "POST " UPLOAD " 202@0s\n"
                            "PATCH " UPLOAD "ID 202@0s\n"
                            "PUT " UPLOAD "ID 201@0s\n"
                            "HEAD " REPO "/blobs/<layer1> 200@0s\n"
                            "HEAD " REPO "/blobs/<config> 404@0s\n"
                            "POST " UPLOAD " 202@0s\n"
                            "PATCH " UPLOAD "ID 202@0s\n"
                            "PUT " UPLOAD "ID 201@0s\n"
                            "HEAD " REPO "/blobs/<config> 200@0s\n"
                            "PUT " REPO "/manifests/2 201@0s\n");
    cr_assert(g_str_has_prefix(outcome.progress, "The push refers to repository "
                                                 "[localhost:5000/o/new]\n"
                                                 "layer1: Preparing\n"
                                                 "layer1: Pushing 0/7\n"
                                                 "layer1: Pushing 7/7\n"
                                                 "layer1: Pushed\n"
                                                 "2: digest: <pushed> size: 397\n"),
              "%s", outcome.progress);
}

/* capture 07b */
Test(push, what_is_there_is_not_sent_again)
{
    OUTCOME(outcome) = bench_run(&(struct plan){.kind = PULLER_DOCKER_20_10, .body = push_twice});

    cr_assert_eq(count_of(outcome.requests, "\n"), 12 + 4, "%s", outcome.requests);
    cr_assert_not_null(strstr(outcome.progress, "AGAIN\n"
                                                "The push refers to repository "
                                                "[localhost:5000/o/new]\n"
                                                "layer1: Preparing\n"
                                                "layer1: Layer already exists\n"));
}

Test(push, layers_are_mounted_from_a_repository_that_has_them)
{
    OUTCOME(dockerd) = bench_run(&(struct plan){.kind = PULLER_DOCKER_28, .body = push_mounting});
    OUTCOME(buildkit) = bench_run(&(struct plan){.kind = PULLER_BUILDKIT, .body = push_mounting});

    cr_assert_not_null(strstr(dockerd.requests,
                              "POST /v2/o/other/blobs/uploads/?from=o%2Fnew&mount=<layer1> 201@0s\n"
                              "HEAD /v2/o/other/blobs/<layer1> 200@0s\n"),
                       "%s", dockerd.requests);
    cr_assert_not_null(strstr(dockerd.progress, "layer1: Mounted from o/new\n"));
    cr_assert_not_null(strstr(buildkit.requests,
                              "POST /v2/o/other/blobs/uploads/?mount=<layer1>&from=o/new 201@0s\n"),
                       "%s", buildkit.requests);
}

Test(push, layers_are_listed_from_the_top_and_sent_five_at_a_time)
{
    OUTCOME(outcome) = bench_run(&(struct plan){.kind = PULLER_DOCKER_28,
                                                .network = {.round_trip_us = SECOND_US},
                                                .body = push_seven_layers});

    cr_assert_null(outcome.error, "%s", outcome.error);
    cr_assert(g_str_has_prefix(outcome.progress, "The push refers to repository "
                                                 "[localhost:5000/o/new]\n"
                                                 "layer7: Preparing\nlayer6: Preparing\n"));
    cr_assert_eq(count_of(outcome.progress, ": Waiting\n"), 2);
    cr_assert_eq(count_of(outcome.requests, "404@1s\n"), 5, "%s", outcome.requests);
}

/* capture 46 */
Test(push, buildkit_sends_head_post_put_and_manifests_after_the_blobs)
{
    OUTCOME(outcome) = bench_run(&(struct plan){.kind = PULLER_BUILDKIT, .body = push_one_layer});

    g_autofree char *shape = shape_of(outcome.requests);
    cr_assert_null(outcome.error, "%s", outcome.error);
    cr_assert_str_eq(shape, "HEAD " REPO "/blobs/<layer1> 404@0s\n"
                            "HEAD " REPO "/blobs/<config> 404@0s\n"
                            "POST " UPLOAD " 202@0s\n"
                            "POST " UPLOAD " 202@0s\n"
                            "PUT " UPLOAD "ID 201@0s\n"
                            "PUT " UPLOAD "ID 201@0s\n"
                            "HEAD " REPO "/manifests/2 404@0s\n"
                            "PUT " REPO "/manifests/2 201@0s\n");
}

static void push_to_hub(struct bench *bench)
{
    push_image(bench, "o/new:2", 1, NULL);
}

Test(push, tokens_are_asked_for_with_the_right_to_push)
{
    const struct plan plan = {
        .kind = PULLER_DOCKER_28,
        .service = "docker.io",
        .registry = {.needs_login_to_push = true, .user = "u", .secret = "s"},
        .credentials = {"u", "s"},
        .body = push_to_hub,
    };
    struct plan buildkit_plan = plan;
    buildkit_plan.kind = PULLER_BUILDKIT;
    OUTCOME(dockerd) = bench_run(&plan);
    OUTCOME(buildkit) = bench_run(&buildkit_plan);

    cr_assert_null(dockerd.error, "%s", dockerd.error);
    cr_assert_not_null(
        strstr(dockerd.requests, "account=u&scope=repository%3Ao%2Fnew%3Apush%2Cpull&service="),
        "%s", dockerd.requests);
    cr_assert_null(buildkit.error, "%s", buildkit.error);
}

Test(push, a_push_without_rights_is_refused)
{
    const struct plan plan = {
        .kind = PULLER_DOCKER_28,
        .service = "docker.io",
        .registry = {.needs_login_to_push = true},
        .body = push_to_hub,
    };
    struct plan buildkit_plan = plan;
    buildkit_plan.kind = PULLER_BUILDKIT;
    OUTCOME(dockerd) = bench_run(&plan);
    OUTCOME(buildkit) = bench_run(&buildkit_plan);

    cr_assert(g_str_has_prefix(dockerd.error, "denied: "), "%s", dockerd.error);
    cr_assert_str_eq(buildkit.error,
                     "failed to push docker.io/o/new:2: push access denied, repository does not "
                     "exist or may require authorization: server message: insufficient_scope: "
                     "authorization failed");
}

static void push_against_a_limit(struct bench *bench)
{
    DEADLINE(limit);
    deadline_begin(bench->loop, &limit, "caller", 2 * SECOND_US);
    push_seven_layers(bench);
}

static void give_up_and_push_again(struct bench *bench)
{
    push_against_a_limit(bench);
    bench_note(bench, "%s", bench_outcome(bench)->error);
    push_seven_layers(bench);
}

Test(push, a_push_that_is_given_up_gives_its_slots_back)
{
    static const enum puller_kind kinds[] = {PULLER_DOCKER_28, PULLER_CONTAINERD, PULLER_BUILDKIT};
    for (gsize i = 0; i < G_N_ELEMENTS(kinds); i++) {
        OUTCOME(outcome) = bench_run(
            &(struct plan){.kind = kinds[i],
                           .rules = "- {id: f, on: '*', match: {method: POST}, when: {until: 2s}, "
                                    "do: {kind: stall}}\n",
                           .body = give_up_and_push_again});

        cr_assert_str_eq(outcome.notes, "caller timed out after 2s@2s\n");
        cr_assert_null(outcome.error, "%s", outcome.error);
        cr_assert_eq(outcome.ended_us, 2 * SECOND_US);
    }
}

static void push_a_virtual_layer(struct bench *bench)
{
    push_declared(bench, "localhost:5000/o/new:2", 40 * MIB_BYTES);
}

Test(push, a_virtual_layer_takes_the_time_of_its_declared_size)
{
    static const enum puller_kind kinds[] = {PULLER_DOCKER_28, PULLER_BUILDKIT};
    for (gsize i = 0; i < G_N_ELEMENTS(kinds); i++) {
        OUTCOME(outcome) = bench_run(&(struct plan){.kind = kinds[i],
                                                    .network = {.bytes_per_second = 10 * MIB_BYTES},
                                                    .body = push_a_virtual_layer});

        cr_assert_eq(outcome.ended_us, 4 * SECOND_US, "%lld", (long long)outcome.ended_us);
    }
}
