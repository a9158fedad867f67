/* Where the nodes of a builder stand, and their end. */
#include "mocks/commands/buildx/node.h"

#include "base/units.h"

#include <string.h>

/* inspect.go, ls.go: the status of all builders must be known so long after the command began; a
   boot in between counts. */
#define LOAD_US (20 * SECOND_US)

void builder_node_free(struct builder_node *node)
{
    if (node == NULL)
        return;
    g_free(node->name);
    g_free(node->container);
    g_free(node->status);
    g_free(node->error);
    g_free(node->version);
    g_ptr_array_unref(node->platforms);
    g_free(node);
}

const char *builder_node_option(const struct builder_node *node, const char *name)
{
    return json_get_string(json_get_object(node->json, "DriverOpts"), name, NULL);
}

static void add_platform(struct builder_node *node, const char *platform)
{
    if (!g_ptr_array_find_with_equal_func(node->platforms, platform, g_str_equal, NULL))
        g_ptr_array_add(node->platforms, g_strdup(platform));
}

/* Those that were asked for at its creation are marked. */
static void add_own_platforms(struct builder_node *node)
{
    size_t index;
    const json_t *platform;
    json_array_foreach (json_get_array(node->json, "Platforms"), index, platform) {
        const char *variant = json_get_string(platform, "variant", NULL);
        g_autofree char *plain =
            g_strjoin("/", json_get_string(platform, "os", ""),
                      json_get_string(platform, "architecture", ""), variant, NULL);
        g_autofree char *marked = g_strconcat(plain, "*", NULL);
        add_platform(node, marked);
    }
}

static struct builder_node *builder_node_new(const struct builder *builder, json_t *json,
                                             bool is_container)
{
    struct builder_node *node = g_new0(struct builder_node, 1);
    node->builder = builder;
    node->json = json;
    node->name = g_strdup(json_get_string(json, "Name", ""));
    node->container = is_container ? g_strconcat("buildx_buildkit_", node->name, NULL) : NULL;
    node->platforms = g_ptr_array_new_with_free_func(g_free);
    add_own_platforms(node);
    return node;
}

/* ---- exec ---- */

void builder_exec_clear(struct builder_exec *exec)
{
    for (gsize i = 1; i < G_N_ELEMENTS(exec->streams); i++)
        if (exec->streams[i] != NULL)
            g_string_free(exec->streams[i], TRUE);
}

static void keep_output(void *context, int stream, const char *bytes, gsize length_bytes)
{
    struct builder_exec *exec = context;
    g_string_append_len(exec->streams[stream == 2 ? 2 : 1], bytes, (gssize)length_bytes);
}

static char *create_exec(struct plugin_run *run, const struct builder_node *node,
                         const char *const *command, GError **error)
{
    g_autoptr(json_t) words = json_array();
    for (gsize i = 0; command[i] != NULL; i++)
        json_array_append_new(words, json_text_or_null(command[i]));
    /* capture 42 */
    g_autoptr(json_t) body =
        json_pack("{s:s, s:b, s:b, s:b, s:b, s:b, s:b, s:s, s:n, s:s, s:O}", "User", "",
                  "Privileged", 0, "Tty", 0, "AttachStdin", 1, "AttachStderr", 1, "AttachStdout", 1,
                  "Detach", 0, "DetachKeys", "", "Env", "WorkingDir", "", "Cmd", words);
    g_autofree char *path = g_strconcat("/containers/", node->container, "/exec", NULL);
    const struct docker_call call = {.method = "POST", .path = path, .json = body};
    g_autoptr(json_t) answer = NULL;
    if (!docker_perform_json(run->docker, &call, &answer, error))
        return NULL;
    return g_strdup(json_get_string(answer, "Id", ""));
}

static bool start_exec(struct plugin_run *run, const char *id, struct builder_exec *exec,
                       GError **error)
{
    g_autoptr(json_t) body = json_pack("{s:b, s:b}", "Detach", 0, "Tty", 0);
    g_autofree char *path = g_strconcat("/exec/", id, "/start", NULL);
    const struct docker_call call = {
        .method = "POST", .path = path, .json = body, .is_upgrade = true};
    exec->streams[1] = g_string_new(NULL);
    exec->streams[2] = g_string_new(NULL);
    return docker_stream_frames(run->docker, &call, keep_output, exec, error);
}

