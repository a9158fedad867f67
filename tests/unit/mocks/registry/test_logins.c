/* Logins with what they may push, and images that are invented. */
#include "bench.h"

static const char *basic(const char *user, const char *secret)
{
    g_autofree char *plain = g_strdup_printf("%s:%s", user, secret);
    g_autofree char *encoded = g_base64_encode((const guchar *)plain, strlen(plain));
    return format("Authorization: Basic %s", encoded);
}

static void add_two_logins(struct bench *bench)
{
    const struct registry_login owner = {"acme", "s3cret", "acme/*", NULL};
    const struct registry_login reader = {NULL, "read-only", NULL, NULL};
    registry_add_login(bench->registry, &owner);
    registry_add_login(bench->registry, &reader);
}

static const char *granted_token(struct bench *bench, const char *login, const char *scope)
{
    cr_assert_eq(ask(bench, "GET", format(HUB_TOKEN "?scope=%s", scope), NULL, login, NULL), 200);
    g_autoptr(json_t) answer = json_of(bench);
    return format("Authorization: Bearer %s", json_get_string(answer, "token", ""));
}

static unsigned begin_upload(struct bench *bench, const char *repository, const char *login)
{
    const char *token = granted_token(bench, login, format("repository:%s:pull,push", repository));
    return ask(bench, "POST", format(HUB "/v2/%s/blobs/uploads/", repository), bytes_of(""), token,
               NULL);
}

static void push_with_grants(struct bench *bench)
{
    add_two_logins(bench);
    cr_expect_eq(begin_upload(bench, "acme/api", basic("acme", "s3cret")), 202);
    cr_expect_eq(begin_upload(bench, "other/api", basic("acme", "s3cret")), 401);
    cr_expect_eq(begin_upload(bench, "acme/api", basic("anybody", "read-only")), 401);
}

Test(logins, a_login_pushes_only_where_it_may)
{
    struct registry_options options = bench_options("docker.io");
    options.needs_login_to_push = true;

    bench_run(&options, push_with_grants);
}

static void push_to_what_is_spared(struct bench *bench)
{
    const struct registry_login login = {.secret = "s3cret", .pushes = "*", .spares = "library/*"};
    registry_add_login(bench->registry, &login);
    cr_expect_eq(begin_upload(bench, "acme/api", basic("acme", "s3cret")), 202);
    cr_expect_eq(begin_upload(bench, "library/latest", basic("acme", "s3cret")), 401);
}

Test(logins, one_that_pushes_everywhere_is_kept_from_what_it_spares)
{
    struct registry_options options = bench_options("docker.io");
    options.needs_login_to_push = true;

    bench_run(&options, push_to_what_is_spared);
}

static void ask_with_wrong_secret(struct bench *bench)
{
    add_two_logins(bench);
    cr_expect_eq(ask(bench, "GET", HUB_TOKEN, NULL, basic("acme", "guess"), NULL), 401);
    cr_expect_eq(ask(bench, "GET", HUB_TOKEN, NULL, basic("acme", ""), NULL), 401);
    cr_expect_eq(ask(bench, "GET", HUB_TOKEN, NULL, basic("acme", "s3cret"), NULL), 200);
}

Test(logins, a_secret_of_no_login_is_refused)
{
    struct registry_options options = bench_options("docker.io");

    bench_run(&options, ask_with_wrong_secret);
}

static void push_with_basic(struct bench *bench)
{
    add_two_logins(bench);
    const char *uploads = PLAIN "/v2/acme/api/blobs/uploads/";
    cr_expect_eq(ask(bench, "POST", uploads, bytes_of(""), basic("acme", "s3cret"), NULL), 202);
    cr_expect_eq(ask(bench, "POST", uploads, bytes_of(""), basic("you", "read-only"), NULL), 403);
    check_error(bench, "DENIED");
}

