/* Entries of caches, outputs, secrets, ssh and attestations: csv texts to data and back
   (util/buildflags). */
#include "mocks/bakefile/bakefile_private.h"

#include <string.h>

GPtrArray *bake_csv_fields(const char *text, char separator)
{
    g_autoptr(GPtrArray) fields = g_ptr_array_new_with_free_func(g_free);
    for (const char *at = text;; at++) {
        g_autoptr(GString) field = g_string_new(NULL);
        if (*at == '"') {
            for (at++; *at != '\0' && (*at != '"' || at[1] == '"'); at++) {
                at += *at == '"' ? 1 : 0;
                g_string_append_c(field, *at);
            }
            if (*at != '"')
                return NULL;
            at++;
        } else {
            for (; *at != '\0' && *at != separator; at++) {
                if (*at == '"')
                    return NULL;
                g_string_append_c(field, *at);
            }
        }
        g_ptr_array_add(fields, g_strdup(field->str));
        if (*at == '\0')
            return g_steal_pointer(&fields);
        if (*at != separator)
            return NULL;
    }
}

static json_t *fails(char **problem, char *text)
{
    if (*problem == NULL)
        *problem = text;
    else
        g_free(text);
    return NULL;
}

/* "key=value" to both; key is lower case and without spaces. */
static bool field_split(const char *field, char **key, const char **value)
{
    const char *equals = strchr(field, '=');
    if (equals == NULL)
        return false;
    g_autofree char *raw = g_strndup(field, (gsize)(equals - field));
    *key = g_strstrip(g_ascii_strdown(raw, -1));
    *value = equals + 1;
    return true;
}

static json_t *secret_parse(const GPtrArray *fields, char **problem)
{
    g_autofree char *id = NULL, *source = NULL, *environment = NULL, *type = NULL;
    for (guint i = 0; i < fields->len; i++) {
        g_autofree char *key = NULL;
        const char *value = NULL, *field = fields->pdata[i];
        if (!field_split(field, &key, &value))
            return fails(problem,
                         g_strdup_printf("invalid field '%s' must be a key=value pair", field));
        char **place = strcmp(key, "id") == 0                                  ? &id
                       : strcmp(key, "src") == 0 || strcmp(key, "source") == 0 ? &source
                       : strcmp(key, "env") == 0                               ? &environment
                       : strcmp(key, "type") == 0                              ? &type
                                                                               : NULL;
        if (place == NULL)
            return fails(problem, g_strdup_printf("unexpected key '%s' in '%s'", key, field));
        if (place == &type && strcmp(value, "file") != 0 && strcmp(value, "env") != 0)
            return fails(problem, g_strdup_printf("unsupported secret type \"%s\"", value));
        g_free(*place);
        *place = g_strdup(value);
    }
    if (g_strcmp0(type, "env") == 0 && (environment == NULL || *environment == '\0')) {
        g_free(environment);
        environment = g_steal_pointer(&source);
    }
    json_t *secret = json_object();
    if (id != NULL && *id != '\0')
        json_object_set_new(secret, "id", json_string(id));
    if (source != NULL && *source != '\0')
        json_object_set_new(secret, "src", json_string(source));
    if (environment != NULL && *environment != '\0')
        json_object_set_new(secret, "env", json_string(environment));
    return secret;
}

static json_t *ssh_parse(const char *text)
{
    const char *equals = strchr(text, '=');
    if (equals == NULL)
        return json_pack("{s:s}", "id", text);
    g_auto(GStrv) paths = g_strsplit(equals + 1, ",", -1);
    json_t *list = json_array();
    for (gsize i = 0; paths[i] != NULL; i++)
        json_array_append_new(list, json_string(paths[i]));
    g_autofree char *id = g_strndup(text, (gsize)(equals - text));
    return json_pack("{s:s,s:o}", "id", id, "paths", list);
}

