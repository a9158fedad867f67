/* skopeo where registries are unwell: what it tries again, how long it waits, what it does without.
   Requests and pauses are those of skopeo 1.13.3, measured against this registry. */
#include "image_tools.h"

#define IMAGE  "docker://" API
#define MIRROR "docker://" API_MIRROR

static void unwell_body(struct bench *bench)
{
    cr_assert_eq(run(bench, "skopeo copy --retry-times 5 " IMAGE ":1 " MIRROR ":1"), 1);
    cr_assert(said(bench, "writing blob: uploading layer chunked: received unexpected HTTP "
                          "status: 503 Service Unavailable\"\n"));
    cr_assert_not(said(bench, "retrying"));
    cr_assert_lt(bench->elapsed_us, SECOND_US);
    cr_assert_null(registry_find(bench->mirror, "acme/api", "1"));
}
Test(skopeo_weather, tries_no_server_error_again_whatever_it_is_told)
{
    struct outage outage = {"PATCH", 503, 1};
    run_in_outage(&outage, unwell_body);
}

static void limited_body(struct bench *bench)
{
    cr_assert_eq(run(bench, "skopeo inspect -n " IMAGE ":1"), 0);
    cr_assert_geq(bench->elapsed_us, 30 * SECOND_US);
    cr_assert_lt(bench->elapsed_us, 31 * SECOND_US);
}
Test(skopeo_weather, waits_two_four_eight_and_sixteen_seconds_where_it_is_too_much)
{
    struct outage outage = {"GET", 429, 4};
    run_in_outage(&outage, limited_body);
}

static bool refuse_list(void *context, struct exchange *exchange)
{
    bool *is_refused = context;
    bool is_list = strcmp(exchange_method(exchange), "PUT") == 0 &&
                   g_str_has_suffix(exchange_path(exchange), "/manifests/1");
    if (!is_list || *is_refused)
        return false;
    *is_refused = true;
    exchange_reply_text(exchange, 500, "text/plain", "no\n");
    return true;
}

static void list_body(struct bench *bench)
{
    cr_assert_eq(run(bench, "skopeo copy -a " IMAGE ":1 " MIRROR ":1"), 0);
    AUTO(image_facts) source = registry_find(bench->registry, "acme/api", "1");
    AUTO(image_facts) copy = registry_find(bench->mirror, "acme/api", "1");
    cr_assert_eq(copy->platforms->len, 2);
    cr_assert_str_neq(copy->digest, source->digest);
}
Test(skopeo_weather, writes_a_list_of_the_other_type_where_the_first_is_refused)
{
    bool is_refused = false;
    run_in_weather(refuse_list, &is_refused, list_body);
}

static bool cut_first_layer(void *context, struct exchange *exchange)
{
    bool *is_cut = context;
    bool is_blob = strcmp(exchange_method(exchange), "GET") == 0 &&
                   strstr(exchange_path(exchange), "/blobs/sha256:") != NULL;
    if (is_blob && !*is_cut) {
        struct disturbance *disturbance = exchange_disturbance(exchange);
        disturbance->end = END_CLOSE;
        disturbance->ends_at = 20;
        *is_cut = true;
    }
    return false;
}

static void cut_body(struct bench *bench)
{
    cr_assert_eq(run(bench, "skopeo copy -a " IMAGE ":1 " MIRROR ":1"), 0);
    cr_assert(said(bench, "level=info msg=\"Reading blob body from https://reg.example/v2/acme/"
                          "api/blobs/sha256:"));
    cr_assert(said(bench, " failed (unexpected EOF), reconnecting (first reconnection)…\"\n"));
    cr_assert_geq(bench->elapsed_us, SECOND_US);
    expect_copy(bench, bench->mirror, "acme/api", "1");
}
Test(skopeo_weather, goes_on_where_a_layer_was_cut)
{
    bool is_cut = false;
    run_in_weather(cut_first_layer, &is_cut, cut_body);
}
