/* docker version. */
#include "mocks/commands/docker/system_commands.h"
#include "mocks/commands/docker/table.h"

#include <string.h>

static const struct flag_row format_flags[] = {{"format", 'f', FLAG_TEXT, NULL}, {0}};
const struct flag_row *const system_format_tables[] = {format_flags, NULL};

/* ---- version ---- */

/* cli command/system/version.go */
static const char version_template[] =
    "{{with .Client -}}\n"
    "Client:{{if ne .Platform nil}}{{if ne .Platform.Name \"\"}} {{.Platform.Name}}{{end}}{{end}}\n"
    " Version:\t{{.Version}}\n"
    " API version:\t{{.APIVersion}}{{if ne .APIVersion .DefaultAPIVersion}} (downgraded from "
    "{{.DefaultAPIVersion}}){{end}}\n"
    " Go version:\t{{.GoVersion}}\n"
    " Git commit:\t{{.GitCommit}}\n"
    " Built:\t{{.BuildTime}}\n"
    " OS/Arch:\t{{.Os}}/{{.Arch}}\n"
    " Context:\t{{.Context}}\n"
    "{{- end}}\n\n"
    "{{- if ne .Server nil}}{{with .Server}}\n\n"
    "Server:{{if ne .Platform.Name \"\"}} {{.Platform.Name}}{{end}}\n"
    " {{- range $component := .Components}}\n"
    " {{$component.Name}}:\n"
    "  {{- if eq $component.Name \"Engine\" }}\n"
    "  Version:\t{{.Version}}\n"
    "  API version:\t{{index .Details \"ApiVersion\"}} (minimum version {{index .Details "
    "\"MinAPIVersion\"}})\n"
    "  Go version:\t{{index .Details \"GoVersion\"}}\n"
    "  Git commit:\t{{index .Details \"GitCommit\"}}\n"
    "  Built:\t{{index .Details \"BuildTime\"}}\n"
    "  OS/Arch:\t{{index .Details \"Os\"}}/{{index .Details \"Arch\"}}\n"
    "  Experimental:\t{{index .Details \"Experimental\"}}\n"
    "  {{- else }}\n"
    "  Version:\t{{$component.Version}}\n"
    "  {{- $detailsOrder := getDetailsOrder $component}}\n"
    "  {{- range $key := $detailsOrder}}\n"
    "  {{$key}}:\t{{index $component.Details $key}}\n"
    "   {{- end}}\n"
    "  {{- end}}\n"
    " {{- end}}\n"
    " {{- end}}{{- end}}";

/* "2025-05-30T12:07:14.000000000+00:00" to "Fri May 30 12:07:14 2025". */
static void reform_build_time(json_t *details)
{
    const char *text = json_get_string(details, "BuildTime", NULL);
    g_autoptr(GTimeZone) utc = g_time_zone_new_utc();
    g_autoptr(GDateTime) moment = text != NULL ? g_date_time_new_from_iso8601(text, utc) : NULL;
    if (moment == NULL)
        return;
    g_autofree char *reformed = g_date_time_format(moment, "%a %b %e %H:%M:%S %Y");
    json_object_set_new(details, "BuildTime", json_string(reformed));
}

static void reform_components(json_t *server)
{
    size_t i;
    json_t *component;
    json_array_foreach (json_get_array(server, "Components"), i, component)
        if (g_str_equal(json_get_string(component, "Name", ""), "Engine"))
            reform_build_time(json_get_object(component, "Details"));
}

json_t *system_client_shape(struct invocation *invocation)
{
    const struct client_words *words = invocation->cli->words;
    const char *newest = invocation->cli->options.api_version;
    const char *agreed = invocation->docker != NULL ? docker_api_version(invocation->docker) : NULL;
    g_autofree char *context = docker_cli_current_context(invocation->call);
    json_t *client = json_object();

    if (*words->platform_name != '\0')
        json_object_set_new(client, "Platform", json_pack("{s:s}", "Name", words->platform_name));
    json_object_set_new(client, "Version", json_string(invocation->cli->options.version));
    json_object_set_new(client, "ApiVersion", json_string(agreed != NULL ? agreed : newest));
    json_object_set_new(client, "DefaultAPIVersion", json_string(newest));
    json_object_set_new(client, "GitCommit", json_string(words->git_commit));
    json_object_set_new(client, "GoVersion", json_string(words->go_version));
    json_object_set_new(client, "Os", json_string("linux"));
    json_object_set_new(client, "Arch", json_string("amd64"));
    json_object_set_new(client, "BuildTime", json_string(words->build_time));
    json_object_set_new(client, "Context", json_string(context));
    return client;
}

int system_print_value(struct invocation *invocation, const char *name, const char *type_name,
                       const char *format, json_t *value, int width_min, const GError *reason)
{
    g_autoptr(GString) output = g_string_new(NULL);
    g_autoptr(GError) error = NULL;

    bool is_printed = view_execute(name, type_name, format, value, output, &error);
    g_string_append_c(output, '\n');
    g_autofree char *text =
        width_min > 0 ? table_layout(output->str, width_min, 1) : g_strdup(output->str);
    command_write(invocation->call, 1, text, -1);
    if (reason != NULL)
        return invocation_fail(invocation, reason);
    if (!is_printed) {
        const char *bare = error->message + strlen("template parsing error: ");
        return invocation_end(invocation, 1, "%s", bare);
    }
    return 0;
}

/* A template that cannot be read ends the command before anything is asked. */
bool system_check_template(struct invocation *invocation, const char *name, const char *format)
{
    g_autoptr(GString) output = g_string_new(NULL);
    g_autoptr(GError) error = NULL;
    g_autoptr(json_t) nothing = json_object();

    if (view_execute(name, NULL, format, nothing, output, &error) ||
        strstr(error->message, ": executing ") != NULL)
        return true;
    invocation_end(invocation, EXIT_TEMPLATE, "%s", error->message);
    return false;
}

static int run_version(struct invocation *invocation)
{
    const char *asked = flags_text(invocation->flags, "format");
    const char *format = *asked != '\0' ? asked : version_template;
    g_autoptr(GError) error = NULL;
    json_t *server = NULL;

    if (!system_check_template(invocation, "version", format))
        return EXIT_TEMPLATE;
    if (!invocation_ask(invocation, "GET", "/version", NULL, &server, &error))
        server = json_null();
    reform_components(server);
    g_autoptr(json_t) value =
        json_pack("{s:o, s:o}", "Client", system_client_shape(invocation), "Server", server);
    return system_print_value(invocation, "version", "system.versionInfo", format, value, 20,
                              error);
}

const struct command_row system_commands[] = {
    {"version", "[OPTIONS]", "Show the Docker version information", ARGUMENTS_EXACT, 0,
     system_format_tables, run_version, true},
    {0},
};