bool builder_node_run(struct plugin_run *run, const struct builder_node *node,
                      const char *const *command, struct builder_exec *exec, GError **error)
{
    g_autofree char *id = create_exec(run, node, command, error);
    if (id == NULL || !start_exec(run, id, exec, error))
        return false;
    g_autofree char *path = g_strconcat("/exec/", id, "/json", NULL);
    g_autoptr(json_t) facts = NULL;
    if (!docker_perform_json(run->docker, &(struct docker_call){.path = path}, &facts, error))
        return false;
    exec->exit_code = (int)json_get_integer(facts, "ExitCode", 0);
    return true;
}

/* ---- status ---- */

static bool look_at_container(struct plugin_run *run, struct builder_node *node, GError **error)
{
    g_autofree char *path = g_strconcat("/containers/", node->container, "/json", NULL);
    g_autoptr(json_t) facts = NULL;
    if (!docker_find_json(run->docker, path, &facts, error))
        return run_word_error(error);
    bool is_running = json_get_boolean(json_get_object(facts, "State"), "Running", false);
    g_free(node->status);
    node->status = g_strdup(facts == NULL ? "inactive" : is_running ? "running" : "stopped");
    return true;
}

static bool look_at_engine(struct plugin_run *run, struct builder_node *node, GError **error)
{
    g_autoptr(json_t) version = NULL;
    if (docker_perform_json(run->docker, &(struct docker_call){.path = "/version"}, &version,
                            error)) {
        g_free(node->status);
        node->status = g_strdup("running");
        return true;
    }
    run_word_error(error);
    if ((*error)->domain != FIBER_ERROR) {
        g_autofree char *text = g_strconcat((*error)->message, ": driver not connecting", NULL);
        g_clear_error(error);
        run_fail(error, "%s", text);
    }
    return false;
}

bool builder_node_look(struct plugin_run *run, struct builder_node *node, GError **error)
{
    if (run_docker(run, error) == NULL)
        return run_word_error(error);
    return node->container != NULL ? look_at_container(run, node, error)
                                   : look_at_engine(run, node, error);
}

/* ---- what the worker says ---- */

static bool take_answer(struct builder_node *node, const char *text, GError **error)
{
    g_autoptr(json_t) answer = json_parse_bytes(text, strlen(text), NULL);
    size_t index;
    const json_t *platform;
    if (answer == NULL)
        return run_fail(error, "failed to list workers: Unavailable: connection "
                               "error: desc = \"error reading server preface: EOF\"");
    json_array_foreach (json_get_array(answer, "platforms"), index, platform) {
        g_autofree char *starred = g_strconcat(json_string_value(platform), "*", NULL);
        if (!g_ptr_array_find_with_equal_func(node->platforms, starred, g_str_equal, NULL))
            add_platform(node, json_string_value(platform));
    }
    g_free(node->version);
    node->version = g_strdup(json_get_string(answer, "version", NULL));
    node->has_snapshotter = json_get_boolean(answer, "has_snapshotter", false);
    return true;
}

static bool ask_container(struct plugin_run *run, struct builder_node *node, GError **error)
{
    static const char *const command[] = {"buildctl", "dial-stdio", NULL};
    BUILDER_EXEC(exec);
    g_autofree char *id = create_exec(run, node, command, error);
    if (id == NULL || !start_exec(run, id, &exec, error))
        return run_word_error(error);
    return take_answer(node, exec.streams[1]->str, error);
}

static bool ask_engine(struct plugin_run *run, struct builder_node *node, GError **error)
{
    static const char *const command[] = {"buildctl", "dial-stdio", NULL};
    GRPC_ANSWER(answer);
    const struct grpc_call call = {.command = command, .folder = "/tmp/dial"};
    return grpc_perform(run, &call, &answer, error) && take_answer(node, answer.output->str, error);
}

bool builder_node_ask(struct plugin_run *run, struct builder_node *node, const char *purpose,
                      GError **error)
{
    g_autoptr(GError) reason = NULL;
    if (node->container != NULL ? ask_container(run, node, &reason)
                                : ask_engine(run, node, &reason))
        return true;
    if (g_str_has_prefix(reason->message, "failed to list workers: "))
        g_prefix_error(&reason, "%s: ", purpose);
    g_propagate_error(error, g_steal_pointer(&reason));
    return false;
}

/* ---- loading ---- */

static void load_data(struct plugin_run *run, struct builder_node *node)
{
    g_autoptr(GError) error = NULL;
    bool is_fine = builder_node_look(run, node, &error);
    if (is_fine && strcmp(node->status, "running") == 0)
        is_fine = builder_node_ask(run, node, "listing workers", &error);
    if (!is_fine)
        node->error =
            g_strdup(error->domain == FIBER_ERROR ? "context deadline exceeded" : error->message);
}

