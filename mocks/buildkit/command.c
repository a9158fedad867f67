/* `buildctl build`: one row a flag (BuildKit v0.23, cmd/buildctl/build.go). */
#include "mocks/buildkit/command.h"

#include "mocks/dockerfile/expand.h"

#include <string.h>

static void attributes_free(void *pointer)
{
    struct attributes *attributes = pointer;
    g_ptr_array_unref(attributes->pairs);
    g_free(attributes);
}

const char *attributes_get(const struct attributes *attributes, const char *name)
{
    return variables_get(attributes->pairs, name);
}

bool attributes_is_true(const struct attributes *attributes, const char *name)
{
    static const char *const words[] = {"1", "t", "T", "true", "TRUE", "True", NULL};
    const char *value = attributes_get(attributes, name);
    return value != NULL && g_strv_contains(words, value);
}

/* One line of CSV: type=image,"name=a,b",push=true. */
static struct attributes *attributes_parse(const char *text)
{
    struct attributes *attributes = g_new0(struct attributes, 1);
    GString *part = g_string_new(NULL);
    bool is_quoted = false;

    attributes->pairs = variables_new();
    for (const char *next = text;; next++) {
        if (*next == '"') {
            is_quoted = !is_quoted;
        } else if (*next == '\0' || (*next == ',' && !is_quoted)) {
            g_ptr_array_add(attributes->pairs, g_strdup(part->str));
            g_string_truncate(part, 0);
        } else {
            g_string_append_c(part, *next);
        }
        if (*next == '\0')
            break;
    }
    g_string_free(part, TRUE);
    return attributes;
}

/* ---- rows ---- */

static bool take_local(struct build_command *command, const char *value, GError **error)
{
    (void)error;
    g_ptr_array_add(command->locals, g_strdup(value));
    return true;
}

static bool take_option(struct build_command *command, const char *value, GError **error)
{
    if (strcmp(value, "no-cache=") == 0)
        command->ignores_cache = true;
    if (strchr(value, '=') == NULL) {
        g_set_error(error, BASE_ERROR, BASE_ERROR_USAGE, "invalid opt: invalid value %s", value);
        return false;
    }
    g_ptr_array_add(command->options, g_strdup(value));
    return true;
}

static bool take_attributes(GPtrArray *list, const char *what, const char *value, GError **error)
{
    struct attributes *attributes = attributes_parse(value);
    g_ptr_array_add(list, attributes);
    if (attributes_get(attributes, "type") != NULL)
        return true;
    g_set_error(error, BASE_ERROR, BASE_ERROR_USAGE, "%s requires type=<type>", what);
    return false;
}

static bool take_output(struct build_command *command, const char *value, GError **error)
{
    return take_attributes(command->outputs, "--output", value, error);
}

static bool take_import(struct build_command *command, const char *value, GError **error)
{
    return take_attributes(command->imports, "--import-cache", value, error);
}

static bool take_export(struct build_command *command, const char *value, GError **error)
{
    return take_attributes(command->exports, "--export-cache", value, error);
}

static bool take_secret(struct build_command *command, const char *value, GError **error)
{
    (void)error;
    g_ptr_array_add(command->secrets, attributes_parse(value));
    return true;
}

static bool take_agent(struct build_command *command, const char *value, GError **error)
{
    (void)error;
    g_ptr_array_add(command->agents, g_strndup(value, strcspn(value, "=")));
    return true;
}

static bool take_allowed(struct build_command *command, const char *value, GError **error)
{
    (void)error;
    g_ptr_array_add(command->allowed, g_strdup(value));
    return true;
}

static bool take_frontend(struct build_command *command, const char *value, GError **error)
{
    (void)error;
    g_free(command->frontend);
    command->frontend = g_strdup(value);
    return true;
}

static bool take_progress(struct build_command *command, const char *value, GError **error)
{
    static const char *const modes[] = {"auto", "plain", "tty", "quiet", "rawjson"};
    g_free(command->progress);
    command->progress = g_strdup(value);
    for (gsize i = 0; i < G_N_ELEMENTS(modes); i++)
        if (strcmp(modes[i], value) == 0)
            return true;
    g_set_error(error, BASE_ERROR, BASE_ERROR_USAGE, "invalid progress mode %s", value);
    return false;
}

static bool take_metadata_file(struct build_command *command, const char *value, GError **error)
{
    (void)error;
    g_free(command->metadata_file);
    command->metadata_file = g_strdup(value);
    return true;
}

static bool take_no_cache(struct build_command *command, const char *value, GError **error)
{
    (void)error;
    command->ignores_cache = g_strcmp0(value, "false") != 0;
    return true;
}

/* Accepted, and without meaning here. */
static bool take_nothing(struct build_command *command, const char *value, GError **error)
{
    (void)command;
    (void)value;
    (void)error;
    return true;
}

