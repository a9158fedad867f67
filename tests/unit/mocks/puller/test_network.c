/* Go's words for what the network and the token service do: failures.md A, B. */
#include "bench.h"

#define HUB_PING "Get \"https://registry-1.docker.io/v2/\": "
#define HUB_IP   "34.205.13.154:443"
#define HUB_HEAD "Head \"https://registry-1.docker.io/v2/library/img/manifests/1\": "
#define TOKEN_URL                                                                                  \
    "https://auth.docker.io/token?scope=repository%3Alibrary%2Fimg%3Apull&service=registry."       \
    "docker.io"

struct row {
    const char *name;
    enum puller_kind kind;
    const char *rules;
    double ended_s;
    const char *error;
};

static void check_rows(const struct row *rows, gsize count)
{
    for (gsize i = 0; i < count; i++) {
        OUTCOME(outcome) = bench_run(&(struct plan){.kind = rows[i].kind,
                                                    .rules = rows[i].rules,
                                                    .service = "docker.io",
                                                    .reference = "img:1"});

        cr_expect_str_eq(outcome.error != NULL ? outcome.error : "fine", rows[i].error, "%s: %s",
                         rows[i].name, outcome.error);
        cr_expect_eq(outcome.ended_us, (int64_t)(rows[i].ended_s * (double)SECOND_US), "%s: %lld",
                     rows[i].name, (long long)outcome.ended_us);
        cr_expect_eq(outcome.code, 500, "%s: %d", rows[i].name, outcome.code);
    }
}

#define ON_HUB(what)  "- {id: f, on: registry-1.docker.io, do: {" what "}}\n"
#define ON_AUTH(what) "- {id: f, on: auth.docker.io, do: {" what "}}\n"
#define DO_HEAD       "failed to do request: " HUB_HEAD

Test(network, connections_fail_in_gos_words)
{
    static const struct row rows[] = {
        {"A1", PULLER_DOCKER_28, ON_HUB("kind: name-not-found"), 0,
         HUB_PING "dial tcp: lookup registry-1.docker.io on 127.0.0.53:53: no such host"},
        {"A1 BuildKit", PULLER_BUILDKIT, ON_HUB("kind: name-not-found"), 0,
         DO_HEAD "dial tcp: lookup registry-1.docker.io: no such host"},
        {"A2", PULLER_DOCKER_20_10, ON_HUB("kind: name-server-fails"), 0,
         HUB_PING "dial tcp: lookup registry-1.docker.io on 127.0.0.53:53: server misbehaving"},
        {"A3", PULLER_DOCKER_28, ON_HUB("kind: name-times-out, delay: 10s"), 10,
         HUB_PING "dial tcp: lookup registry-1.docker.io on 127.0.0.53:53: read udp "
                  "127.0.0.1:39836->127.0.0.53:53: i/o timeout"},
        {"A4", PULLER_DOCKER_28, ON_HUB("kind: refuse"), 0,
         HUB_PING "dial tcp " HUB_IP ": connect: connection refused"},
        {"A5 in a ping", PULLER_DOCKER_28, ON_HUB("kind: blackhole"), 15,
         HUB_PING "net/http: request canceled while waiting for connection (Client.Timeout "
                  "exceeded while awaiting headers)"},
        {"A5", PULLER_BUILDKIT, ON_HUB("kind: blackhole"), 30,
         DO_HEAD "dial tcp " HUB_IP ": i/o timeout"},
        {"A6", PULLER_DOCKER_24, ON_HUB("kind: stall"), 15, HUB_PING "context deadline exceeded"},
        {"A7", PULLER_DOCKER_28, ON_HUB("kind: tls-silent"), 10,
         HUB_PING "net/http: TLS handshake timeout"},
        {"A8", PULLER_DOCKER_28, ON_HUB("kind: reset"), 0,
         HUB_PING "read tcp 10.1.0.4:39836->" HUB_IP ": read: connection reset by peer"},
        {"A9", PULLER_DOCKER_20_10, ON_HUB("kind: close"), 0, HUB_PING "EOF"},
        {"A10, Go 1.19", PULLER_DOCKER_20_10, ON_HUB("kind: tls-refuse, reason: unknown-ca"), 0,
         HUB_PING "x509: certificate signed by unknown authority"},
        {"A10, Go 1.20", PULLER_DOCKER_28, ON_HUB("kind: tls-refuse, reason: unknown-ca"), 0,
         HUB_PING "tls: failed to verify certificate: x509: certificate signed by unknown "
                  "authority"},
        {"A13", PULLER_DOCKER_28, ON_HUB("kind: tls-refuse, reason: alert"), 0,
         HUB_PING "remote error: tls: handshake failure"},
    };
    check_rows(rows, G_N_ELEMENTS(rows));
}

