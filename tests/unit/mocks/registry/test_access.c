/* Tokens, logins and rate limits. */
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

#define GHCR       "https://ghcr.io"
#define PUSH_SCOPE "?service=ghcr.io&scope=repository:o/app:pull,push"
#define OCTO_GOOD  "Authorization: Basic b2N0bzpnb29k"
#define OCTO_BAD   "Authorization: Basic b2N0bzpiYWQ="

static struct registry_options ghcr_options(void)
{
    struct registry_options options = bench_options("ghcr.io");
    options.needs_login_to_push = true;
    options.user = "octo";
    options.secret = "good";
    return options;
}

static const char *last_token(const struct bench *bench)
{
    g_autoptr(json_t) answer = json_of(bench);
    return format("Authorization: Bearer %s", json_get_string(answer, "token", ""));
}

static unsigned post_upload(struct bench *bench, const char *token)
{
    return ask(bench, "POST", GHCR "/v2/o/app/blobs/uploads/", bytes_of(""), token, NULL);
}

static void push_with_login(struct bench *bench)
{
    cr_assert_eq(get(bench, GHCR "/token" PUSH_SCOPE), 200);
    cr_expect_eq(post_upload(bench, last_token(bench)), 401);
    cr_assert_eq(ask(bench, "GET", GHCR "/token" PUSH_SCOPE, NULL, OCTO_BAD, NULL), 401);
    g_autofree char *text = text_of(bench);
    cr_expect_str_eq(text, "{\"details\":\"incorrect username or password\"}");
    cr_assert_eq(ask(bench, "GET", GHCR "/token" PUSH_SCOPE, NULL, OCTO_GOOD, NULL), 200);
    cr_expect_eq(post_upload(bench, last_token(bench)), 202);
}

Test(access, pushing_needs_the_right_login)
{
    const struct registry_options options = ghcr_options();

    bench_run(&options, push_with_login);
}

static void ask_with_password(struct bench *bench)
{
    const char *good = "Authorization: Bearer Z29vZA==";
    const struct registry_login any = {.secret = "good", .pushes = "o/*"};
    registry_add_login(bench->registry, &any);
    cr_expect_eq(ask(bench, "GET", GHCR "/v2/o/app/manifests/1", NULL, good, NULL), 404);
    cr_expect_eq(post_upload(bench, good), 202);
    cr_expect_eq(post_upload(bench, "Authorization: Bearer YmFk"), 401);
}

/* docs.github.com, "Working with the Container registry"; people ask for tags so. */
Test(access, ghcr_takes_a_token_of_github_as_a_bearer)
{
    const struct registry_options options = ghcr_options();

    bench_run(&options, ask_with_password);
}

static void refer_in_vain(struct bench *bench)
{
    const char *blob = digest_text("{}");
    const char *subject = digest_text("x");
    g_autofree char *manifest = g_strdup_printf(
        "{\"schemaVersion\":2,\"config\":{\"mediaType\":\"c/d\",\"digest\":\"%s\",\"size\":2},"
        "\"layers\":[],\"subject\":{\"mediaType\":\"a/b\",\"digest\":\"%s\",\"size\":3}}",
        blob, subject);
    const char *owner = "Authorization: Bearer Z29vZA==";
    const struct registry_login any = {.secret = "good", .pushes = "o/*"};
    registry_add_login(bench->registry, &any);
    cr_assert_eq(ask(bench, "POST", format(GHCR "/v2/o/app/blobs/uploads/?digest=%s", blob),
                     bytes_of("{}"), owner, NULL),
                 201);

    cr_expect_eq(ask(bench, "PUT", GHCR "/v2/o/app/manifests/a", bytes_of(manifest), owner,
                     MANIFEST_TYPE, NULL),
                 201);
    cr_expect_str_eq(header(bench, "OCI-Subject"), "");
    cr_expect_eq(
        ask(bench, "GET", format(GHCR "/v2/o/app/referrers/%s", subject), NULL, owner, NULL), 404);
}

Test(access, ghcr_has_no_list_of_referrers)
{
    const struct registry_options options = ghcr_options();

    bench_run(&options, refer_in_vain);
}

