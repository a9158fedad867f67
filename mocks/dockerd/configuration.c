/* Reads daemon.json. */
#include "mocks/dockerd/configuration.h"

#include "base/json.h"
#include "mocks/dockerd/configuration_keys.h"
#include "mocks/dockerd/dockerd_private.h"

#include <string.h>

/* moby daemon/config/config.go */
enum {
    DOWNLOADS = 3,
    UPLOADS = 5,
};

/* ---- life ---- */

struct configuration *configuration_default(void)
{
    struct configuration *configuration = g_new0(struct configuration, 1);
    configuration->registry_mirrors = g_new0(char *, 1);
    configuration->insecure_registries = g_new0(char *, 1);
    configuration->labels = g_new0(char *, 1);
    configuration->unmodelled = g_new0(char *, 1);
    configuration->data_root = g_strdup(DATA_ROOT_DEFAULT);
    configuration->log_driver = g_strdup("json-file");
    configuration->downloads = DOWNLOADS;
    configuration->uploads = UPLOADS;
    return configuration;
}

void configuration_free(struct configuration *configuration)
{
    if (configuration == NULL)
        return;
    g_strfreev(configuration->registry_mirrors);
    g_strfreev(configuration->insecure_registries);
    g_strfreev(configuration->labels);
    g_strfreev(configuration->unmodelled);
    g_free(configuration->data_root);
    g_free(configuration->log_driver);
    g_free(configuration->cgroup_driver);
    g_free(configuration->storage_driver);
    g_free(configuration);
}

/* ---- refusing ---- */

static bool refuse(const struct configuration_source *source, GError **error, const char *format,
                   ...) G_GNUC_PRINTF(3, 4);

static bool refuse(const struct configuration_source *source, GError **error, const char *format,
                   ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *why = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    g_set_error(error, ENGINE_ERROR, 0, "unable to configure the Docker daemon with file %s: %s",
                source->path, why);
    return false;
}

/* As Go prints it: [unix:///x tcp://y]. */
static char *go_text(const json_t *value)
{
    if (json_is_string(value))
        return g_strdup(json_string_value(value));
    if (!json_is_array(value))
        return json_text(value);
    GString *text = g_string_new("[");
    size_t index;
    const json_t *each;
    json_array_foreach (value, index, each) {
        g_autofree char *inner = go_text(each);
        g_string_append_printf(text, "%s%s", index > 0 ? " " : "", inner);
    }
    g_string_append_c(text, ']');
    return g_string_free(text, FALSE);
}

/* An object that is no setting of its own is only a way to group those in it. */
static json_t *flatten(const json_t *file)
{
    json_t *flat = json_object();
    const char *key, *inner;
    json_t *value, *member;
    json_object_foreach ((json_t *)file, key, value) {
        if (!json_is_object(value) || configuration_key_is_flat(key)) {
            json_object_set(flat, key, value);
            continue;
        }
        json_object_foreach (value, inner, member)
            json_object_set(flat, inner, member);
    }
    return flat;
}

static bool check_known(const struct configuration_source *source, json_t *flat,
                        const struct personality *personality, GError **error)
{
    g_autoptr(GPtrArray) unknown = g_ptr_array_new();
    const char *key;
    json_t *value;
    json_object_foreach (flat, key, value)
        if (configuration_key_find(key, personality->kind) == NULL)
            g_ptr_array_add(unknown, (void *)key);
    if (unknown->len == 0)
        return true;
    g_ptr_array_add(unknown, NULL);
    g_autofree char *names = g_strjoinv(", ", (char **)unknown->pdata);
    return refuse(source, error,
                  "the following directives don't match any configuration option: %s", names);
}

const struct configuration_flag configuration_unit_flags[] = {
    {"containerd", "/run/containerd/containerd.sock"},
    {"hosts", "[fd://]"},
    {NULL, NULL},
};

