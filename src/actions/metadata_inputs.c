/* The inputs images, tags and flavor of metadata-action (its src/image.ts, tag.ts, flavor.ts). */
#include "actions/list.h"
#include "actions/metadata.h"

#include <string.h>

#define LINES (LIST_KEEPS_COMMAS | LIST_HAS_COMMENTS)

static bool is_boolean(const char *text)
{
    return strcmp(text, "true") == 0 || strcmp(text, "false") == 0;
}

/* ---- images ---- */

static void image_free(struct meta_image *image)
{
    g_free(image->name);
    g_free(image);
}

static bool read_image_field(struct meta_image *image, const char *field, const char *line,
                             GError **error)
{
    g_autofree char *key = NULL, *value = NULL;
    list_split(field, &key, &value);
    if (value != NULL && g_ascii_strcasecmp(key, "enable") == 0) {
        image->is_enabled = strcmp(value, "true") == 0;
        return is_boolean(value) || core_throw(error, "Invalid enable attribute value: %s", line);
    }
    if (value != NULL && g_ascii_strcasecmp(key, "name") != 0)
        return core_throw(error, "Unknown image attribute: %s", line);
    g_free(image->name);
    image->name = g_strdup(value != NULL ? value : key);
    return true;
}

static bool read_image(struct meta *meta, const char *line, GError **error)
{
    g_autoptr(GPtrArray) fields = list_fields(line, error);
    if (fields == NULL)
        return false;
    struct meta_image *image = g_new0(struct meta_image, 1);
    image->is_enabled = true;
    image->name = g_strdup("");
    g_ptr_array_add(meta->images, image);
    for (guint i = 0; i < fields->len; i++)
        if (!read_image_field(image, g_ptr_array_index(fields, i), line, error))
            return false;
    return *image->name != '\0' || core_throw(error, "Image name attribute empty: %s", line);
}

/* The old form: all names in one line, commas between them. */
static bool is_old_form(const GPtrArray *fields)
{
    for (guint i = 0; i < fields->len; i++)
        if (strchr(g_ptr_array_index(fields, i), '=') != NULL)
            return false;
    return true;
}

static bool read_image_lines(struct meta *meta, const GPtrArray *lines, GError **error)
{
    g_autoptr(GPtrArray) fields =
        lines->len == 1 ? list_fields(g_ptr_array_index(lines, 0), error) : NULL;
    if (lines->len == 1 && fields == NULL)
        return false;
    bool is_old = fields != NULL && is_old_form(fields);
    const GPtrArray *items = is_old ? fields : lines;
    for (guint i = 0; i < items->len; i++)
        if (!read_image(meta, g_ptr_array_index(items, i), error))
            return false;
    return true;
}

static bool read_images(struct meta *meta, GError **error)
{
    g_autoptr(GPtrArray) lines = list_input(meta->run, "images", LINES, error);
    meta->images = g_ptr_array_new_with_free_func((GDestroyNotify)image_free);
    if (lines == NULL || !read_image_lines(meta, lines, error))
        return false;
    CORE_GROUP(meta->run, "Processing images input");
    for (guint i = 0; i < meta->images->len; i++) {
        const struct meta_image *image = g_ptr_array_index(meta->images, i);
        action_log(meta->run, "name=%s,enable=%s", image->name,
                   image->is_enabled ? "true" : "false");
    }
    return true;
}

/* ---- tags ---- */

static const struct {
    const char *text;
    const char *priority;
} types[] = {
    [TAG_SCHEDULE] = {"schedule", "1000"},
    [TAG_SEMVER] = {"semver", "900"},
    [TAG_PEP440] = {"pep440", "900"},
    [TAG_MATCH] = {"match", "800"},
    [TAG_EDGE] = {"edge", "700"},
    [TAG_REF] = {"ref", "600"},
    [TAG_RAW] = {"raw", "200"},
    [TAG_SHA] = {"sha", "100"},
};

const char *tag_type_text(enum tag_type type)
{
    return types[type].text;
}

const char *meta_attribute(const struct meta_tag *tag, const char *name)
{
    return json_get_string(tag->attributes, name, "");
}

static void tag_free(struct meta_tag *tag)
{
    json_decref(tag->attributes);
    g_free(tag);
}

static bool has(const struct meta_tag *tag, const char *name)
{
    return json_object_get(tag->attributes, name) != NULL;
}

static void set(struct meta_tag *tag, const char *name, const char *value)
{
    json_object_set_new(tag->attributes, name, json_text_or_null(value));
}

static void set_default(struct meta_tag *tag, const char *name, const char *value)
{
    if (!has(tag, name))
        set(tag, name, value);
}

