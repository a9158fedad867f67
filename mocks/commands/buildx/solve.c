/* One build: its files go over, buildctl runs, its lines are told, its results come back. */
#include "mocks/commands/buildx/solve.h"

#include "mocks/commands/buildx/local_cache.h"

#include "base/archive.h"
#include "base/units.h"

#include <string.h>

#define KILL_US (30 * SECOND_US)

static const char cut_text[] =
    "failed to receive status: rpc error: code = Unavailable desc = error reading from server: EOF";

static void bytes_unref(void *bytes)
{
    if (bytes != NULL)
        g_bytes_unref(bytes);
}

static void solve_clear(struct solve *solve)
{
    g_clear_pointer(&solve->outputs, g_ptr_array_unref);
    g_free(solve->reference);
    g_free(solve->folder);
    g_clear_pointer(&solve->words, g_ptr_array_unref);
    g_free(solve->failure);
    g_clear_pointer(&solve->metadata, g_bytes_unref);
    g_clear_pointer(&solve->files, g_ptr_array_unref);
    g_clear_pointer(&solve->caches, g_ptr_array_unref);
}

/* What buildctl says last is the reason, of more than a line when it holds what git said; it is
   told as buildx's own. */
static void on_line(void *context, const char *line)
{
    struct solve *solve = context;
    solve->has_begun = true;
    g_autofree char *before = g_steal_pointer(&solve->failure);
    if (before != NULL)
        solve->failure = g_strconcat(before, "\n", line, NULL);
    else if (g_str_has_prefix(line, "error: "))
        solve->failure = g_strdup(line + strlen("error: "));
    else
        voice_forward(solve->voice, line);
}

static bool finish_exit(const struct solve *solve, int exit_code, GError **error)
{
    return exit_code == 0 ||
           run_fail(error, "%s", solve->failure != NULL ? solve->failure : cut_text);
}

/* ---- in a container ---- */

static void on_exec_line(void *context, int stream, const char *line)
{
    (void)stream;
    on_line(context, line);
}

static bool put_files(const struct solve *solve, GBytes *files, GError **error)
{
    AUTO(archive_writer) writer = archive_writer_new();
    g_autofree char *prefix = g_strconcat(strrchr(solve->folder, '/') + 1, "/", NULL);
    if (!tar_add(writer, prefix, files, error))
        return false;
    g_autoptr(GBytes) tar = archive_writer_finish(writer);
    return docker_archive_put(solve->run->docker, solve->node->container, "/tmp", tar, error) ||
           run_word_error(error);
}

/* The build is one gRPC stream through the exec's connection: an Engine that goes down ends it as
   BuildKit itself would. */
static bool is_cut(const struct solve *solve, const GError *error)
{
    return g_error_matches(error, DOCKER_ERROR, DOCKER_ERROR_CUT) ||
           (solve->has_begun && g_error_matches(error, DOCKER_ERROR, DOCKER_ERROR_UNREACHABLE));
}

static bool run_command(struct solve *solve, GError **error)
{
    g_autofree char *config = g_strdup_printf("DOCKER_CONFIG=%s/docker", solve->folder);
    const char *const environment[] = {config, NULL};
    const struct docker_exec_options options = {
        .command = (const char *const *)solve->words->pdata,
        .environment = environment,
        .output = on_exec_line,
        .output_context = solve,
    };
    struct docker_exec_result result = {0};
    bool is_run = docker_exec(solve->run->docker, solve->node->container, &options, &result, error);
    g_free(result.output);
    if (is_run)
        return finish_exit(solve, result.exit_code, error);
    if (is_cut(solve, *error)) {
        g_clear_error(error);
        return run_fail(error, "%s", cut_text);
    }
    return run_word_error(error);
}

/* The one file of a tar that GET archive gave. */
static GBytes *first_file(GBytes *tar)
{
    gsize length_bytes = 0;
    const void *bytes = g_bytes_get_data(tar, &length_bytes);
    AUTO(archive_reader) reader = archive_reader_new(bytes, length_bytes, /* is_confined= */ true);
    const struct archive_member *member = NULL;
    g_autoptr(GError) ignored = NULL;
    while (archive_reader_next(reader, &member, &ignored) && member != NULL)
        if (member->kind == ARCHIVE_FILE)
            return g_bytes_ref(member->contents);
    return NULL;
}

