/* The module proxy over HTTP: the protocol's files, dates, what a scenario adds, what is assumed.
 */
#include "base/limits.h"
#include "base/units.h"
#include "loop/vclock.h"
#include "mocks/goproxy/goproxy.h"

#include <criterion/criterion.h>
#include <string.h>

struct bench {
    struct loop *loop;
    struct trace *trace;
    struct world *world;
    struct goproxy *proxy;
    struct http *http;
    void (*body)(struct bench *bench);
    char *text; /* of the last answer */
    bool is_over;
};

static void bench_main(void *argument)
{
    struct bench *bench = argument;
    bench->body(bench);
    bench->is_over = true;
}

static void bench_run(int64_t date_s, const struct network *network,
                      void (*body)(struct bench *bench))
{
    AUTO(loop) loop = loop_new(CLOCK_VIRTUAL, 1);
    AUTO(trace) trace = trace_new(loop_now_of, loop);
    const struct world_options options = {.seed = 1,
                                          .trace = trace,
                                          .date_s = date_s,
                                          .network =
                                              network != NULL ? *network : (struct network){0}};
    struct bench bench = {.loop = loop, .trace = trace, .body = body};
    g_autoptr(GError) error = NULL;

    vclock_bind(loop, VCLOCK_EPOCH_S);
    bench.world = world_new(loop, &options, &error);
    bench.proxy = goproxy_new(bench.world);
    bench.http = http_new(loop, world_opener(bench.world, NULL, "go"), "go");
    fiber_spawn(loop, "body", bench_main, &bench);
    bool is_fine = loop_run(loop, &bench.is_over, &error);
    cr_assert(is_fine, "%s", error != NULL ? error->message : "");
    http_free(bench.http);
    world_end_exchanges(bench.world);
    goproxy_free(bench.proxy);
    world_free(bench.world);
    loop_free(g_steal_pointer(&loop));
    vclock_bind(NULL, 0);
    g_free(bench.text);
}

static unsigned ask(struct bench *bench, const char *path)
{
    g_autofree char *url = g_strconcat("https://proxy.golang.org/", path, NULL);
    const struct http_request request = {.url = url};
    HTTP_RESPONSE(response);
    g_autoptr(GError) error = NULL;
    gsize length;

    cr_assert(http_perform(bench->http, &request, &response, &error));
    g_free(bench->text);
    const char *bytes = g_bytes_get_data(response.body, &length);
    bench->text = g_strndup(bytes != NULL ? bytes : "", length);
    return response.status;
}

static void expect(struct bench *bench, const char *path, unsigned status, const char *text)
{
    cr_expect_eq(ask(bench, path), status, "%s", path);
    if (text != NULL)
        cr_expect_str_eq(bench->text, text, "%s: %s", path, bench->text);
}

#define PROTOBUF "google.golang.org/protobuf"
#define DATE_S   INT64_C(1795690000) /* 2026-11-26 */

static void files(struct bench *bench)
{
    expect(bench, PROTOBUF "/@v/v1.36.6.info", 200, NULL);
    cr_expect(strstr(bench->text, "\"Version\":\"v1.36.6\",\"Time\":\"2025-") != NULL, "%s",
              bench->text);
    expect(bench, PROTOBUF "/@v/v1.36.6.mod", 200, "module " PROTOBUF "\n\ngo 1.22\n");
    cr_expect_eq(ask(bench, PROTOBUF "/@v/v1.36.6.zip"), 200);
    cr_expect(g_str_has_prefix(bench->text, "PK\003\004"));
    expect(bench, PROTOBUF "/@latest", 200, NULL);
    cr_expect(strstr(bench->text, "\"v1.36.12\"") != NULL, "%s", bench->text);
    expect(bench, PROTOBUF "/@v/v1.36.99.info", 404,
           "not found: " PROTOBUF "@v1.36.99: invalid version: unknown revision v1.36.99\n");
    expect(bench, PROTOBUF "/cmd/protoc-gen-go/@v/v1.36.6.info", 404, NULL);
    expect(bench, "nothing", 404, NULL);
    cr_expect_eq(ask(bench, PROTOBUF "/@v/list"), 200);
    cr_expect(g_str_has_suffix(bench->text, "v1.36.11\nv1.36.12\n"), "%s", bench->text);
}

Test(goproxy, it_speaks_the_protocol)
{
    bench_run(DATE_S, NULL, files);
}

#define GRPC "google.golang.org/grpc"

/* The table is a selection: 1.71.0 and 1.72.2 are in it. */
static void between(struct bench *bench)
{
    expect(bench, GRPC "/@v/v1.71.1.mod", 200, "module " GRPC "\n\ngo 1.22.0\n");
    expect(bench, GRPC "/@v/v1.0.0.mod", 200, "module " GRPC "\n");
    expect(bench, GRPC "/@v/v1.99.0.mod", 404, NULL);
    goproxy_remove(bench->proxy, GRPC, "v1.71.1");
    expect(bench, GRPC "/@v/v1.71.1.mod", 404, NULL);
}

Test(goproxy, a_version_that_the_table_leaves_out_has_the_go_line_of_the_one_before)
{
    bench_run(DATE_S, NULL, between);
}

static bool is_config(void *context, const char *path)
{
    return strcmp(path, context) == 0;
}

