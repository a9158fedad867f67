/* The world of the puller's tests. */
#include "bench.h"

#include "base/json.h"
#include "loop/vclock.h"

#define PLAIN_SERVICE "localhost:5000"
#define LAYER_BYTES   (40 * MIB_BYTES)

struct stage {
    struct bench bench;
    GString *progress;
    struct outcome outcome;
};

static struct stage *stage_of(struct bench *bench)
{
    return (struct stage *)bench;
}

struct outcome *bench_outcome(struct bench *bench)
{
    return &stage_of(bench)->outcome;
}

void outcome_clear(struct outcome *outcome)
{
    g_free(outcome->requests);
    g_free(outcome->progress);
    g_free(outcome->error);
    g_free(outcome->notes);
    g_free(outcome->trace_digest);
    pulled_image_free(outcome->image);
}

int count_of(const char *text, const char *part)
{
    int count = 0;
    for (const char *at = strstr(text, part); at != NULL; at = strstr(at + 1, part))
        count++;
    return count;
}

/* ---- the machine ---- */

static bool has_layer(void *context, const char *digest)
{
    const struct bench *bench = context;
    return g_hash_table_contains(bench->layers, digest);
}

static GBytes *find_config(void *context, const char *digest)
{
    const struct bench *bench = context;
    GBytes *config = g_hash_table_lookup(bench->configs, digest);
    return config != NULL ? g_bytes_ref(config) : NULL;
}

static void on_layer(void *context, const struct layer *layer)
{
    struct bench *bench = context;
    g_hash_table_add(bench->layers, g_strdup(layer->digest));
}

void bench_keep_image(struct bench *bench, const struct pulled_image *image)
{
    g_hash_table_insert(bench->configs, g_strdup(image->config_digest), g_bytes_ref(image->config));
}

/* ---- what is told ---- */

void bench_tell(void *context, const struct pull_progress *progress)
{
    struct stage *stage = context;
    if (progress->id != NULL)
        g_string_append_printf(stage->progress, "%s: ", progress->id);
    g_string_append(stage->progress, progress->status);
    if (progress->current >= 0)
        g_string_append_printf(stage->progress, " %" G_GINT64_FORMAT, progress->current);
    if (progress->total >= 0)
        g_string_append_printf(stage->progress, "/%" G_GINT64_FORMAT, progress->total);
    g_string_append_c(stage->progress, '\n');
}

void bench_note(struct bench *bench, const char *format, ...)
{
    va_list arguments;
    g_autofree char *now = duration_text(loop_now_us(bench->loop));
    va_start(arguments, format);
    g_string_append_vprintf(bench->notes, format, arguments);
    va_end(arguments);
    g_string_append_printf(bench->notes, "@%s\n", now);
}

/* ---- digests as words ---- */

static void add_label(struct bench *bench, const char *digest, const char *format, guint number)
{
    g_ptr_array_add(bench->labels, g_strdup(digest));
    g_ptr_array_add(bench->labels, g_strdup_printf("<%s%.*u>", format, number > 0 ? 1 : 0, number));
}

static void label_manifest(struct bench *bench, const char *digest)
{
    g_autoptr(GBytes) bytes = registry_blob(bench->registry, digest);
    g_autoptr(json_t) manifest = json_parse_gbytes(bytes, NULL);
    add_label(bench, digest, "manifest", 0);
    add_label(bench, json_get_string(json_get_object(manifest, "config"), "digest", ""), "config",
              0);
    const json_t *layers = json_get_array(manifest, "layers");
    for (gsize i = 0; i < json_array_size(layers); i++)
        add_label(bench, json_get_string(json_array_get(layers, i), "digest", ""), "layer",
                  (guint)i + 1);
}

static char *repository_of(const struct plan *plan)
{
    bool is_hub = g_strcmp0(plan->service, "docker.io") == 0;
    return g_strdup(is_hub ? "library/img" : "o/img");
}

static void label_image(struct bench *bench)
{
    g_autofree char *repository = repository_of(bench->plan);
    AUTO(image_facts) facts = registry_find(bench->registry, repository, "1");
    cr_assert_not_null(facts);
    if (bench->plan->is_index)
        add_label(bench, facts->digest, "index", 0);
    label_manifest(bench, g_ptr_array_index(facts->manifests, 0));
}

static char *replace_all(char *text, const char *from, const char *to)
{
    g_auto(GStrv) parts = g_strsplit(text, from, -1);
    g_free(text);
    return g_strjoinv(to, parts);
}

static char *with_labels(const struct bench *bench, char *text)
{
    for (guint i = 0; i + 1 < bench->labels->len; i += 2) {
        const char *digest = g_ptr_array_index(bench->labels, i);
        const char *label = g_ptr_array_index(bench->labels, i + 1);
        g_autofree char *hex = g_strdup(strchr(digest, ':') + 1);
        g_autofree char *brief = g_strndup(hex, 12);
        g_autofree char *escaped = g_strconcat("sha256%3A", hex, NULL);
        text = replace_all(text, digest, label);
        text = replace_all(text, escaped, label);
        text = replace_all(text, brief, label);
    }
    return text;
}

