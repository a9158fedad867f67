/* docker context: the default one, those that are made of it, and what config.json says is current.
   Contexts of Engines elsewhere are not modelled: making one is assumed, and it is never found. */
#include "mocks/commands/docker/cli_private.h"
#include "mocks/commands/docker/go_template.h"

#include <string.h>

#define IN_MEMORY    "<IN MEMORY>"
#define DEFAULT_HOST "unix:///var/run/docker.sock"

static const struct flag_row format_flags[] = {
    {"format", 'f', FLAG_TEXT, NULL},
    {"quiet", 'q', FLAG_BOOLEAN, NULL},
    {0},
};
static const struct flag_row *const format_tables[] = {format_flags, NULL};
static const struct flag_row create_flags[] = {
    {"description", 0, FLAG_TEXT, NULL},
    {"docker", 0, FLAG_TEXT, NULL},
    {"from", 0, FLAG_TEXT, NULL},
    {0},
};
static const struct flag_row *const create_tables[] = {create_flags, NULL};
static const struct flag_row remove_flags[] = {{"force", 'f', FLAG_BOOLEAN, NULL}, {0}};
static const struct flag_row *const remove_tables[] = {remove_flags, NULL};
static const struct flag_row *const no_tables[] = {NULL};

static const char *host_of(const struct invocation *invocation)
{
    const char *host = command_variable(invocation->call, "DOCKER_HOST");
    return host != NULL && *host != '\0' ? host : DEFAULT_HOST;
}

static int not_found(struct invocation *invocation, const char *name)
{
    g_autofree char *path = context_meta_path(invocation->call, name);
    return invocation_end(invocation, 1,
                          "context \"%s\": context not found: open %s: no such file or directory",
                          name, path);
}

/* What `inspect` shows; NULL: there is no such context. The caller owns it. */
static json_t *shape_of(const struct invocation *invocation, const char *name)
{
    if (g_str_equal(name, "default"))
        return json_pack("{s:s, s:{}, s:{s:{s:s, s:b}}, s:{}, s:{s:s, s:s}}", "Name", "default",
                         "Metadata", "Endpoints", "docker", "Host", host_of(invocation),
                         "SkipTLSVerify", 0, "TLSMaterial", "Storage", "MetadataPath", IN_MEMORY,
                         "TLSPath", IN_MEMORY);
    json_t *meta = context_read(invocation->call, name);
    if (meta == NULL)
        return NULL;
    g_autofree char *path = context_meta_path(invocation->call, name);
    g_autofree char *folder = g_path_get_dirname(path);
    g_autofree char *base = g_path_get_basename(folder);
    g_autofree char *config = docker_cli_config_folder(invocation->call);
    g_autofree char *secrets = g_build_filename(config, "contexts", "tls", base, NULL);
    json_object_set_new(meta, "TLSMaterial", json_object());
    json_object_set_new(meta, "Storage",
                        json_pack("{s:s, s:s}", "MetadataPath", folder, "TLSPath", secrets));
    return meta;
}

