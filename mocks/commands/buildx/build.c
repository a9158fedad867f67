/* `buildx build`: flags to a request, results to files (commands/build.go). */
#include "mocks/commands/buildx/commands.h"
#include "mocks/commands/buildx/request.h"

#include <string.h>

/* "failed to build: " is in logs from July 2025 on (failures.md 0). */
enum {
    MINOR_WITH_PREFIX = 26
};

/* ---- flags ---- */

static void take_list(struct plugin_run *run, const char *flag, GPtrArray *into)
{
    g_autoptr(GPtrArray) values = plugin_flags_list(run->flags, flag);
    for (guint i = 0; i < values->len; i++)
        g_ptr_array_add(into, g_strdup(g_ptr_array_index(values, i)));
}

/* "NAME" alone takes its value from the environment, and is left out when that has none. */
static void take_arguments(struct plugin_run *run, GPtrArray *into)
{
    g_autoptr(GPtrArray) values = plugin_flags_list(run->flags, "build-arg");
    for (guint i = 0; i < values->len; i++) {
        const char *text = g_ptr_array_index(values, i);
        const char *value = strchr(text, '=') == NULL ? command_variable(run->call, text) : NULL;
        if (strchr(text, '=') != NULL)
            g_ptr_array_add(into, g_strdup(text));
        else if (value != NULL)
            g_ptr_array_add(into, g_strconcat(text, "=", value, NULL));
    }
}

static void take_platforms(struct plugin_run *run, GPtrArray *into)
{
    g_autoptr(GPtrArray) values = plugin_flags_list(run->flags, "platform");
    const char *usual = command_variable(run->call, "DOCKER_DEFAULT_PLATFORM");
    if (values->len == 0 && usual != NULL && *usual != '\0')
        g_ptr_array_add(values, g_strdup(usual));
    for (guint i = 0; i < values->len; i++) {
        g_auto(GStrv) each = g_strsplit(g_ptr_array_index(values, i), ",", -1);
        for (gsize j = 0; each[j] != NULL; j++)
            if (*g_strstrip(each[j]) != '\0')
                g_ptr_array_add(into, g_strdup(each[j]));
    }
}

static void take_attest(struct plugin_run *run, const char *type, GPtrArray *into)
{
    char *attest = build_attest_text(type, plugin_flags_text(run->flags, type));
    if (attest != NULL)
        g_ptr_array_add(into, attest);
}

/* A network of the host is allowed with it (build/opt.go). */
static void take_allowed(struct plugin_run *run, struct build_request *request)
{
    g_autoptr(GPtrArray) values = plugin_flags_list(run->flags, "allow");
    for (guint i = 0; i < values->len; i++) {
        g_auto(GStrv) each = g_strsplit(g_ptr_array_index(values, i), ",", -1);
        for (gsize j = 0; each[j] != NULL; j++)
            g_ptr_array_add(request->allowed, g_strdup(g_strstrip(each[j])));
    }
    if (g_strcmp0(request->network, "host") == 0)
        g_ptr_array_add(request->allowed, g_strdup("network.host"));
}

static struct build_request *read_request(struct plugin_run *run)
{
    struct build_request *request = build_request_new("default");
    request->context = g_strdup(plugin_flags_argument(run->flags, 0));
    request->dockerfile = g_strdup(plugin_flags_text(run->flags, "file"));
    request->target = g_strdup(plugin_flags_text(run->flags, "target"));
    request->network = g_strdup(plugin_flags_text(run->flags, "network"));
    request->ignores_cache = plugin_flags_is_on(run->flags, "no-cache");
    request->is_pull = plugin_flags_is_on(run->flags, "pull");
    request->is_push = plugin_flags_is_on(run->flags, "push");
    request->is_load = plugin_flags_is_on(run->flags, "load");
    take_arguments(run, request->arguments);
    take_platforms(run, request->platforms);
    take_list(run, "label", request->labels);
    take_list(run, "annotation", request->annotations);
    take_list(run, "tag", request->tags);
    take_list(run, "cache-from", request->cache_from);
    take_list(run, "cache-to", request->cache_to);
    take_list(run, "output", request->outputs);
    take_list(run, "build-context", request->contexts);
    take_list(run, "no-cache-filter", request->no_cache_filters);
    take_allowed(run, request);
    take_list(run, "secret", request->secrets);
    take_list(run, "ssh", request->agents);
    take_list(run, "attest", request->attests);
    take_attest(run, "provenance", request->attests);
    take_attest(run, "sbom", request->attests);
    return request;
}

/* ---- progress ---- */

/* *is_quiet: nothing but the image's id. */
static bool read_progress(struct plugin_run *run, bool *is_quiet, GError **error)
{
    static const char *const modes[] = {"auto", "plain", "tty", "quiet", "rawjson", NULL};
    const char *mode = plugin_flags_text(run->flags, "progress");
    const char *usual = command_variable(run->call, "BUILDKIT_PROGRESS");
    bool wants_quiet = plugin_flags_is_on(run->flags, "quiet");
    if (mode == NULL)
        mode = "auto";
    if (wants_quiet && strcmp(mode, "auto") != 0 && strcmp(mode, "quiet") != 0)
        return run_fail(error, "progress=%s and quiet cannot be used together", mode);
    if (!wants_quiet && strcmp(mode, "auto") == 0 && usual != NULL && *usual != '\0')
        mode = usual;
    if (!g_strv_contains(modes, mode))
        return run_fail(error, "invalid progress mode %s", mode);
    *is_quiet = wants_quiet || strcmp(mode, "quiet") == 0;
    return true;
}