static bool disabled_parse(const char *value, json_t *entry)
{
    static const char *const words[] = {"1", "t", "T", "TRUE", "true", "True"};
    for (gsize i = 0; i < G_N_ELEMENTS(words); i++)
        if (strcmp(value, words[i]) == 0)
            return json_object_set_new(entry, "disabled", json_true()) == 0;
    return g_ascii_strcasecmp(value, "false") == 0 || strcmp(value, "0") == 0 ||
           g_ascii_strcasecmp(value, "f") == 0;
}

static json_t *typed_parse(enum attribute_kind kind, const char *text, const GPtrArray *fields,
                           char **problem)
{
    bool is_alone = fields->len == 1;
    const char *first = is_alone ? fields->pdata[0] : "";
    if (kind == ATTRIBUTE_CACHES && is_alone && strchr(first, '=') == NULL)
        return json_pack("{s:s,s:s}", "type", "registry", "ref", first);
    if (kind == ATTRIBUTE_OUTPUTS && is_alone && strcmp(first, text) == 0 &&
        !g_str_has_prefix(text, "type="))
        return json_pack("{s:s,s:s}", "type", strcmp(text, "-") == 0 ? "tar" : "local", "dest",
                         text);
    g_autoptr(json_t) entry = json_object();
    for (guint i = 0; i < fields->len; i++) {
        g_autofree char *key = NULL;
        const char *value = NULL;
        if (!field_split(fields->pdata[i], &key, &value))
            return fails(problem, g_strdup_printf("invalid value %s", (char *)fields->pdata[i]));
        if (kind == ATTRIBUTE_ATTESTS && strcmp(key, "disabled") == 0) {
            if (!disabled_parse(value, entry))
                return fails(problem,
                             g_strdup_printf("invalid value %s", (char *)fields->pdata[i]));
            continue;
        }
        json_object_set_new(entry, key, json_string(value));
    }
    if (json_get_string(entry, "type", "")[0] != '\0')
        return g_steal_pointer(&entry);
    return fails(problem, kind == ATTRIBUTE_CACHES
                              ? g_strdup_printf("type required form> \"%s\"", text)
                          : kind == ATTRIBUTE_OUTPUTS ? g_strdup("type is required for output")
                                                      : g_strdup("attestation type not specified"));
}

json_t *bake_entry_parse(enum attribute_kind kind, const char *text, char **problem)
{
    if (kind == ATTRIBUTE_SSH)
        return ssh_parse(text);
    g_autoptr(GPtrArray) fields = bake_csv_fields(text, ',');
    if (fields == NULL)
        return fails(problem, g_strdup_printf(
                                  "%sbare \" in non-quoted field",
                                  kind == ATTRIBUTE_SECRETS ? "failed to parse csv secret: " : ""));
    if (kind == ATTRIBUTE_SECRETS)
        return secret_parse(fields, problem);
    return typed_parse(kind, text, fields, problem);
}

json_t *bake_entries_parse(enum attribute_kind kind, const json_t *texts, char **problem)
{
    g_autoptr(json_t) entries = json_array();
    for (gsize i = 0; i < json_array_size(texts); i++) {
        const char *text = json_string_value(json_array_get(texts, i));
        if (text == NULL || *text == '\0')
            continue;
        bool are_refs = kind == ATTRIBUTE_CACHES && strchr(text, '=') == NULL;
        g_autoptr(GPtrArray) fields = are_refs ? bake_csv_fields(text, ',') : NULL;
        for (guint k = 0; k < (fields == NULL ? 1 : fields->len); k++) {
            json_t *entry =
                bake_entry_parse(kind, fields == NULL ? text : fields->pdata[k], problem);
            if (entry == NULL)
                return NULL;
            json_array_append_new(entries, entry);
        }
    }
    return g_steal_pointer(&entries);
}

