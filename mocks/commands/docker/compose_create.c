/* What a service says of its containers, as options of docker create and docker run; networks. */
#include "mocks/commands/docker/compose_private.h"

#include <string.h>

#define NAME_BYTES_MAX 200

static void label(struct words *words, const char *key, const char *value)
{
    g_autofree char *text =
        g_strdup_printf("com.docker.compose.%s=%.*s", key, NAME_BYTES_MAX, value);
    words_add(words, "--label", text, NULL);
}

static char *default_network(const struct project *project)
{
    return g_strconcat(project->name, "_default", NULL);
}

static bool is_known(const struct project *project, const char *kind, const char *name)
{
    g_autoptr(GString) output = g_string_new(NULL);
    g_autoptr(GString) errors = g_string_new(NULL);
    WORDS(words);
    words_init(&words, kind, "inspect", "--format", "{{.Name}}", name, NULL);
    return project_docker(project, &words, output, errors) == 0;
}

static bool make(const struct project *project, const char *kind, const char *shown,
                 const char *name)
{
    g_autoptr(GString) output = g_string_new(NULL);
    g_autoptr(GString) errors = g_string_new(NULL);
    g_autofree char *quoted = g_strdup_printf("\"%s\"", name);
    WORDS(words);

    if (is_known(project, kind, name))
        return true;
    words_init(&words, kind, "create", NULL);
    label(&words, "project", project->name);
    words_add(&words, name, NULL);
    const char *title = g_str_equal(kind, "volume") ? quoted : name;
    project_say(project, shown, title, "Creating");
    if (project_docker(project, &words, output, errors) == 0) {
        project_say(project, shown, title, "Created");
        return true;
    }
    project_say(project, shown, title, "Error");
    command_complain(project->call, "%s", errors->str);
    return false;
}

bool project_make_networks(const struct project *project)
{
    const char *name;
    json_t *value;
    g_autofree char *network = default_network(project);

    if (!make(project, "network", "Network", network))
        return false;
    json_object_foreach (json_get_object(project->model, "volumes"), name, value) {
        g_autofree char *volume = g_strconcat(project->name, "_", name, NULL);
        if (!json_get_boolean(value, "external", false) &&
            !make(project, "volume", "Volume", volume))
            return false;
    }
    return true;
}

/* Named volumes are the project's; relative paths are told from its folder. */
static char *volume_text(const struct project *project, const char *text)
{
    g_auto(GStrv) parts = g_strsplit(text, ":", 2);
    const json_t *volumes = json_get_object(project->model, "volumes");

    if (parts[0] == NULL || parts[1] == NULL)
        return g_strdup(text);
    if (json_object_get(volumes, parts[0]) != NULL)
        return g_strconcat(project->name, "_", text, NULL);
    if (parts[0][0] != '.')
        return g_strdup(text);
    g_autofree char *path = g_canonicalize_filename(parts[0], project->directory);
    return g_strconcat(path, ":", parts[1], NULL);
}

static void add_texts(struct words *words, const char *option, const GPtrArray *texts)
{
    for (guint i = 0; i < texts->len; i++)
        words_add(words, option, g_ptr_array_index(texts, i), NULL);
}

static void add_volumes(const struct project *project, const json_t *shape, struct words *words)
{
    size_t i;
    json_t *volume;

    json_array_foreach (json_get_array(shape, "volumes"), i, volume) {
        const char *source = json_get_string(volume, "source", "");
        g_autofree char *joined = json_is_string(volume)
                                      ? g_strdup(json_string_value(volume))
                                      : g_strconcat(source, *source != '\0' ? ":" : "",
                                                    json_get_string(volume, "target", "/"), NULL);
        g_autofree char *text = volume_text(project, joined);
        words_add(words, "--volume", text, NULL);
    }
}

static void add_ports(const json_t *shape, struct words *words)
{
    size_t i;
    json_t *port;

    json_array_foreach (json_get_array(shape, "ports"), i, port) {
        const json_t *published = json_object_get(port, "published");
        g_autofree char *outside =
            json_is_string(published)
                ? g_strdup(json_string_value(published))
                : g_strdup_printf("%" JSON_INTEGER_FORMAT, json_integer_value(published));
        g_autofree char *text =
            json_is_string(port) ? g_strdup(json_string_value(port))
            : json_is_integer(port)
                ? g_strdup_printf("%" JSON_INTEGER_FORMAT, json_integer_value(port))
                : g_strdup_printf("%s:%d", outside, (int)json_get_integer(port, "target", 0));
        words_add(words, "--publish", text, NULL);
    }
}