/* ---- results ---- */

static const char *image_id_of(const json_t *metadata)
{
    const char *digest = json_get_string(metadata, "containerimage.digest", "");
    return json_get_string(metadata, "containerimage.config.digest", digest);
}

/* What the history of a real build keeps; its materials are not modelled. */
static void add_provenance(struct plugin_run *run, json_t *metadata)
{
    const char *mode = command_variable(run->call, "BUILDX_METADATA_PROVENANCE");
    if (g_strcmp0(mode, "disabled") == 0 || g_strcmp0(mode, "false") == 0)
        return;
    json_object_set_new(metadata, "buildx.build.provenance",
                        json_pack("{s:{s:s}, s:s, s:[], s:{s:{}, s:{s:s}}}", "builder", "id", "",
                                  "buildType", "https://mobyproject.org/buildkit@v1", "materials",
                                  "invocation", "configSource", "parameters", "frontend",
                                  "dockerfile.v0"));
}

static bool write_metadata(struct plugin_run *run, json_t *metadata, const char *path,
                           GError **error)
{
    add_provenance(run, metadata);
    char *dumped = json_dumps(metadata, JSON_INDENT(2) | JSON_SORT_KEYS);
    bool is_written = run_write_file(run, path, dumped, strlen(dumped), error);
    free(dumped);
    return is_written;
}

static bool tell_results(struct plugin_run *run, json_t *metadata, bool is_quiet, GError **error)
{
    const char *id_path = plugin_flags_text(run->flags, "iidfile");
    const char *metadata_path = plugin_flags_text(run->flags, "metadata-file");
    const char *id = image_id_of(metadata);
    if (is_quiet)
        command_print(run->call, "%s\n", id);
    if (id_path != NULL && !run_write_file(run, id_path, id, strlen(id), error))
        return false;
    return metadata_path == NULL || write_metadata(run, metadata, metadata_path, error);
}

/* ---- the whole ---- */

static bool build(struct plugin_run *run, struct builder *builder, GPtrArray *requests,
                  struct voice *voice, struct build_result *result, GError **error)
{
    const struct build_request *request = g_ptr_array_index(requests, 0);
    if (build_request_check(request, error) &&
        build_all(run, builder, requests, voice, result, error))
        return true;
    if ((*error)->domain != FIBER_ERROR && !run_is_unmodelled(*error) &&
        run_minor(run) >= MINOR_WITH_PREFIX)
        g_prefix_error(error, "failed to build: ");
    return false;
}

/* build.go LoadNodes comes before the build, to know the driver for the first line. */
static bool find_driver(struct plugin_run *run, struct builder *builder, GError **error)
{
    g_autoptr(GPtrArray) nodes = builder_load(run, builder, /* with_data= */ false, error);
    return nodes != NULL;
}

static void warn_of_flags(struct plugin_run *run)
{
    static const struct {
        const char *flag;
        const char *text;
    } rows[] = {
        {"isolation", "isolation flag is deprecated with BuildKit."},
        {"security-opt", "security-opt flag is deprecated. \"RUN --security=insecure\" should be "
                         "used with BuildKit."},
        {"squash", "experimental flag squash is removed with BuildKit. You should squash inside "
                   "build using a multi-stage Dockerfile for efficiency."},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++)
        if (plugin_flags_has(run->flags, rows[i].flag))
            command_complain(run->call, "WARNING: %s\n", rows[i].text);
}

bool build_call_read(const char *call, bool *is_check, GError **error)
{
    static const char *const builds[] = {"", "build", NULL};
    static const char *const checks[] = {"check", "lint", NULL};
    *is_check = g_strv_contains(checks, call);
    return *is_check || g_strv_contains(builds, call) || run_unmodelled(error, "--call %s", call);
}

/* --check, --call and the older --print: what the frontend is asked for instead of a build. */
static bool read_call(const struct plugin_run *run, bool *is_check, GError **error)
{
    const char *call = plugin_flags_text(run->flags, "call");
    const char *print = plugin_flags_text(run->flags, "print");
    if (plugin_flags_is_on(run->flags, "check"))
        call = "check";
    else if (print != NULL)
        call = print;
    return build_call_read(call != NULL ? call : "build", is_check, error);
}

int build_tell_check(const struct plugin_run *run, const json_t *metadata)
{
    command_print(run->call, "%s", json_get_string(metadata, "result.txt", ""));
    return strcmp(json_get_string(metadata, "result.statuscode", "0"), "0") == 0 ? 0 : 1;
}

int command_build(struct plugin_run *run, GError **error)
{
    g_autoptr(GPtrArray) requests =
        g_ptr_array_new_with_free_func((GDestroyNotify)build_request_free);
    struct build_result result = {0};
    VOICE(voice);
    voice.run = run;
    warn_of_flags(run);
    struct build_request *request = read_request(run);
    g_ptr_array_add(requests, request);
    if (!build_request_check_words(request, error) || !read_call(run, &request->is_check, error))
        return 1;
    AUTO(builder) builder = builder_find(run, run->builder, error);
    if (builder == NULL || !find_driver(run, builder, error) ||
        !read_progress(run, &voice.is_quiet, error))
        return 1;
    voice.head = g_strdup_printf("building with \"%s\" instance using %s driver", builder->name,
                                 builder->driver);
    g_autoptr(json_t) metadata = NULL;
    bool is_built = build(run, builder, requests, &voice, &result, error);
    metadata = result.metadata;
    if (is_built && request->is_check)
        return build_tell_check(run, metadata);
    return is_built && tell_results(run, metadata, voice.is_quiet, error) ? 0 : 1;
}
