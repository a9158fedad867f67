/* docker info. */
#include "mocks/commands/docker/human.h"
#include "mocks/commands/docker/system_commands.h"

#include <string.h>

static void line(GString *text, const char *format, ...) G_GNUC_PRINTF(2, 3);

static void line(GString *text, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_string_append_vprintf(text, format, arguments);
    va_end(arguments);
    g_string_append_c(text, '\n');
}

/* A member as text, as %v. */
static char *member_text(const json_t *info, const char *key)
{
    const json_t *value = json_object_get(info, key);
    if (json_is_string(value))
        return g_strdup(json_string_value(value));
    if (json_is_boolean(value))
        return g_strdup(json_is_true(value) ? "true" : "false");
    return g_strdup_printf("%" JSON_INTEGER_FORMAT, json_integer_value(value));
}

static void member_line(GString *text, const json_t *info, const char *title, const char *key)
{
    g_autofree char *value = member_text(info, key);
    line(text, " %s: %s", title, value);
}

static void plugin_line(GString *text, const json_t *plugins, const char *kind)
{
    size_t i;
    json_t *name;

    if (json_array_size(json_get_array(plugins, kind)) == 0)
        return;
    g_string_append_printf(text, "  %s:", kind);
    json_array_foreach (json_get_array(plugins, kind), i, name)
        g_string_append_printf(text, " %s", json_string_value(name));
    g_string_append_c(text, '\n');
}

static void add_store(GString *text, const json_t *info)
{
    size_t i;
    json_t *pair;

    member_line(text, info, "Storage Driver", "Driver");
    json_array_foreach (json_get_array(info, "DriverStatus"), i, pair)
        line(text, "  %s: %s", json_string_value(json_array_get(pair, 0)),
             json_string_value(json_array_get(pair, 1)));
    member_line(text, info, "Logging Driver", "LoggingDriver");
    member_line(text, info, "Cgroup Driver", "CgroupDriver");
    if (*json_get_string(info, "CgroupVersion", "") != '\0')
        member_line(text, info, "Cgroup Version", "CgroupVersion");
    line(text, " Plugins:");
    plugin_line(text, json_get_object(info, "Plugins"), "Volume");
    plugin_line(text, json_get_object(info, "Plugins"), "Network");
    plugin_line(text, json_get_object(info, "Plugins"), "Authorization");
    plugin_line(text, json_get_object(info, "Plugins"), "Log");
}

static gint compare_names(gconstpointer left, gconstpointer right)
{
    return strcmp(*(const char *const *)left, *(const char *const *)right);
}

static void add_runtimes(GString *text, const json_t *info)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    const char *name;
    json_t *value;

    json_object_foreach (json_get_object(info, "Runtimes"), name, value)
        g_ptr_array_add(names, (char *)name);
    g_ptr_array_sort(names, compare_names);
    g_ptr_array_add(names, NULL);
    g_autofree char *all = g_strjoinv(" ", (char **)names->pdata);
    line(text, " Swarm: %s",
         json_get_string(json_get_object(info, "Swarm"), "LocalNodeState", "inactive"));
    line(text, " Runtimes: %s", all);
    member_line(text, info, "Default Runtime", "DefaultRuntime");
    member_line(text, info, "Init Binary", "InitBinary");
    static const char *const commits[][2] = {
        {"containerd", "ContainerdCommit"}, {"runc", "RuncCommit"}, {"init", "InitCommit"}};
    for (gsize i = 0; i < G_N_ELEMENTS(commits); i++)
        line(text, " %s version: %s", commits[i][0],
             json_get_string(json_get_object(info, commits[i][1]), "ID", ""));
}

/* "name=seccomp,profile=builtin" is a name and indented options. */
static void add_security(GString *text, const json_t *info)
{
    size_t i;
    json_t *option;

    if (json_array_size(json_get_array(info, "SecurityOptions")) == 0)
        return;
    line(text, " Security Options:");
    json_array_foreach (json_get_array(info, "SecurityOptions"), i, option) {
        g_auto(GStrv) parts = g_strsplit(json_string_value(option), ",", -1);
        for (gsize j = 0; parts[j] != NULL; j++) {
            const char *equals = strchr(parts[j], '=');
            const char *value = equals != NULL ? equals + 1 : parts[j];
            if (g_str_has_prefix(parts[j], "name="))
                line(text, "  %s", value);
            else if (g_str_has_prefix(parts[j], "profile="))
                line(text, "   Profile: %s", value);
            else
                line(text, "   %.*s: %s", (int)strcspn(parts[j], "="), parts[j], value);
        }
    }
}

static void add_machine(GString *text, const json_t *info)
{
    g_autofree char *memory = human_bytes((double)json_get_integer(info, "MemTotal", 0));

    add_security(text, info);
    member_line(text, info, "Kernel Version", "KernelVersion");
    member_line(text, info, "Operating System", "OperatingSystem");
    member_line(text, info, "OSType", "OSType");
    member_line(text, info, "Architecture", "Architecture");
    member_line(text, info, "CPUs", "NCPU");
    line(text, " Total Memory: %s", memory);
    member_line(text, info, "Name", "Name");
    member_line(text, info, "ID", "ID");
    member_line(text, info, "Docker Root Dir", "DockerRootDir");
    member_line(text, info, "Debug Mode", "Debug");
    size_t i;
    json_t *value;
    if (json_array_size(json_get_array(info, "Labels")) > 0)
        line(text, " Labels:");
    json_array_foreach (json_get_array(info, "Labels"), i, value)
        line(text, "  %s", json_string_value(value));
    member_line(text, info, "Experimental", "ExperimentalBuild");
}

