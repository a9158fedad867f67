/* The sites of Sigstore: certificates by JSON, and what they do not take. */
#include "base/json.h"
#include "base/limits.h"
#include "loop/vclock.h"
#include "mocks/sigstore/sigstore.h"

#include <criterion/criterion.h>
#include <string.h>

struct bench {
    struct http *http;
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

static void bench_run(void (*body)(struct bench *bench))
{
    AUTO(loop) loop = loop_new(CLOCK_VIRTUAL, 1);
    const struct world_options options = {.seed = 1};
    struct bench bench = {.body = body};
    g_autoptr(GError) error = NULL;

    vclock_bind(loop, VCLOCK_EPOCH_S);
    AUTO(world) world = world_new(loop, &options, &error);
    struct sigstore *sigstore = sigstore_new(world);
    bench.http = http_new(loop, world_opener(world, NULL, "action"), "action");
    fiber_spawn(loop, "body", bench_main, &bench);
    bool is_fine = loop_run(loop, &bench.is_over, &error);
    cr_assert(is_fine, "%s", error != NULL ? error->message : "");
    http_free(bench.http);
    world_end_exchanges(world);
    sigstore_free(sigstore);
    world_free(g_steal_pointer(&world));
    loop_free(g_steal_pointer(&loop));
    vclock_bind(NULL, 0);
    g_free(bench.text);
}

static unsigned ask(struct bench *bench, const char *method, const char *url, const char *header,
                    GBytes *body)
{
    const char *const headers[] = {header, NULL};
    const struct http_request request = {
        .method = method, .url = url, .headers = headers, .body = body};
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

static unsigned post(struct bench *bench, const char *url, GBytes *body)
{
    return ask(bench, "POST", url, "Content-Type: application/json", body);
}

#define FULCIO "https://" SIGSTORE_FULCIO_SITE "/api/v2/signingCert"
#define REKOR  "https://" SIGSTORE_REKOR_SITE "/api/v1/log/entries"

static unsigned ask_certificate(struct bench *bench, const char *url, const char *token)
{
    g_autoptr(json_t) request = json_pack("{s:{s:s}}", "credentials", "oidcIdentityToken", token);
    g_autoptr(GBytes) body = json_bytes(request);
    return post(bench, url, body);
}

static void take_certificates(struct bench *bench)
{
    g_autofree char *job = sigstore_request_token("acme/app/.github/workflows/a.yml@refs/heads/b");
    g_autofree char *bearer = g_strconcat("Authorization: Bearer ", job, NULL);
    cr_assert_eq(ask(bench, "GET", SIGSTORE_REQUEST_URL "&audience=sigstore", bearer, NULL), 200);
    g_autoptr(json_t) answer = json_parse_bytes(bench->text, strlen(bench->text), NULL);
    const char *token = json_get_string(answer, "value", "");

    cr_expect_eq(ask_certificate(bench, FULCIO, token), 200);
    cr_expect(strstr(bench->text, "{\"signedCertificateEmbeddedSct\":{\"chain\":{\"certificates\":"
                                  "[\"-----BEGIN CERTIFICATE-----\\n"));
    cr_expect_eq(
        ask_certificate(bench, "https://" SIGSTORE_GITHUB_FULCIO_SITE "/api/v2/signingCert", token),
        200);
    cr_expect_eq(ask_certificate(bench, FULCIO, "no.token"), 401);
}

Test(sigstore, fulcio_gives_a_certificate_for_a_token)
{
    bench_run(take_certificates);
}

static void log_entries(struct bench *bench)
{
    g_autofree char *text = g_strnfill(LOG_ENTRY_BYTES_MAX + 1, ' ');
    g_autoptr(GBytes) most = g_bytes_new(text, LOG_ENTRY_BYTES_MAX);
    g_autoptr(GBytes) too_much = g_bytes_new(text, LOG_ENTRY_BYTES_MAX + 1);

    cr_expect_eq(post(bench, REKOR, most), 201);
    cr_expect_eq(post(bench, REKOR, too_much), 413);
    cr_expect_str_eq(bench->text, "{\"code\":413,\"message\":\"too large\"}");
}

Test(sigstore, the_log_takes_entries_up_to_its_ceiling)
{
    bench_run(log_entries);
}
