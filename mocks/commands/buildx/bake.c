/* `buildx bake`: targets of files, built on one builder (commands/bake.go). */
#include "mocks/commands/buildx/bake.h"
#include "mocks/commands/buildx/commands.h"

#include <string.h>

/* One call. */
struct baking {
    struct plugin_run *run;
    struct voice *voice;
    struct bake_sources *sources;
    GPtrArray *targets;   /* const char*, ends with NULL */
    GPtrArray *overrides; /* char*, ends with NULL */
};

/* ---- options ---- */

static void add_attest(struct baking *baking, const char *type)
{
    char *attest = build_attest_text(type, plugin_flags_text(baking->run->flags, type));
    if (attest != NULL)
        g_ptr_array_add(baking->overrides, g_strconcat("*.attest=", attest, NULL));
    g_free(attest);
}

/* Behind those of --set; each in the order of runBake. */
static void add_overrides(struct baking *baking)
{
    static const struct {
        const char *name;
        bool counts_when_off;
    } switches[] = {{"push", false}, {"load", false}, {"no-cache", true}, {"pull", true}};
    const struct plugin_flags *flags = baking->run->flags;
    for (gsize i = 0; i < G_N_ELEMENTS(switches); i++) {
        const char *name = switches[i].name;
        bool is_on = plugin_flags_is_on(flags, name);
        if (is_on || (switches[i].counts_when_off && plugin_flags_has(flags, name)))
            g_ptr_array_add(baking->overrides,
                            g_strdup_printf("*.%s=%s", name, is_on ? "true" : "false"));
    }
    add_attest(baking, "sbom");
    add_attest(baking, "provenance");
    g_ptr_array_add(baking->overrides, NULL);
}

/* A URL in front of the targets is where the definition is. */
static bool read_arguments(struct baking *baking, GError **error)
{
    const struct plugin_flags *flags = baking->run->flags;
    const char *first = plugin_flags_argument(flags, 0);
    guint from = first != NULL && build_context_is_url(first) ? 1 : 0;
    baking->sources->url = from > 0 ? first : NULL;
    for (guint i = from; i < plugin_flags_argument_count(flags); i++)
        g_ptr_array_add(baking->targets, (char *)plugin_flags_argument(flags, i));
    if (from > 0 && baking->targets->len > 0 &&
        build_context_is_url(g_ptr_array_index(baking->targets, 0)))
        return run_unmodelled(error, "a second URL");
    g_ptr_array_add(baking->targets, NULL);
    add_overrides(baking);
    return true;
}

static bool check_flags(const struct plugin_run *run, GError **error)
{
    return !plugin_flags_has(run->flags, "list") || run_unmodelled(error, "--list");
}

/* ---- the definition ---- */

static const char *variable(const char *name, const void *call)
{
    return command_variable(call, name);
}

static GBytes *file_read(const char *path, const void *run)
{
    return run_read_file(run, path, NULL);
}

static bool is_folder(const char *path, const void *context)
{
    const struct plugin_run *run = context;
    g_autofree char *host = command_host_path(run->call, path);
    return host != NULL && g_file_test(host, G_FILE_TEST_IS_DIR);
}

static struct bake_result *resolve(const struct baking *baking, GError **error)
{
    const struct bake_files files = {file_read, is_folder, baking->run,
                                     baking->run->call->directory};
    const GArray *list = baking->sources->list;
    const struct bake_request request = {
        .environment = variable,
        .context = baking->run->call,
        .targets = (const char *const *)baking->targets->pdata,
        .overrides = (const char *const *)baking->overrides->pdata,
        .files = &files,
        .now_s = run_unix_now(baking->run),
    };
    const struct bakefile_source *sources = (const struct bakefile_source *)(void *)list->data;
    AUTO(bakefile) file = bakefile_read(sources, list->len, error);
    return file != NULL ? bakefile_resolve(file, &request, error) : NULL;
}

/* buildx shows the lines that an error names in front of it. */
static struct bake_result *resolve_aloud(const struct baking *baking, GError **error)
{
    const GArray *list = baking->sources->list;
    GError *reason = NULL;
    struct bake_result *result = resolve(baking, &reason);
    if (result != NULL)
        return result;
    g_autofree char *excerpt = bakefile_error_excerpt(
        (const struct bakefile_source *)(void *)list->data, list->len, reason);
    if (excerpt != NULL && !g_error_matches(reason, BAKEFILE_ERROR, BAKEFILE_ERROR_UNKNOWN))
        command_complain(baking->run->call, "%s", excerpt);
    g_propagate_error(error, reason);
    return NULL;
}

static struct bake_result *read_definition(const struct baking *baking, const GPtrArray *paths,
                                           GError **error)
{
    return bake_sources_read(baking->sources, baking->run, paths, baking->voice, error)
               ? resolve_aloud(baking, error)
               : NULL;
}

/* ---- building ---- */

static GPtrArray *requests_of(const struct baking *baking, const struct bake_result *result,
                              GError **error)
{
    g_autoptr(GPtrArray) requests =
        g_ptr_array_new_with_free_func((GDestroyNotify)build_request_free);
    for (guint i = 0; i < result->targets->len; i++) {
        struct build_request *request = bake_request_new(
            baking->run, g_ptr_array_index(result->targets, i), baking->sources->url, error);
        if (request == NULL)
            return NULL;
        g_ptr_array_add(requests, request);
    }
    bake_link_requests(baking->run, requests);
    return g_steal_pointer(&requests);
}