static void push_without_right(struct bench *bench)
{
    const struct registry_login reader = {.user = "octo", .secret = "reader"};
    registry_add_login(bench->registry, &reader);
    cr_assert_eq(ask(bench, "GET", GHCR "/token" PUSH_SCOPE, NULL,
                     "Authorization: Basic b2N0bzpyZWFkZXI=", NULL),
                 200);
    cr_expect_eq(post_upload(bench, last_token(bench)), 403);
    g_autofree char *text = text_of(bench);
    cr_expect_str_eq(
        text,
        "{\"errors\":[{\"code\":\"DENIED\",\"message\":\"permission_denied: write_package\"}]}");
    cr_expect_str_eq(registry_refused_push(bench->registry, "reader"), "o/app");
    cr_expect_null(registry_refused_push(bench->registry, "good"));
}

/* failures.md K1, K2: what a GITHUB_TOKEN without packages: write meets. */
Test(access, ghcr_denies_a_push_that_the_token_has_no_right_to)
{
    const struct registry_options options = ghcr_options();

    bench_run(&options, push_without_right);
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

static void push_with_form(struct bench *bench)
{
    const char *form = "grant_type=password&service=ghcr.io&username=octo&password=good"
                       "&scope=repository%3Ao%2Fapp%3Apull%2Cpush+repository%3Ao%2Fb%3Apull";
    cr_assert_eq(ask(bench, "POST", GHCR "/token", bytes_of(form), NULL), 200);
    cr_expect_eq(post_upload(bench, last_token(bench)), 202);
    cr_expect_eq(ask(bench, "POST", GHCR "/token", bytes_of("grant_type=refresh_token"), NULL),
                 401);
}

Test(access, a_login_may_come_as_a_form)
{
    const struct registry_options options = ghcr_options();

    bench_run(&options, push_with_form);
}

static void push_with_basic(struct bench *bench)
{
    const char *url = PLAIN "/v2/o/app/blobs/uploads/";
    cr_assert_eq(ask(bench, "POST", url, bytes_of(""), NULL), 401);
    cr_expect_str_eq(header(bench, "WWW-Authenticate"), "Basic realm=\"localhost:5000\"");
    check_error(bench, "UNAUTHORIZED");
    cr_expect_eq(ask(bench, "POST", url, bytes_of(""), OCTO_BAD, NULL), 401);
    cr_expect_eq(ask(bench, "POST", url, bytes_of(""), OCTO_GOOD, NULL), 202);
    cr_expect_eq(get(bench, PLAIN "/v2/"), 401);
    cr_expect_eq(ask(bench, "GET", PLAIN "/v2/", NULL, OCTO_GOOD, NULL), 200);
    cr_expect_eq(get(bench, PLAIN "/v2/o/app/tags/list"), 404);
}

Test(access, without_a_token_service_a_login_is_basic)
{
    struct registry_options options = ghcr_options();
    options.service = registry_service_find("localhost:5000");

    bench_run(&options, push_with_basic);
}

static void mount_without_right(struct bench *bench)
{
    cr_assert_eq(get(bench, GHCR "/token" PUSH_SCOPE "&scope=repository:o/b:pull,push"), 200);
    const char *both = last_token(bench);
    const char *digest = digest_text("x");
    cr_assert_eq(ask(bench, "POST", format(GHCR "/v2/o/b/blobs/uploads/?digest=%s", digest),
                     bytes_of("x"), both, NULL),
                 201);
    const char *url = format(GHCR "/v2/o/app/blobs/uploads/?mount=%s&from=o/b", digest);
    cr_assert_eq(get(bench, GHCR "/token" PUSH_SCOPE), 200);
    cr_expect_eq(ask(bench, "POST", url, bytes_of(""), last_token(bench), NULL), 202);
    cr_expect_eq(ask(bench, "POST", url, bytes_of(""), both, NULL), 201);
    cr_expect_eq(ask(bench, "POST", url, bytes_of(""), NULL), 401);
    cr_expect(g_str_has_suffix(header(bench, "WWW-Authenticate"),
                               ",scope=\"repository:o/app:pull,push repository:o/b:pull\""));
}

Test(access, a_mount_needs_the_right_to_pull_its_source)
{
    const struct registry_options options = bench_options("ghcr.io");

    bench_run(&options, mount_without_right);
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
