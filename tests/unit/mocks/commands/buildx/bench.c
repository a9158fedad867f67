/* The bench of the fake buildx's tests. */
#include "bench.h"

#include "loop/vclock.h"

#include <glib/gstdio.h>

#define MACHINE "leg"
#define EPOCH_S INT64_C(1795417200)

/* ---- the world ---- */

static void add_images(struct bench *bench, const struct plan *plan)
{
    static const char *const platforms[] = {"linux/amd64", "linux/arm64", NULL};
    static const char *const environment[] = {"PATH=/usr/bin:/bin", NULL};
    static const char *const go[] = {"GOLANG_VERSION=1.21.13", "GOTOOLCHAIN=local", NULL};
    static const int64_t layers[] = {3 * MIB_BYTES, 30 * MIB_BYTES};
    const struct image_spec alpine = {
        .repository = "library/alpine",
        .tag = "3",
        .platforms = platforms,
        .layer_bytes = layers,
        .layer_count = 1,
        .environment = environment,
        .is_index = true,
    };
    struct image_spec golang = alpine;
    struct image_spec buildkit = alpine;
    golang.repository = "library/golang";
    golang.tag = "1.21";
    golang.layer_count = 2;
    golang.environment = go;
    buildkit.repository = "moby/buildkit";
    buildkit.tag = "buildx-stable-1";
    buildkit.layer_count = 2;
    struct image_spec other = alpine;
    struct image_spec older = buildkit;
    older.tag = "v0.20.2";
    registry_add_image(bench->hub, &older);
    older.tag = "v0.12.5";
    registry_add_image(bench->hub, &older);
    other.repository = "moby/none";
    other.tag = "2";
    registry_add_image(bench->local, &other);
    registry_add_image(bench->hub, &alpine);
    registry_add_image(bench->hub, &golang);
    if (!plan->has_no_image)
        registry_add_image(bench->hub, &buildkit);
}

/* Amazon's hosts are one for each account and region. */
static const struct registry_service ecr_service = {.name = ECR_HOST, .api_site = ECR_HOST};

static void add_registries(struct bench *bench, const struct plan *plan)
{
    const struct registry_options hub = {.service = registry_service_find("docker.io"),
                                         .is_virtual = true};
    const struct registry_options ecr = {.service = &ecr_service, .is_virtual = true};
    const struct registry_options local = {
        .service = registry_service_find("localhost:5000"),
        .is_virtual = true,
        .needs_login_to_push = plan->user != NULL,
        .user = plan->user,
        .secret = plan->user != NULL ? "pw" : NULL,
    };
    bench->hub = registry_new(bench->world, &hub);
    bench->local = registry_new(bench->world, &local);
    bench->ecr = registry_new(bench->world, &ecr);
    add_images(bench, plan);
}

static void restart_engine(void *context, const char *machine, int64_t down_us)
{
    const struct bench *bench = context;
    (void)machine;
    dockerd_restart(bench->dockerd, down_us);
}

static void add_weather(struct bench *bench, const char *rules)
{
    g_autoptr(GError) error = NULL;
    const struct faults_actions actions = {.context = bench, .restart_engine = restart_engine};
    if (rules == NULL)
        return;
    bench->doc = doc_load_text("rules.yaml", rules, strlen(rules), 0, &error);
    cr_assert_not_null(bench->doc, "%s", error != NULL ? error->message : "");
    bench->rules = fault_rules_read(doc_root(bench->doc), &error);
    cr_assert_not_null(bench->rules, "%s", error != NULL ? error->message : "");
    bench->faults = faults_new(bench->rules, 7);
    faults_set_actions(bench->faults, &actions);
    faults_attach(bench->faults, bench->world);
}

static void add_engine(struct bench *bench, const struct plan *plan)
{
    static const struct container_program *const programs[] = {&buildkit_program, NULL};
    const struct dockerd_options options = {
        .world = bench->world,
        .machine = MACHINE,
        .profile = machine_profile_find(plan->profile != NULL ? plan->profile : "ubuntu-24.04"),
        .disk = bench->disk,
        .programs = programs,
        .engine_builder = &buildkit_program,
    };
    bench->dockerd = dockerd_new(&options);
    bench->http = http_new(bench->loop, world_opener(bench->world, MACHINE, "cli"), "cli");
}