static bool get_file(const struct solve *solve, const char *name, GBytes **bytes, GError **error)
{
    g_autofree char *path = g_strconcat(solve->folder, "/", name, NULL);
    g_autoptr(GBytes) tar = NULL;
    if (!docker_archive_get(solve->run->docker, solve->node->container, path, &tar, error))
        return run_word_error(error);
    *bytes = tar != NULL ? first_file(tar) : NULL;
    return true;
}

static bool get_results(struct solve *solve, GError **error)
{
    if (!get_file(solve, "metadata.json", &solve->metadata, error))
        return false;
    for (guint i = 0; i < solve->outputs->len; i++) {
        const struct build_output *output = g_ptr_array_index(solve->outputs, i);
        g_autofree char *name = g_strdup_printf("out%u", i);
        GBytes *bytes = NULL;
        if ((output->destination != NULL || output->is_load) &&
            !get_file(solve, name, &bytes, error))
            return false;
        g_ptr_array_add(solve->files, bytes);
    }
    for (guint i = 0; i < solve->request->cache_to->len; i++) {
        g_autofree char *name = g_strdup_printf("cache-out%u", i);
        GBytes *bytes = NULL;
        if (local_cache_is(g_ptr_array_index(solve->request->cache_to, i)) &&
            !get_file(solve, name, &bytes, error))
            return false;
        g_ptr_array_add(solve->caches, bytes);
    }
    return true;
}

/* Closing the exec does not stop buildctl; a gRPC stream that closes stops its build. */
static void clean(struct solve *solve, bool may_still_run)
{
    struct docker *docker = solve->run->docker;
    const char *const command[] = {"rm", "-rf", solve->folder, NULL};
    const struct docker_exec_options options = {.command = command};
    struct docker_exec_result result = {0};
    g_autoptr(GError) ignored = NULL;
    DEADLINE(shield);
    deadline_begin_shielded(run_loop(solve->run), &shield, "end of a build", KILL_US);
    if (may_still_run && !docker_exec_kill(docker, solve->node->container, solve->folder, &ignored))
        g_clear_error(&ignored);
    if (!docker_exec(docker, solve->node->container, &options, &result, &ignored))
        g_clear_error(&ignored);
    g_free(result.output);
}

static bool solve_in_container(struct solve *solve, GBytes *files, GError **error)
{
    g_autoptr(GError) reason = NULL;
    bool is_fine = put_files(solve, files, &reason) && run_command(solve, &reason) &&
                   get_results(solve, &reason);
    clean(solve, !is_fine && solve->failure == NULL);
    if (!is_fine)
        g_propagate_error(error, g_steal_pointer(&reason));
    return is_fine;
}

/* ---- in the Engine ---- */

static GBytes *answer_file(const struct grpc_answer *answer, const char *name)
{
    const char *encoded = json_get_string(answer->files, name, NULL);
    gsize length_bytes = 0;
    if (encoded == NULL)
        return NULL;
    guchar *bytes = g_base64_decode(encoded, &length_bytes);
    return g_bytes_new_take(bytes, length_bytes);
}

static bool solve_in_engine(struct solve *solve, GBytes *files, GError **error)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
    g_ptr_array_add(names, g_strdup("metadata.json"));
    for (guint i = 0; i < solve->outputs->len; i++)
        g_ptr_array_add(names, g_strdup_printf("out%u", i));
    for (guint i = 0; i < solve->request->cache_to->len; i++)
        g_ptr_array_add(names, g_strdup_printf("cache-out%u", i));
    g_ptr_array_add(names, NULL);
    const struct grpc_call call = {
        .command = (const char *const *)solve->words->pdata,
        .folder = solve->folder,
        .files = files,
        .results = (const char *const *)names->pdata,
        .line = on_line,
        .context = solve,
    };
    GRPC_ANSWER(answer);
    if (!grpc_open_session(solve->run, error) || !grpc_perform(solve->run, &call, &answer, error)) {
        if (g_str_has_prefix((*error)->message, "failed to list workers: "))
            g_prefix_error(error, "listing workers for Build: ");
        return false;
    }
    if (!finish_exit(solve, answer.exit_code, error))
        return false;
    solve->metadata = answer_file(&answer, "metadata.json");
    for (guint i = 0; i < solve->outputs->len; i++)
        g_ptr_array_add(solve->files, answer_file(&answer, g_ptr_array_index(names, i + 1)));
    guint first = solve->outputs->len + 1;
    for (guint i = 0; i < solve->request->cache_to->len; i++)
        g_ptr_array_add(solve->caches, answer_file(&answer, g_ptr_array_index(names, first + i)));
    return true;
}

/* ---- the whole ---- */