struct line {
    int64_t number;
    char *text;
};

static int compare_lines(const void *a, const void *b)
{
    const struct line *left = a, *right = b;
    return (left->number > right->number) - (left->number < right->number);
}

static void line_clear(void *pointer)
{
    g_free(((struct line *)pointer)->text);
}

/* "GET /v2/… 200@5s", with what came of it if that was not all well. */
static void add_line(GArray *lines, const json_t *event)
{
    const char *end = json_get_string(event, "end", "");
    g_autofree char *at = duration_text(json_get_integer(event, "started_us", 0));
    struct line line = {
        .number = json_get_integer(event, "n", 0),
        .text = g_strdup_printf(
            "%s %s %d%s%s@%s", json_get_string(event, "method", ""),
            json_get_string(event, "target", ""), (int)json_get_integer(event, "status", 0),
            strcmp(end, "ok") != 0 ? " " : "", strcmp(end, "ok") != 0 ? end : "", at),
    };
    g_array_append_val(lines, line);
}

static char *list_requests(const struct bench *bench)
{
    gsize length_bytes;
    g_auto(GStrv) texts = g_strsplit(trace_text(bench->trace, &length_bytes), "\n", -1);
    g_autoptr(GArray) lines = g_array_new(FALSE, FALSE, sizeof(struct line));
    GString *list = g_string_new(NULL);

    g_array_set_clear_func(lines, line_clear);
    for (gsize i = 0; texts[i] != NULL; i++) {
        g_autoptr(json_t) event = json_parse_bytes(texts[i], strlen(texts[i]), NULL);
        if (strcmp(json_get_string(event, "event", ""), "exchange") == 0)
            add_line(lines, event);
    }
    g_array_sort(lines, compare_lines);
    for (guint i = 0; i < lines->len; i++)
        g_string_append_printf(list, "%s\n", g_array_index(lines, struct line, i).text);
    return with_labels(bench, g_string_free(list, FALSE));
}

/* ---- the run ---- */

static void end_with(struct outcome *outcome, GError *error)
{
    g_free(outcome->error);
    outcome->error = error != NULL ? g_strdup(error->message) : NULL;
    outcome->code = error != NULL && error->domain == PULLER_ERROR ? error->code : -1;
}

const char *bench_pull(struct bench *bench, const char *text, struct pulled_image **image)
{
    g_autoptr(GError) error = NULL;
    const struct plan *plan = bench->plan;
    AUTO(reference) reference = reference_parse(text, /* default_tag= */ true, &error);
    cr_assert_not_null(reference, "%s", text);
    bool is_fine = puller_pull(bench->puller, reference,
                               plan->platform != NULL ? plan->platform : "linux/amd64",
                               &plan->credentials, bench_tell, bench, image, &error);
    cr_assert(is_fine == (error == NULL));
    end_with(bench_outcome(bench), error);
    return bench_outcome(bench)->error;
}

const char *bench_log_in(struct bench *bench, const char *domain)
{
    g_autoptr(GError) error = NULL;
    bool is_fine = puller_login(bench->puller, domain, &bench->plan->credentials, &error);
    cr_assert(is_fine == (error == NULL));
    end_with(bench_outcome(bench), error);
    return bench_outcome(bench)->error;
}

static void pull_once(struct bench *bench)
{
    struct outcome *outcome = bench_outcome(bench);
    const char *text = bench->plan->reference;
    bench_pull(bench, text != NULL ? text : PLAIN_SERVICE "/o/img:1", &outcome->image);
}

static void run_body(void *argument)
{
    struct bench *bench = argument;
    if (bench->plan->body != NULL)
        bench->plan->body(bench);
    else
        pull_once(bench);
    struct outcome *outcome = bench_outcome(bench);
    outcome->ended_us = loop_now_us(bench->loop);
    outcome->disk_used_bytes = disk_used_bytes(bench->disk);
    outcome->temporary_bytes = disk_account_bytes(bench->disk, DISK_TEMPORARY);
    /* Servers notice that a client has gone only afterwards. */
    cr_assert(fiber_sleep(bench->loop, SECOND_US, NULL));
    bench->is_over = true;
}

static void add_image(struct bench *bench, struct registry *registry)
{
    static const char *const one[] = {"linux/amd64", NULL};
    static const char *const two[] = {"linux/amd64", "linux/arm64", NULL};
    const struct plan *plan = bench->plan;
    g_autofree char *repository = repository_of(plan);
    gsize layer_count = MAX(plan->layer_count, 1);
    g_autofree int64_t *sizes = g_new(int64_t, layer_count);
    for (gsize i = 0; i < layer_count; i++)
        sizes[i] = LAYER_BYTES;
    const struct image_spec spec = {
        .repository = repository,
        .tag = "1",
        .platforms = plan->is_index ? two : one,
        .layer_bytes = sizes,
        .layer_count = layer_count,
        .is_index = plan->is_index,
        .is_docker_types = plan->is_docker_types,
    };
    registry_add_image(registry, &spec);
}