/* A path, or {path, required}; what lies at none is left out where it is not required. */
static void add_variable_file(const struct project *project, const json_t *file,
                              struct words *words)
{
    const char *said =
        json_is_string(file) ? json_string_value(file) : json_get_string(file, "path", "");
    g_autofree char *path = g_canonicalize_filename(said, project->directory);
    g_autofree char *host = command_host_path(project->call, path);
    bool is_there = host != NULL && g_file_test(host, G_FILE_TEST_EXISTS);
    if (is_there || json_get_boolean(file, "required", true))
        words_add(words, "--env-file", path, NULL);
}

static void add_variable_files(const struct project *project, const json_t *files,
                               struct words *words)
{
    size_t i;
    json_t *file;
    if (files != NULL && !json_is_array(files))
        add_variable_file(project, files, words);
    json_array_foreach (files, i, file)
        add_variable_file(project, file, words);
}

static void add_texts_of(const struct project *project, const json_t *shape, struct words *words)
{
    static const char *const options[][2] = {
        {"user", "--user"},         {"working_dir", "--workdir"}, {"hostname", "--hostname"},
        {"platform", "--platform"}, {"restart", "--restart"},     {"stop_signal", "--stop-signal"},
        {"mem_limit", "--memory"}};
    g_autoptr(GPtrArray) environment = model_pairs(json_object_get(shape, "environment"));
    g_autoptr(GPtrArray) labels = model_pairs(json_object_get(shape, "labels"));

    for (gsize i = 0; i < G_N_ELEMENTS(options); i++)
        if (*json_get_string(shape, options[i][0], "") != '\0')
            words_add(words, options[i][1], json_get_string(shape, options[i][0], ""), NULL);
    if (json_get_boolean(shape, "privileged", false))
        words_add(words, "--privileged", NULL);
    add_variable_files(project, json_object_get(shape, "env_file"), words);
    add_texts(words, "--env", environment);
    add_texts(words, "--label", labels);
}

/* test: "CMD-SHELL …", a text, or ["CMD", …]; NONE takes the image's away. */
static void add_health(const json_t *shape, struct words *words)
{
    const json_t *health = json_get_object(shape, "healthcheck");
    g_autoptr(GPtrArray) test = model_texts(json_object_get(health, "test"));

    if (health == NULL || test->len == 0)
        return;
    const char *first = g_ptr_array_index(test, 0);
    if (g_str_equal(first, "NONE") || json_get_boolean(health, "disable", false)) {
        words_add(words, "--no-healthcheck", NULL);
        return;
    }
    if (g_str_has_prefix(first, "CMD"))
        g_ptr_array_remove_index(test, 0);
    g_ptr_array_add(test, NULL);
    g_autofree char *command = g_strjoinv(" ", (char **)test->pdata);
    words_add(words, "--health-cmd", command, NULL);
    static const char *const periods[][2] = {{"interval", "--health-interval"},
                                             {"start_period", "--health-start-period"},
                                             {"start_interval", "--health-start-interval"},
                                             {"timeout", "--health-timeout"}};
    for (gsize i = 0; i < G_N_ELEMENTS(periods); i++)
        if (*json_get_string(health, periods[i][0], "") != '\0')
            words_add(words, periods[i][1], json_get_string(health, periods[i][0], ""), NULL);
}

static void add_network(const struct project *project, const char *service, const json_t *shape,
                        struct words *words)
{
    const char *mode = json_get_string(shape, "network_mode", "");
    g_autofree char *network = default_network(project);

    if (*mode != '\0')
        words_add(words, "--network", mode, NULL);
    else
        words_add(words, "--network", network, "--network-alias", service, NULL);
}

void project_add_service(const struct project *project, const char *service, const char *name,
                         bool is_one_off, struct words *words)
{
    const json_t *shape = project_service(project, service);
    const char *entrypoint = json_get_string(shape, "entrypoint", "");

    words_add(words, "--name", name, NULL);
    label(words, "project", project->name);
    label(words, "service", service);
    label(words, "oneoff", is_one_off ? "True" : "False");
    label(words, "container-number", "1");
    add_network(project, service, shape, words);
    add_texts_of(project, shape, words);
    add_volumes(project, shape, words);
    if (!is_one_off)
        add_ports(shape, words);
    add_health(shape, words);
    if (*entrypoint != '\0')
        words_add(words, "--entrypoint", entrypoint, NULL);
}