Test(logins, basic_logins_have_the_same_grants)
{
    struct registry_options options = bench_options("localhost:5000");
    options.needs_login_to_push = true;

    bench_run(&options, push_with_basic);
}

static bool wants_public(void *context, const struct registry_service *service,
                         const char *repository, const char *tag)
{
    (void)context;
    (void)tag;
    cr_expect_str_eq(service->name, "docker.io");
    return !g_str_has_prefix(repository, "acme/");
}

static unsigned get_manifest(struct bench *bench, const char *repository)
{
    const char *token = hub_token(bench, format("repository:%s:pull", repository));
    return ask(bench, "GET", format(HUB "/v2/%s/manifests/1", repository), NULL, token, NULL);
}

static void ask_for_inventions(struct bench *bench)
{
    const struct registry_inventor inventor = {.wants = wants_public};
    registry_set_inventor(bench->registry, &inventor);

    cr_expect_null(registry_find(bench->registry, "some/tool", "1"), "the oracle invents nothing");
    cr_expect_eq(get_manifest(bench, "some/tool"), 200);
    AUTO(image_facts) facts = registry_find(bench->registry, "some/tool", "1");
    cr_assert_not_null(facts);
    cr_expect_eq(facts->platforms->len, 11);
    cr_expect_eq(facts->pushed_by_exchange, 0);
    cr_expect_eq(get_manifest(bench, "acme/api"), 401);
    cr_expect(registry_has_invented(bench->registry, "some/tool", "1"));
    cr_expect(!registry_has_invented(bench->registry, "some/tool", "2"));
}

static void ask_for_one_architecture(struct bench *bench)
{
    const struct registry_inventor inventor = {.wants = wants_public};
    registry_set_inventor(bench->registry, &inventor);

    cr_expect_eq(get_manifest(bench, "arm32v7/node"), 200);
    AUTO(image_facts) facts = registry_find(bench->registry, "arm32v7/node", "1");
    cr_assert_not_null(facts);
    cr_assert_eq(facts->platforms->len, 1);
    cr_expect_str_eq(facts->platforms->pdata[0], "linux/arm/v7");
}

#define PINNED "sha256:f8f0e809a4281714c33edf86f6da6cc2d4058c8549e44d8c83303c28b3123072"
#define OTHER  "sha256:5eed30ce9cdde08f8761eb05a71e1aa3d81413f1e9e24bd088ec92cf8b8c61ba"

static bool pins(void *context, const char *digest)
{
    (void)context;
    return strcmp(digest, PINNED) == 0;
}

static void ask_for_pinned(struct bench *bench)
{
    const struct registry_inventor inventor = {.wants = wants_public, .pins = pins};
    registry_set_inventor(bench->registry, &inventor);
    const char *token = hub_token(bench, "repository:library/redis:pull");

    cr_expect_eq(ask(bench, "GET", HUB "/v2/library/redis/manifests/" OTHER, NULL, token, NULL),
                 404);
    cr_expect_eq(ask(bench, "GET", HUB "/v2/library/redis/manifests/" PINNED, NULL, token, NULL),
                 200);
    cr_expect_not_null(world_stand_in(bench->world, PINNED));
    cr_expect_null(world_stand_in(bench->world, OTHER));
}

Test(logins, an_image_that_is_pinned_by_digest_has_a_stand_in)
{
    struct registry_options options = bench_options("docker.io");
    options.is_virtual = true;

    bench_run(&options, ask_for_pinned);
}

Test(logins, an_invented_image_of_a_namespace_for_one_architecture_has_that_platform_alone)
{
    struct registry_options options = bench_options("docker.io");
    options.is_virtual = true;

    bench_run(&options, ask_for_one_architecture);
}

Test(logins, an_image_that_nobody_described_is_invented_when_it_is_wanted)
{
    struct registry_options options = bench_options("docker.io");
    options.is_virtual = true;

    bench_run(&options, ask_for_inventions);
}