static struct registry *open_registry(struct bench *bench, const char *service)
{
    struct registry_options options = bench->plan->registry;
    options.service = registry_service_find(service);
    options.is_virtual = true;
    struct registry *registry = registry_new(bench->world, &options);
    add_image(bench, registry);
    return registry;
}

static void raise_weather(struct bench *bench)
{
    const char *rules = bench->plan->rules;
    g_autoptr(GError) error = NULL;
    if (rules == NULL)
        return;
    bench->doc = doc_load_text("rules.yaml", rules, strlen(rules), DOC_DEFAULT, &error);
    cr_assert_not_null(bench->doc, "%s", error != NULL ? error->message : "");
    bench->rules = fault_rules_read(doc_root(bench->doc), &error);
    cr_assert_not_null(bench->rules, "%s", error != NULL ? error->message : "");
    bench->faults = faults_new(bench->rules, 7);
    faults_attach(bench->faults, bench->world);
}

static void open_puller(struct bench *bench)
{
    const struct plan *plan = bench->plan;
    bool is_buildkit = plan->kind == PULLER_BUILDKIT;
    const char *const mirrors[] = {plan->mirror, NULL};
    const struct puller_options options = {
        .world = bench->world,
        .machine = "leg",
        .role = is_buildkit ? "buildkit" : "dockerd",
        .kind = plan->kind,
        .disk = bench->disk,
        .data_root = is_buildkit ? "/var/lib/buildkit" : "/var/lib/docker",
        .download_slots = is_buildkit ? 4 : 3,
        .upload_slots = is_buildkit ? 4 : 5,
        .mirrors = mirrors,
        .context = bench,
        .has_layer = has_layer,
        .find_config = find_config,
        .on_layer = on_layer,
    };
    bench->puller = puller_new(&options);
}

static void open_stage(struct stage *stage)
{
    struct bench *bench = &stage->bench;
    const struct plan *plan = bench->plan;
    const struct world_options world = {.seed = 7, .network = plan->network, .trace = bench->trace};
    g_autoptr(GError) error = NULL;

    bench->world = world_new(bench->loop, &world, &error);
    cr_assert_not_null(bench->world);
    bench->registry = open_registry(bench, plan->service != NULL ? plan->service : PLAIN_SERVICE);
    if (plan->mirror != NULL)
        bench->mirror = open_registry(bench, "mirror.gcr.io");
    label_image(bench);
    raise_weather(bench);
    int64_t disk_bytes = plan->disk_bytes > 0 ? plan->disk_bytes : 100 * GIB_BYTES;
    bench->disk = disk_new(bench->world, "leg", disk_bytes, 0);
    open_puller(bench);
}

static void close_stage(struct stage *stage)
{
    struct bench *bench = &stage->bench;
    world_end_exchanges(bench->world);
    stage->outcome.requests = list_requests(bench);
    stage->outcome.progress = with_labels(bench, g_string_free(stage->progress, FALSE));
    stage->outcome.notes = g_string_free(bench->notes, FALSE);
    stage->outcome.trace_digest = trace_digest(bench->trace);
    if (stage->outcome.error != NULL)
        stage->outcome.error = with_labels(bench, stage->outcome.error);
    puller_free(bench->puller);
    disk_free(bench->disk);
    registry_free(bench->registry);
    registry_free(bench->mirror);
    faults_free(bench->faults);
    world_free(bench->world);
    fault_rules_free(bench->rules);
    doc_free(bench->doc);
    g_ptr_array_unref(bench->labels);
    g_hash_table_unref(bench->layers);
    g_hash_table_unref(bench->configs);
}

struct outcome bench_run(const struct plan *plan)
{
    AUTO(loop) loop = loop_new(CLOCK_VIRTUAL, 1);
    AUTO(trace) trace = trace_new(loop_now_of, loop);
    struct stage stage = {
        .bench =
            {
                .plan = plan,
                .loop = loop,
                .trace = trace,
                .labels = g_ptr_array_new_with_free_func(g_free),
                .layers = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL),
                .configs = g_hash_table_new_full(g_str_hash, g_str_equal, g_free,
                                                 (GDestroyNotify)g_bytes_unref),
                .notes = g_string_new(NULL),
            },
        .progress = g_string_new(NULL),
    };
    g_autoptr(GError) error = NULL;

    vclock_bind(loop, VCLOCK_EPOCH_S);
    open_stage(&stage);
    fiber_spawn(loop, "body", run_body, &stage.bench);
    bool is_fine = loop_run(loop, &stage.bench.is_over, &error);
    cr_assert(is_fine, "%s", error != NULL ? error->message : "");
    close_stage(&stage);
    loop_free(g_steal_pointer(&loop));
    vclock_bind(NULL, 0);
    return stage.outcome;
}
