/* docker port: which ports of the host lead into a container. */
#include "mocks/commands/docker/cli_private.h"

#include <string.h>

static const struct flag_row *const no_tables[] = {NULL};

/* "0.0.0.0:5432", "[::]:5432" */
static char *binding_text(const json_t *binding)
{
    const char *address = json_get_string(binding, "HostIp", "");
    const char *port = json_get_string(binding, "HostPort", "");
    return strchr(address, ':') != NULL ? g_strdup_printf("[%s]:%s", address, port)
                                        : g_strdup_printf("%s:%s", address, port);
}

/* docker/cli container/port.go sorts the lines in natural order: numbers as numbers. */
static gint compare_lines(gconstpointer left, gconstpointer right)
{
    const char *one = *(const char *const *)left;
    const char *other = *(const char *const *)right;
    gint64 difference = g_ascii_strtoll(one, NULL, 10) - g_ascii_strtoll(other, NULL, 10);
    return difference != 0 ? (difference < 0 ? -1 : 1) : strcmp(one, other);
}

static void print_all(const struct invocation *invocation, json_t *ports)
{
    g_autoptr(GPtrArray) lines = g_ptr_array_new_with_free_func(g_free);
    const char *key;
    json_t *bindings;
    json_object_foreach (ports, key, bindings)
        for (size_t i = 0; i < json_array_size(bindings); i++) {
            g_autofree char *text = binding_text(json_array_get(bindings, i));
            g_ptr_array_add(lines, g_strdup_printf("%s -> %s", key, text));
        }
    g_ptr_array_sort(lines, compare_lines);
    for (guint i = 0; i < lines->len; i++)
        command_print(invocation->call, "%s\n", (const char *)g_ptr_array_index(lines, i));
}

/* docker/cli container/port.go: a port that is not published is an error. */
static int print_one(struct invocation *invocation, json_t *ports)
{
    const char *wanted = invocation->arguments[1];
    g_autofree char *key =
        strchr(wanted, '/') != NULL ? g_strdup(wanted) : g_strconcat(wanted, "/tcp", NULL);
    const json_t *bindings = json_object_get(ports, key);
    if (json_array_size(bindings) == 0)
        return invocation_end(invocation, 1, "no public port '%s' published for %s", wanted,
                              invocation->arguments[0]);
    for (size_t i = 0; i < json_array_size(bindings); i++) {
        g_autofree char *text = binding_text(json_array_get(bindings, i));
        command_print(invocation->call, "%s\n", text);
    }
    return 0;
}

static int run_port(struct invocation *invocation)
{
    g_autofree char *path = api_path("containers", invocation->arguments[0], "/json");
    g_autoptr(json_t) container = NULL;
    g_autoptr(GError) error = NULL;

    if (invocation->argument_count > 2)
        return command_usage_error(invocation, 1,
                                   "docker port requires at least 1 and at most 2 arguments", NULL);
    if (!invocation_ask(invocation, "GET", path, NULL, &container, &error))
        return invocation_fail(invocation, error);
    json_t *ports = json_get_object(json_get_object(container, "NetworkSettings"), "Ports");
    if (invocation->argument_count == 2)
        return print_one(invocation, ports);
    print_all(invocation, ports);
    return 0;
}

const struct command_row port_commands[] = {
    {"port|container port", "CONTAINER [PRIVATE_PORT[/PROTO]]",
     "List port mappings or a specific mapping for the container", ARGUMENTS_AT_LEAST, 1, no_tables,
     run_port, true},
    {0},
};
