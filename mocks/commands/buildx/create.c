/* `buildx create`: builders, their nodes, and which one is current (builder/builder.go Create). */
#include "mocks/commands/buildx/commands.h"

#include <string.h>

/* ---- options ---- */

/* "a=b,c=d" lines as an object; NULL for none. */
static bool read_driver_options(GPtrArray *list, json_t **options, GError **error)
{
    if (list->len == 0)
        return true;
    *options = json_object();
    for (guint i = 0; i < list->len; i++) {
        g_autoptr(GPtrArray) fields = csv_fields(g_ptr_array_index(list, i));
        for (guint j = 0; j < fields->len; j++) {
            const char *field = g_ptr_array_index(fields, j);
            const char *equals = strchr(field, '=');
            if (equals == NULL)
                return run_fail(error, "invalid value \"%s\", expecting k=v", field);
            g_autofree char *name = g_strndup(field, (gsize)(equals - field));
            json_object_set_new(*options, name, json_string(equals + 1));
        }
    }
    return true;
}

static bool has_host_entitlement(const char *text)
{
    return text != NULL && strstr(text, "network.host") != NULL;
}

/* builder.go parseBuildkitdFlags: network.host is added unless the user gave other entitlements,
   and with network=host in any case. */
static json_t *read_flags(const char *text, const char *driver, const json_t *options,
                          const char *config, GError **error)
{
    g_auto(GStrv) words = NULL;
    g_autoptr(GError) reason = NULL;
    json_t *list = json_array();
    bool is_container = strcmp(driver, "docker-container") == 0;
    bool has_any = text != NULL && strstr(text, "--allow-insecure-entitlement") != NULL;
    bool is_host = strcmp(json_get_string(options, "network", ""), "host") == 0;
    bool is_in_config = config != NULL && strstr(config, "insecure-entitlements") != NULL &&
                        has_host_entitlement(config);

    if (text != NULL && *text != '\0' && !g_shell_parse_argv(text, NULL, &words, &reason)) {
        json_decref(list);
        run_fail(error, "failed to parse buildkit flags: %s", reason->message);
        return NULL;
    }
    for (gsize i = 0; words != NULL && words[i] != NULL; i++)
        json_array_append_new(list, json_text_or_null(words[i]));
    bool is_added = is_host ? !has_host_entitlement(text) : !has_any && !is_in_config;
    if (is_container && is_added)
        json_array_append_new(list, json_string("--allow-insecure-entitlement=network.host"));
    if (json_array_size(list) > 0)
        return list;
    json_decref(list);
    return json_null();
}

static bool read_config(struct plugin_run *run, const char *path, char **text, GError **error)
{
    g_autoptr(GBytes) bytes = NULL;
    g_autofree char *folder = docker_cli_config_folder(run->call);
    g_autofree char *usual = g_build_filename(folder, "buildx", "buildkitd.default.toml", NULL);
    bytes = run_read_file(run, path != NULL ? path : usual, error);
    if (bytes == NULL && path != NULL && (error == NULL || *error == NULL))
        return run_fail(error,
                        "buildkit configuration file not found: %s: stat %s: no such file or "
                        "directory",
                        path, path);
    if (bytes == NULL)
        return path == NULL;
    gsize length_bytes = 0;
    const char *data = g_bytes_get_data(bytes, &length_bytes);
    *text = g_strndup(data, length_bytes);
    return true;
}

static json_t *files_of(const char *config)
{
    if (config == NULL)
        return json_null();
    g_autofree char *encoded = g_base64_encode((const guchar *)config, strlen(config));
    return json_pack("{s:s}", "buildkitd.toml", encoded);
}