static bool read_type(struct meta_tag *tag, const char *text, GError **error)
{
    for (gsize i = 0; i < G_N_ELEMENTS(types); i++)
        if (strcmp(text, types[i].text) == 0) {
            tag->type = (enum tag_type)i;
            return true;
        }
    return core_throw(error, "Unknown tag type attribute: %s", text);
}

static bool read_tag_field(struct meta_tag *tag, const char *field, GError **error)
{
    g_autofree char *key = NULL, *value = NULL;
    list_split(field, &key, &value);
    if (value == NULL) {
        set(tag, "value", key);
        return true;
    }
    g_autofree char *folded = g_ascii_strdown(key, -1);
    if (strcmp(folded, "type") == 0)
        return read_type(tag, value, error);
    set(tag, folded, value);
    return true;
}

static bool needs(const struct meta_tag *tag, const char *name, const char *line, GError **error)
{
    return has(tag, name) || core_throw(error, "Missing %s attribute for %s", name, line);
}

static bool is_number(const char *text)
{
    char *end = NULL;
    g_ascii_strtod(text, &end);
    return *end == '\0';
}

static bool complete_match(struct meta_tag *tag, const char *line, GError **error)
{
    if (!needs(tag, "pattern", line, error))
        return false;
    set_default(tag, "group", "0");
    if (!is_number(meta_attribute(tag, "group")))
        return core_throw(error, "Invalid match group for %s", line);
    set_default(tag, "value", "");
    return true;
}

static bool complete_ref(struct meta_tag *tag, const char *line, GError **error)
{
    static const char *const events[] = {"branch", "tag", "pr", NULL};
    if (!needs(tag, "event", line, error))
        return false;
    if (!g_strv_contains(events, meta_attribute(tag, "event")))
        return core_throw(error, "Invalid event for %s", line);
    if (strcmp(meta_attribute(tag, "event"), "pr") == 0)
        set_default(tag, "prefix", "pr-");
    return true;
}

static bool complete_sha(struct meta_tag *tag, const char *line, GError **error)
{
    static const char *const formats[] = {"short", "long", NULL};
    set_default(tag, "prefix", "sha-");
    set_default(tag, "format", "short");
    return g_strv_contains(formats, meta_attribute(tag, "format")) ||
           core_throw(error, "Invalid format for %s", line);
}

static bool complete_version(struct meta_tag *tag, const char *line, GError **error)
{
    if (!needs(tag, "pattern", line, error))
        return false;
    set_default(tag, "value", "");
    set_default(tag, "match", "");
    return true;
}

static bool complete_tag(struct meta_tag *tag, const char *line, GError **error)
{
    switch (tag->type) {
    case TAG_SCHEDULE:
        set_default(tag, "pattern", "nightly");
        return true;
    case TAG_SEMVER:
    case TAG_PEP440:
        return complete_version(tag, line, error);
    case TAG_MATCH:
        return complete_match(tag, line, error);
    case TAG_EDGE:
        set_default(tag, "branch", "");
        return true;
    case TAG_REF:
        return complete_ref(tag, line, error);
    case TAG_RAW:
        return needs(tag, "value", line, error);
    case TAG_SHA:
        return complete_sha(tag, line, error);
    }
    g_assert_not_reached();
}

static bool read_tag(struct meta *meta, const char *line, GError **error)
{
    g_autoptr(GPtrArray) fields = list_fields(line, error);
    if (fields == NULL)
        return false;
    struct meta_tag *tag = g_new0(struct meta_tag, 1);
    tag->type = TAG_RAW;
    tag->attributes = json_object();
    g_ptr_array_add(meta->tags, tag);
    for (guint i = 0; i < fields->len; i++)
        if (!read_tag_field(tag, g_ptr_array_index(fields, i), error))
            return false;
    if (!complete_tag(tag, line, error))
        return false;
    set_default(tag, "enable", "true");
    set_default(tag, "priority", types[tag->type].priority);
    return true;
}

static double priority_of(const GPtrArray *tags, guint index)
{
    return g_ascii_strtod(meta_attribute(g_ptr_array_index(tags, index), "priority"), NULL);
}

/* Highest first; equal ones stay in the order of the input. */
static void sort_tags(GPtrArray *tags)
{
    for (guint i = 1; i < tags->len; i++)
        for (guint j = i; j > 0 && priority_of(tags, j - 1) < priority_of(tags, j); j--) {
            gpointer before = tags->pdata[j - 1];
            tags->pdata[j - 1] = tags->pdata[j];
            tags->pdata[j] = before;
        }
}