static bool check_conflicts(const struct configuration_source *source, const json_t *flat,
                            GError **error)
{
    GString *conflicts = g_string_new(NULL);
    for (const struct configuration_flag *flag = source->flags; flag->name != NULL; flag++) {
        const json_t *value = json_object_get(flat, flag->name);
        g_autofree char *text = value != NULL ? go_text(value) : NULL;
        if (value != NULL)
            g_string_append_printf(conflicts, "%s%s: (from flag: %s, from file: %s)",
                                   conflicts->len > 0 ? ", " : "", flag->name, flag->text, text);
    }
    g_autofree char *all = g_string_free(conflicts, FALSE);
    return *all == '\0' ||
           refuse(source, error,
                  "the following directives are specified both as a flag and in the configuration "
                  "file: %s",
                  all);
}

static const char *kind_of(const json_t *value)
{
    switch (json_typeof(value)) {
    case JSON_STRING:
        return "string";
    case JSON_ARRAY:
        return "array";
    case JSON_OBJECT:
        return "object";
    case JSON_INTEGER:
    case JSON_REAL:
        return "number";
    case JSON_TRUE:
    case JSON_FALSE:
        return "bool";
    case JSON_NULL:
        return "null";
    }
    g_assert_not_reached();
}

/* null leaves everything as it is. */
static bool check_kinds(const struct configuration_source *source, json_t *flat,
                        const struct personality *personality, GError **error)
{
    const char *key;
    json_t *value;
    json_object_foreach (flat, key, value) {
        const struct configuration_key *row = configuration_key_find(key, personality->kind);
        const json_t *wrong = configuration_key_misfit(row, value);
        if (wrong != NULL)
            return refuse(source, error,
                          "json: cannot unmarshal %s into Go struct field Config.%s of type %s",
                          kind_of(wrong), key, configuration_key_type(row, wrong != value));
    }
    return true;
}