static void trusted(struct bench *bench)
{
    static char config[] = "github.com/aws/aws-sdk-go-v2/config";
    expect(bench, "github.com/aws/aws-sdk-go-v2/config/@v/v1.32.37.info", 404, NULL);
    goproxy_trust(bench->proxy, is_config, config);
    expect(bench, "github.com/aws/aws-sdk-go-v2/config/@v/v1.32.37.info", 200, NULL);
    expect(bench, "github.com/aws/aws-sdk-go-v2/service/@v/v1.32.37.info", 404, NULL);
}

Test(goproxy, a_module_inside_a_repository_is_one_when_somebody_knows_it)
{
    bench_run(DATE_S, NULL, trusted);
}

static void earlier(struct bench *bench)
{
    expect(bench, PROTOBUF "/@v/v1.36.6.info", 404, NULL);
    expect(bench, PROTOBUF "/@latest", 200, NULL);
    cr_expect(strstr(bench->text, "\"v1.34.") != NULL, "%s", bench->text);
}

Test(goproxy, versions_appear_on_their_day)
{
    bench_run(INT64_C(1720000000), NULL, earlier);
}

static void toolchains(struct bench *bench)
{
    expect(bench, "golang.org/toolchain/@v/v0.0.1-go1.22.5.linux-amd64.zip", 200, NULL);
    expect(bench, "golang.org/toolchain/@v/v0.0.1-go1.22.linux-amd64.zip", 404, NULL);
    expect(bench, "golang.org/toolchain/@v/v0.0.1-go1.99.0.linux-arm64.zip", 404, NULL);
}

Test(goproxy, toolchains_are_there)
{
    bench_run(DATE_S, NULL, toolchains);
}

static void slow_toolchain(struct bench *bench)
{
    expect(bench, "golang.org/toolchain/@v/v0.0.1-go1.22.5.linux-amd64.zip", 200, NULL);
    cr_expect_eq(loop_now_us(bench->loop), 7 * SECOND_US);
}

Test(goproxy, a_toolchain_takes_the_time_of_its_declared_size)
{
    const struct network network = {.bytes_per_second = 10 * MIB_BYTES};
    bench_run(DATE_S, &network, slow_toolchain);
}

static void unknown(struct bench *bench)
{
    gsize length;
    expect(bench, "github.com/!nobody/tool/@v/v0.3.1.mod", 200, "module github.com/Nobody/tool\n");
    expect(bench, "github.com/!nobody/tool/cmd/tool/@v/v0.3.1.info", 404, NULL);
    expect(bench, "github.com/!nobody/tool/@latest", 200, NULL);
    cr_expect(strstr(trace_text(bench->trace, &length), "\"action\":\"assumed\"") != NULL);
}

Test(goproxy, modules_nobody_knows_are_assumed)
{
    bench_run(DATE_S, NULL, unknown);
}

static bool add(struct bench *bench, const char *version, const char *go_line)
{
    const struct go_module_version added = {"example.com/tool", version, 1, go_line};
    g_autoptr(GError) error = NULL;
    return goproxy_add(bench->proxy, &added, &error);
}

static void additions(struct bench *bench)
{
    cr_assert(add(bench, "v1.1.0", "1.22"));
    cr_assert(add(bench, "v1.10.0-rc.1", "1.30"));
    cr_assert(add(bench, "v1.2.0", "1.24"));
    cr_assert(add(bench, "v1.2.0", "1.25"));
    cr_assert_not(add(bench, "1.2.0", "1.25"));
    expect(bench, "example.com/tool/@v/list", 200, "v1.1.0\nv1.2.0\nv1.10.0-rc.1\n");
    expect(bench, "example.com/tool/@v/v1.2.0.mod", 200, "module example.com/tool\n\ngo 1.25\n");
    expect(bench, "example.com/tool/@latest", 200, NULL);
    cr_expect(strstr(bench->text, "\"v1.2.0\"") != NULL, "%s", bench->text);
    goproxy_remove(bench->proxy, "example.com/tool", "v1.2.0");
    expect(bench, "example.com/tool/@v/v1.2.0.info", 404, NULL);
    goproxy_remove(bench->proxy, PROTOBUF, NULL);
    expect(bench, PROTOBUF "/@v/v1.36.6.info", 404, NULL);
}

Test(goproxy, a_scenario_publishes_and_takes_away)
{
    bench_run(DATE_S, NULL, additions);
}

static void many(struct bench *bench)
{
    for (int i = 0; i < PROXY_ADDED_VERSIONS_MAX; i++) {
        g_autofree char *path = g_strdup_printf("example.com/m%d", i);
        const struct go_module_version added = {path, "v1.0.0", 1, ""};
        cr_assert(goproxy_add(bench->proxy, &added, NULL));
    }
    g_autoptr(GError) error = NULL;
    const struct go_module_version over = {"example.com/over", "v1.0.0", 1, ""};
    cr_assert_not(goproxy_add(bench->proxy, &over, &error));
    cr_expect(g_error_matches(error, BASE_ERROR, BASE_ERROR_LIMIT));
}

Test(goproxy, additions_have_a_ceiling, .timeout = 60)
{
    bench_run(DATE_S, NULL, many);
}