/* The nested words of failures.md B1: outer Head, inner Get. */
Test(network, token_services_fail_inside_the_request_that_wants_the_token)
{
    static const struct row rows[] = {
        {"B1 silence", PULLER_DOCKER_28, ON_AUTH("kind: stall"), 15,
         HUB_HEAD "Get \"" TOKEN_URL
                  "\": net/http: request canceled (Client.Timeout exceeded while "
                  "awaiting headers)"},
        {"B1 reset", PULLER_DOCKER_20_10, ON_AUTH("kind: reset"), 0,
         HUB_HEAD "Get \"" TOKEN_URL "\": read tcp 10.1.0.4:59831->98.85.153.80:443: read: "
                  "connection reset by peer"},
        {"token500", PULLER_DOCKER_20_10, ON_AUTH("kind: status, code: 500"), 0,
         HUB_HEAD "received unexpected HTTP status: 500 Internal Server Error"},
        {"401", PULLER_DOCKER_28, ON_AUTH("kind: auth-fails"), 0,
         HUB_HEAD "unauthorized: incorrect username or password"},
        {"B2", PULLER_BUILDKIT, ON_AUTH("kind: status, code: 503"), 0,
         "failed to authorize: failed to fetch anonymous token: unexpected status from GET request "
         "to " TOKEN_URL ": 503 Service Unavailable"},
        {"B3", PULLER_BUILDKIT, ON_AUTH("kind: auth-fails"), 0,
         "failed to authorize: failed to fetch anonymous token: unexpected status from GET request "
         "to " TOKEN_URL ": 401 Unauthorized"},
    };
    check_rows(rows, G_N_ELEMENTS(rows));
}

/* What a ping of 500 turns into: no challenge was learnt (B7, failures.md 0). */
Test(network, a_ping_that_fails_costs_the_token)
{
    OUTCOME(outcome) = bench_run(&(struct plan){
        .kind = PULLER_DOCKER_28,
        .service = "docker.io",
        .reference = "img:1",
        .rules = "- {id: f, on: '*', match: {path: '/v2/'}, do: {kind: status, code: 503}}\n"});

    cr_assert_str_eq(outcome.error, "unauthorized: authentication required");
    cr_assert_eq(count_of(outcome.requests, "/token"), 0);
}

Test(network, credentials_go_to_the_token_service)
{
    OUTCOME(classic) = bench_run(
        &(struct plan){.kind = PULLER_DOCKER_28,
                       .service = "docker.io",
                       .reference = "img:1",
                       .registry = {.needs_login_to_pull = true, .user = "u", .secret = "s"},
                       .credentials = {"u", "s"}});
    OUTCOME(containerd) = bench_run(
        &(struct plan){.kind = PULLER_CONTAINERD,
                       .service = "docker.io",
                       .reference = "img:1",
                       .registry = {.needs_login_to_pull = true, .user = "u", .secret = "s"},
                       .credentials = {"u", "s"}});

    cr_assert_null(classic.error, "%s", classic.error);
    cr_assert_not_null(strstr(classic.requests, "GET /token?account=u&scope="));
    cr_assert_null(containerd.error, "%s", containerd.error);
    cr_assert_not_null(strstr(containerd.requests, "POST /token "), "%s", containerd.requests);
}

Test(network, a_pull_without_rights_is_denied)
{
    static const struct registry_options closed = {.needs_login_to_pull = true};
    OUTCOME(classic) = bench_run(&(struct plan){.kind = PULLER_DOCKER_28,
                                                .service = "docker.io",
                                                .reference = "img:1",
                                                .registry = closed});
    OUTCOME(containerd) = bench_run(&(struct plan){.kind = PULLER_CONTAINERD,
                                                   .service = "docker.io",
                                                   .reference = "img:1",
                                                   .registry = closed});

    cr_assert(g_str_has_prefix(classic.error, "pull access denied for img, repository does not "
                                              "exist or may require 'docker login': denied"),
              "%s", classic.error);
    cr_assert_eq(classic.code, 404);
    cr_assert_str_eq(containerd.error, "pull access denied for img, repository does not exist or "
                                       "may require 'docker login'");
    cr_assert_eq(containerd.code, 404);
}