/* Of equal ids the last one stays, where the first one stood. */
static void replace_dupes(json_t *entries, const char *id)
{
    g_autoptr(json_t) kept = json_array();
    for (gsize i = 0; i < json_array_size(entries); i++) {
        json_t *entry = json_array_get(entries, i);
        gsize k = 0;
        while (k < json_array_size(kept) && strcmp(json_get_string(json_array_get(kept, k), id, ""),
                                                   json_get_string(entry, id, "")) != 0)
            k++;
        if (k < json_array_size(kept))
            json_array_set(kept, k, entry);
        else
            json_array_append(kept, entry);
    }
    json_array_clear(entries);
    json_array_extend(entries, kept);
}

/* buildflags.removeDupes(): an equal later one changes places with the last and is cut off. */
static void remove_dupes(json_t *entries)
{
    for (gsize i = json_array_size(entries); i-- > 0;) {
        for (gsize j = i + 1; j < json_array_size(entries); j++) {
            if (!json_equal(json_array_get(entries, i), json_array_get(entries, j)))
                continue;
            gsize last = json_array_size(entries) - 1;
            json_array_set(entries, j, json_array_get(entries, last));
            json_array_remove(entries, last);
            break;
        }
    }
}

void bake_entries_normalize(enum attribute_kind kind, json_t *entries)
{
    if (kind == ATTRIBUTE_SECRETS || kind == ATTRIBUTE_SSH)
        replace_dupes(entries, "id");
    else if (kind == ATTRIBUTE_ATTESTS)
        replace_dupes(entries, "type");
    else
        remove_dupes(entries);
}

static void csv_append(GString *out, const char *key, const char *value)
{
    g_autofree char *pair = g_strdup_printf("%s=%s", key, value);
    if (out->len > 0)
        g_string_append_c(out, ',');
    if (strpbrk(pair, ",\"") == NULL) {
        g_string_append(out, pair);
        return;
    }
    g_auto(GStrv) parts = g_strsplit(pair, "\"", -1);
    g_autofree char *quoted = g_strjoinv("\"\"", parts);
    g_string_append_printf(out, "\"%s\"", quoted);
}

static gint by_name(gconstpointer a, gconstpointer b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

char *bake_entry_text(const json_t *entry)
{
    static const char *const first[] = {"id", "type", "src", "env", "dest", "disabled"};
    const char *key;
    json_t *value;
    const char *ref = json_get_string(entry, "ref", NULL);
    if (ref != NULL && json_object_size(entry) == 2 &&
        strcmp(json_get_string(entry, "type", ""), "registry") == 0)
        return g_strdup(ref);
    if (json_object_get(entry, "type") == NULL && json_object_size(entry) == 1 &&
        json_object_get(entry, "src") == NULL && json_object_get(entry, "paths") == NULL &&
        json_object_get(entry, "env") == NULL)
        return g_strdup(json_get_string(entry, "id", ""));
    GString *out = g_string_new(NULL);
    const json_t *paths = json_get_array(entry, "paths");
    if (paths != NULL) {
        g_string_append_printf(out, "%s=", json_get_string(entry, "id", ""));
        for (gsize i = 0; i < json_array_size(paths); i++)
            g_string_append_printf(out, "%s%s", i > 0 ? "," : "",
                                   json_string_value(json_array_get(paths, i)));
        return g_string_free(out, FALSE);
    }
    g_autoptr(GPtrArray) keys = g_ptr_array_new();
    json_object_foreach ((json_t *)entry, key, value)
        g_ptr_array_add(keys, (char *)key);
    g_ptr_array_sort(keys, by_name);
    for (gsize i = 0; i < G_N_ELEMENTS(first); i++)
        if ((value = json_object_get(entry, first[i])) != NULL)
            csv_append(out, first[i], json_is_string(value) ? json_string_value(value) : "true");
    for (guint i = 0; i < keys->len; i++)
        if (!g_strv_contains(
                (const char *const[]){"id", "type", "src", "env", "dest", "disabled", NULL},
                keys->pdata[i]))
            csv_append(out, keys->pdata[i], json_get_string(entry, keys->pdata[i], ""));
    return g_string_free(out, FALSE);
}