static void log_tag(const struct meta *meta, const struct meta_tag *tag)
{
    g_autoptr(GString) text = g_string_new("type=");
    g_string_append(text, types[tag->type].text);
    const char *name;
    json_t *value;
    json_object_foreach (tag->attributes, name, value)
        g_string_append_printf(text, ",%s=%s", name, json_string_value(value));
    action_log(meta->run, "%s", text->str);
}

static bool read_tags(struct meta *meta, GError **error)
{
    static const char *const standard[] = {"type=schedule", "type=ref,event=branch",
                                           "type=ref,event=tag", "type=ref,event=pr"};
    g_autoptr(GPtrArray) lines = list_input(meta->run, "tags", LINES, error);
    meta->tags = g_ptr_array_new_with_free_func((GDestroyNotify)tag_free);
    if (lines == NULL)
        return false;
    for (gsize i = 0; lines->len == 0 && i < G_N_ELEMENTS(standard); i++)
        if (!read_tag(meta, standard[i], error))
            return false;
    for (guint i = 0; i < lines->len; i++)
        if (!read_tag(meta, g_ptr_array_index(lines, i), error))
            return false;
    sort_tags(meta->tags);
    CORE_GROUP(meta->run, "Processing tags input");
    for (guint i = 0; i < meta->tags->len; i++)
        log_tag(meta, g_ptr_array_index(meta->tags, i));
    return true;
}

/* ---- flavor ---- */

/* `onlatest` is about whatever of prefix and suffix stands before it. */
static bool read_flavor_field(struct meta_flavor *flavor, const char *field, const char *line,
                              bool **only_latest, GError **error)
{
    static const char *const latest[] = {"auto", "true", "false", NULL};
    g_autofree char *key = NULL, *value = NULL;
    list_split(field, &key, &value);
    if (value == NULL)
        return core_throw(error, "Invalid flavor entry: %s", line);
    if (g_ascii_strcasecmp(key, "latest") == 0) {
        g_free(flavor->latest);
        flavor->latest = g_strdup(value);
        return g_strv_contains(latest, value) ||
               core_throw(error, "Invalid latest flavor entry: %s", line);
    }
    if (g_ascii_strcasecmp(key, "onlatest") == 0) {
        if (*only_latest != NULL)
            **only_latest = strcmp(value, "true") == 0;
        return is_boolean(value) ||
               core_throw(error, "Invalid value for onlatest attribute: %s", value);
    }
    bool is_prefix = g_ascii_strcasecmp(key, "prefix") == 0;
    if (!is_prefix && g_ascii_strcasecmp(key, "suffix") != 0)
        return core_throw(error, "Unknown flavor entry: %s", line);
    char **place = is_prefix ? &flavor->prefix : &flavor->suffix;
    g_free(*place);
    *place = g_strdup(value);
    *only_latest = is_prefix ? &flavor->is_prefix_latest : &flavor->is_suffix_latest;
    return true;
}

static bool read_flavor_line(struct meta_flavor *flavor, const char *line, GError **error)
{
    g_autoptr(GPtrArray) fields = list_fields(line, error);
    bool *only_latest = NULL;
    if (fields == NULL)
        return false;
    for (guint i = 0; i < fields->len; i++)
        if (!read_flavor_field(flavor, g_ptr_array_index(fields, i), line, &only_latest, error))
            return false;
    return true;
}

static bool read_flavor(struct meta *meta, GError **error)
{
    struct meta_flavor *flavor = &meta->flavor;
    flavor->latest = g_strdup("auto");
    flavor->prefix = g_strdup("");
    flavor->suffix = g_strdup("");
    g_autoptr(GPtrArray) lines = list_input(meta->run, "flavor", LINES, error);
    if (lines == NULL)
        return false;
    for (guint i = 0; i < lines->len; i++)
        if (!read_flavor_line(flavor, g_ptr_array_index(lines, i), error))
            return false;
    CORE_GROUP(meta->run, "Processing flavor input");
    action_log(meta->run, "latest=%s", flavor->latest);
    action_log(meta->run, "prefix=%s", flavor->prefix);
    action_log(meta->run, "prefixLatest=%s", flavor->is_prefix_latest ? "true" : "false");
    action_log(meta->run, "suffix=%s", flavor->suffix);
    action_log(meta->run, "suffixLatest=%s", flavor->is_suffix_latest ? "true" : "false");
    return true;
}

bool meta_read_inputs(struct meta *meta, GError **error)
{
    return read_images(meta, error) && read_tags(meta, error) && read_flavor(meta, error);
}