static json_t *platforms_of(GPtrArray *lines)
{
    json_t *list = json_array();
    for (guint i = 0; i < lines->len; i++) {
        g_auto(GStrv) names = g_strsplit(g_ptr_array_index(lines, i), ",", -1);
        for (gsize j = 0; names[j] != NULL; j++) {
            g_auto(GStrv) parts = g_strsplit(g_strstrip(names[j]), "/", 3);
            if (parts[0] == NULL || parts[1] == NULL)
                continue;
            json_t *platform = json_pack("{s:s, s:s}", "architecture", parts[1], "os", parts[0]);
            if (parts[2] != NULL)
                json_object_set_new(platform, "variant", json_string(parts[2]));
            json_array_append_new(list, platform);
        }
    }
    if (json_array_size(list) > 0)
        return list;
    json_decref(list);
    return json_null();
}

/* ---- checks ---- */

static bool check_driver(const char *driver, GError **error)
{
    static const char *const foreign[] = {"kubernetes", "remote", "cloud", NULL};
    if (strcmp(driver, "docker-container") == 0)
        return true;
    if (strcmp(driver, "docker") == 0) /* failures.md G4 */
        return run_fail(error, "additional instances of driver \"docker\" cannot be created");
    if (g_strv_contains(foreign, driver))
        return run_unmodelled(error, "the driver \"%s\"", driver);
    return run_fail(error, "failed to find driver \"%s\"", driver);
}

static bool check_name(struct plugin_run *run, const char *name, bool is_append, GError **error)
{
    if (g_strcmp0(name, "default") == 0) /* failures.md G9 */
        return run_fail(error, "default is a reserved name and cannot be used to identify builder "
                               "instance");
    if (is_append && (name == NULL || *name == '\0'))
        return run_fail(error, "append requires a builder name");
    if (!is_append && name != NULL && docker_cli_has_context(run->call, name)) /* failures.md G8 */
        return run_fail(error, "instance name \"%s\" already exists as context builder", name);
    return true;
}

/* failures.md G6, G7 */
static bool check_existing(const struct plugin_flags *flags, const struct builder *builder,
                           const char *driver, GError **error)
{
    if (!plugin_flags_has(flags, "node") && !plugin_flags_is_on(flags, "append"))
        return run_fail(error,
                        "existing instance for \"%s\" but no append mode, specify the node name to "
                        "make changes for existing instances",
                        builder->name);
    if (strcmp(driver, builder->driver) != 0)
        return run_fail(error, "existing instance for \"%s\" but has mismatched driver \"%s\"",
                        builder->name, builder->driver);
    return true;
}

/* ---- nodes ---- */

static json_t *find_node(const struct builder *builder, const char *name)
{
    size_t index;
    json_t *node;
    json_array_foreach (builder_nodes(builder), index, node)
        if (strcmp(json_get_string(node, "Name", ""), name) == 0)
            return node;
    return NULL;
}

static char *next_node_name(const struct builder *builder)
{
    for (int i = 0;; i++) {
        g_autofree char *name = g_strdup_printf("%s%d", builder->name, i);
        if (find_node(builder, name) == NULL)
            return g_steal_pointer(&name);
    }
}

static bool check_endpoints(const struct builder *builder, const char *endpoint, GError **error)
{
    size_t index;
    json_t *node;
    int count = 0;
    json_array_foreach (builder_nodes(builder), index, node)
        count += strcmp(json_get_string(node, "Endpoint", ""), endpoint) == 0;
    return count <= 1 || run_fail(error, "invalid duplicate endpoint %s", endpoint);
}

/* "default" is the endpoint of the context, contexts that docker made stand for this machine's
   Engine too; any other name is a host, and there is none here.
   Engines of other machines are not modelled: nobody knows whether they answer, and what they
   have. */
static char *read_endpoint(struct plugin_run *run, const char *name, GError **error)
{
    const char *argument = plugin_flags_argument(run->flags, 0);
    if (argument == NULL || strcmp(argument, "default") == 0)
        return g_strdup(run_endpoint(run));
    if (g_str_has_prefix(argument, "unix://") || strcmp(argument, run_endpoint(run)) == 0 ||
        docker_cli_has_context(run->call, argument))
        return g_strdup(argument);
    if (strstr(argument, "://") != NULL) {
        run_unmodelled(error, "the Engine at %s", argument);
        return NULL;
    }
    run_fail(error,
             "failed to initialize builder %s (%s0): error during connect: Get "
             "\"http://%s:2375/v1.51/containers/buildx_buildkit_%s0/json\": dial tcp: lookup %s on "
             "127.0.0.53:53: no such host",
             name, name, argument, name, argument);
    return NULL;
}