/* Of the context: the Engine must answer, and offer its own BuildKit; an Engine that does not gets
   the docker-container driver (builder.go, GetDefaultFactory). */
static bool choose_driver(struct plugin_run *run, struct builder *builder, GError **error)
{
    json_t *first = json_array_get(builder_nodes(builder), 0);
    g_autoptr(GError) reason = NULL;
    HTTP_RESPONSE(response);
    if (run_docker(run, error) == NULL ||
        !docker_ask(
            run->docker,
            &(struct docker_call){.method = "HEAD", .path = "/_ping", .is_unversioned = true},
            &response, error))
        return run_word_error(error);
    AUTO(builder_node) probe = builder_node_new(builder, first, /* is_container= */ false);
    bool has_builder = ask_engine(run, probe, &reason);
    if (!has_builder && reason->domain == FIBER_ERROR) {
        g_propagate_error(error, g_steal_pointer(&reason));
        return false;
    }
    g_free(builder->driver);
    builder->driver = g_strdup(has_builder ? "docker" : "docker-container");
    return true;
}

static GPtrArray *make_nodes(struct builder *builder)
{
    GPtrArray *nodes = g_ptr_array_new_with_free_func((GDestroyNotify)builder_node_free);
    size_t index;
    json_t *json;
    json_array_foreach (builder_nodes(builder), index, json)
        g_ptr_array_add(nodes,
                        builder_node_new(builder, json, strcmp(builder->driver, "docker") != 0));
    return nodes;
}

/* The option that the driver does not know makes its node an error at once (capture 75). */
static void check_options(struct builder_node *node)
{
    static const char *const known[] = {
        "network",        "image",        "memory",      "memory-swap", "cpu-period",
        "cpu-quota",      "cpu-shares",   "cpuset-cpus", "cpuset-mems", "cgroup-parent",
        "restart-policy", "default-load", NULL};
    const char *name;
    json_t *value;
    json_object_foreach (json_get_object(node->json, "DriverOpts"), name, value)
        if (node->error == NULL && !g_strv_contains(known, name) && !g_str_has_prefix(name, "env."))
            node->error =
                g_strdup_printf("invalid driver option %s for docker-container driver", name);
}

GPtrArray *builder_load(struct plugin_run *run, struct builder *builder, bool with_data,
                        GError **error)
{
    DEADLINE(limit);
    if (run->load_ends_us == 0)
        run->load_ends_us = loop_now_us(run_loop(run)) + LOAD_US;
    if (with_data)
        deadline_begin(run_loop(run), &limit, "status of builders",
                       run->load_ends_us - loop_now_us(run_loop(run)));
    if (builder->is_context && !choose_driver(run, builder, error))
        return NULL;
    GPtrArray *nodes = make_nodes(builder);
    for (guint i = 0; i < nodes->len; i++) {
        struct builder_node *node = g_ptr_array_index(nodes, i);
        if (node->container != NULL)
            check_options(node);
        if (with_data && node->error == NULL)
            load_data(run, node);
    }
    return nodes;
}

/* ---- the end of nodes ---- */

bool builder_node_stop(struct plugin_run *run, struct builder_node *node, GError **error)
{
    if (node->container == NULL)
        return true;
    if (!builder_node_look(run, node, error))
        return false;
    if (strcmp(node->status, "running") != 0)
        return true;
    g_autofree char *path = g_strconcat("/containers/", node->container, "/stop", NULL);
    const struct docker_call call = {.method = "POST", .path = path};
    return docker_perform_plain(run->docker, &call, error) || run_word_error(error);
}

/* Captures 78, 79: three looks, by who stops, who removes, and for the mounts. */
bool builder_node_remove(struct plugin_run *run, struct builder_node *node, bool keeps_state,
                         bool keeps_daemon, GError **error)
{
    if (node->container == NULL)
        return true;
    if (!keeps_daemon && !builder_node_stop(run, node, error))
        return false;
    if (!builder_node_look(run, node, error))
        return false;
    if (strcmp(node->status, "inactive") == 0)
        return true;
    if (!builder_node_look(run, node, error))
        return false;
    if (keeps_daemon)
        return true;
    g_autofree char *path = g_strconcat("/containers/", node->container, "?force=1&v=1", NULL);
    const struct docker_call call = {.method = "DELETE", .path = path};
    if (!docker_perform_plain(run->docker, &call, error))
        return run_word_error(error);
    g_autofree char *volume = g_strconcat("/volumes/", node->container, "_state", NULL);
    const struct docker_call removal = {.method = "DELETE", .path = volume};
    return keeps_state || docker_perform_plain(run->docker, &removal, error) ||
           run_word_error(error);
}