/* Older versions say it without a word of the file. */
static bool check_values(const struct configuration_source *source, const json_t *flat,
                         GError **error)
{
    static const char *const counts[][2] = {
        {"max-concurrent-downloads", "max concurrent downloads"},
        {"max-concurrent-uploads", "max concurrent uploads"},
        {"max-download-attempts", "max download attempts"},
        {"mtu", "default MTU"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(counts); i++) {
        int64_t value = json_get_integer(flat, counts[i][0], 0);
        if (value < 0)
            return refuse(source, error,
                          "merged configuration validation from file and command line flags "
                          "failed: invalid %s: %" G_GINT64_FORMAT,
                          counts[i][1], value);
    }
    size_t index;
    const json_t *mirror;
    json_array_foreach (json_get_array(flat, "registry-mirrors"), index, mirror) {
        const char *text = json_string_value(mirror);
        if (!g_str_has_prefix(text, "https://") && !g_str_has_prefix(text, "http://"))
            return refuse(source, error,
                          "merged configuration validation from file and command line flags "
                          "failed: invalid mirror: no scheme specified for \"%s\": must use either "
                          "'https://' or 'http://'",
                          text);
    }
    return true;
}

/* ---- taking ---- */

static void take_list(char ***list, const json_t *flat, const char *key)
{
    json_t *values = json_get_array(flat, key);
    size_t index;
    const json_t *value;
    if (values == NULL)
        return;
    GPtrArray *texts = g_ptr_array_new();
    json_array_foreach (values, index, value)
        g_ptr_array_add(texts, g_strdup(json_string_value(value)));
    g_ptr_array_add(texts, NULL);
    g_strfreev(*list);
    *list = (char **)g_ptr_array_free(texts, FALSE);
}

static void take_text(char **text, const json_t *flat, const char *key)
{
    const char *value = json_get_string(flat, key, "");
    if (*value == '\0')
        return;
    g_free(*text);
    *text = g_strdup(value);
}

static void take_count(unsigned *count, const json_t *flat, const char *key)
{
    int64_t value = json_get_integer(flat, key, 0);
    if (value > 0)
        *count = (unsigned)MIN(value, G_MAXINT);
}

static void take_cgroup_driver(struct configuration *configuration, const json_t *flat)
{
    static const char option[] = "native.cgroupdriver=";
    size_t index;
    const json_t *value;
    json_array_foreach (json_get_array(flat, "exec-opts"), index, value)
        if (g_str_has_prefix(json_string_value(value), option)) {
            g_free(configuration->cgroup_driver);
            configuration->cgroup_driver = g_strdup(json_string_value(value) + strlen(option));
        }
}

/* overlay2 is what there is anyway. */
static bool is_followed(const struct configuration_key *row, const json_t *value)
{
    if (g_str_equal(row->name, "storage-driver"))
        return g_strcmp0(json_string_value(value), "overlay2") == 0;
    return row->is_followed || json_is_null(value) || json_is_false(value);
}

static void take_unmodelled(struct configuration *configuration, json_t *flat,
                            const struct personality *personality)
{
    GPtrArray *names = g_ptr_array_new();
    const char *key;
    json_t *value;
    json_object_foreach (flat, key, value)
        if (!is_followed(configuration_key_find(key, personality->kind), value))
            g_ptr_array_add(names, g_strdup(key));
    g_ptr_array_add(names, NULL);
    g_strfreev(configuration->unmodelled);
    configuration->unmodelled = (char **)g_ptr_array_free(names, FALSE);
}

static struct configuration *take(json_t *flat, const struct personality *personality)
{
    struct configuration *configuration = configuration_default();
    const json_t *store =
        json_object_get(json_get_object(flat, "features"), "containerd-snapshotter");
    configuration->says_store = json_is_boolean(store);
    configuration->wants_containerd_store = json_is_true(store);
    take_list(&configuration->registry_mirrors, flat, "registry-mirrors");
    take_list(&configuration->insecure_registries, flat, "insecure-registries");
    take_list(&configuration->labels, flat, "labels");
    take_text(&configuration->data_root, flat, "data-root");
    take_text(&configuration->log_driver, flat, "log-driver");
    take_text(&configuration->storage_driver, flat, "storage-driver");
    take_count(&configuration->downloads, flat, "max-concurrent-downloads");
    take_count(&configuration->uploads, flat, "max-concurrent-uploads");
    take_count(&configuration->layer_tries, flat, "max-download-attempts");
    take_cgroup_driver(configuration, flat);
    configuration->is_debug = json_get_boolean(flat, "debug", false);
    configuration->is_experimental = json_get_boolean(flat, "experimental", false);
    configuration->is_live_restore = json_get_boolean(flat, "live-restore", false);
    take_unmodelled(configuration, flat, personality);
    return configuration;
}

static bool is_blank(GBytes *text)
{
    gsize length_bytes = 0;
    const char *bytes = g_bytes_get_data(text, &length_bytes);
    for (gsize i = 0; i < length_bytes; i++)
        if (!g_ascii_isspace(bytes[i]))
            return false;
    return true;
}

struct configuration *configuration_parse(const struct configuration_source *source,
                                          const struct personality *personality, GError **error)
{
    g_autoptr(GError) reason = NULL;
    if (is_blank(source->text)) {
        bool is_refused = personality->kind == PULLER_DOCKER_20_10 && !refuse(source, error, "EOF");
        return is_refused ? NULL : configuration_default();
    }
    g_autoptr(json_t) file = json_parse_gbytes(source->text, &reason);
    if (file == NULL || !(json_is_object(file) || json_is_null(file))) {
        if (file == NULL)
            refuse(source, error, "%s", reason->message);
        else
            refuse(source, error,
                   "json: cannot unmarshal %s into Go value of type map[string]interface {}",
                   kind_of(file));
        return NULL;
    }
    g_autoptr(json_t) flat = flatten(file);
    if (!check_known(source, flat, personality, error) || !check_conflicts(source, flat, error) ||
        !check_kinds(source, flat, personality, error) || !check_values(source, flat, error))
        return NULL;
    return take(flat, personality);
}
