/* The bench of the fake BuildKit's tests. */
#include "bench.h"

#include "base/gzip.h"
#include "loop/vclock.h"

#include <stdarg.h>

#define MACHINE   "leg"
#define EPOCH_S   INT64_C(1795417200)
#define TAR_BYTES (64 * 1024 * 1024)

static void bench_main(void *argument)
{
    struct bench *bench = argument;
    bench->body(bench);
    bench->is_over = true;
}

/* ---- the world ---- */

static void add_images(struct bench *bench)
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
    golang.repository = "library/golang";
    golang.tag = "1.21";
    golang.layer_count = 2;
    golang.environment = go;
    registry_add_image(bench->hub, &alpine);
    registry_add_image(bench->hub, &golang);
}

static void add_registries(struct bench *bench, const struct plan *plan)
{
    const struct registry_options hub = {.service = registry_service_find("docker.io"),
                                         .is_virtual = true};
    const struct registry_options local = {
        .service = registry_service_find("localhost:5000"),
        .is_virtual = true,
        .needs_login_to_push = plan->user != NULL,
        .user = plan->user,
        .secret = plan->user != NULL ? "pw" : NULL,
    };
    bench->hub = registry_new(bench->world, &hub);
    bench->local = registry_new(bench->world, &local);
    add_images(bench);
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

static void open_bench(struct bench *bench, const struct plan *plan)
{
    static const struct container_program *const programs[] = {&buildkit_program, NULL};
    const struct world_options world = {
        .seed = 7, .trace = bench->trace, .network = {.round_trip_us = 1000}};
    g_autoptr(GError) error = NULL;
    int64_t free_bytes = plan->disk_free_bytes > 0 ? plan->disk_free_bytes : 80 * GIB_BYTES;

    bench->world = world_new(bench->loop, &world, &error);
    cr_assert_not_null(bench->world);
    add_registries(bench, plan);
    bench->cachesvc = plan->has_cachesvc ? cachesvc_new(bench->world) : NULL;
    add_weather(bench, plan->rules);
    bench->disk = disk_new(bench->world, MACHINE, 100 * GIB_BYTES, 100 * GIB_BYTES - free_bytes);
    const struct dockerd_options options = {
        .world = bench->world,
        .machine = MACHINE,
        .profile = machine_profile_find("ubuntu-24.04"),
        .disk = bench->disk,
        .programs = programs,
        .engine_builder = &buildkit_program,
    };
    bench->dockerd = dockerd_new(&options);
    dockerd_preload(bench->dockerd, "moby/buildkit:buildx-stable-1", "linux/amd64", MIB_BYTES);
    bench->http = http_new(bench->loop, world_opener(bench->world, MACHINE, "client"), "client");
}

static void close_bench(struct bench *bench)
{
    http_free(bench->http);
    dockerd_free(bench->dockerd);
    world_end_exchanges(bench->world);
    cachesvc_free(bench->cachesvc);
    registry_free(bench->hub);
    registry_free(bench->local);
    disk_free(bench->disk);
    world_set_weather(bench->world, NULL);
    faults_free(bench->faults);
    fault_rules_free(bench->rules);
    doc_free(bench->doc);
    world_free(bench->world);
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

void wait_for(struct bench *bench, int64_t duration_us)
{
    cr_assert(fiber_sleep(bench->loop, duration_us, NULL));
}

/* ---- the Engine ---- */

/* One request; the body of the answer. */
static GBytes *ask(struct bench *bench, const char *method, const char *path, GBytes *body,
                   unsigned wanted_status)
{
    g_autofree char *url = g_strconcat("http://d/v1.48", path, NULL);
    const struct http_request request = {
        .method = method,
        .url = url,
        .unix_socket = "/var/run/docker.sock",
        .body = body,
    };
    g_autoptr(GError) error = NULL;
    HTTP_RESPONSE(response);
    bool is_answered = http_perform(bench->http, &request, &response, &error);
    cr_assert(is_answered, "%s %s: %s", method, path, error != NULL ? error->message : "");
    gsize length_bytes;
    const char *text = g_bytes_get_data(response.body, &length_bytes);
    cr_assert_eq(response.status, wanted_status, "%s %s: %u %.*s", method, path, response.status,
                 (int)length_bytes, text);
    return g_bytes_ref(response.body);
}

static GBytes *ask_json(struct bench *bench, const char *path, json_t *value,
                        unsigned wanted_status)
{
    g_autoptr(json_t) owned = value;
    g_autoptr(GBytes) body = json_bytes(owned);
    return ask(bench, "POST", path, body, wanted_status);
}

void put_files(struct bench *bench, const char *path, ...)
{
    AUTO(archive_writer) writer = archive_writer_new();
    va_list more;
    va_start(more, path);
    for (const char *next = path; next != NULL; next = va_arg(more, const char *)) {
        const char *text = va_arg(more, const char *);
        archive_writer_add_file(writer, next + 1, 0644, text, strlen(text));
    }
    va_end(more);
    g_autoptr(GBytes) tar = archive_writer_finish(writer);
    g_bytes_unref(ask(bench, "PUT", "/containers/b0/archive?path=%2F", tar, 200));
}

void start_builder(struct bench *bench, const char *config)
{
    json_t *body = json_pack(
        "{s:s, s:o, s:{s:b, s:[{s:s, s:s, s:s}]}}", "Image", "moby/buildkit:buildx-stable-1", "Cmd",
        config != NULL ? json_pack("[s, s]", "--config", "/etc/buildkit/buildkitd.toml")
                       : json_array(),
        "HostConfig", "Privileged", 1, "Mounts", "Type", "volume", "Source", "b0_state", "Target",
        "/var/lib/buildkit");
    g_bytes_unref(ask_json(bench, "/containers/create?name=b0", body, 201));
    if (config != NULL)
        put_files(bench, "/etc/buildkit/buildkitd.toml", config, NULL);
    g_bytes_unref(ask(bench, "POST", "/containers/b0/start", NULL, 204));
}

int probe_builder(struct bench *bench)
{
    for (int i = 1; i <= 16; i++) {
        ANSWER(answer) = run_in_builder(bench, "buildctl debug workers", NULL);
        if (answer.exit_code == 0)
            return i;
        if (i < 16)
            wait_for(bench, i * 120 * MILLISECOND_US);
    }
    return 0;
}

void boot_builder(struct bench *bench)
{
    start_builder(bench, NULL);
    cr_assert_neq(probe_builder(bench), 0);
}

/* ---- exec ---- */

static char *make_exec(struct bench *bench, const char *line, const char *environment)
{
    g_auto(GStrv) words = g_strsplit(line, " ", -1);
    json_t *list = json_array();
    for (gsize i = 0; words[i] != NULL; i++)
        if (*words[i] != '\0')
            json_array_append_new(list, json_string(words[i]));
    json_t *body = json_pack("{s:b, s:b, s:o}", "AttachStdout", 1, "AttachStderr", 1, "Cmd", list);
    if (environment != NULL)
        json_object_set_new(body, "Env", json_pack("[s]", environment));
    g_autoptr(GBytes) answer = ask_json(bench, "/containers/b0/exec", body, 201);
    g_autoptr(json_t) created = json_parse_gbytes(answer, NULL);
    return g_strdup(json_get_string(created, "Id", ""));
}

static char *frames_text(GBytes *bytes)
{
    gsize length_bytes;
    const guint8 *data = g_bytes_get_data(bytes, &length_bytes);
    GString *text = g_string_new(NULL);
    for (gsize at = 0; at + 8 <= length_bytes;) {
        gsize size = ((gsize)data[at + 4] << 24) | ((gsize)data[at + 5] << 16) |
                     ((gsize)data[at + 6] << 8) | data[at + 7];
        g_string_append_len(text, (const char *)data + at + 8, (gssize)size);
        at += 8 + size;
    }
    return g_string_free(text, FALSE);
}

static int exit_code_of(struct bench *bench, const char *id)
{
    g_autofree char *path = g_strdup_printf("/exec/%s/json", id);
    g_autoptr(GBytes) body = ask(bench, "GET", path, NULL, 200);
    g_autoptr(json_t) value = json_parse_gbytes(body, NULL);
    return (int)json_get_integer(value, "ExitCode", -1);
}

/* Starts an exec attached and reads its raw stream to the end. */
static GBytes *read_exec(struct bench *bench, const char *id)
{
    g_autofree char *url = g_strdup_printf("http://d/v1.48/exec/%s/start", id);
    g_autoptr(GBytes) body = g_bytes_new_static("{}", 2);
    const struct http_request request = {
        .method = "POST",
        .url = url,
        .unix_socket = "/var/run/docker.sock",
        .body = body,
        .is_upgrade = true,
    };
    g_autoptr(GError) error = NULL;
    g_autoptr(GByteArray) bytes = g_byte_array_new();
    HTTP_RESPONSE(response);
    AUTO(http_stream) stream = http_open(bench->http, &request, &response, &error);
    cr_assert_not_null(stream, "%s", error != NULL ? error->message : "");
    for (;;) {
        g_autoptr(GBytes) chunk = NULL;
        bool is_read = http_stream_read(stream, &chunk, &error);
        cr_assert(is_read, "%s", error != NULL ? error->message : "");
        if (chunk == NULL)
            return g_byte_array_free_to_bytes(g_steal_pointer(&bytes));
        gsize length_bytes;
        const guint8 *data = g_bytes_get_data(chunk, &length_bytes);
        g_byte_array_append(bytes, data, (guint)length_bytes);
    }
}

struct answer run_in_builder(struct bench *bench, const char *line, const char *environment)
{
    int64_t started_us = loop_now_us(bench->loop);
    g_autofree char *id = make_exec(bench, line, environment);
    g_autoptr(GBytes) stream = read_exec(bench, id);
    return (struct answer){
        .exit_code = exit_code_of(bench, id),
        .text = frames_text(stream),
        .duration_us = loop_now_us(bench->loop) - started_us,
    };
}

bool is_cached(const struct answer *answer, const char *step)
{
    const char *told = strstr(answer->text, step);
    const char *line = told != NULL ? strchr(told, '\n') : NULL;
    cr_assert_not_null(line, "%s is not in: %s", step, answer->text);
    const char *end = strchr(line + 1, '\n');
    return end != NULL && strncmp(end - strlen(" CACHED"), " CACHED", strlen(" CACHED")) == 0;
}

void begin_in_builder(struct bench *bench, const char *line)
{
    g_autofree char *id = make_exec(bench, line, NULL);
    g_autofree char *path = g_strdup_printf("/exec/%s/start", id);
    g_bytes_unref(ask_json(bench, path, json_pack("{s:b}", "Detach", 1), 200));
}

void answer_clear(struct answer *answer)
{
    g_free(answer->text);
}

struct answer build(struct bench *bench, const char *options)
{
    g_autofree char *line =
        g_strconcat("buildctl build --frontend dockerfile.v0 --local context=/ctx --local "
                    "dockerfile=/ctx --progress plain ",
                    options, NULL);
    return run_in_builder(bench, line, NULL);
}

struct answer build_two(struct bench *bench, const char *options)
{
    g_autofree char *line =
        g_strconcat("--opt platform=linux/amd64,linux/arm64 --output "
                    "type=image,name=localhost:5000/o/app:1,push=true --metadata-file /meta.json ",
                    options, NULL);
    return build(bench, line);
}

/* ---- looking ---- */

char *file_text(struct bench *bench, const char *path)
{
    g_autofree char *line = g_strconcat("cat ", path, NULL);
    ANSWER(answer) = run_in_builder(bench, line, NULL);
    return answer.exit_code == 0 ? g_steal_pointer(&answer.text) : g_strdup("");
}

static bool layer_has_file(struct registry *registry, const char *digest, const char *path)
{
    g_autoptr(GBytes) blob = registry_blob(registry, digest);
    cr_assert_not_null(blob, "%s", digest);
    gsize length_bytes;
    const void *data = g_bytes_get_data(blob, &length_bytes);
    g_autoptr(GBytes) tar = gzip_decompress(data, length_bytes, TAR_BYTES, NULL);
    gsize tar_bytes;
    const void *members = g_bytes_get_data(tar, &tar_bytes);
    AUTO(archive_reader) reader = archive_reader_new(members, tar_bytes, true);
    const struct archive_member *member = NULL;
    while (archive_reader_next(reader, &member, NULL) && member != NULL)
        if (strcmp(member->name, path) == 0)
            return true;
    return false;
}

bool image_has_file(struct bench *bench, const char *repository, const char *reference,
                    const char *path)
{
    AUTO(image_facts) facts = registry_find(bench->local, repository, reference);
    cr_assert_not_null(facts);
    g_autoptr(GBytes) bytes = registry_blob(bench->local, g_ptr_array_index(facts->manifests, 0));
    g_autoptr(json_t) manifest = json_parse_gbytes(bytes, NULL);
    json_t *layers = json_get_array(manifest, "layers");
    for (gsize i = 0; i < json_array_size(layers); i++)
        if (layer_has_file(bench->local, json_get_string(json_array_get(layers, i), "digest", ""),
                           path))
            return true;
    return false;
}

char *builder_logs(struct bench *bench)
{
    g_autoptr(GBytes) logs = ask(bench, "GET", "/containers/b0/logs?stdout=1&stderr=1", NULL, 200);
    return frames_text(logs);
}

void remove_builder(struct bench *bench)
{
    g_bytes_unref(ask(bench, "DELETE", "/containers/b0?force=1", NULL, 204));
}
