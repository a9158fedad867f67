/* An image's config as OCI's specification has it, and JSON as Go writes it. */
#include "mocks/commands/skopeo/manifest.h"

#include "mocks/commands/docker/go_template.h"

#include <string.h>

/* ---- JSON ---- */

static char *safe(char *text)
{
    g_autofree char *plain = text;
    return go_html_safe(plain);
}

char *skopeo_json_indented(const json_t *value)
{
    return safe(json_dumps(value, JSON_INDENT(4) | JSON_ENCODE_ANY));
}

char *skopeo_json_compact(const json_t *value)
{
    return safe(json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY));
}

char *skopeo_time(const char *text)
{
    const char *dot = strchr(text, '.');
    if (dot == NULL)
        return g_strdup(text);
    gsize digits = strspn(dot + 1, "0123456789");
    const char *rest = dot + 1 + digits;
    while (digits > 0 && dot[digits] == '0')
        digits--;
    gsize length = (gsize)(dot - text) + (digits > 0 ? digits + 1 : 0);
    g_autofree char *start = g_strndup(text, length);
    return g_strconcat(start, rest, NULL);
}

/* ---- a config ---- */

enum kind {
    KIND_TEXT,
    KIND_TIME,
    KIND_LIST,
    KIND_MAP, /* by name */
    KIND_TRUTH,
    KIND_TEXT_ALWAYS,
    KIND_LIST_ALWAYS,
};
struct field {
    const char *name;
    enum kind kind;
};

static const struct field image_fields[] = {
    {"created", KIND_TIME},   {"author", KIND_TEXT},     {"architecture", KIND_TEXT_ALWAYS},
    {"os", KIND_TEXT_ALWAYS}, {"os.version", KIND_TEXT}, {"os.features", KIND_LIST},
    {"variant", KIND_TEXT},   {NULL, KIND_TEXT},
};
static const struct field config_fields[] = {
    {"User", KIND_TEXT},         {"ExposedPorts", KIND_MAP}, {"Env", KIND_LIST},
    {"Entrypoint", KIND_LIST},   {"Cmd", KIND_LIST},         {"Volumes", KIND_MAP},
    {"WorkingDir", KIND_TEXT},   {"Labels", KIND_MAP},       {"StopSignal", KIND_TEXT},
    {"ArgsEscaped", KIND_TRUTH}, {NULL, KIND_TEXT},
};
static const struct field rootfs_fields[] = {
    {"type", KIND_TEXT_ALWAYS}, {"diff_ids", KIND_LIST_ALWAYS}, {NULL, KIND_TEXT}};
static const struct field history_fields[] = {
    {"created", KIND_TIME}, {"created_by", KIND_TEXT},   {"author", KIND_TEXT},
    {"comment", KIND_TEXT}, {"empty_layer", KIND_TRUTH}, {NULL, KIND_TEXT},
};

static json_t *sorted(const json_t *map)
{
    g_autofree char *text = json_dumps(map, JSON_SORT_KEYS | JSON_COMPACT);
    return json_loads(text, 0, NULL);
}

/* NULL: it is left out. */
static json_t *value_of(const json_t *from, const struct field *field)
{
    json_t *value = json_object_get(from, field->name);
    const char *text = json_is_string(value) ? json_string_value(value) : "";
    switch (field->kind) {
    case KIND_TEXT:
        return *text != '\0' ? json_incref(value) : NULL;
    case KIND_TEXT_ALWAYS:
        return json_string(text);
    case KIND_TIME: {
        g_autofree char *time = skopeo_time(text);
        return *text != '\0' ? json_string(time) : NULL;
    }
    case KIND_LIST:
        return json_array_size(value) > 0 ? json_incref(value) : NULL;
    case KIND_LIST_ALWAYS:
        return json_is_array(value) ? json_incref(value) : json_null();
    case KIND_MAP:
        return json_object_size(value) > 0 ? sorted(value) : NULL;
    case KIND_TRUTH:
        return json_is_true(value) ? json_true() : NULL;
    }
    g_assert_not_reached();
}

static json_t *fill(json_t *to, const json_t *from, const struct field *fields)
{
    for (; fields->name != NULL; fields++) {
        json_t *value = value_of(from, fields);
        if (value != NULL)
            json_object_set_new(to, fields->name, value);
    }
    return to;
}

json_t *skopeo_config_as_oci(const json_t *config)
{
    json_t *image = fill(json_object(), config, image_fields);
    const json_t *history = json_get_array(config, "history");
    json_object_set_new(image, "config",
                        fill(json_object(), json_get_object(config, "config"), config_fields));
    json_object_set_new(image, "rootfs",
                        fill(json_object(), json_get_object(config, "rootfs"), rootfs_fields));
    if (json_array_size(history) == 0)
        return image;
    json_t *steps = json_array();
    size_t index;
    const json_t *step;
    json_array_foreach (history, index, step)
        json_array_append_new(steps, fill(json_object(), step, history_fields));
    json_object_set_new(image, "history", steps);
    return image;
}
