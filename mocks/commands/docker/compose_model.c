/* From compose files to one project: found, put one over the other, in order. */
#include "mocks/commands/docker/compose_private.h"

#include "mocks/commands/docker/cli_private.h"

#include <string.h>

/* ---- files ---- */

static bool is_there(const struct command_call *call, const char *path)
{
    g_autofree char *host = command_host_path(call, path);
    return host != NULL && g_file_test(host, G_FILE_TEST_EXISTS);
}

static void find_in(const struct command_call *call, const char *folder, GPtrArray *paths)
{
    static const char *const names[] = {"compose.yaml", "compose.yml", "docker-compose.yml",
                                        "docker-compose.yaml"};
    static const char *const overrides[] = {"compose.override.yml", "compose.override.yaml",
                                            "docker-compose.override.yml",
                                            "docker-compose.override.yaml"};

    for (gsize i = 0; i < G_N_ELEMENTS(names) && paths->len == 0; i++) {
        g_autofree char *path = g_build_filename(folder, names[i], NULL);
        if (is_there(call, path))
            g_ptr_array_add(paths, g_steal_pointer(&path));
    }
    for (gsize i = 0; i < G_N_ELEMENTS(overrides) && paths->len == 1; i++) {
        g_autofree char *path = g_build_filename(folder, overrides[i], NULL);
        if (is_there(call, path))
            g_ptr_array_add(paths, g_steal_pointer(&path));
    }
}

/* -f, else COMPOSE_FILE, else the usual names here or in a folder above. */
static GPtrArray *find_files(const struct command_call *call, const char *const *files,
                             GError **error)
{
    g_autoptr(GPtrArray) paths = g_ptr_array_new_with_free_func(g_free);
    const char *variable = command_variable(call, "COMPOSE_FILE");
    g_auto(GStrv) listed = g_strsplit(variable != NULL ? variable : "", ":", -1);
    const char *const *asked = files[0] != NULL ? files : (const char *const *)listed;

    for (gsize i = 0; asked[i] != NULL; i++)
        if (g_str_equal(asked[i], COMPOSE_STDIN))
            g_ptr_array_add(paths, g_build_filename(call->directory, COMPOSE_STDIN, NULL));
        else if (*asked[i] != '\0')
            g_ptr_array_add(paths, command_absolute_path(call, asked[i]));
    g_autofree char *folder = g_strdup(call->directory);
    while (paths->len == 0) {
        find_in(call, folder, paths);
        if (g_str_equal(folder, "/"))
            break;
        char *parent = g_path_get_dirname(folder);
        g_free(folder);
        folder = parent;
    }
    if (paths->len > 0)
        return g_steal_pointer(&paths);
    cli_refuse(error, "no configuration file provided: not found");
    return NULL;
}

/* ---- one over the other ---- */

/* ["A=1", "B"] as {"A": "1", "B": null}; a new reference. */
static json_t *as_pairs(json_t *value)
{
    size_t i;
    json_t *item;
    if (!json_is_array(value))
        return json_incref(value);
    json_t *pairs = json_object();
    json_array_foreach (value, i, item) {
        g_auto(GStrv) parts =
            g_strsplit(json_is_string(item) ? json_string_value(item) : "", "=", 2);
        if (parts[0] != NULL)
            json_object_set_new(pairs, parts[0], json_text_or_null(parts[1]));
    }
    return pairs;
}

static void join_pairs(json_t *base, const char *key, json_t *more)
{
    g_autoptr(json_t) below = as_pairs(json_object_get(base, key));
    g_autoptr(json_t) above = as_pairs(more);
    g_autoptr(json_t) joined = json_copy(below);
    json_object_update(joined, above);
    json_object_set(base, key, joined);
}

/* One text is a list of it. */
static void join_texts(json_t *base, const char *key, json_t *more)
{
    json_t *old = json_object_get(base, key);
    g_autoptr(json_t) joined = json_is_array(old) ? json_copy(old) : json_pack("[O]", old);
    if (json_is_array(more))
        json_array_extend(joined, more);
    else
        json_array_append(joined, more);
    json_object_set(base, key, joined);
}

