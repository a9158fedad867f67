/* Reading what `docker buildx inspect` prints, as actions-toolkit's Builder.parseInspect does. */
#include "actions/toolkit.h"

#include <string.h>

enum section {
    SECTION_NONE,
    SECTION_FEATURES,
    SECTION_LABELS,
    SECTION_DEVICES,
    SECTION_POLICY,
    SECTION_FILE,
};

struct reader {
    json_t *builder; /* {"nodes": […], "name": …} */
    json_t *node;    /* the one being read */
    json_t *policy;  /* NULL: none being read */
    char *file;
    enum section section;
};

static void end_policy(struct reader *reader)
{
    json_t *policies = json_get_array(reader->node, "gcPolicy");
    if (reader->policy != NULL && policies != NULL)
        json_array_append(policies, reader->policy);
    g_clear_pointer(&reader->policy, json_decref);
}

static void end_node(struct reader *reader)
{
    end_policy(reader);
    if (json_object_get(reader->node, "name") != NULL)
        json_array_append(json_get_array(reader->builder, "nodes"), reader->node);
    g_clear_pointer(&reader->node, json_decref);
}

/* ---- lines that stand for themselves ---- */

typedef void field_fn(struct reader *reader, const char *member, const char *value);

static void read_name(struct reader *reader, const char *member, const char *value)
{
    if (json_object_get(reader->builder, member) == NULL) {
        json_object_set_new(reader->builder, member, json_text_or_null(value));
        return;
    }
    end_node(reader);
    reader->node = json_object();
    json_object_set_new(reader->node, member, json_text_or_null(value));
}

static void read_builder_text(struct reader *reader, const char *member, const char *value)
{
    json_object_set_new(reader->builder, member, json_text_or_null(value));
}

static void read_node_text(struct reader *reader, const char *member, const char *value)
{
    json_object_set_new(reader->node, member, json_text_or_null(value));
}

/* "2025-03-01 10:20:30 +0000 UTC" as a Date prints in JSON. */
static void read_activity(struct reader *reader, const char *member, const char *value)
{
    g_auto(GStrv) words = g_strsplit(value, " ", -1);
    if (g_strv_length(words) < 2) {
        json_object_set_new(reader->builder, member, json_null());
        return;
    }
    g_autofree char *date = g_strdup_printf("%sT%s.000Z", words[0], words[1]);
    json_object_set_new(reader->builder, member, json_text_or_null(date));
}

/* `image="x" network="host"`. */
static void read_options(struct reader *reader, const char *member, const char *value)
{
    json_t *options = json_array();
    g_autoptr(GRegex) pattern = g_regex_new("([a-zA-Z0-9_.]+)=\"([^\"]*)\"", G_REGEX_RAW, 0, NULL);
    g_autoptr(GMatchInfo) match = NULL;
    g_regex_match(pattern, value, 0, &match);
    while (g_match_info_matches(match)) {
        g_autofree char *name = g_match_info_fetch(match, 1);
        g_autofree char *text = g_match_info_fetch(match, 2);
        g_autofree char *option = g_strdup_printf("%s=%s", name, text);
        json_array_append_new(options, json_text_or_null(option));
        if (!g_match_info_next(match, NULL))
            break;
    }
    json_object_set_new(reader->node, member, options);
}

/* Platforms with a star are the preferred ones, and then the only ones. */
static void read_platforms(struct reader *reader, const char *member, const char *value)
{
    if (*value == '\0')
        return;
    bool has_preferred = strchr(value, '*') != NULL;
    g_autoptr(GString) platforms = g_string_new(NULL);
    g_auto(GStrv) names = g_strsplit(value, ", ", -1);
    for (char **name = names; *name != NULL; name++) {
        if (has_preferred && strchr(*name, '*') == NULL)
            continue;
        g_auto(GStrv) parts = g_strsplit(*name, "*", -1);
        g_autofree char *bare = g_strjoinv("", parts);
        g_string_append_printf(platforms, "%s%s", platforms->len > 0 ? "," : "", bare);
    }
    json_object_set_new(reader->node, member, json_text_or_null(platforms->str));
}

static const struct {
    const char *key; /* lower-case */
    const char *member;
    field_fn *read;
} fields[] = {
    {"name", "name", read_name},
    {"driver", "driver", read_builder_text},
    {"last activity", "lastActivity", read_activity},
    {"endpoint", "endpoint", read_node_text},
    {"driver options", "driver-opts", read_options},
    {"status", "status", read_node_text},
    {"buildkit daemon flags", "buildkitd-flags", read_node_text},
    {"flags", "buildkitd-flags", read_node_text}, /* buildx < 0.13 */
    {"buildkit version", "buildkit", read_node_text},
    {"buildkit", "buildkit", read_node_text}, /* buildx < 0.13 */
    {"platforms", "platforms", read_platforms},
};

/* ---- sections ---- */

static void begin_section(struct reader *reader, enum section section, const char *member,
                          json_t *empty)
{
    reader->section = section;
    if (json_object_get(reader->node, member) == NULL)
        json_object_set_new(reader->node, member, empty);
    else
        json_decref(empty);
}