/* Registries that are no secure index of their own, then networks, then mirrors. */
static void add_registries(GString *text, const json_t *info)
{
    const json_t *registries = json_get_object(info, "RegistryConfig");
    const char *name;
    json_t *value;
    size_t i;

    line(text, " Insecure Registries:");
    json_object_foreach (json_get_object(registries, "IndexConfigs"), name, value)
        if (!json_get_boolean(value, "Secure", true))
            line(text, "  %s", name);
    json_array_foreach (json_get_array(registries, "InsecureRegistryCIDRs"), i, value)
        line(text, "  %s", json_string_value(value));
    if (json_array_size(json_get_array(registries, "Mirrors")) > 0)
        line(text, " Registry Mirrors:");
    json_array_foreach (json_get_array(registries, "Mirrors"), i, value)
        line(text, "  %s", json_string_value(value));
    member_line(text, info, "Live Restore Enabled", "LiveRestoreEnabled");
}

static char *server_text(const json_t *info)
{
    GString *text = g_string_new(NULL);

    member_line(text, info, "Containers", "Containers");
    member_line(text, info, " Running", "ContainersRunning");
    member_line(text, info, " Paused", "ContainersPaused");
    member_line(text, info, " Stopped", "ContainersStopped");
    member_line(text, info, "Images", "Images");
    member_line(text, info, "Server Version", "ServerVersion");
    add_store(text, info);
    add_runtimes(text, info);
    add_machine(text, info);
    add_registries(text, info);
    g_string_append_c(text, '\n');
    return g_string_free(text, FALSE);
}

static void add_plugins(struct invocation *invocation, GString *text)
{
    const struct docker_plugin *plugins = invocation->cli->plugins;

    for (gsize i = 0; plugins[i].name != NULL; i++) {
        bool is_buildx = g_str_equal(plugins[i].name, "buildx");
        if (i == 0)
            line(text, " Plugins:");
        line(text, "  %s: %s (Docker Inc.)", plugins[i].name,
             is_buildx ? "Docker Buildx" : "Docker Compose");
        line(text, "    Version:  %s", plugins[i].version);
        line(text, "    Path:     /usr/libexec/docker/cli-plugins/docker-%s", plugins[i].name);
    }
}

static void print_client(struct invocation *invocation)
{
    const struct client_words *words = invocation->cli->words;
    g_autofree char *context = docker_cli_current_context(invocation->call);
    g_autoptr(GString) text = g_string_new(NULL);

    line(text, "Client:%s%s", *words->platform_name != '\0' ? " " : "", words->platform_name);
    line(text, " Version:    %s", invocation->cli->options.version);
    line(text, " Context:    %s", context);
    line(text, " Debug Mode: false");
    add_plugins(invocation, text);
    line(text, "\nServer:");
    command_write(invocation->call, 1, text->str, -1);
}

static json_t *plugins_shape(struct invocation *invocation)
{
    json_t *list = json_array();
    for (const struct docker_plugin *plugin = invocation->cli->plugins; plugin->name != NULL;
         plugin++)
        json_array_append_new(list, json_pack("{s:s, s:s, s:s}", "Vendor", "Docker Inc.", "Version",
                                              plugin->version, "Name", plugin->name));
    return list;
}

/* "ServerErrors" and "ClientInfo" ride along for templates. */
static json_t *info_for_template(struct invocation *invocation, json_t *info, const GError *error)
{
    json_t *whole = info != NULL ? info : json_object();
    if (error != NULL) {
        g_autofree char *text = docker_cli_error_text(error);
        json_object_set_new(whole, "ServerErrors", json_pack("[s]", text));
    }
    json_t *client = json_pack("{s:b}", "Debug", 0);
    g_autoptr(json_t) version = system_client_shape(invocation);
    json_object_update(client, version);
    json_object_del(client, "ApiVersion");
    json_object_set_new(client, "Plugins", plugins_shape(invocation));
    json_object_set_new(client, "Warnings", json_null());
    json_object_set_new(whole, "ClientInfo", client);
    return whole;
}

/* An Engine that is not there ends it as other commands; what it says is told in between (measured
   with CLI 28.2.2). */
static void tell_error(struct invocation *invocation, const GError *error)
{
    g_autofree char *text = docker_cli_error_text(error);
    bool is_absent = g_error_matches(error, DOCKER_ERROR, DOCKER_ERROR_UNREACHABLE);
    command_complain(invocation->call,
                     is_absent ? "%s\n" : "ERROR: %s\nerrors pretty printing info\n", text);
}

static int print_info(struct invocation *invocation, const json_t *info, const GError *error)
{
    print_client(invocation);
    if (error != NULL) {
        tell_error(invocation, error);
        return 1;
    }
    g_autofree char *text = server_text(info);
    command_write(invocation->call, 1, text, -1);
    return 0;
}

static int run_info(struct invocation *invocation)
{
    const char *format = flags_text(invocation->flags, "format");
    g_autoptr(json_t) info = NULL;
    g_autoptr(GError) error = NULL;

    if (*format != '\0' && !system_check_template(invocation, "", format))
        return EXIT_TEMPLATE;
    bool is_asked = invocation_ask(invocation, "GET", "/info", NULL, &info, &error);
    if (*format == '\0')
        return print_info(invocation, info, is_asked ? NULL : error);
    info = info_for_template(invocation, g_steal_pointer(&info), error);
    return system_print_value(invocation, "", "system.dockerInfo", format, info, 0, NULL);
}

const struct command_row info_commands[] = {
    {"info|system info", "[OPTIONS]", "Display system-wide information", ARGUMENTS_EXACT, 0,
     system_format_tables, run_info, true},
    {0},
};