static void keep_assumed(void *self, const char *what, bool touches_images)
{
    struct bench *bench = self;
    g_string_append_printf(bench->assumed, "%s%s\n", what, touches_images ? "" : " (no image)");
}

static const char *source_of(void *self)
{
    const struct bench *bench = self;
    return bench->source;
}

static void add_plugin(struct bench *bench, const struct plan *plan)
{
    const struct buildx_options options = {
        .loop = bench->loop,
        .trace = bench->trace,
        .version = plan->version != NULL ? plan->version : "v0.26.1",
        .dockerd = bench->dockerd,
        .seed = 7,
        .date_s = EPOCH_S,
        .repository = source_of,
        .repository_self = bench,
    };
    bench->source = g_build_filename(bench->root, "src", NULL);
    g_mkdir_with_parents(bench->source, 0700);
    bench->buildx = buildx_new(&options);
    bench->plugins[0] = (struct docker_plugin){"buildx", "v0.26.1", buildx_run, bench->buildx};
    const struct docker_cli_options cli = {
        .loop = bench->loop,
        .trace = bench->trace,
        .http = bench->http,
        .machine = MACHINE,
        .version = "28.0.4",
        .api_version = "1.48",
        .plugins = bench->plugins,
        .assume = keep_assumed,
        .assume_self = bench,
    };
    bench->assumed = g_string_new(NULL);
    bench->cli = docker_cli_new(&cli);
}

static void open_bench(struct bench *bench, const struct plan *plan)
{
    const struct world_options world = {
        .seed = 7, .trace = bench->trace, .network = {.round_trip_us = 1000}};
    g_autoptr(GError) error = NULL;
    bench->root = g_dir_make_tmp("seatrial-buildx-XXXXXX", &error);
    bench->world = world_new(bench->loop, &world, &error);
    cr_assert_not_null(bench->world);
    add_registries(bench, plan);
    add_weather(bench, plan->rules);
    bench->disk = disk_new(bench->world, MACHINE, 100 * GIB_BYTES, 20 * GIB_BYTES);
    add_engine(bench, plan);
    add_plugin(bench, plan);
}

static void remove_tree(const char *path)
{
    GDir *folder = g_dir_open(path, 0, NULL);
    const char *name;
    while (folder != NULL && (name = g_dir_read_name(folder)) != NULL) {
        g_autofree char *child = g_build_filename(path, name, NULL);
        remove_tree(child);
    }
    if (folder != NULL)
        g_dir_close(folder);
    g_remove(path);
}

static void close_bench(struct bench *bench)
{
    docker_cli_free(bench->cli);
    g_string_free(bench->assumed, TRUE);
    buildx_free(bench->buildx);
    http_free(bench->http);
    dockerd_free(bench->dockerd);
    world_end_exchanges(bench->world);
    registry_free(bench->hub);
    registry_free(bench->local);
    registry_free(bench->ecr);
    disk_free(bench->disk);
    world_set_weather(bench->world, NULL);
    faults_free(bench->faults);
    fault_rules_free(bench->rules);
    doc_free(bench->doc);
    world_free(bench->world);
    remove_tree(bench->root);
    g_free(bench->root);
    g_free(bench->source);
}

static void bench_main(void *argument)
{
    struct bench *bench = argument;
    bench->body(bench);
    bench->is_over = true;
}

void bench_run(const struct plan *plan, void (*body)(struct bench *bench))
{
    static const struct plan plain = {0};
    AUTO(loop) loop = loop_new(CLOCK_VIRTUAL, 1);
    AUTO(trace) trace = trace_new(loop_now_of, loop);
    struct bench bench = {.loop = loop, .trace = trace, .body = body};
    g_autoptr(GError) error = NULL;

    vclock_bind(loop, EPOCH_S);
    open_bench(&bench, plan != NULL ? plan : &plain);
    fiber_spawn(loop, "body", bench_main, &bench);
    bool is_fine = loop_run(loop, &bench.is_over, &error);
    cr_assert(is_fine, "%s", error != NULL ? error->message : "");
    close_bench(&bench);
    loop_free(g_steal_pointer(&loop));
    vclock_bind(NULL, 0);
}
