/* What the Engine says of its containers: one by name, or all that pass filters. */
#include "docker/docker_private.h"

#include <string.h>

static char *name_of(const char *name)
{
    return g_strdup(*name == '/' ? name + 1 : name);
}

bool docker_container_inspect(struct docker *docker, const char *id,
                              struct docker_container **container, GError **error)
{
    g_autofree char *escaped = docker_path_escape(id);
    g_autofree char *path = g_strconcat("/containers/", escaped, "/json", NULL);
    g_autoptr(json_t) answer = NULL;

    *container = NULL;
    if (!docker_find_json(docker, path, &answer, error))
        return false;
    if (answer == NULL)
        return true;
    const json_t *state = json_get_object(answer, "State");
    struct docker_container *found = g_new0(struct docker_container, 1);
    found->id = g_strdup(json_get_string(answer, "Id", ""));
    found->name = name_of(json_get_string(answer, "Name", ""));
    found->image = g_strdup(json_get_string(json_get_object(answer, "Config"), "Image", ""));
    found->state = g_strdup(json_get_string(state, "Status", ""));
    found->exit_code = (int)json_get_integer(state, "ExitCode", 0);
    found->is_out_of_memory = json_get_boolean(state, "OOMKilled", false);
    *container = found;
    return true;
}

/* The list has the exit code only in words: "Exited (137) 2 minutes ago". */
static int exit_code_of(const char *status)
{
    static const char mark[] = "Exited (";
    return g_str_has_prefix(status, mark) ? (int)g_ascii_strtoll(status + strlen(mark), NULL, 10)
                                          : 0;
}

static struct docker_container *container_of(const json_t *row)
{
    const json_t *first_name = json_array_get(json_get_array(row, "Names"), 0);
    const char *name = json_is_string(first_name) ? json_string_value(first_name) : "";
    struct docker_container *container = g_new0(struct docker_container, 1);

    container->id = g_strdup(json_get_string(row, "Id", ""));
    container->name = name_of(name);
    container->image = g_strdup(json_get_string(row, "Image", ""));
    container->state = g_strdup(json_get_string(row, "State", ""));
    container->exit_code = exit_code_of(json_get_string(row, "Status", ""));
    return container;
}

/* "label=a=b" to {"label":{"a=b":true}}, the form Docker's own client sends. */
static char *filters_text(const char *const *filters)
{
    g_autoptr(json_t) all = json_object();
    for (gsize i = 0; filters[i] != NULL; i++) {
        const char *equals = strchr(filters[i], '=');
        const char *value = equals != NULL ? equals + 1 : "";
        g_autofree char *key = g_strndup(filters[i], strcspn(filters[i], "="));
        if (json_object_get(all, key) == NULL)
            json_object_set_new(all, key, json_object());
        json_object_set_new(json_object_get(all, key), value, json_true());
    }
    return json_text(all);
}

static void container_free(void *container)
{
    docker_container_free(container);
}

bool docker_container_list(struct docker *docker, const char *const *filters,
                           GPtrArray **containers, GError **error)
{
    g_autofree char *wanted = filters != NULL ? filters_text(filters) : NULL;
    g_autoptr(GString) path = g_string_new("/containers/json?all=1");
    docker_query_append(path, "filters", wanted);
    g_autoptr(json_t) answer = NULL;

    if (!docker_perform_json(docker, &(struct docker_call){.path = path->str}, &answer, error))
        return false;
    *containers = g_ptr_array_new_with_free_func(container_free);
    size_t i;
    const json_t *row;
    json_array_foreach (answer, i, row) {
        g_ptr_array_add(*containers, container_of(row));
    }
    return true;
}

void docker_container_free(struct docker_container *container)
{
    if (container == NULL)
        return;
    g_free(container->id);
    g_free(container->name);
    g_free(container->image);
    g_free(container->state);
    g_free(container);
}