static bool write_metadata(struct plugin_run *run, const GPtrArray *requests,
                           const struct build_result *results, GError **error)
{
    const char *path = plugin_flags_text(run->flags, "metadata-file");
    g_autoptr(json_t) all = json_object();
    if (path == NULL)
        return true;
    for (guint i = 0; i < requests->len; i++)
        json_object_set(all, ((struct build_request *)g_ptr_array_index(requests, i))->name,
                        results[i].metadata);
    char *text = json_dumps(all, JSON_INDENT(2) | JSON_SORT_KEYS);
    bool is_written = run_write_file(run, path, text, strlen(text), error);
    free(text);
    return is_written;
}

static bool check_all(const GPtrArray *requests, GError **error)
{
    for (guint i = 0; i < requests->len; i++)
        if (!build_request_check_words(g_ptr_array_index(requests, i), error) ||
            !build_request_check(g_ptr_array_index(requests, i), error))
            return false;
    return true;
}

static gint compare_names(gconstpointer left, gconstpointer right)
{
    const struct build_request *const *one = left;
    const struct build_request *const *other = right;
    return strcmp((*one)->name, (*other)->name);
}

/* What the checks have found, by the targets' names; the first exit code that is not 0. */
static int tell_checks(const struct plugin_run *run, GPtrArray *requests,
                       const struct build_result *results)
{
    g_autoptr(GPtrArray) sorted = g_ptr_array_new();
    int exit_code = 0;
    for (guint i = 0; i < requests->len; i++)
        if (((struct build_request *)g_ptr_array_index(requests, i))->is_check)
            g_ptr_array_add(sorted, g_ptr_array_index(requests, i));
    g_ptr_array_sort(sorted, compare_names);
    for (guint i = 0; i < sorted->len; i++) {
        const struct build_request *request = g_ptr_array_index(sorted, i);
        command_print(run->call, "%s%s\n\n", i > 0 ? "\n" : "", request->name);
        guint index = 0;
        bool is_found = g_ptr_array_find(requests, request, &index);
        int code = is_found ? build_tell_check(run, results[index].metadata) : 0;
        exit_code = exit_code != 0 ? exit_code : code;
    }
    return exit_code;
}

static bool build_targets(struct plugin_run *run, struct builder *builder, GPtrArray *requests,
                          struct voice *voice, int *exit_code, GError **error)
{
    struct build_result *results = g_new0(struct build_result, requests->len + 1);
    bool is_built = check_all(requests, error) &&
                    build_all(run, builder, requests, voice, results, error) &&
                    write_metadata(run, requests, results, error);
    if (is_built)
        *exit_code = tell_checks(run, requests, results);
    for (guint i = 0; i < requests->len; i++)
        json_decref(results[i].metadata);
    g_free(results);
    return is_built;
}

/* A build and a remote definition need a builder; it is looked at before the files are. */
static struct builder *begin(struct plugin_run *run, struct voice *voice, GError **error)
{
    AUTO(builder) builder = builder_find(run, run->builder, error);
    g_autoptr(GPtrArray) nodes = builder != NULL ? builder_load(run, builder, false, error) : NULL;
    if (nodes == NULL)
        return NULL;
    voice->is_quiet = g_strcmp0(plugin_flags_text(run->flags, "progress"), "quiet") == 0;
    voice->head = g_strdup_printf("building with \"%s\" instance using %s driver", builder->name,
                                  builder->driver);
    return g_steal_pointer(&builder);
}

static bool build(const struct baking *baking, struct builder *builder,
                  const struct bake_result *result, int *exit_code, GError **error)
{
    g_autoptr(GPtrArray) requests = requests_of(baking, result, error);
    return requests != NULL &&
           build_targets(baking->run, builder, requests, baking->voice, exit_code, error);
}

/* An action that asked for the definition finds one, as empty as what is known of it. */
static void print_nothing(const struct plugin_run *run, const GError *error)
{
    if (run_is_unmodelled(error))
        command_print(run->call, "{}\n");
}

static bool bake(const struct baking *baking, bool is_print, int *exit_code, GError **error)
{
    g_autoptr(GPtrArray) paths = plugin_flags_list(baking->run->flags, "file");
    bool needs_builder = !is_print || baking->sources->url != NULL;
    AUTO(builder) builder = needs_builder ? begin(baking->run, baking->voice, error) : NULL;
    if (builder == NULL && needs_builder)
        return false;
    GError *reason = NULL;
    AUTO(bake_result) result = read_definition(baking, paths, &reason);
    if (result == NULL) {
        if (is_print)
            print_nothing(baking->run, reason);
        g_propagate_error(error, reason);
        return false;
    }
    if (!is_print)
        return build(baking, builder, result, exit_code, error);
    command_write(baking->run->call, 1, result->print, -1);
    return true;
}

int command_bake(struct plugin_run *run, GError **error)
{
    g_autoptr(GPtrArray) targets = g_ptr_array_new();
    g_autoptr(GPtrArray) overrides = plugin_flags_list(run->flags, "set");
    VOICE(voice);
    BAKE_SOURCES(sources);
    struct baking baking = {run, &voice, &sources, targets, overrides};
    int exit_code = 0;
    voice.run = run;
    if (!check_flags(run, error) || !read_arguments(&baking, error) ||
        !bake(&baking, plugin_flags_is_on(run->flags, "print"), &exit_code, error))
        return 1;
    return exit_code;
}