/* Mappings grow, lists grow, but a command is one value (compose-go's override/merge.go). */
void compose_merge(json_t *base, json_t *more)
{
    static const char *const whole[] = {"command", "entrypoint", "test", NULL};
    static const char *const pairs[] = {"environment", "labels", "args", NULL};
    static const char *const texts[] = {"env_file", "dns", "tmpfs", NULL};
    const char *key;
    json_t *value;

    json_object_foreach (more, key, value) {
        json_t *old = json_object_get(base, key);
        if (old != NULL && g_strv_contains(pairs, key) && !json_is_null(value))
            join_pairs(base, key, value);
        else if (old != NULL && g_strv_contains(texts, key))
            join_texts(base, key, value);
        else if (json_is_object(old) && json_is_object(value))
            compose_merge(old, value);
        else if (json_is_array(old) && json_is_array(value) && !g_strv_contains(whole, key))
            json_array_extend(old, value);
        else
            json_object_set(base, key, value);
    }
}

/* ---- the project ---- */

/* Lower case; only letters, digits, '-' and '_'. */
static char *normal_name(const char *text)
{
    GString *name = g_string_new(NULL);
    for (; *text != '\0'; text++) {
        char byte = g_ascii_tolower(*text);
        if (g_ascii_isalnum(byte) || (name->len > 0 && (byte == '-' || byte == '_')))
            g_string_append_c(name, byte);
    }
    return g_string_free(name, FALSE);
}

static char *choose_name(const struct project *project, const char *asked, const json_t *variables)
{
    const char *variable = command_variable(project->call, "COMPOSE_PROJECT_NAME");
    const char *said = json_get_string(project->model, "name", "");
    const char *in_file = json_get_string(variables, "COMPOSE_PROJECT_NAME", "");
    g_autofree char *folder = g_path_get_basename(project->directory);

    return normal_name(*asked != '\0'                          ? asked
                       : variable != NULL && *variable != '\0' ? variable
                       : *in_file != '\0'                      ? in_file
                       : *said != '\0'                         ? said
                                                               : folder);
}

/* A file that is asked for has to be there, and later ones count more (compose-go's
   dotenv/env.go). */
static json_t *read_variables(const struct project *project, const char *const *files,
                              GError **error)
{
    g_autoptr(json_t) variables = json_object();
    g_autofree char *usual = g_build_filename(project->directory, ".env", NULL);
    if (files[0] == NULL)
        return compose_read_variables(project, usual);
    for (; *files != NULL; files++) {
        g_autofree char *path = command_absolute_path(project->call, *files);
        g_autofree char *host_path = command_host_path(project->call, path);
        if (host_path != NULL && !g_file_test(host_path, G_FILE_TEST_EXISTS)) {
            cli_refuse(error, "couldn't find env file: %s", path);
            return NULL;
        }
        g_autoptr(json_t) more = compose_read_variables(project, path);
        json_object_update(variables, more);
    }
    return g_steal_pointer(&variables);
}

bool project_load(struct project *project, const struct project_sources *sources, GError **error)
{
    g_autoptr(GPtrArray) paths = find_files(project->call, sources->files, error);
    if (paths == NULL)
        return false;
    project->directory = *sources->directory != '\0'
                             ? command_absolute_path(project->call, sources->directory)
                             : g_path_get_dirname(g_ptr_array_index(paths, 0));
    json_t *variables = read_variables(project, sources->env_files, error);
    g_autoptr(GPtrArray) way = g_ptr_array_new_with_free_func(g_free);
    if (variables == NULL)
        return false;
    project->variables = variables;
    project->model = json_object();
    for (guint i = 0; i < paths->len; i++)
        if (!compose_load_file(project, g_ptr_array_index(paths, i), variables, way, project->model,
                               error))
            return false;
    project->name = choose_name(project, sources->name, variables);
    if (json_object_size(project->model) == 0)
        return cli_refuse(error, "empty compose file");
    if (json_object_size(json_get_object(project->model, "services")) == 0)
        return cli_refuse(error, "no service selected");
    project_apply_profiles(project, sources, variables);
    return compose_check_services(project, error);
}

void project_clear(struct project *project)
{
    g_free(project->directory);
    g_free(project->name);
    json_decref(project->model);
    json_decref(project->variables);
}

json_t *project_service(const struct project *project, const char *name)
{
    return json_get_object(json_get_object(project->model, "services"), name);
}