static const struct flag {
    const char *name;
    bool has_value;
    bool (*take)(struct build_command *command, const char *value, GError **error);
} flags[] = {
    {"frontend", true, take_frontend},
    {"local", true, take_local},
    {"opt", true, take_option},
    {"output", true, take_output},
    {"o", true, take_output},
    {"import-cache", true, take_import},
    {"export-cache", true, take_export},
    {"progress", true, take_progress},
    {"metadata-file", true, take_metadata_file},
    {"no-cache", false, take_no_cache},
    {"secret", true, take_secret},
    {"ssh", true, take_agent},
    {"allow", true, take_allowed},
    {"trace", true, take_nothing},
    {"ref-file", true, take_nothing},
    {"source-policy-file", true, take_nothing},
    {"debug-json-cache-metrics", true, take_nothing},
    {"registry-auth-tlscontext", true, take_nothing},
    {"oci-layout", true, take_nothing},
    {"wait", false, take_nothing},
};

static const struct flag *find_flag(const char *name)
{
    for (gsize i = 0; i < G_N_ELEMENTS(flags); i++)
        if (strcmp(flags[i].name, name) == 0)
            return &flags[i];
    return NULL;
}

static bool take_flag(struct build_command *command, const char *const **next, GError **error)
{
    const char *text = *(*next)++;
    const char *name = text + (g_str_has_prefix(text, "--") ? 2 : 1);
    g_auto(GStrv) pair = g_strsplit(name, "=", 2);
    const struct flag *flag = find_flag(pair[0]);
    const char *value = pair[1];

    if (flag == NULL) {
        g_set_error(error, BASE_ERROR, BASE_ERROR_USAGE, "flag provided but not defined: -%s",
                    pair[0]);
        return false;
    }
    if (value == NULL && flag->has_value && **next != NULL)
        value = *(*next)++;
    if (value == NULL && flag->has_value) {
        g_set_error(error, BASE_ERROR, BASE_ERROR_USAGE, "flag needs an argument: -%s", pair[0]);
        return false;
    }
    return flag->take(command, value, error);
}

struct build_command *build_command_parse(const char *const *arguments, GError **error)
{
    AUTO(build_command) command = g_new0(struct build_command, 1);
    command->progress = g_strdup("auto");
    command->locals = variables_new();
    command->options = variables_new();
    command->outputs = g_ptr_array_new_with_free_func(attributes_free);
    command->imports = g_ptr_array_new_with_free_func(attributes_free);
    command->exports = g_ptr_array_new_with_free_func(attributes_free);
    command->secrets = g_ptr_array_new_with_free_func(attributes_free);
    command->allowed = g_ptr_array_new_with_free_func(g_free);
    command->agents = g_ptr_array_new_with_free_func(g_free);
    while (*arguments != NULL) {
        if ((*arguments)[0] != '-') {
            g_set_error(error, BASE_ERROR, BASE_ERROR_USAGE, "invalid argument %s", *arguments);
            return NULL;
        }
        if (!take_flag(command, &arguments, error))
            return NULL;
    }
    return g_steal_pointer(&command);
}

void build_command_free(struct build_command *command)
{
    if (command == NULL)
        return;
    g_free(command->frontend);
    g_free(command->progress);
    g_free(command->metadata_file);
    g_ptr_array_unref(command->locals);
    g_ptr_array_unref(command->options);
    g_ptr_array_unref(command->outputs);
    g_ptr_array_unref(command->imports);
    g_ptr_array_unref(command->exports);
    g_ptr_array_unref(command->secrets);
    g_ptr_array_unref(command->allowed);
    g_ptr_array_unref(command->agents);
    g_free(command);
}

const char *build_command_local(const struct build_command *command, const char *name)
{
    return variables_get(command->locals, name);
}

const char *build_command_option(const struct build_command *command, const char *name)
{
    return variables_get(command->options, name);
}

GPtrArray *build_command_options(const struct build_command *command, const char *prefix)
{
    GPtrArray *found = g_ptr_array_new();
    for (guint i = 0; i < command->options->len; i++) {
        const char *option = g_ptr_array_index(command->options, i);
        if (g_str_has_prefix(option, prefix))
            g_ptr_array_add(found, (char *)option + strlen(prefix));
    }
    return found;
}

bool build_command_has_secret(const struct build_command *command, const char *id)
{
    for (guint i = 0; i < command->secrets->len; i++)
        if (g_strcmp0(attributes_get(g_ptr_array_index(command->secrets, i), "id"), id) == 0)
            return true;
    return false;
}

bool build_command_has_agent(const struct build_command *command, const char *name)
{
    return g_ptr_array_find_with_equal_func(command->agents, name, g_str_equal, NULL);
}
