/* docker context: the default one, and what config.json says is current. Others are not modelled:
   they are never found. */
#include "mocks/commands/docker/cli_private.h"
#include "mocks/commands/docker/go_template.h"

#include "base/digest.h"

#include <string.h>

#define IN_MEMORY    "<IN MEMORY>"
#define DEFAULT_HOST "unix:///var/run/docker.sock"

static const struct flag_row format_flags[] = {
    {"format", 'f', FLAG_TEXT, NULL},
    {"quiet", 'q', FLAG_BOOLEAN, NULL},
    {0},
};
static const struct flag_row *const format_tables[] = {format_flags, NULL};
static const struct flag_row *const no_tables[] = {NULL};

static const char *host_of(const struct invocation *invocation)
{
    const char *host = command_variable(invocation->call, "DOCKER_HOST");
    return host != NULL && *host != '\0' ? host : DEFAULT_HOST;
}

static int not_found(struct invocation *invocation, const char *name)
{
    g_autofree char *folder = docker_cli_config_folder(invocation->call);
    g_autofree char *digest = digest_of(name, strlen(name));
    return invocation_end(
        invocation, 1,
        "context \"%s\": context not found: open %s/contexts/meta/%s/meta.json: no "
        "such file or directory",
        name, folder, digest + strlen("sha256:"));
}

/* ---- ls ---- */

static const struct view_column context_columns[] = {
    {"Description", "DESCRIPTION"},
    {"DockerEndpoint", "DOCKER ENDPOINT"},
    {"Error", "ERROR"},
    {"Name", "NAME"},
    {0},
};
static const struct view context_view = {"*formatter.clientContextContext", context_columns};

static void release(gpointer value)
{
    json_decref(value);
}

static int run_list(struct invocation *invocation)
{
    const char *asked = flags_text(invocation->flags, "format");
    const char *format = flags_boolean(invocation->flags, "quiet") ? "{{.Name}}"
                         : *asked != '\0' && !g_str_equal(asked, "table")
                             ? asked
                             : "table {{.Name}}{{if .Current}} *{{end}}\t{{.Description}}\t"
                               "{{.DockerEndpoint}}\t{{.Error}}";
    g_autoptr(GPtrArray) rows = g_ptr_array_new_with_free_func(release);
    g_autofree char *current = context_current(invocation->call);
    g_autoptr(GError) error = NULL;

    g_ptr_array_add(rows, json_pack("{s:b, s:s, s:s, s:s, s:s}", "Current",
                                    g_str_equal(current, "default"), "Description",
                                    "Current DOCKER_HOST based configuration", "DockerEndpoint",
                                    host_of(invocation), "Error", "", "Name", "default"));
    if (!view_print(invocation, &context_view, format, rows, &error))
        return invocation_fail(invocation, error);
    if (command_variable(invocation->call, "DOCKER_HOST") != NULL &&
        !flags_boolean(invocation->flags, "quiet"))
        command_complain(invocation->call,
                         "Warning: DOCKER_HOST environment variable overrides the active context. "
                         "To use a context, either set the global --context flag, or unset "
                         "DOCKER_HOST environment variable.\n");
    return 0;
}

/* ---- show, use ---- */

static int run_show(struct invocation *invocation)
{
    g_autofree char *current = context_current(invocation->call);
    command_print(invocation->call, "%s\n", current);
    return 0;
}

static int run_use(struct invocation *invocation)
{
    const char *name = invocation->arguments[0];
    g_autoptr(json_t) config = config_read(invocation->call);
    g_autoptr(GError) error = NULL;

    if (!g_str_equal(name, "default"))
        return not_found(invocation, name);
    if (json_object_del(config, "currentContext") == 0 &&
        !config_write(invocation->call, config, &error))
        return invocation_fail(invocation, error);
    command_print(invocation->call, "%s\n", name);
    command_complain(invocation->call, "Current context is now \"%s\"\n", name);
    return 0;
}

/* ---- inspect ---- */

static json_t *default_shape(const struct invocation *invocation)
{
    return json_pack("{s:s, s:{}, s:{s:{s:s, s:b}}, s:{}, s:{s:s, s:s}}", "Name", "default",
                     "Metadata", "Endpoints", "docker", "Host", host_of(invocation),
                     "SkipTLSVerify", 0, "TLSMaterial", "Storage", "MetadataPath", IN_MEMORY,
                     "TLSPath", IN_MEMORY);
}

static int run_inspect(struct invocation *invocation)
{
    const char *format = flags_text(invocation->flags, "format");
    g_autofree char *current = context_current(invocation->call);
    const char *name = invocation->argument_count > 0 ? invocation->arguments[0] : current;
    g_autoptr(GString) text = g_string_new(NULL);
    g_autoptr(GError) error = NULL;

    if (!g_str_equal(name, "default")) {
        if (*format == '\0')
            command_print(invocation->call, "[]\n");
        return not_found(invocation, name);
    }
    g_autoptr(json_t) shape = default_shape(invocation);
    g_autoptr(json_t) list = json_pack("[O]", shape);
    g_autofree char *plain = view_indented(list);
    g_autofree char *indented = go_html_safe(plain);
    if (*format == '\0')
        g_string_append(text, indented);
    else if (!view_execute("", NULL, format, g_str_equal(format, "json") ? list : shape, text,
                           &error))
        return invocation_fail(invocation, error);
    command_print(invocation->call, "%s\n", text->str);
    return 0;
}

const struct command_row context_commands[] = {
    {"context inspect", "[OPTIONS] [CONTEXT] [CONTEXT...]",
     "Display detailed information on one or more contexts", ARGUMENTS_AT_LEAST, 0, format_tables,
     run_inspect, true},
    {"context ls|context list=context ls", "[OPTIONS]", "List contexts", ARGUMENTS_EXACT, 0,
     format_tables, run_list, true},
    {"context show", "", "Print the name of the current context", ARGUMENTS_EXACT, 0, no_tables,
     run_show, true},
    {"context use", "CONTEXT", "Set the current docker context", ARGUMENTS_EXACT, 1, no_tables,
     run_use, true},
    {0},
};