char *project_image(const struct project *project, const char *service)
{
    const char *image = json_get_string(project_service(project, service), "image", "");
    return *image != '\0' ? g_strdup(image) : g_strconcat(project->name, "-", service, NULL);
}

char *project_container(const struct project *project, const char *service)
{
    const char *name = json_get_string(project_service(project, service), "container_name", "");
    return *name != '\0' ? g_strdup(name) : g_strconcat(project->name, "-", service, "-1", NULL);
}

/* ---- lists ---- */

static char *scalar_text(const json_t *value)
{
    if (json_is_string(value))
        return g_strdup(json_string_value(value));
    if (value == NULL || json_is_null(value))
        return g_strdup("");
    return json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT);
}

GPtrArray *model_texts(const json_t *value)
{
    GPtrArray *texts = g_ptr_array_new_with_free_func(g_free);
    const char *key;
    json_t *member;
    size_t i;

    if (json_is_string(value))
        g_ptr_array_add(texts, g_strdup(json_string_value(value)));
    json_array_foreach (value, i, member)
        g_ptr_array_add(texts, scalar_text(member));
    json_object_foreach ((json_t *)value, key, member)
        g_ptr_array_add(texts, g_strdup(key));
    return texts;
}

GPtrArray *model_pairs(const json_t *value)
{
    GPtrArray *texts = g_ptr_array_new_with_free_func(g_free);
    const char *key;
    json_t *member;
    size_t i;

    json_array_foreach (value, i, member)
        g_ptr_array_add(texts, scalar_text(member));
    json_object_foreach ((json_t *)value, key, member) {
        g_autofree char *text = scalar_text(member);
        g_ptr_array_add(texts,
                        json_is_null(member) ? g_strdup(key) : g_strconcat(key, "=", text, NULL));
    }
    return texts;
}

/* ---- order ---- */

static bool is_listed(const GPtrArray *order, const char *name)
{
    return g_ptr_array_find_with_equal_func((GPtrArray *)order, name, g_str_equal, NULL);
}

/* Names of services whose images stand for contexts of this one's build. */
static void add_context_needs(const json_t *service, GPtrArray *needs)
{
    const json_t *build = json_get_object(service, "build");
    g_autoptr(GPtrArray) contexts = model_pairs(json_object_get(build, "additional_contexts"));
    for (guint i = 0; i < contexts->len; i++) {
        const char *found = strstr(g_ptr_array_index(contexts, i), "=service:");
        if (found != NULL)
            g_ptr_array_add(needs, g_strdup(found + strlen("=service:")));
    }
}

static bool add_in_order(const struct project *project, GPtrArray *order, GPtrArray *under_way,
                         const char *name, unsigned needed, GError **error)
{
    const json_t *service = project_service(project, name);

    if (service == NULL)
        return cli_refuse(error, "no such service: %s", name);
    if (is_listed(order, name))
        return true;
    if (is_listed(under_way, name))
        return cli_refuse(error, "dependency cycle detected: %s", name);
    g_ptr_array_add(under_way, g_strdup(name));
    g_autoptr(GPtrArray) needs =
        model_texts((needed & ORDER_NEEDS) != 0 ? json_object_get(service, "depends_on") : NULL);
    if ((needed & ORDER_CONTEXTS) != 0)
        add_context_needs(service, needs);
    for (guint i = 0; i < needs->len; i++) {
        const char *need = g_ptr_array_index(needs, i);
        if (project_service(project, need) != NULL && /* else it need not be there */
            !add_in_order(project, order, under_way, need, needed, error))
            return false;
    }
    g_ptr_array_add(order, g_strdup(name));
    return true;
}

GPtrArray *project_order(const struct project *project, const char *const *wanted, unsigned needed,
                         GError **error)
{
    g_autoptr(GPtrArray) order = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GPtrArray) under_way = g_ptr_array_new_with_free_func(g_free);
    const char *name;
    json_t *service;

    for (gsize i = 0; wanted[i] != NULL; i++)
        if (!add_in_order(project, order, under_way, wanted[i], needed, error))
            return NULL;
    if (wanted[0] == NULL)
        json_object_foreach (json_get_object(project->model, "services"), name, service)
            if (!add_in_order(project, order, under_way, name, needed | ORDER_NEEDS, error))
                return NULL;
    return g_steal_pointer(&order);
}
