/* The bench of the fake Docker Engine's tests. */
#include "bench.h"

#define MACHINE "leg"

/* Texts that tests hold on to, until bench_run() ends. */
static GStringChunk *kept;

static const char *keep(const char *text)
{
    return g_string_chunk_insert(kept, text);
}

static void bench_main(void *argument)
{
    struct bench *bench = argument;
    bench->body(bench);
    bench->is_over = true;
}

static void open_bench(struct bench *bench, const struct plan *plan)
{
    const struct world_options world = {.seed = 7, .trace = bench->trace, .network = plan->network};
    const struct registry_options registry = {.service = registry_service_find("localhost:5000"),
                                              .is_virtual = true};
    const struct machine_profile *profile =
        machine_profile_find(plan->profile != NULL ? plan->profile : "self-hosted-20.10");
    g_autoptr(GError) error = NULL;

    bench->world = world_new(bench->loop, &world, &error);
    cr_assert_not_null(bench->world);
    world_set_weather(bench->world, plan->weather);
    bench->registry = registry_new(bench->world, &registry);
    int64_t free_bytes = plan->disk_free_bytes > 0 ? plan->disk_free_bytes : 80 * GIB_BYTES;
    bench->disk = disk_new(bench->world, MACHINE, 100 * GIB_BYTES, 100 * GIB_BYTES - free_bytes);
    const struct dockerd_options options = {
        .world = bench->world,
        .machine = MACHINE,
        .profile = profile,
        .disk = bench->disk,
        .programs = plan->programs,
    };
    bench->dockerd = dockerd_new(&options);
    bench->http = http_new(bench->loop, world_opener(bench->world, MACHINE, "client"), "client");
}

char *bench_run_traced(const struct plan *plan, void (*body)(struct bench *bench))
{
    static const struct plan plain = {0};
    AUTO(loop) loop = loop_new(CLOCK_VIRTUAL, 1);
    AUTO(trace) trace = trace_new(loop_now_of, loop);
    struct bench bench = {.loop = loop, .trace = trace, .body = body};
    g_autoptr(GError) error = NULL;

    kept = g_string_chunk_new(4096);
    vclock_bind(loop, VCLOCK_EPOCH_S);
    open_bench(&bench, plan != NULL ? plan : &plain);
    fiber_spawn(loop, "body", bench_main, &bench);
    bool is_fine = loop_run(loop, &bench.is_over, &error);
    cr_assert(is_fine, "%s", error != NULL ? error->message : "");
    http_response_clear(&bench.response);
    http_free(bench.http);
    dockerd_free(bench.dockerd);
    world_end_exchanges(bench.world);
    registry_free(bench.registry);
    disk_free(bench.disk);
    world_free(bench.world);
    loop_free(g_steal_pointer(&loop));
    vclock_bind(NULL, 0);
    g_string_chunk_free(kept);
    return trace_digest(trace);
}

void bench_run(const struct plan *plan, void (*body)(struct bench *bench))
{
    g_free(bench_run_traced(plan, body));
}

/* ---- asking ---- */

unsigned ask_bytes(struct bench *bench, const char *method, const char *path, GBytes *body)
{
    g_autofree char *url = g_strconcat("http://api.moby.localhost", path, NULL);
    const struct http_request request = {
        .method = method,
        .url = url,
        .unix_socket = "/var/run/docker.sock",
        .body = body,
    };
    g_autoptr(GError) error = NULL;

    http_response_clear(&bench->response);
    bool is_answered = http_perform(bench->http, &request, &bench->response, &error);
    cr_assert(is_answered, "%s %s: %s", method, path, error != NULL ? error->message : "");
    return bench->response.status;
}

unsigned ask(struct bench *bench, const char *method, const char *path, const char *json)
{
    g_autoptr(GBytes) body = json == NULL ? NULL : g_bytes_new(json, strlen(json));
    return ask_bytes(bench, method, path, body);
}

char *text_of(const struct bench *bench)
{
    gsize length_bytes = 0;
    const char *bytes = g_bytes_get_data(bench->response.body, &length_bytes);
    return g_strndup(bytes != NULL ? bytes : "", length_bytes);
}

json_t *json_of(const struct bench *bench)
{
    g_autofree char *text = text_of(bench);
    json_t *value = json_parse_gbytes(bench->response.body, NULL);
    cr_assert_not_null(value, "%s", text);
    return value;
}

const char *header(const struct bench *bench, const char *name)
{
    const char *value = http_response_header(&bench->response, name);
    return value != NULL ? value : "";
}

const char *format(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *text = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    return keep(text);
}

GBytes *tar_of(const char *const *files)
{
    AUTO(archive_writer) writer = archive_writer_new();
    for (gsize i = 0; files[i] != NULL; i += 2)
        archive_writer_add_file(writer, files[i], 0755, files[i + 1], strlen(files[i + 1]));
    return archive_writer_finish(writer);
}

const char *message_of(const struct bench *bench)
{
    g_autoptr(json_t) answer = json_of(bench);
    return keep(json_get_string(answer, "message", "(no message)"));
}