static json_t *make_node(struct plugin_run *run, const struct builder *builder,
                         const char *endpoint, GError **error)
{
    const char *path = plugin_flags_has(run->flags, "buildkitd-config")
                           ? plugin_flags_text(run->flags, "buildkitd-config")
                           : plugin_flags_text(run->flags, "config");
    g_autoptr(GPtrArray) options_text = plugin_flags_list(run->flags, "driver-opt");
    g_autoptr(GPtrArray) platforms = plugin_flags_list(run->flags, "platform");
    g_autoptr(json_t) options = NULL;
    g_autofree char *config = NULL;
    if (!read_driver_options(options_text, &options, error) ||
        !read_config(run, path, &config, error))
        return NULL;
    json_t *words = read_flags(plugin_flags_text(run->flags, "buildkitd-flags"), builder->driver,
                               options, config, error);
    if (words == NULL)
        return NULL;
    return json_pack("{s:s, s:s, s:o, s:O, s:o, s:o}", "Name", "", "Endpoint", endpoint,
                     "Platforms", platforms_of(platforms), "DriverOpts",
                     options != NULL ? options : json_null(), "Flags", words, "Files",
                     files_of(config));
}

/* Takes made over. */
static bool put_node(struct plugin_run *run, struct builder *builder, json_t *made, GError **error)
{
    g_autoptr(json_t) node = made;
    const char *wanted = plugin_flags_text(run->flags, "node");
    json_t *old = wanted != NULL ? find_node(builder, wanted) : NULL;
    json_t *nodes = builder_nodes(builder);
    if (old == NULL && !plugin_flags_is_on(run->flags, "append") && json_array_size(nodes) > 0)
        return run_fail(error, "node %s not found, did you mean to append?",
                        wanted != NULL ? wanted : "");
    g_autofree char *next = wanted != NULL ? g_strdup(wanted) : next_node_name(builder);
    g_autofree char *name = builder_name_check(next, error);
    if (name == NULL)
        return false;
    json_object_set_new(node, "Name", json_string(name));
    if (old == NULL) {
        json_array_append(nodes, node);
    } else {
        command_complain(run->call,
                         "WARNING: new settings may not be used until builder is restarted\n");
        json_object_update(old, node);
    }
    return check_endpoints(builder, json_get_string(node, "Endpoint", ""), error);
}

/* ---- the whole ---- */

static struct builder *new_builder(const char *name, const char *driver)
{
    struct builder *builder = g_new0(struct builder, 1);
    builder->name = g_strdup(name);
    builder->driver = g_strdup(driver);
    builder->json =
        json_pack("{s:s, s:s, s:[], s:b}", "Name", name, "Driver", driver, "Nodes", "Dynamic", 0);
    return builder;
}

/* What the builder is before this run, or a new one; *old keeps what to go back to. */
static struct builder *begin_builder(struct plugin_run *run, json_t **old, GError **error)
{
    const char *wanted = plugin_flags_text(run->flags, "name");
    const char *driver = plugin_flags_text(run->flags, "driver");
    g_autofree char *name =
        wanted != NULL && *wanted != '\0' ? g_strdup(wanted) : builder_name_make(run);
    g_autoptr(GError) reason = NULL;
    AUTO(builder) builder = store_find(run, name, &reason);
    if (reason != NULL) {
        g_propagate_error(error, g_steal_pointer(&reason));
        return NULL;
    }
    if (builder == NULL && plugin_flags_is_on(run->flags, "append")) {
        run_fail(error, "failed to find instance \"%s\" for append", name);
        return NULL;
    }
    if (driver == NULL || *driver == '\0')
        driver = builder != NULL ? builder->driver : "docker-container";
    if ((builder != NULL && !check_existing(run->flags, builder, driver, error)) ||
        !check_driver(driver, error))
        return NULL;
    if (builder == NULL)
        return new_builder(name, driver);
    *old = json_deep_copy(builder->json);
    return g_steal_pointer(&builder);
}

