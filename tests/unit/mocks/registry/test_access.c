/* Docker Hub: tokens and their scopes, logins, rate limits. */
#include "bench.h"

#define GOLANG "/v2/library/golang/manifests/1.22"

static void add_golang(struct bench *bench)
{
    const struct image_spec spec = golang_spec();
    registry_add_image(bench->registry, &spec);
}

static struct registry_options hub_options(void)
{
    struct registry_options options = bench_options("docker.io");
    options.is_virtual = true;
    return options;
}

static void pull_with_token(struct bench *bench)
{
    add_golang(bench);
    cr_assert_eq(get(bench, HUB "/v2/"), 401);
    cr_expect_str_eq(header(bench, "WWW-Authenticate"),
                     "Bearer realm=\"https://auth.docker.io/token\","
                     "service=\"registry.docker.io\"");
    check_error(bench, "UNAUTHORIZED");
    cr_assert_eq(get(bench, HUB GOLANG), 401);
    cr_expect_str_eq(header(bench, "WWW-Authenticate"),
                     "Bearer realm=\"https://auth.docker.io/token\","
                     "service=\"registry.docker.io\",scope=\"repository:library/golang:pull\"");
    const char *token = hub_token(bench, "repository%3Alibrary%2Fgolang%3Apull");
    cr_expect_eq(ask(bench, "GET", HUB GOLANG, NULL, token, NULL), 200);
    cr_expect_eq(ask(bench, "GET", HUB "/v2/", NULL, token, NULL), 200);
}

Test(access, docker_hub_wants_a_token_for_everything)
{
    const struct registry_options options = hub_options();

    bench_run(&options, pull_with_token);
}

static void read_token(struct bench *bench)
{
    cr_assert_eq(get(bench, HUB_TOKEN "?service=registry.docker.io"), 200);
    g_autoptr(json_t) answer = json_of(bench);
    cr_expect_str_eq(json_get_string(answer, "token", ""),
                     json_get_string(answer, "access_token", "-"));
    cr_expect_eq(json_get_integer(answer, "expires_in", 0), 300);
    cr_expect_str_eq(json_get_string(answer, "issued_at", ""), "2026-01-05T09:00:00Z");
}

Test(access, a_token_is_told_under_both_names_with_its_life)
{
    const struct registry_options options = hub_options();

    bench_run(&options, read_token);
}

static void use_other_scopes(struct bench *bench)
{
    add_golang(bench);
    const char *token = hub_token(bench, "repository:library/other:pull");
    cr_assert_eq(ask(bench, "GET", HUB GOLANG, NULL, token, NULL), 401);
    cr_expect_str_eq(header(bench, "WWW-Authenticate"),
                     "Bearer realm=\"https://auth.docker.io/token\","
                     "service=\"registry.docker.io\",scope=\"repository:library/golang:pull\","
                     "error=\"insufficient_scope\"");
    cr_assert_eq(ask(bench, "GET", HUB GOLANG, NULL, "Authorization: Bearer nonsense", NULL), 401);
    cr_expect(g_str_has_suffix(header(bench, "WWW-Authenticate"), ",error=\"invalid_token\""));
    const char *both =
        hub_token(bench, "repository:library/other:pull+repository:library/golang:pull");
    cr_expect_eq(ask(bench, "GET", HUB GOLANG, NULL, both, NULL), 200);
    cr_expect_eq(
        ask(bench, "POST", HUB "/v2/library/golang/blobs/uploads/", bytes_of(""), both, NULL), 401);
    cr_expect(g_str_has_suffix(header(bench, "WWW-Authenticate"),
                               ",scope=\"repository:library/golang:pull,push\","
                               "error=\"insufficient_scope\""));
    check_error(bench, "UNAUTHORIZED");
}

Test(access, a_token_for_another_scope_is_refused)
{
    const struct registry_options options = hub_options();

    bench_run(&options, use_other_scopes);
}

/* The same token, as if it had been given for another repository. */
static const char *forge(const char *token)
{
    const char *payload = strrchr(token, '.') + 1;
    gsize length_bytes = 0;
    g_autofree guchar *bytes = g_base64_decode(payload, &length_bytes);
    g_autofree char *text = g_strndup((const char *)bytes, length_bytes);
    cr_assert_not_null(strstr(text, "library/others"));
    memcpy(strstr(text, "library/others"), "library/golang", strlen("library/golang"));
    g_autofree char *encoded = g_base64_encode((const guchar *)text, strlen(text));
    return format("%.*s%s", (int)(payload - token), token, encoded);
}

static void use_forged_token(struct bench *bench)
{
    struct image_spec spec = golang_spec();
    registry_add_image(bench->registry, &spec);
    spec.repository = "library/others";
    registry_add_image(bench->registry, &spec);
    const char *token = hub_token(bench, "repository:library/others:pull");

    unsigned status = ask(bench, "GET", HUB GOLANG, NULL, forge(token), NULL);

    cr_expect_eq(status, 401);
    cr_expect(g_str_has_suffix(header(bench, "WWW-Authenticate"), ",error=\"invalid_token\""));
}