/* basic401 */
static void ask_for_basic(void *context, struct exchange *exchange)
{
    (void)context;
    exchange_set_header(exchange, "WWW-Authenticate", "Basic realm=\"x\"");
    exchange_reply_text(exchange, 401, "application/json",
                        "{\"errors\": [{\"code\": \"UNAUTHORIZED\"}]}");
}

static void pull_from_basic(struct bench *bench)
{
    AUTO(pulled_image) image = NULL;
    world_add_site(bench->world, "basic.example", ask_for_basic, NULL);
    bench_pull(bench, "basic.example/o/img:1", &image);
}

Test(network, basic_without_credentials_is_refused_by_the_client)
{
    OUTCOME(classic) =
        bench_run(&(struct plan){.kind = PULLER_DOCKER_20_10, .body = pull_from_basic});
    OUTCOME(buildkit) = bench_run(&(struct plan){.kind = PULLER_BUILDKIT, .body = pull_from_basic});

    cr_assert_str_eq(classic.error, "Head \"https://basic.example/v2/o/img/manifests/1\": no basic "
                                    "auth credentials");
    cr_assert_eq(classic.code, 500);
    cr_assert_str_eq(buildkit.error, "unexpected status from HEAD request to https://basic.example/"
                                     "v2/o/img/manifests/1: 401 Unauthorized");
}

/* ---- answers that are no manifest ---- */

static void reply_page(void *context, struct exchange *exchange)
{
    const char *text = context;
    exchange_reply_text(exchange, 200,
                        text[0] == '<' ? "text/html"
                                       : "application/vnd.docker.distribution.manifest.v2+json",
                        text);
}

static void pull_page(struct bench *bench)
{
    AUTO(pulled_image) image = NULL;
    world_add_site(bench->world, "page.example", reply_page, (char *)"<html>log in</html>");
    bench_pull(bench, "page.example/o/img:1", &image);
}

static void pull_garbage(struct bench *bench)
{
    AUTO(pulled_image) image = NULL;
    world_add_site(bench->world, "page.example", reply_page, (char *)"{\"x\":1}");
    bench_pull(bench, "page.example/o/img:1", &image);
}

/* A14, captures/faults/manigarbage */
Test(network, a_portals_page_is_no_manifest)
{
    OUTCOME(page) = bench_run(&(struct plan){.kind = PULLER_DOCKER_20_10, .body = pull_page});
    OUTCOME(garbage) = bench_run(&(struct plan){.kind = PULLER_DOCKER_20_10, .body = pull_garbage});

    cr_assert_str_eq(page.error, "error unmarshalling content: invalid character '<' looking for "
                                 "beginning of value");
    cr_assert_str_eq(garbage.error,
                     "mediaType in manifest should be "
                     "'application/vnd.docker.distribution.manifest.v2+json' not ''");
    cr_assert_eq(garbage.code, 500);
}

Test(network, unknown_hosts_are_not_found)
{
    OUTCOME(outcome) =
        bench_run(&(struct plan){.kind = PULLER_DOCKER_28, .reference = "gchr.io/o/img:1"});

    cr_assert_str_eq(outcome.error, "Get \"https://gchr.io/v2/\": dial tcp: lookup gchr.io on "
                                    "127.0.0.53:53: no such host");
}

/* C1, C2: HEAD is free, the GET that follows is not. */
Test(network, a_spent_pull_budget_shows_at_the_first_get)
{
    static const struct {
        enum puller_kind kind;
        const char *error;
    } rows[] = {
        {PULLER_DOCKER_28,
         "toomanyrequests: You have reached your unauthenticated pull rate limit. "
         "https://www.docker.com/increase-rate-limit"},
        {PULLER_CONTAINERD,
         "error from registry: You have reached your unauthenticated pull rate limit. "
         "https://www.docker.com/increase-rate-limit"},
        {PULLER_BUILDKIT,
         "failed to copy: httpReadSeeker: failed open: unexpected status code "
         "https://registry-1.docker.io/v2/library/img/manifests/<manifest>: 429 Too Many Requests "
         "- "
         "Server message: toomanyrequests: You have reached your unauthenticated pull rate limit. "
         "https://www.docker.com/increase-rate-limit"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        OUTCOME(outcome) = bench_run(&(struct plan){
            .kind = rows[i].kind,
            .service = "docker.io",
            .reference = "img:1",
            .registry = {.rate_limit = {.limit = 100, .window_us = 6 * HOUR_US, .used = 100}}});

        cr_expect_str_eq(outcome.error, rows[i].error);
        cr_expect_eq(outcome.ended_us, 0);
        cr_expect_not_null(strstr(outcome.requests, "HEAD /v2/library/img/manifests/1 200@0s\n"));
    }
}