static gint compare_text(gconstpointer left, gconstpointer right)
{
    return strcmp(*(char *const *)left, *(char *const *)right);
}

char *keys_of(json_t *object)
{
    g_autoptr(GPtrArray) keys = g_ptr_array_new();
    const char *key;
    json_t *value;
    json_object_foreach (object, key, value)
        g_ptr_array_add(keys, (char *)key);
    g_ptr_array_sort(keys, compare_text);
    g_ptr_array_add(keys, NULL);
    return g_strjoinv(" ", (char **)keys->pdata);
}

/* ---- containers ---- */

static const char *id_of(const struct bench *bench)
{
    g_autoptr(json_t) answer = json_of(bench);
    const char *id = json_get_string(answer, "Id", NULL);
    cr_assert_not_null(id);
    return keep(id);
}

void preload_busybox(struct bench *bench)
{
    dockerd_preload(bench->dockerd, "bb:1", "linux/amd64", 1982347);
}

const char *create(struct bench *bench, const char *name, const char *image, const char *options)
{
    const char *path = name == NULL ? "/v1.41/containers/create"
                                    : format("/v1.41/containers/create?name=%s", name);
    unsigned status = ask(bench, "POST", path, format("{\"Image\":\"%s\"%s}", image, options));
    cr_assert_eq(status, 201u);
    return id_of(bench);
}

const char *run(struct bench *bench, const char *name, const char *image, const char *options)
{
    const char *id = create(bench, name, image, options);
    cr_assert_eq(ask(bench, "POST", format("/v1.41/containers/%s/start", id), NULL), 204u);
    return id;
}

const char *make_exec(struct bench *bench, const char *container, const char *json_words)
{
    unsigned status = ask(bench, "POST", format("/v1.41/containers/%s/exec", container),
                          format("{\"AttachStdin\":false,\"AttachStdout\":true,"
                                 "\"AttachStderr\":true,\"Cmd\":%s}",
                                 json_words));
    cr_assert_eq(status, 201u);
    return id_of(bench);
}

GBytes *stream_exec(struct bench *bench, const char *id, bool is_upgrade)
{
    g_autoptr(GBytes) body = g_bytes_new_static("{\"Detach\":false,\"Tty\":false}\n", 29);
    static const char *const headers[] = {"Content-Type: application/json", NULL};
    const struct http_request request = {
        .method = "POST",
        .url = format("http://docker/v1.41/exec/%s/start", id),
        .unix_socket = "/var/run/docker.sock",
        .headers = headers,
        .body = body,
        .is_upgrade = is_upgrade,
    };
    g_autoptr(GByteArray) all = g_byte_array_new();
    g_autoptr(GError) error = NULL;

    http_response_clear(&bench->response);
    AUTO(http_stream) stream = http_open(bench->http, &request, &bench->response, &error);
    cr_assert_not_null(stream, "%s", error != NULL ? error->message : "");
    cr_assert_eq(bench->response.status, is_upgrade ? 101u : 200u);
    for (;;) {
        g_autoptr(GBytes) chunk = NULL;
        bool is_read = http_stream_read(stream, &chunk, &error);
        if (!is_read && !is_upgrade) { /* an end by close is no proper end for our own client */
            cr_assert(g_error_matches(error, HTTP_ERROR, HTTP_ERROR_TRUNCATED));
            break;
        }
        cr_assert(is_read, "%s", error != NULL ? error->message : "");
        if (chunk == NULL)
            break;
        gsize length_bytes = 0;
        const guint8 *bytes = g_bytes_get_data(chunk, &length_bytes);
        g_byte_array_append(all, bytes, (guint)length_bytes);
    }
    return g_byte_array_free_to_bytes(g_steal_pointer(&all));
}

char *exec_output(struct bench *bench, const char *id, int stream, int *exit_code)
{
    g_autoptr(GBytes) frames = stream_exec(bench, id, /* is_upgrade= */ true);
    char *text = frames_of(frames, stream);
    cr_assert_eq(ask(bench, "GET", format("/v1.41/exec/%s/json", id), NULL), 200u);
    g_autoptr(json_t) answer = json_of(bench);
    cr_assert(!json_get_boolean(answer, "Running", true));
    *exit_code = (int)json_get_integer(answer, "ExitCode", -1);
    return text;
}

char *run_exec(struct bench *bench, const char *container, const char *json_words, int stream,
               int *exit_code)
{
    return exec_output(bench, make_exec(bench, container, json_words), stream, exit_code);
}

char *frames_of(GBytes *bytes, int stream)
{
    GString *text = g_string_new(NULL);
    gsize length_bytes = 0;
    const guint8 *data = g_bytes_get_data(bytes, &length_bytes);

    for (gsize i = 0; i + 8 <= length_bytes;) {
        gsize length = ((gsize)data[i + 4] << 24) | ((gsize)data[i + 5] << 16) |
                       ((gsize)data[i + 6] << 8) | data[i + 7];
        cr_assert(i + 8 + length <= length_bytes);
        if (data[i] == stream)
            g_string_append_len(text, (const char *)data + i + 8, (gssize)length);
        i += 8 + length;
    }
    return g_string_free(text, FALSE);
}
