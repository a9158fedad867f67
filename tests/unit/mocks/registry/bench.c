/* The bench of the registry's tests. */
#include "bench.h"

static void bench_main(void *argument)
{
    struct bench *bench = argument;
    bench->body(bench);
    bench->is_over = true;
}

static void open_bench(struct bench *bench, const struct registry_options *options)
{
    const struct registry_options plain = bench_options("localhost:5000");
    const struct world_options world = {.seed = 7, .trace = bench->trace};
    g_autoptr(GError) error = NULL;
    bench->world = world_new(bench->loop, &world, &error);
    cr_assert_not_null(bench->world);
    bench->registry = registry_new(bench->world, options != NULL ? options : &plain);
    bench->http = http_new(bench->loop, world_opener(bench->world, NULL, "client"), "client");
}

char *bench_run_traced(const struct registry_options *options, void (*body)(struct bench *bench))
{
    AUTO(loop) loop = loop_new(CLOCK_VIRTUAL, 1);
    AUTO(trace) trace = trace_new(loop_now_of, loop);
    struct bench bench = {.loop = loop, .trace = trace, .body = body};
    g_autoptr(GError) error = NULL;

    vclock_bind(loop, VCLOCK_EPOCH_S);
    open_bench(&bench, options);
    fiber_spawn(loop, "body", bench_main, &bench);
    bool is_fine = loop_run(loop, &bench.is_over, &error);
    cr_assert(is_fine, "%s", error != NULL ? error->message : "");
    world_end_exchanges(bench.world);
    http_response_clear(&bench.response);
    http_free(bench.http);
    registry_free(bench.registry);
    world_free(bench.world);
    loop_free(g_steal_pointer(&loop));
    vclock_bind(NULL, 0);
    return trace_digest(trace);
}

void bench_run(const struct registry_options *options, void (*body)(struct bench *bench))
{
    g_free(bench_run_traced(options, body));
}

struct registry_options bench_options(const char *service)
{
    return (struct registry_options){.service = registry_service_find(service)};
}

unsigned ask(struct bench *bench, const char *method, const char *url, GBytes *body, ...)
{
    g_autoptr(GPtrArray) headers = g_ptr_array_new();
    va_list arguments;
    const char *next = NULL;
    va_start(arguments, body);
    while ((next = va_arg(arguments, const char *)) != NULL)
        g_ptr_array_add(headers, (char *)next);
    va_end(arguments);
    g_ptr_array_add(headers, NULL);

    const struct http_request request = {
        .method = method, .url = url, .headers = (const char *const *)headers->pdata, .body = body};
    g_autoptr(GError) error = NULL;
    http_response_clear(&bench->response);
    bool is_answered = http_perform(bench->http, &request, &bench->response, &error);
    cr_assert(is_answered, "%s %s: %s", method, url, error != NULL ? error->message : "");
    if (body != NULL)
        g_bytes_unref(body);
    return bench->response.status;
}

unsigned get(struct bench *bench, const char *url)
{
    return ask(bench, "GET", url, NULL, NULL);
}

const char *header(const struct bench *bench, const char *name)
{
    const char *value = http_response_header(&bench->response, name);
    return value != NULL ? value : "";
}

GBytes *body_of(const struct bench *bench)
{
    return bench->response.body;
}

char *text_of(const struct bench *bench)
{
    gsize length_bytes = 0;
    const char *bytes = g_bytes_get_data(bench->response.body, &length_bytes);
    return g_strndup(bytes, length_bytes);
}

json_t *json_of(const struct bench *bench)
{
    g_autoptr(GError) error = NULL;
    json_t *value = json_parse_gbytes(bench->response.body, &error);
    cr_assert_not_null(value);
    return value;
}

void check_error(const struct bench *bench, const char *code)
{
    g_autoptr(json_t) answer = json_of(bench);
    const json_t *first = json_array_get(json_get_array(answer, "errors"), 0);
    cr_assert_str_eq(json_get_string(first, "code", ""), code);
    cr_assert_str_eq(header(bench, "Content-Type"), "application/json; charset=utf-8");
    cr_assert_str_eq(header(bench, "Docker-Distribution-Api-Version"), "registry/2.0");
    cr_assert_not_null(json_object_get(first, "detail"));
}

GBytes *bytes_of(const char *text)
{
    return g_bytes_new(text, strlen(text));
}

const char *format(const char *pattern, ...)
{
    va_list arguments;
    va_start(arguments, pattern);
    g_autofree char *text = g_strdup_vprintf(pattern, arguments);
    va_end(arguments);
    return g_intern_string(text);
}

const char *digest_text(const char *content)
{
    g_autofree char *digest = digest_of(content, strlen(content));
    return format("%s", digest);
}

struct image_spec golang_spec(void)
{
    static const char *const platforms[] = {"linux/amd64", "linux/arm64", NULL};
    static const int64_t layer_bytes[] = {49 * MIB_BYTES, 3000};
    static const char *const environment[] = {"GOLANG_VERSION=1.22.5", NULL};
    return (struct image_spec){.repository = "library/golang",
                               .tag = "1.22",
                               .platforms = platforms,
                               .layer_bytes = layer_bytes,
                               .layer_count = 2,
                               .environment = environment,
                               .is_index = true};
}

const char *push_blob(struct bench *bench, const char *repository, const char *content)
{
    const char *digest = digest_text(content);
    const char *url = format(PLAIN "/v2/%s/blobs/uploads/?digest=%s", repository, digest);
    cr_assert_eq(ask(bench, "POST", url, bytes_of(content), NULL), 201);
    return digest;
}

const char *push_image(struct bench *bench, const char *repository, const char *reference,
                       const char *content)
{
    const char *config = "{\"architecture\":\"arm64\",\"os\":\"linux\",\"variant\":\"v8\"}";
    const char *config_digest = push_blob(bench, repository, config);
    const char *layer_digest = push_blob(bench, repository, content);
    const char *manifest = format(
        "{\"schemaVersion\":2,\"config\":{\"mediaType\":\"application/"
        "vnd.oci.image.config.v1+json\","
        "\"digest\":\"%s\",\"size\":%zu},\"layers\":[{\"mediaType\":\"a/b\",\"digest\":\"%s\","
        "\"size\":%zu}]}",
        config_digest, strlen(config), layer_digest, strlen(content));
    const char *url = format(PLAIN "/v2/%s/manifests/%s", repository, reference);
    cr_assert_eq(ask(bench, "PUT", url, bytes_of(manifest), MANIFEST_TYPE, NULL), 201);
    return format("%s", header(bench, "Docker-Content-Digest"));
}

const char *last_token(const struct bench *bench)
{
    g_autoptr(json_t) answer = json_of(bench);
    return format("Authorization: Bearer %s", json_get_string(answer, "token", ""));
}

const char *hub_token(struct bench *bench, const char *scope)
{
    cr_assert_eq(get(bench, format(HUB_TOKEN "?service=registry.docker.io&scope=%s", scope)), 200);
    return last_token(bench);
}
