/* GitHub's API, by what users report of it: who may keep attestations and records, and whose. */
#include "base/json.h"
#include "base/limits.h"
#include "loop/vclock.h"
#include "mocks/githubapi/githubapi.h"

#include <criterion/criterion.h>
#include <string.h>

struct bench {
    struct http *http;
    struct githubapi *api;
    void (*body)(struct bench *bench);
    bool is_over;
    char *text;   /* of the last answer */
    GBytes *sent; /* with the next question, or NULL */
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
    const struct http_request request = {
        .method = method, .url = url, .headers = headers, .body = bench->sent};
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
    cr_expect_eq(ask(bench, "GET", "/repos/acme/app", NULL), 200, "it is public");
    cr_expect_eq(ask(bench, "GET", "/user", "reader"), 200);
    cr_expect_str_eq(bench->text, "", "nobody knows what it says");
}

Test(githubapi, a_token_may_do_what_its_job_may)
{
    const struct githubapi_repository repository = {.name = "acme/app"};

    bench_run(&repository, use_tokens);
}

/* A bundle whose statement names so many artifacts, the digest of each its number. */
static GBytes *bundle_of(int count)
{
    g_autoptr(GString) subjects = g_string_new(NULL);
    for (int i = 0; i < count; i++)
        g_string_append_printf(subjects, "%s{\"name\":\"a\",\"digest\":{\"sha256\":\"%d\"}}",
                               i > 0 ? "," : "", i);
    g_autofree char *statement = g_strdup_printf(
        "{\"predicateType\":\"https://slsa.dev/provenance/v1\",\"subject\":[%s]}", subjects->str);
    g_autofree char *payload = g_base64_encode((const guchar *)statement, strlen(statement));
    char *text = g_strdup_printf("{\"bundle\":{\"dsseEnvelope\":{\"payload\":\"%s\"}}}", payload);
    return g_bytes_new_take(text, strlen(text));
}

static void attest_artifacts(struct bench *bench)
{
    const GPtrArray *kept = githubapi_attestations(bench->api);
    bench->sent = bundle_of(ATTESTATIONS_MAX);

    cr_expect_eq(ask(bench, "POST", ATTESTATIONS, "t"), 201);

    const struct githubapi_attestation *second = g_ptr_array_index(kept, 1);
    cr_assert_eq(kept->len, (guint)ATTESTATIONS_MAX);
    cr_expect_str_eq(second->digest, "sha256:1");
    cr_expect_str_eq(second->kind, "https://slsa.dev/provenance/v1");
    g_bytes_unref(bench->sent);
    bench->sent = bundle_of(1);
    cr_expect_eq(ask(bench, "POST", ATTESTATIONS, "t"), 507);
    cr_expect_eq(kept->len, (guint)ATTESTATIONS_MAX);
    g_clear_pointer(&bench->sent, g_bytes_unref);
}

Test(githubapi, keeps_what_is_attested_of_each_artifact_up_to_the_ceiling)
{
    const struct githubapi_repository repository = {.name = "acme/app"};

    bench_run(&repository, attest_artifacts);
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
