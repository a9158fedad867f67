/* docker login in dockerd's words: failures.md B1-B6, moby daemon/pkg/registry/auth.go. */
#include "bench.h"

#define HUB_PING "Get \"https://registry-1.docker.io/v2/\": "
#define TOKEN_URL                                                                                  \
    "https://auth.docker.io/token?account=me&client_id=docker&offline_token=true&service="         \
    "registry.docker.io"

static void log_in(struct bench *bench)
{
    bench_log_in(bench, "docker.io");
}

static struct plan hub_plan(const char *rules, const char *password)
{
    return (struct plan){
        .kind = PULLER_CONTAINERD,
        .service = "docker.io",
        .registry = {.user = "me", .secret = "right"},
        .credentials = {"me", password},
        .rules = rules,
        .body = log_in,
    };
}

Test(login, pings_for_the_challenge_and_asks_again_with_the_token)
{
    const struct plan plan = hub_plan(NULL, "right");
    OUTCOME(outcome) = bench_run(&plan);

    cr_assert_null(outcome.error, "%s", outcome.error);
    cr_assert_str_eq(outcome.requests,
                     "GET /v2/ 401@0s\n"
                     "GET /token?account=me&client_id=docker&offline_token=true&service="
                     "registry.docker.io 200@0s\n"
                     "GET /v2/ 200@0s\n");
}

#define ON_HUB(what)  "- {id: f, on: registry-1.docker.io, do: {" what "}}\n"
#define ON_AUTH(what) "- {id: f, on: auth.docker.io, do: {" what "}}\n"

Test(login, fails_in_the_daemons_words)
{
    static const struct {
        const char *name;
        const char *rules;
        const char *error;
        int code;
    } rows[] = {
        {"B1 reset", ON_AUTH("kind: reset"),
         HUB_PING "Get \"" TOKEN_URL "\": read tcp 10.1.0.4:59831->98.85.153.80:443: read: "
                  "connection reset by peer",
         500},
        {"B2", ON_AUTH("kind: status, code: 503"),
         HUB_PING "received unexpected HTTP status: 503 Service Unavailable", 500},
        {"B3", ON_AUTH("kind: auth-fails"), HUB_PING "unauthorized: incorrect username or password",
         401},
        {"B5", ON_AUTH("kind: status, code: 403, error: DENIED, message: denied"),
         HUB_PING "denied: denied", 500},
        {"A8", ON_HUB("kind: reset"),
         HUB_PING "read tcp 10.1.0.4:39836->34.205.13.154:443: read: connection reset by peer",
         500},
        {"B6", ON_HUB("kind: status, code: 503"),
         "login attempt to https://registry-1.docker.io/v2/ failed with status: 503 Service "
         "Unavailable",
         500},
        {"a ping that fails costs the credentials",
         "- {id: f, on: registry-1.docker.io, when: {first: 1}, do: {kind: status, code: 503}}\n",
         "login attempt to https://registry-1.docker.io/v2/ failed with status: 401 Unauthorized",
         500},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        const struct plan plan = hub_plan(rows[i].rules, "right");
        OUTCOME(outcome) = bench_run(&plan);

        cr_expect_str_eq(outcome.error, rows[i].error, "%s: %s", rows[i].name, outcome.error);
        cr_expect_eq(outcome.code, rows[i].code, "%s: %d", rows[i].name, outcome.code);
    }
}

Test(login, wrong_credentials_are_refused_by_the_token_service)
{
    const struct plan plan = hub_plan(NULL, "wrong");
    OUTCOME(outcome) = bench_run(&plan);

    cr_assert_eq(outcome.code, 401, "%d", outcome.code);
    cr_assert(g_str_has_prefix(outcome.error, HUB_PING "unauthorized: "), "%s", outcome.error);
}
