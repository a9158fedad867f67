/* GitHub's API, by what users report of it: who may keep attestations and records, and whose. */
#include "base/json.h"
#include "loop/vclock.h"
#include "mocks/githubapi/githubapi.h"

#include <criterion/criterion.h>
#include <string.h>

struct bench {
    struct http *http;
    struct githubapi *api;
    void (*body)(struct bench *bench);
    bool is_over;
    char *text; /* of the last answer */
};

static void bench_main(void *argument)
{
    struct bench *bench = argument;
    bench->body(bench);
    bench->is_over = true;
}

static void bench_run(const struct githubapi_repository *repository,
                      void (*body)(struct bench *bench))
{
    AUTO(loop) loop = loop_new(CLOCK_VIRTUAL, 1);
    const struct world_options options = {.seed = 1};
    struct bench bench = {.body = body};
    g_autoptr(GError) error = NULL;

    vclock_bind(loop, VCLOCK_EPOCH_S);
    AUTO(world) world = world_new(loop, &options, &error);
    bench.api = githubapi_new(world, repository);
    bench.http = http_new(loop, world_opener(world, NULL, "action"), "action");
    fiber_spawn(loop, "body", bench_main, &bench);
    bool is_fine = loop_run(loop, &bench.is_over, &error);
    cr_assert(is_fine, "%s", error != NULL ? error->message : "");
    http_free(bench.http);
    world_end_exchanges(world);
    githubapi_free(bench.api);
    world_free(g_steal_pointer(&world));
    loop_free(g_steal_pointer(&loop));
    vclock_bind(NULL, 0);
    g_free(bench.text);
}

static unsigned ask(struct bench *bench, const char *method, const char *path, const char *token)
{
    g_autofree char *url = g_strconcat("https://" GITHUBAPI_SITE, path, NULL);
    g_autofree char *line =
        token != NULL ? g_strconcat("Authorization: token ", token, NULL) : NULL;
    const char *const headers[] = {line, NULL};
    const struct http_request request = {.method = method, .url = url, .headers = headers};
    HTTP_RESPONSE(response);
    g_autoptr(GError) error = NULL;
    cr_assert(http_perform(bench->http, &request, &response, &error), "%s",
              error != NULL ? error->message : "");
    gsize length = 0;
    const char *bytes = g_bytes_get_data(response.body, &length);
    g_free(bench->text);
    bench->text = g_strndup(bytes != NULL ? bytes : "", length);
    return response.status;
}

#define ATTESTATIONS "/repos/acme/app/attestations"
#define RECORDS      "/orgs/acme/artifacts/metadata/storage-record"

static void use_tokens(struct bench *bench)
{
    const struct githubapi_token reader = {.text = "reader"};
    const struct githubapi_token writer = {
        .text = "writer", .may_attest = true, .may_write_records = true};
    githubapi_admit(bench->api, &reader);
    githubapi_admit(bench->api, &writer);

    cr_expect_eq(ask(bench, "POST", ATTESTATIONS, "writer"), 201);
    cr_expect_eq(ask(bench, "POST", RECORDS, "writer"), 200);
    cr_expect_eq(ask(bench, "POST", ATTESTATIONS, "somebodys own"), 201);
    cr_expect_eq(ask(bench, "POST", ATTESTATIONS, NULL), 401);
    cr_expect_eq(ask(bench, "POST", RECORDS, "reader"), 403);
    cr_expect_eq(ask(bench, "POST", ATTESTATIONS, "reader"), 403);
    cr_expect_str_eq(bench->text,
                     "{\"message\":\"Resource not accessible by integration\","
                     "\"documentation_url\":\"https://docs.github.com/rest/repos/attestations#"
                     "create-an-attestation\",\"status\":\"403\"}");
    cr_expect_eq(ask(bench, "GET", "/repos/acme/app", "reader"), 200);
    cr_expect_eq(ask(bench, "GET", "/user", "reader"), 404);
}

Test(githubapi, a_token_may_do_what_its_job_may)
{
    const struct githubapi_repository repository = {.name = "acme/app"};

    bench_run(&repository, use_tokens);
}

static void attest_in_private(struct bench *bench)
{
    cr_expect_eq(ask(bench, "POST", ATTESTATIONS, "t"), 403);
    cr_expect(strstr(bench->text, "Feature not available for user-owned private repositories. To "
                                  "enable this feature, please make this repository public."));
}

Test(githubapi, a_user_attests_nothing_in_private)
{
    const struct githubapi_repository repository = {.name = "acme/app", .is_private = true};

    bench_run(&repository, attest_in_private);
}