/* A node that cannot be had takes its builder with it; one that can only not be booted does not. */
static bool check_nodes(struct plugin_run *run, struct builder *builder, GPtrArray *nodes,
                        json_t *old, GError **error)
{
    for (guint i = 0; i < nodes->len; i++) {
        const struct builder_node *node = g_ptr_array_index(nodes, i);
        if (node->error == NULL)
            continue;
        run_fail(error, "failed to initialize builder %s (%s): %s", builder->name, node->name,
                 node->error);
        g_autoptr(GError) ignored = NULL;
        if (old == NULL) {
            store_remove(run, builder->name);
            return false;
        }
        json_decref(builder->json);
        builder->json = json_incref(old);
        if (!store_save(run, builder, &ignored))
            g_clear_error(&ignored);
        return false;
    }
    return true;
}

static bool finish(struct plugin_run *run, struct builder *builder, json_t *old, GError **error)
{
    if (!store_save(run, builder, error))
        return false;
    g_autoptr(GPtrArray) nodes = builder_load(run, builder, /* with_data= */ true, error);
    if (nodes == NULL || !check_nodes(run, builder, nodes, old, error))
        return false;
    if (plugin_flags_is_on(run->flags, "use") &&
        !store_set_current(run, builder->name, false, false, error))
        return false;
    VOICE(voice);
    voice.run = run;
    bool is_booted = false;
    return !plugin_flags_is_on(run->flags, "bootstrap") ||
           builder_boot(run, nodes, &voice, &is_booted, error);
}

static bool create(struct plugin_run *run, GError **error)
{
    g_autoptr(json_t) old = NULL;
    if (!store_open(run, error) || !check_name(run, plugin_flags_text(run->flags, "name"),
                                               plugin_flags_is_on(run->flags, "append"), error))
        return false;
    AUTO(builder) builder = begin_builder(run, &old, error);
    g_autofree char *endpoint = builder != NULL ? read_endpoint(run, builder->name, error) : NULL;
    json_t *node = endpoint != NULL ? make_node(run, builder, endpoint, error) : NULL;
    if (node == NULL || !put_node(run, builder, node, error) || !finish(run, builder, old, error))
        return false;
    command_print(run->call, "%s\n", builder->name);
    return true;
}

static bool leave(struct plugin_run *run, GError **error)
{
    const char *name = plugin_flags_text(run->flags, "name");
    const char *wanted = plugin_flags_text(run->flags, "node");
    if (name == NULL)
        return run_fail(error, "leave requires instance name");
    if (wanted == NULL)
        return run_fail(error, "leave requires node name");
    AUTO(builder) builder = store_find(run, name, NULL);
    if (builder == NULL)
        return run_fail(error, "failed to find instance \"%s\" for leave", name);
    json_t *nodes = builder_nodes(builder);
    const json_t *node = find_node(builder, wanted);
    if (node == NULL)
        return run_fail(error, "node \"%s\" not found for %s", wanted, builder->name);
    if (json_array_size(nodes) == 1)
        return run_fail(error, "can not leave last node, do you want to rm instance instead?");
    for (size_t i = 0; i < json_array_size(nodes); i++)
        if (json_array_get(nodes, i) == node) {
            json_array_remove(nodes, i);
            break;
        }
    return store_save(run, builder, error);
}

int command_create(struct plugin_run *run, GError **error)
{
    bool is_done = plugin_flags_is_on(run->flags, "leave") ? leave(run, error) : create(run, error);
    return is_done ? 0 : 1;
}
