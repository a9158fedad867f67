/* Pushing from the store: what reaches the registry, the stream, login. */
#include "bench.h"

static const int64_t layer_bytes[] = {3 * MIB_BYTES, MIB_BYTES};
static const char *const both_platforms[] = {"linux/amd64", "linux/arm64", NULL};

static void offer(struct bench *bench, const char *repository)
{
    const struct image_spec spec = {
        .repository = repository,
        .tag = "1",
        .platforms = both_platforms,
        .layer_bytes = layer_bytes,
        .layer_count = G_N_ELEMENTS(layer_bytes),
        .is_index = true,
    };
    registry_add_image(bench->registry, &spec);
}

static void pull(struct bench *bench, const char *more)
{
    cr_assert_eq(ask(bench, "POST",
                     format("/v1.41/images/create?fromImage=localhost%%3A5000%%2Ft&tag=1%s", more),
                     NULL),
                 200u);
    g_autofree char *text = text_of(bench);
    cr_assert(strstr(text, "\"Status: ") != NULL, "%s", text);
}

static void push(struct bench *bench, const char *name)
{
    cr_assert_eq(ask(bench, "POST", format("/v1.41/images/%s/push?tag=2", name), NULL), 200u);
}

static void push_what_was_pulled(struct bench *bench)
{
    offer(bench, "t");
    pull(bench, "");
    ask(bench, "POST",
        "/v1.41/images/localhost:5000/t:1/tag?repo=localhost%3A5000%2Fo%2Fcopy&tag=2", NULL);

    push(bench, "localhost:5000/o/copy");

    g_autofree char *text = text_of(bench);
    cr_assert(
        g_str_has_prefix(
            text, "{\"status\":\"The push refers to repository [localhost:5000/o/copy]\"}\r\n"),
        "%s", text);
    AUTO(image_facts) facts = registry_find(bench->registry, "o/copy", "2");
    cr_assert_not_null(facts);
    cr_assert(facts->is_complete);
    cr_assert_eq(facts->platforms->len, 1u);
    cr_assert_str_eq(g_ptr_array_index(facts->platforms, 0), "linux/amd64");
    cr_assert(strstr(text, format("{\"status\":\"2: digest: %s size: ", facts->digest)) != NULL,
              "%s", text);
    cr_assert(strstr(text, format("\"aux\":{\"Tag\":\"2\",\"Digest\":\"%s\",\"Size\":",
                                  facts->digest)) != NULL,
              "%s", text);
    g_autoptr(GBytes) manifest = registry_blob(bench->registry, facts->digest);
    cr_assert(g_str_has_prefix(g_bytes_get_data(manifest, NULL),
                               "{\n   \"schemaVersion\": 2,\n   \"mediaType\": \""));
    ask(bench, "GET", "/v1.41/images/localhost:5000/o/copy:2/json", NULL);
    g_autofree char *shape = text_of(bench);
    cr_assert(strstr(shape, format("localhost:5000/o/copy@%s", facts->digest)) != NULL, "%s",
              shape);
}

/* capture 07 */
Test(dockerd_push, the_classic_store_pushes_one_platform_and_learns_the_digest)
{
    bench_run(NULL, push_what_was_pulled);
}

static void push_an_index(struct bench *bench)
{
    offer(bench, "t");
    pull(bench, "");
    ask(bench, "POST",
        "/v1.41/images/localhost:5000/t:1/tag?repo=localhost%3A5000%2Fo%2Fcopy&tag=2", NULL);
    push(bench, "localhost:5000/o/copy");
    AUTO(image_facts) partial = registry_find(bench->registry, "o/copy", "2");
    cr_assert_not_null(partial);
    cr_assert_eq(partial->platforms->len, 1u);

    pull(bench, "&platform=linux%2Farm64");
    push(bench, "localhost:5000/o/copy");

    AUTO(image_facts) source = registry_find(bench->registry, "t", "1");
    AUTO(image_facts) facts = registry_find(bench->registry, "o/copy", "2");
    cr_assert_str_eq(facts->digest, source->digest);
    cr_assert(facts->is_complete);
    cr_assert_eq(facts->platforms->len, 2u);
}

Test(dockerd_push, the_containerd_store_pushes_the_index_once_it_has_all_of_it)
{
    const struct plan plan = {.profile = "ubuntu-26.04"};
    bench_run(&plan, push_an_index);
}

static void push_what_is_not_there(struct bench *bench)
{
    cr_assert_eq(ask(bench, "POST", "/v1.41/images/localhost:5000/none/push?tag=2", NULL), 200u);
    g_autofree char *text = text_of(bench);
    cr_assert_str_eq(text,
                     "{\"status\":\"The push refers to repository [localhost:5000/none]\"}\r\n"
                     "{\"errorDetail\":{\"message\":\"An image does not exist locally with "
                     "the tag: localhost:5000/none\"},\"error\":\"An image does not exist "
                     "locally with the tag: localhost:5000/none\"}\r\n");
}

Test(dockerd_push, a_missing_image_is_told_inside_the_stream)
{
    bench_run(NULL, push_what_is_not_there);
}

static void push_built(struct bench *bench)
{
    dockerd_preload(bench->dockerd, "localhost:5000/built:2", "linux/amd64", 50 * MIB_BYTES);
    push(bench, "localhost:5000/built");
    AUTO(image_facts) facts = registry_find(bench->registry, "built", "2");
    cr_assert_not_null(facts);
    cr_assert(facts->is_complete);
    cr_assert_eq(ask(bench, "DELETE", "/v1.41/images/localhost:5000/built:2", NULL), 200u);
    cr_assert_eq(disk_account_bytes(bench->disk, DISK_IMAGES), 0);
}

Test(dockerd_push, layers_without_bytes_get_a_stand_in)
{
    bench_run(NULL, push_built);
}

/* ---- login ---- */

static void log_in(struct bench *bench)
{
    const struct registry_options options = {
        .service = registry_service_find("docker.io"),
        .user = "me",
        .secret = "pw",
    };
    AUTO(registry) hub = registry_new(bench->world, &options);
    cr_assert_not_null(hub);
    cr_assert_eq(ask(bench, "POST", "/v1.41/auth",
                     "{\"username\":\"me\",\"password\":\"pw\",\"serveraddress\":\"docker.io\"}"),
                 200u);
    g_autofree char *text = text_of(bench);
    cr_assert_str_eq(text, "{\"IdentityToken\":\"\",\"Status\":\"Login Succeeded\"}\n");
    cr_assert_eq(ask(bench, "POST", "/v1.41/auth",
                     "{\"username\":\"me\",\"password\":\"bad\",\"serveraddress\":\"docker.io\"}"),
                 401u);
    cr_assert_str_eq(message_of(bench), "Get \"https://registry-1.docker.io/v2/\": unauthorized: "
                                        "incorrect username or password");
    cr_assert_eq(ask(bench, "POST", "/v1.41/auth", "{\"serveraddress\":\"no.where\"}"), 500u);
}

/* captures 33, 33b */
Test(dockerd_push, login_asks_the_registry_itself)
{
    bench_run(NULL, log_in);
}
