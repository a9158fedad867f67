/* JSON values as Go prints and judges them. */
#include "mocks/commands/docker/go_template_private.h"

#include <string.h>

/* Members of the Engine's answers that Go's structs hold as slices, maps or pointers: how they
   print when they are nil, and whether JSON leaves them out when they are empty. */
static const struct {
    const char *name;
    const char *nil_text;
    bool is_left_out;
} members[] = {
    {"Cmd", "[]", false},
    {"Entrypoint", "[]", false},
    {"Env", "[]", false},
    {"OnBuild", "[]", false},
    {"RepoTags", "[]", false},
    {"RepoDigests", "[]", false},
    {"ExecIDs", "[]", false},
    {"Binds", "[]", false},
    {"Mounts", "[]", true},
    {"Warnings", "[]", false},
    {"CapAdd", "[]", false},
    {"CapDrop", "[]", false},
    {"SecurityOpt", "[]", false},
    {"Labels", "map[]", false},
    {"Options", "map[]", false},
    {"Volumes", "map[]", false},
    {"ExposedPorts", "map[]", true},
    {"PortBindings", "map[]", false},
    {"Health", "<nil>", true},
    {"Healthcheck", "<nil>", true},
    {"Platform", "<nil>", true},
    {"Server", "<nil>", false},
    {"ImageManifestDescriptor", "<nil>", true},
    {"Descriptor", "<nil>", true},
    {"UsageData", "<nil>", true},
    {"StopTimeout", "<nil>", true},
    {"Shell", "[]", true},
    {"Variant", "", true},
    {"Author", "", true},
    {"Comment", "", true},
};

json_t *go_value_empty_member(const char *name)
{
    for (gsize i = 0; i < G_N_ELEMENTS(members); i++)
        if (members[i].is_left_out && g_str_equal(members[i].name, name))
            return members[i].nil_text[0] == '\0' ? json_string("") : json_null();
    return NULL;
}

const char *go_value_null_text(const char *name)
{
    for (gsize i = 0; i < G_N_ELEMENTS(members); i++)
        if (g_str_equal(members[i].name, name))
            return members[i].nil_text;
    return "<nil>";
}

static gint compare_keys(gconstpointer left, gconstpointer right)
{
    return strcmp(*(const char *const *)left, *(const char *const *)right);
}

GPtrArray *go_value_sorted_keys(json_t *object)
{
    GPtrArray *keys = g_ptr_array_new();
    const char *key;
    json_t *value;
    json_object_foreach (object, key, value)
        g_ptr_array_add(keys, (char *)key);
    g_ptr_array_sort(keys, compare_keys);
    return keys;
}

static void append_value(GString *text, const json_t *value, const char *null_text);

static void append_object(GString *text, const json_t *value)
{
    g_autoptr(GPtrArray) keys = go_value_sorted_keys((json_t *)value);

    g_string_append(text, "map[");
    for (guint i = 0; i < keys->len; i++) {
        const char *key = g_ptr_array_index(keys, i);
        g_string_append_printf(text, "%s%s:", i > 0 ? " " : "", key);
        append_value(text, json_object_get(value, key), go_value_null_text(key));
    }
    g_string_append_c(text, ']');
}

static void append_array(GString *text, const json_t *value)
{
    g_string_append_c(text, '[');
    for (size_t i = 0; i < json_array_size(value); i++) {
        if (i > 0)
            g_string_append_c(text, ' ');
        append_value(text, json_array_get(value, i), "<nil>");
    }
    g_string_append_c(text, ']');
}

static void append_value(GString *text, const json_t *value, const char *null_text)
{
    if (value == NULL)
        g_string_append(text, "<no value>");
    else if (json_is_string(value))
        g_string_append(text, json_string_value(value));
    else if (json_is_integer(value))
        g_string_append_printf(text, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
    else if (json_is_real(value))
        g_string_append_printf(text, "%.15g", json_real_value(value));
    else if (json_is_boolean(value))
        g_string_append(text, json_is_true(value) ? "true" : "false");
    else if (json_is_object(value))
        append_object(text, value);
    else if (json_is_array(value))
        append_array(text, value);
    else
        g_string_append(text, null_text);
}

char *go_value_text(const json_t *value)
{
    GString *text = g_string_new(NULL);
    append_value(text, value, "<nil>");
    return g_string_free(text, FALSE);
}

bool go_value_is_true(const json_t *value)
{
    if (value == NULL || json_is_null(value) || json_is_false(value))
        return false;
    if (json_is_string(value))
        return json_string_length(value) > 0;
    if (json_is_integer(value))
        return json_integer_value(value) != 0;
    if (json_is_real(value))
        return json_real_value(value) != 0;
    if (json_is_array(value))
        return json_array_size(value) > 0;
    if (json_is_object(value))
        return json_object_size(value) > 0;
    return true;
}

json_t *go_member_by_json(const json_t *object, const char *name)
{
    const char *key;
    json_t *value;
    json_object_foreach ((json_t *)object, key, value)
        if (g_ascii_strcasecmp(key, name) == 0)
            return value;
    return NULL;
}

/* Members whose name in Go is another than in JSON. */
static const char *const go_names[][2] = {{"ID", "Id"},
                                          {"APIVersion", "ApiVersion"},
                                          {"CPUShares", "CpuShares"},
                                          {"NanoCPUs", "NanoCpus"}};

json_t *go_member_of(const struct go_template_options *options, const json_t *object,
                     const char *name)
{
    if (options->is_by_json)
        return go_member_by_json(object, name);
    for (gsize i = 0; i < G_N_ELEMENTS(go_names) && options->is_typed; i++) {
        if (g_str_equal(go_names[i][1], name) && json_object_get(object, go_names[i][1]) != NULL)
            return NULL;
        if (g_str_equal(go_names[i][0], name) && json_object_get(object, name) == NULL)
            return json_object_get(object, go_names[i][1]);
    }
    return json_object_get(object, name);
}