/* opt.go: only where something is to be loaded is the Engine asked what it can take. */
static bool ask_for_importer(struct solve *solve, GError **error)
{
    g_autoptr(json_t) info = NULL;
    size_t index;
    const json_t *pair;
    bool is_load = false;
    for (guint i = 0; i < solve->outputs->len; i++)
        is_load = is_load || ((struct build_output *)g_ptr_array_index(solve->outputs, i))->is_load;
    if (!is_load)
        return true;
    if (!docker_perform_json(solve->run->docker, &(struct docker_call){.path = "/info"}, &info,
                             error))
        return run_word_error(error);
    json_array_foreach (json_get_array(info, "DriverStatus"), index, pair) {
        const char *name = json_string_value(json_array_get(pair, 0));
        const char *value = json_string_value(json_array_get(pair, 1));
        if (g_strcmp0(name, "driver-type") == 0 &&
            g_strcmp0(value, "io.containerd.snapshotter.v1") == 0)
            solve->node->has_image_index = true;
    }
    return true;
}

/* The docker driver always keeps its result; default-load does so in a container. */
static void add_default_output(struct solve *solve)
{
    const char *option = builder_node_option(solve->node, "default-load");
    bool is_default = false;
    bool is_docker = solve->node->container == NULL;
    bool loads = option != NULL && go_bool_parse(option, &is_default) && is_default;
    const char *refusal = command_variable(solve->run->call, "BUILDX_NO_DEFAULT_LOAD");
    bool is_refused = refusal != NULL && go_bool_parse(refusal, &is_default) && is_default;
    if (solve->outputs->len > 0 || is_refused || (!is_docker && !loads))
        return;
    struct build_output *output = g_new0(struct build_output, 1);
    output->type = g_strdup(is_docker ? "image" : "docker");
    output->pairs = g_ptr_array_new_with_free_func(g_free);
    output->is_load = !is_docker;
    g_ptr_array_add(solve->outputs, output);
}

static json_t *read_metadata(const struct solve *solve)
{
    json_t *metadata =
        solve->metadata != NULL ? json_parse_gbytes(solve->metadata, NULL) : json_object();
    g_autofree char *reference = g_strdup_printf("%s/%s/%s", solve->node->builder->name,
                                                 solve->node->name, solve->reference);
    if (metadata == NULL)
        metadata = json_object();
    json_object_set_new(metadata, "buildx.build.ref", json_string(reference));
    return metadata;
}

static bool prepare(struct solve *solve, GBytes **files, GError **error)
{
    g_autofree char *filename = NULL;
    g_autofree char *url = NULL;
    solve->outputs = build_request_outputs(solve->request, error);
    if (solve->outputs == NULL)
        return false;
    if (solve->request->is_check)
        g_ptr_array_set_size(solve->outputs, 0);
    else
        add_default_output(solve);
    if (!ask_for_importer(solve, error) ||
        !build_request_check_driver(solve->run, solve->request, solve->node, solve->outputs, error))
        return false;
    g_autoptr(GPtrArray) secrets = build_request_secrets(solve->run, solve->request, error);
    if (secrets == NULL || !build_request_check_agents(solve->run, solve->request, error))
        return false;
    *files = plugin_context_read(solve->run, solve->request, &filename, &url, error);
    if (*files == NULL)
        return false;
    solve_make_words(solve, filename, url, secrets);
    return true;
}

static bool run_solve(struct solve *solve, struct build_result *result, GError **error)
{
    g_autoptr(GBytes) files = NULL;
    if (!prepare(solve, &files, error))
        return false;
    voice_follow(solve->voice);
    bool is_fine = solve->node->container != NULL ? solve_in_container(solve, files, error)
                                                  : solve_in_engine(solve, files, error);
    if (!is_fine)
        return false;
    json_t *metadata = read_metadata(solve);
    result->metadata = metadata;
    return solve_deliver(solve, metadata, error);
}

bool build_solve(struct plugin_run *run, const struct build_request *request,
                 struct builder_node *node, struct voice *voice, struct build_result *result,
                 GError **error)
{
    struct solve solve = {
        .run = run,
        .request = request,
        .node = node,
        .voice = voice,
        .reference = run_identity(run),
        .words = g_ptr_array_new_with_free_func(g_free),
        .files = g_ptr_array_new_with_free_func(bytes_unref),
        .caches = g_ptr_array_new_with_free_func(bytes_unref),
    };
    solve.folder = g_strconcat("/tmp/buildx-", solve.reference, NULL);
    bool is_fine = run_solve(&solve, result, error);
    solve_clear(&solve);
    return is_fine;
}
