/* What a push needs: the right login, by a token or without one, and the right to what it mounts.
 */
#include "bench.h"

#define GHCR       "https://ghcr.io"
#define PUSH_SCOPE "?service=ghcr.io&scope=repository:o/app:pull,push"

static struct registry_options ghcr_options(void)
{
    struct registry_options options = bench_options("ghcr.io");
    options.needs_login_to_push = true;
    options.user = "octo";
    options.secret = "good";
    return options;
}

static unsigned post_upload(struct bench *bench, const char *token)
{
    return ask(bench, "POST", GHCR "/v2/o/app/blobs/uploads/", bytes_of(""), token, NULL);
}

static void push_with_login(struct bench *bench)
{
    cr_assert_eq(get(bench, GHCR "/token" PUSH_SCOPE), 200);
    cr_expect_eq(post_upload(bench, last_token(bench)), 401);
    cr_assert_eq(ask(bench, "GET", GHCR "/token" PUSH_SCOPE, NULL, OCTO_BAD, NULL), 403);
    g_autofree char *text = text_of(bench);
    cr_expect_str_eq(text, "{\"errors\":[{\"code\":\"DENIED\",\"message\":\"denied\"}]}");
    cr_assert_eq(ask(bench, "GET", GHCR "/token" PUSH_SCOPE, NULL, OCTO_GOOD, NULL), 200);
    cr_expect_eq(post_upload(bench, last_token(bench)), 202);
}

Test(access_push, pushing_needs_the_right_login)
{
    const struct registry_options options = ghcr_options();

    bench_run(&options, push_with_login);
}

#define MISSING_SCOPE "?service=ghcr.io&scope=repository:o/missing:pull"

static void ask_for_what_is_missing(struct bench *bench)
{
    cr_assert_eq(get(bench, GHCR "/token" MISSING_SCOPE), 403);
    g_autofree char *text = text_of(bench);
    cr_expect_str_eq(text,
                     "{\"errors\":[{\"code\":\"DENIED\",\"message\":\"requested access to the "
                     "resource is denied\"}]}");
    cr_assert_eq(get(bench, GHCR "/token?service=ghcr.io"), 200);
    cr_assert_eq(ask(bench, "GET", GHCR "/token" MISSING_SCOPE, NULL, OCTO_GOOD, NULL), 200);
}

/* "denied" of docker pull: imagegenius/docker-ai-chat-app issue 1 */
Test(access_push, ghcr_gives_no_token_to_pull_what_is_hidden)
{
    const struct registry_options options = ghcr_options();

    bench_run(&options, ask_for_what_is_missing);
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
Test(access_push, ghcr_takes_a_token_of_github_as_a_bearer)
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

Test(access_push, ghcr_has_no_list_of_referrers)
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
Test(access_push, ghcr_denies_a_push_that_the_token_has_no_right_to)
{
    const struct registry_options options = ghcr_options();

    bench_run(&options, push_without_right);
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

Test(access_push, a_login_may_come_as_a_form)
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

Test(access_push, without_a_token_service_a_login_is_basic)
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

Test(access_push, a_mount_needs_the_right_to_pull_its_source)
{
    const struct registry_options options = bench_options("ghcr.io");

    bench_run(&options, mount_without_right);
}