static const char *host_in(const json_t *shape)
{
    return json_get_string(json_get_object(json_get_object(shape, "Endpoints"), "docker"), "Host",
                           "");
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

static void add_row(const struct invocation *invocation, GPtrArray *rows, const char *name)
{
    g_autofree char *current = docker_cli_current_context(invocation->call);
    g_autoptr(json_t) shape = shape_of(invocation, name);
    const char *description =
        g_str_equal(name, "default")
            ? "Current DOCKER_HOST based configuration"
            : json_get_string(json_get_object(shape, "Metadata"), "Description", "");
    g_ptr_array_add(rows, json_pack("{s:b, s:s, s:s, s:s, s:s}", "Current",
                                    g_str_equal(current, name), "Description", description,
                                    "DockerEndpoint", host_in(shape), "Error", "", "Name", name));
}

static int run_list(struct invocation *invocation)
{
    const char *asked = flags_text(invocation->flags, "format");
    const char *format = flags_boolean(invocation->flags, "quiet") ? "{{.Name}}"
                         : *asked != '\0' && !g_str_equal(asked, "table")
                             ? asked
                             : "table {{.Name}}{{if .Current}} *{{end}}\t{{.Description}}\t"
                               "{{.DockerEndpoint}}\t{{.Error}}";
    g_autoptr(GPtrArray) rows = view_rows_new();
    g_autoptr(GPtrArray) names = docker_cli_contexts(invocation->call);
    g_autoptr(GError) error = NULL;

    add_row(invocation, rows, "default");
    for (guint i = 0; i < names->len; i++)
        add_row(invocation, rows, g_ptr_array_index(names, i));
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
    g_autofree char *current = docker_cli_current_context(invocation->call);
    command_print(invocation->call, "%s\n", current);
    return 0;
}

static bool use_default(const struct invocation *invocation, GError **error)
{
    g_autoptr(json_t) config = config_read(invocation->call);
    return json_object_del(config, "currentContext") != 0 ||
           config_write(invocation->call, config, error);
}

/* What is called by the current context elsewhere, as buildx's default builder, is not modelled. */
static int run_use(struct invocation *invocation)
{
    const char *name = invocation->arguments[0];
    g_autoptr(GError) error = NULL;

    if (docker_cli_has_context(invocation->call, name))
        return docker_cli_assume(invocation->cli, invocation->call,
                                 "context use: a context but the default one",
                                 /* touches_images= */ true);
    if (!g_str_equal(name, "default"))
        return not_found(invocation, name);
    if (!use_default(invocation, &error))
        return invocation_fail(invocation, error);
    command_print(invocation->call, "%s\n", name);
    command_complain(invocation->call, "Current context is now \"%s\"\n", name);
    return 0;
}

/* ---- inspect ---- */

static int run_inspect(struct invocation *invocation)
{
    const char *format = flags_text(invocation->flags, "format");
    g_autofree char *current = docker_cli_current_context(invocation->call);
    const char *name = invocation->argument_count > 0 ? invocation->arguments[0] : current;
    g_autoptr(GString) text = g_string_new(NULL);
    g_autoptr(GError) error = NULL;
    g_autoptr(json_t) shape = shape_of(invocation, name);

    if (shape == NULL) {
        if (*format == '\0')
            command_print(invocation->call, "[]\n");
        return not_found(invocation, name);
    }
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

/* ---- create, rm (command/context/create.go, remove.go) ---- */

#define NAME_PATTERN "^[a-zA-Z0-9][a-zA-Z0-9_.+-]+$"

static bool check_new_name(const struct invocation *invocation, const char *name, GError **error)
{
    if (*name == '\0')
        return cli_refuse(error, "context name cannot be empty");
    if (g_str_equal(name, "default"))
        return cli_refuse(error, "\"default\" is a reserved context name");
    if (!g_regex_match_simple(NAME_PATTERN, name, G_REGEX_DOLLAR_ENDONLY, 0))
        return cli_refuse(error,
                          "context name \"%s\" is invalid, names are validated against regexp "
                          "\"" NAME_PATTERN "\"",
                          name);
    return !docker_cli_has_context(invocation->call, name) ||
           cli_refuse(error, "context \"%s\" already exists", name);
}

/* "host=unix:///x"; NULL: with keys, or of an Engine elsewhere. g_free. */
static char *host_asked(const struct invocation *invocation, const char *docker)
{
    bool is_plain = g_str_has_prefix(docker, "host=") && strchr(docker, ',') == NULL;
    const char *host = docker + strlen("host=");
    if (!is_plain ||
        (!g_str_has_prefix(host, "unix://") && !g_str_equal(host, host_of(invocation))))
        return NULL;
    return g_strdup(host);
}

static char *host_to_copy(const struct invocation *invocation, const char *from)
{
    g_autofree char *current = docker_cli_current_context(invocation->call);
    g_autoptr(json_t) shape = shape_of(invocation, *from != '\0' ? from : current);
    return shape != NULL ? g_strdup(host_in(shape)) : NULL;
}

static int run_create(struct invocation *invocation)
{
    const char *name = invocation->arguments[0];
    const char *docker = flags_text(invocation->flags, "docker");
    const char *from = flags_text(invocation->flags, "from");
    g_autoptr(GError) error = NULL;

    if (!check_new_name(invocation, name, &error))
        return invocation_fail(invocation, error);
    if (*docker != '\0' && *from != '\0')
        return invocation_end(invocation, 1, "cannot use --docker flag when --from is set");
    g_autofree char *host =
        *docker != '\0' ? host_asked(invocation, docker) : host_to_copy(invocation, from);
    if (host == NULL && *docker != '\0')
        return docker_cli_assume(invocation->cli, invocation->call,
                                 "context create: an Engine elsewhere", /* touches_images= */ true);
    if (host == NULL)
        return not_found(invocation, from);
    if (!context_write(invocation->call, name, flags_text(invocation->flags, "description"), host,
                       &error))
        return invocation_fail(invocation, error);
    command_print(invocation->call, "%s\n", name);
    command_complain(invocation->call, "Successfully created context \"%s\"\n", name);
    return 0;
}

static bool remove_one(struct invocation *invocation, const char *name, GError **error)
{
    g_autofree char *current = docker_cli_current_context(invocation->call);
    bool is_forced = flags_boolean(invocation->flags, "force");
    bool is_current = g_str_equal(current, name);

    if (g_str_equal(name, "default"))
        return cli_refuse(error, "context \"default\" cannot be removed");
    if (is_current && !is_forced)
        return cli_refuse(error, "context \"%s\" is in use, set -f flag to force remove", name);
    if (is_current && !use_default(invocation, error))
        return false;
    if (!is_forced && !docker_cli_has_context(invocation->call, name))
        return cli_refuse(error, "context \"%s\" does not exist", name);
    context_remove(invocation->call, name);
    command_print(invocation->call, "%s\n", name);
    return true;
}

static int run_remove(struct invocation *invocation)
{
    return invocation_each(invocation, remove_one);
}

const struct command_row context_commands[] = {
    {"context create", "[OPTIONS] CONTEXT", "Create a context", ARGUMENTS_EXACT, 1, create_tables,
     run_create, true},
    {"context inspect", "[OPTIONS] [CONTEXT] [CONTEXT...]",
     "Display detailed information on one or more contexts", ARGUMENTS_AT_LEAST, 0, format_tables,
     run_inspect, true},
    {"context ls|context list=context ls", "[OPTIONS]", "List contexts", ARGUMENTS_EXACT, 0,
     format_tables, run_list, true},
    {"context rm|context remove=context rm", "CONTEXT [CONTEXT...]", "Remove one or more contexts",
     ARGUMENTS_AT_LEAST, 1, remove_tables, run_remove, true},
    {"context show", "", "Print the name of the current context", ARGUMENTS_EXACT, 0, no_tables,
     run_show, true},
    {"context use", "CONTEXT", "Set the current docker context", ARGUMENTS_EXACT, 1, no_tables,
     run_use, true},
    {0},
};