Test(access, a_token_that_was_changed_is_worth_nothing)
{
    const struct registry_options options = hub_options();

    bench_run(&options, use_forged_token);
}

static void use_old_token(struct bench *bench)
{
    add_golang(bench);
    const char *token = hub_token(bench, "repository:library/golang:pull");
    cr_assert(fiber_sleep(bench->loop, 299 * SECOND_US, NULL));
    cr_expect_eq(ask(bench, "GET", HUB GOLANG, NULL, token, NULL), 200);
    cr_assert(fiber_sleep(bench->loop, 2 * SECOND_US, NULL));
    cr_expect_eq(ask(bench, "GET", HUB GOLANG, NULL, token, NULL), 401);
    cr_expect(g_str_has_suffix(header(bench, "WWW-Authenticate"), ",error=\"invalid_token\""));
}

Test(access, a_token_expires)
{
    const struct registry_options options = hub_options();

    bench_run(&options, use_old_token);
}

static void pull_what_is_not_there(struct bench *bench)
{
    const char *token = hub_token(bench, "repository:no/where:pull");
    cr_assert_eq(ask(bench, "GET", HUB "/v2/no/where/manifests/1", NULL, token, NULL), 401);
    cr_expect(g_str_has_suffix(header(bench, "WWW-Authenticate"), ",error=\"insufficient_scope\""));
    check_error(bench, "UNAUTHORIZED");
}

Test(access, docker_hub_denies_what_is_not_there)
{
    const struct registry_options options = hub_options();

    bench_run(&options, pull_what_is_not_there);
}

static unsigned log_in_to_hub(struct bench *bench, const char *login)
{
    g_autofree char *encoded = g_base64_encode((const guchar *)login, strlen(login));
    return ask(bench, "GET", HUB_TOKEN, NULL, format("Authorization: Basic %s", encoded), NULL);
}

/* Where nobody is registered, everybody may log in. */
static void log_in_with_line_feeds(struct bench *bench)
{
    cr_expect_eq(log_in_to_hub(bench, "ab:c"), 200);
    cr_expect_eq(log_in_to_hub(bench, "a\nb:c"), 401);
}

Test(access, a_name_with_a_line_feed_is_nobodys)
{
    const struct registry_options options = hub_options();

    bench_run(&options, log_in_with_line_feeds);
}

static void spend_the_window(struct bench *bench)
{
    add_golang(bench);
    const char *token = hub_token(bench, "repository:library/golang:pull");
    cr_assert_eq(ask(bench, "HEAD", HUB GOLANG, NULL, token, NULL), 200);
    cr_expect_str_eq(header(bench, "ratelimit-limit"), "100;w=21600");
    cr_expect_str_eq(header(bench, "ratelimit-remaining"), "1;w=21600");
    cr_assert_eq(ask(bench, "GET", HUB GOLANG, NULL, token, NULL), 200);
    cr_expect_str_eq(header(bench, "ratelimit-remaining"), "0;w=21600");
    cr_expect_str_eq(header(bench, "docker-ratelimit-source"), "192.0.2.1");
    cr_assert_eq(ask(bench, "HEAD", HUB GOLANG, NULL, token, NULL), 200);

    cr_assert_eq(ask(bench, "GET", HUB GOLANG, NULL, token, NULL), 429);
    cr_expect_str_eq(header(bench, "ratelimit-remaining"), "0;w=21600");
    g_autofree char *text = text_of(bench);
    cr_expect_str_eq(text, "{\"errors\":[{\"code\":\"TOOMANYREQUESTS\",\"message\":"
                           "\"You have reached your unauthenticated pull rate limit. "
                           "https://www.docker.com/increase-rate-limit\"}]}");
    cr_expect_str_eq(header(bench, "Retry-After"), "");

    cr_assert(fiber_sleep(bench->loop, 6 * HOUR_US, NULL));
    const char *later = hub_token(bench, "repository:library/golang:pull");
    cr_expect_eq(ask(bench, "GET", HUB GOLANG, NULL, later, NULL), 200);
    cr_expect_str_eq(header(bench, "ratelimit-remaining"), "99;w=21600");
}

Test(access, manifest_gets_spend_the_window_and_heads_do_not)
{
    struct registry_options options = hub_options();
    options.rate_limit =
        (struct registry_rate_limit){.limit = 100, .window_us = 6 * HOUR_US, .used = 99};

    bench_run(&options, spend_the_window);
}

static void pull_privately(struct bench *bench)
{
    add_golang(bench);
    const char *scope = "repository:library/golang:pull";
    cr_expect_eq(ask(bench, "GET", HUB GOLANG, NULL, hub_token(bench, scope), NULL), 401);
    cr_assert_eq(ask(bench, "GET", format(HUB_TOKEN "?scope=%s", scope), NULL, OCTO_GOOD, NULL),
                 200);
    cr_expect_eq(ask(bench, "GET", HUB GOLANG, NULL, last_token(bench), NULL), 200);
}

Test(access, pulling_may_need_a_login_too)
{
    struct registry_options options = hub_options();
    options.needs_login_to_pull = true;

    bench_run(&options, pull_privately);
}