static bool is_section(struct reader *reader, const char *key, const char *folded)
{
    if (strcmp(folded, "features") == 0) {
        begin_section(reader, SECTION_FEATURES, "features", json_object());
    } else if (strcmp(folded, "labels") == 0) {
        begin_section(reader, SECTION_LABELS, "labels", json_object());
    } else if (strcmp(folded, "devices") == 0) {
        begin_section(reader, SECTION_DEVICES, "devices", json_array());
    } else if (g_str_has_prefix(folded, "gc policy rule#")) {
        end_policy(reader);
        begin_section(reader, SECTION_POLICY, "gcPolicy", json_array());
    } else if (g_str_has_prefix(folded, "file#")) {
        begin_section(reader, SECTION_FILE, "files", json_object());
        g_free(reader->file);
        reader->file = g_strdup(key + strlen("file#"));
        json_object_set_new(json_get_object(reader->node, "files"), reader->file, json_string(""));
    } else {
        return false;
    }
    return true;
}

static void read_policy_line(struct reader *reader, const char *name, const char *value)
{
    static const struct {
        const char *key, *member;
    } members[] = {
        {"keep duration", "keepDuration"},   {"keep bytes", "keepBytes"},
        {"reserved space", "reservedSpace"}, {"max used space", "maxUsedSpace"},
        {"min free space", "minFreeSpace"},
    };
    if (reader->policy == NULL)
        reader->policy = json_object();
    if (g_ascii_strcasecmp(name, "all") == 0)
        json_object_set_new(reader->policy, "all", json_boolean(strcmp(value, "true") == 0));
    if (g_ascii_strcasecmp(name, "filters") == 0 && *value != '\0') {
        json_t *filters = json_array();
        g_auto(GStrv) parts = g_strsplit(value, ",", -1);
        for (char **part = parts; *part != NULL; part++)
            json_array_append_new(filters, json_text_or_null(*part));
        json_object_set_new(reader->policy, "filter", filters);
    }
    for (gsize i = 0; i < G_N_ELEMENTS(members); i++)
        if (g_ascii_strcasecmp(name, members[i].key) == 0)
            json_object_set_new(reader->policy, members[i].member, json_text_or_null(value));
}

static void read_file_line(struct reader *reader, const char *line)
{
    const char *text = line;
    if (g_ascii_isspace(text[0]) && text[1] == '>')
        text += g_ascii_isspace(text[2]) ? 3 : 2;
    json_t *files = json_get_object(reader->node, "files");
    const char *before = json_get_string(files, reader->file, "");
    g_autofree char *after = g_strconcat(before, *before != '\0' ? "\n" : "", text, NULL);
    json_object_set_new(files, reader->file, json_text_or_null(after));
}

static void read_section_line(struct reader *reader, const char *line, const char *key,
                              const char *value)
{
    g_autofree char *name = core_trimmed(key);
    switch (reader->section) {
    case SECTION_NONE:
    case SECTION_DEVICES:
        break;
    case SECTION_FEATURES:
        json_object_set_new(json_get_object(reader->node, "features"), name,
                            json_boolean(*value != '\0'));
        break;
    case SECTION_LABELS:
        json_object_set_new(json_get_object(reader->node, "labels"), name,
                            json_text_or_null(value));
        break;
    case SECTION_POLICY:
        read_policy_line(reader, name, value);
        break;
    case SECTION_FILE:
        read_file_line(reader, line);
        break;
    }
}

/* What stands after the first colon, trimmed between any further ones; g_free. */
static char *line_value(const char *line)
{
    g_auto(GStrv) parts = g_strsplit(line, ":", -1);
    if (*parts == NULL)
        return g_strdup("");
    for (char **part = parts + 1; *part != NULL; part++)
        g_strstrip(*part);
    return g_strjoinv(":", parts + 1);
}

static void read_line(struct reader *reader, const char *line)
{
    g_autofree char *key = g_strndup(line, strcspn(line, ":"));
    g_autofree char *folded = g_ascii_strdown(key, -1);
    g_autofree char *value = line_value(line);
    if (*key == '\0')
        return;
    for (gsize i = 0; i < G_N_ELEMENTS(fields); i++)
        if (strcmp(folded, fields[i].key) == 0) {
            reader->section = SECTION_NONE;
            fields[i].read(reader, fields[i].member, value);
            return;
        }
    if (!is_section(reader, key, folded))
        read_section_line(reader, line, key, value);
}

json_t *builder_info_parse(const char *text)
{
    struct reader reader = {.builder = json_object(), .node = json_object()};
    json_object_set_new(reader.builder, "nodes", json_array());
    g_autofree char *trimmed = core_trimmed(text);
    g_auto(GStrv) lines = g_strsplit(trimmed, "\n", -1);
    for (char **line = lines; *line != NULL; line++)
        read_line(&reader, *line);
    end_node(&reader);
    g_free(reader.file);
    return reader.builder;
}
