/* Compose files, each with what it extends and includes: read, interpolated, merged. */
#include "mocks/commands/docker/compose_private.h"

#include "base/limits.h"
#include "doc/merge.h"
#include "doc/repeated.h"
#include "doc/reset.h"
#include "mocks/commands/docker/cli_private.h"

#include <string.h>

/* ---- .env ---- */

json_t *compose_read_variables(const struct project *project, const char *path)
{
    g_autoptr(GBytes) bytes = world_read_file(project->call, path, DOC_BYTES_MAX, NULL);
    json_t *variables = json_object();
    gsize length_bytes = 0;

    if (bytes == NULL)
        return variables;
    const char *data = g_bytes_get_data(bytes, &length_bytes);
    g_autofree char *text = g_strndup(data, length_bytes);
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    for (gsize i = 0; lines[i] != NULL; i++) {
        char *line = g_strstrip(lines[i]);
        line += g_str_has_prefix(line, "export ") ? strlen("export ") : 0;
        char *equals = strchr(line, '=');
        if (*line == '#' || equals == NULL)
            continue;
        *equals = '\0';
        char *value = equals + 1;
        gsize length = strlen(value);
        if (length >= 2 && (*value == '"' || *value == '\'') && value[length - 1] == *value) {
            value[length - 1] = '\0';
            value++;
        } else if (strstr(value, " #") != NULL) { /* a comment behind it */
            *strstr(value, " #") = '\0';
        }
        json_object_set_new(variables, g_strstrip(line), json_text_or_null(value));
    }
    return variables;
}

/* ---- one file ---- */

/* A copy of value with the variables of its texts filled in; NULL with an error. */
static json_t *interpolated(const json_t *value, const struct project *project,
                            const json_t *variables, GError **error)
{
    if (json_is_string(value)) {
        g_autofree char *text =
            compose_interpolate(json_string_value(value), project, variables, error);
        return text != NULL ? json_text_or_null(text) : NULL;
    }
    bool is_object = json_is_object(value);
    if (!is_object && !json_is_array(value))
        return json_deep_copy(value);
    g_autoptr(json_t) copy = is_object ? json_object() : json_array();
    const char *key;
    json_t *member;
    size_t i;
    json_object_foreach ((json_t *)value, key, member) {
        json_t *filled = interpolated(member, project, variables, error);
        if (filled == NULL)
            return NULL;
        json_object_set_new(copy, key, filled);
    }
    json_array_foreach (value, i, member) {
        json_t *filled = interpolated(member, project, variables, error);
        if (filled == NULL)
            return NULL;
        json_array_append_new(copy, filled);
    }
    return g_steal_pointer(&copy);
}

static GBytes *read_bytes(const struct project *project, const char *path, GError **error)
{
    g_autofree char *name = g_path_get_basename(path);
    return g_str_equal(name, COMPOSE_STDIN)
               ? command_read_all(project->call, DOC_BYTES_MAX, error)
               : world_read_file(project->call, path, DOC_BYTES_MAX, error);
}

static bool check_repeated(const struct doc *doc, GError **error)
{
    const struct node_entry *before = NULL;
    const struct node_entry *entry = doc_find_repeated(doc, &before);
    return entry == NULL ||
           cli_refuse(error, "line %d: mapping key \"%s\" already defined at line %d",
                      entry->key_position.line, entry->key, before->key_position.line);
}

static json_t *read_document(const struct project *project, const char *path, const char *text,
                             const json_t *variables, json_t **resets, GError **error)
{
    AUTO(doc)
    doc = doc_load_text(path, text, strlen(text), DOC_KEYS_ARE_FREE | DOC_HAS_RESETS, error);
    if (doc == NULL || !check_repeated(doc, error) || !doc_merge_keys(doc, error))
        return NULL;
    g_autoptr(json_t) value = node_json(doc_root(doc));
    if (!json_is_object(value)) {
        cli_refuse(error, "top-level object must be a mapping");
        return NULL;
    }
    *resets = doc_take_resets(doc, value);
    return interpolated(value, project, variables, error);
}

static bool is_blank(const char *line)
{
    const char *rest = line + strspn(line, " \t\r");
    return *rest == '\0' || *rest == '#' || g_str_has_prefix(line, "---");
}

/* Nothing but comments: such a file adds nothing to the others (compose-go's loader.go). */
static bool is_empty_file(char **documents)
{
    g_auto(GStrv) lines = g_strsplit(documents[0], "\n", -1);
    for (gsize i = 0; lines[i] != NULL; i++)
        if (!is_blank(lines[i]))
            return false;
    return documents[1] == NULL;
}

/* The documents of a file, each behind as many empty lines as stand before it; g_strfreev. */
static char **split_documents(const char *text)
{
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    g_autoptr(GString) document = g_string_new(NULL);
    GPtrArray *documents = g_ptr_array_new();
    bool is_empty = true;
    for (gsize i = 0; lines[i] != NULL; i++) {
        bool is_border = g_str_has_prefix(lines[i], "---");
        if (is_border && !is_empty) {
            g_ptr_array_add(documents, g_strdup(document->str));
            g_string_truncate(document, 0);
            g_string_set_size(document, i);
            memset(document->str, '\n', i);
            is_empty = true;
        }
        is_empty = is_empty && (is_border || lines[i][strspn(lines[i], " \t\r")] == '\0' ||
                                lines[i][strspn(lines[i], " \t")] == '#');
        g_string_append_printf(document, "%s\n", lines[i]);
    }
    if (!is_empty || documents->len == 0)
        g_ptr_array_add(documents, g_strdup(document->str));
    g_ptr_array_add(documents, NULL);
    return (char **)g_ptr_array_free(documents, FALSE);
}

json_t *compose_read_file(const struct project *project, const char *path, const json_t *variables,
                          json_t **resets, GError **error)
{
    g_autoptr(GBytes) bytes = read_bytes(project, path, error);
    gsize length_bytes = 0;
    if (bytes == NULL)
        return NULL;
    const char *data = g_bytes_get_data(bytes, &length_bytes);
    g_autofree char *text = g_strndup(data, length_bytes);
    g_auto(GStrv) documents = split_documents(text);
    if (is_empty_file(documents))
        return json_object();
    g_autoptr(json_t) whole = read_document(project, path, documents[0], variables, resets, error);
    for (gsize i = 1; whole != NULL && documents[i] != NULL; i++) {
        g_autoptr(json_t) own = NULL;
        g_autoptr(json_t) more = read_document(project, path, documents[i], variables, &own, error);
        if (more == NULL)
            return NULL;
        doc_apply_resets(whole, own);
        compose_merge(whole, more);
    }
    return g_steal_pointer(&whole);
}

bool compose_load_file(const struct project *project, const char *path, const json_t *variables,
                       GPtrArray *way, json_t *model, GError **error)
{
    g_autoptr(json_t) resets = NULL;
    g_autoptr(json_t) one = compose_read_file(project, path, variables, &resets, error);
    if (one == NULL || !compose_check_schema(path, one, error) ||
        !compose_extend(project, path, one, variables, resets, error) ||
        !compose_include(project, path, one, variables, way, error))
        return false;
    doc_apply_resets(model, resets);
    compose_merge(model, one);
    return true;
}
