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

static void add_weather(struct bench *bench, const char *rules)
{
    g_autoptr(GError) error = NULL;
    if (rules == NULL)
        return;
    bench->doc = doc_load_text("rules.yaml", rules, strlen(rules), 0, &error);
    cr_assert_not_null(bench->doc, "%s", error != NULL ? error->message : "");
    bench->rules = fault_rules_read(doc_root(bench->doc), &error);
    cr_assert_not_null(bench->rules, "%s", error != NULL ? error->message : "");
    bench->faults = faults_new(bench->rules, 7);
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

/* ---- running commands ---- */

struct caller {
    struct bench *bench;
    GString *streams[3];
    char **arguments;
    GPtrArray *environment;
    int exit_code;
    bool is_over;
    struct fiber *fiber;
};

static bool read_nothing(void *self, GByteArray *chunk, bool *is_end, GError **error)
{
    (void)self;
    (void)chunk;
    (void)error;
    *is_end = true;
    return true;
}

static bool keep(void *self, int stream, const void *bytes, gsize length_bytes, GError **error)
{
    struct caller *caller = self;
    (void)error;
    g_string_append_len(caller->streams[stream], bytes, (gssize)length_bytes);
    return true;
}

static char *host_path(void *self, const char *path)
{
    const struct caller *caller = self;
    return g_strconcat(caller->bench->root, path, NULL);
}

static void caller_main(void *argument)
{
    static const struct command_seam seam = {
        .read = read_nothing, .write = keep, .host_path = host_path};
    struct caller *caller = argument;
    const struct command_call call = {
        .arguments = (const char *const *)caller->arguments,
        .environment = (const char *const *)caller->environment->pdata,
        .directory = "/src",
        .seam = &seam,
        .self = caller,
    };
    caller->exit_code = docker_cli_run(caller->bench->cli, &call);
    caller->is_over = true;
}

static void caller_init(struct caller *caller, struct bench *bench, const char *line,
                        const char *environment)
{
    *caller = (struct caller){.bench = bench};
    caller->streams[1] = g_string_new(NULL);
    caller->streams[2] = g_string_new(NULL);
    cr_assert(g_shell_parse_argv(line, NULL, &caller->arguments, NULL), "%s", line);
    caller->environment = g_ptr_array_new();
    g_ptr_array_add(caller->environment, (char *)"HOME=/home/u");
    if (environment != NULL)
        g_ptr_array_add(caller->environment, (char *)environment);
    g_ptr_array_add(caller->environment, NULL);
}

static void caller_clear(struct caller *caller)
{
    g_strfreev(caller->arguments);
    g_ptr_array_unref(caller->environment);
}

void outcome_clear(struct outcome *outcome)
{
    g_free(outcome->out);
    g_free(outcome->err);
}

struct outcome run_with(struct bench *bench, const char *line, const char *environment)
{
    struct caller caller;
    int64_t started_us = loop_now_us(bench->loop);
    caller_init(&caller, bench, line, environment);
    caller_main(&caller);
    caller_clear(&caller);
    return (struct outcome){
        .exit_code = caller.exit_code,
        .out = g_string_free(caller.streams[1], FALSE),
        .err = g_string_free(caller.streams[2], FALSE),
        .duration_us = loop_now_us(bench->loop) - started_us,
    };
}

struct outcome run_line(struct bench *bench, const char *line)
{
    return run_with(bench, line, NULL);
}

void run_well(struct bench *bench, const char *line)
{
    OUTCOME(outcome) = run_line(bench, line);
    cr_assert_eq(outcome.exit_code, 0, "%s\n%s%s", line, outcome.out, outcome.err);
}

void run_and_kill(struct bench *bench, const char *line, int64_t after_us)
{
    struct caller caller;
    caller_init(&caller, bench, line, NULL);
    caller.fiber = fiber_spawn(bench->loop, "command", caller_main, &caller);
    cr_assert(fiber_sleep(bench->loop, after_us, NULL));
    cr_assert(!caller.is_over, "%s", caller.streams[2]->str);
    fiber_cancel(caller.fiber);
    while (!caller.is_over)
        cr_assert(fiber_sleep(bench->loop, 10 * MILLISECOND_US, NULL));
    caller_clear(&caller);
    g_string_free(caller.streams[1], TRUE);
    g_string_free(caller.streams[2], TRUE);
}

/* ---- files ---- */

void write_file(struct bench *bench, const char *path, const char *text)
{
    g_autofree char *host = g_strconcat(bench->root, path, NULL);
    g_autofree char *folder = g_path_get_dirname(host);
    g_mkdir_with_parents(folder, 0700);
    cr_assert(g_file_set_contents(host, text, -1, NULL));
}

char *read_file(struct bench *bench, const char *path)
{
    g_autofree char *host = g_strconcat(bench->root, path, NULL);
    char *text = NULL;
    return g_file_get_contents(host, &text, NULL, NULL) ? text : g_strdup("");
}

bool has_file(struct bench *bench, const char *path)
{
    g_autofree char *host = g_strconcat(bench->root, path, NULL);
    return g_file_test(host, G_FILE_TEST_EXISTS);
}

void write_context(struct bench *bench)
{
    write_file(bench, "/src/Dockerfile", "FROM alpine:3\nCOPY f /f\nRUN uname -m\n");
    write_file(bench, "/src/f", "hello\n");
}

/* ---- what happened ---- */

static void add_request(GString *text, const json_t *event)
{
    const char *target = json_get_string(event, "target", "");
    g_autofree char *path = g_strndup(target, strcspn(target, "?"));
    const char *plain = path;
    if (g_str_has_prefix(path, "/v1."))
        plain = strchr(path + 1, '/');
    g_string_append_printf(text, "%s %s\n", json_get_string(event, "method", ""), plain);
}

char *engine_requests(struct bench *bench)
{
    gsize length_bytes = 0;
    g_auto(GStrv) lines = g_strsplit(trace_text(bench->trace, &length_bytes), "\n", -1);
    GString *text = g_string_new(NULL);
    for (gsize i = 0; lines[i] != NULL; i++) {
        g_autoptr(json_t) event = json_parse_bytes(lines[i], strlen(lines[i]), NULL);
        if (strcmp(json_get_string(event, "event", ""), "exchange") == 0 &&
            strstr(json_get_string(event, "site", ""), "docker.sock") != NULL)
            add_request(text, event);
    }
    return g_string_free(text, FALSE);
}

char *platforms_of(struct bench *bench, const char *repository, const char *tag)
{
    AUTO(image_facts) facts = registry_find(bench->local, repository, tag);
    if (facts == NULL)
        return g_strdup("");
    g_ptr_array_add(facts->platforms, NULL);
    char *text = g_strjoinv(" ", (char **)facts->platforms->pdata);
    g_ptr_array_set_size(facts->platforms, (gint)facts->platforms->len - 1);
    return text;
}
