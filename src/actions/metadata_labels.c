/* The labels and annotations of metadata-action: OCI's standard ones and the user's own. */
#include "actions/metadata.h"

#include <string.h>

/* The order of String.localeCompare as far as keys need it: punctuation before digits before
   letters, whatever their case, and lower case first among equals. */
static int rank(char c)
{
    static const char punctuation[] = "_-,;:!?.'\"()[]{}@*/\\&#%`^+<=>|~$";
    const char *place = c != '\0' ? strchr(punctuation, c) : NULL;
    if (place != NULL)
        return (int)(place - punctuation) + 1;
    return 64 + (unsigned char)g_ascii_tolower(c);
}

static int compare_keys(const char *a, const char *b)
{
    gsize i = 0;
    for (; a[i] != '\0' && b[i] != '\0'; i++)
        if (rank(a[i]) != rank(b[i]))
            return rank(a[i]) - rank(b[i]);
    if (a[i] != b[i])
        return a[i] == '\0' ? -1 : 1;
    return -strcmp(a, b);
}

static int compare_labels(gconstpointer a, gconstpointer b)
{
    const char *first = *(char *const *)a, *second = *(char *const *)b;
    g_autofree char *key = g_strndup(first, strcspn(first, "="));
    g_autofree char *other = g_strndup(second, strcspn(second, "="));
    return compare_keys(key, other);
}

static void set(json_t *labels, const char *key, const char *value)
{
    g_autofree char *name = g_strconcat("org.opencontainers.image.", key, NULL);
    json_object_set_new(labels, name, json_text_or_null(value));
}

/* What the event says of the repository; the real action asks GitHub's API for the same. */
static const char *repository_text(const struct meta *meta, const char *member)
{
    g_autofree char *path = g_strconcat("github.event.repository.", member, NULL);
    return action_context(meta->run, path);
}

static void set_standard(const struct meta *meta, json_t *labels)
{
    const char *repository = action_context(meta->run, "github.repository");
    const char *slash = strrchr(repository, '/');
    const char *name = repository_text(meta, "name");
    const char *url = repository_text(meta, "html_url");
    g_autofree char *made_url = g_strconcat("https://github.com/", repository, NULL);
    g_autofree char *created = core_iso_date(meta->date_ms);
    set(labels, "title", *name != '\0' || slash == NULL ? name : slash + 1);
    set(labels, "description", repository_text(meta, "description"));
    set(labels, "url", *url != '\0' ? url : made_url);
    set(labels, "source", *url != '\0' ? url : made_url);
    set(labels, "version", meta->version != NULL ? meta->version : "");
    set(labels, "created", created);
    set(labels, "revision", meta->commit);
    set(labels, "licenses", repository_text(meta, "license.spdx_id"));
}

static bool set_extra(const struct meta *meta, const GPtrArray *extra, json_t *labels,
                      GError **error)
{
    for (guint i = 0; i < extra->len; i++) {
        g_autofree char *line = meta_expand(meta, g_ptr_array_index(extra, i), error);
        if (line == NULL)
            return false;
        char *sign = strchr(line, '=');
        if (sign == NULL)
            continue;
        *sign = '\0';
        json_object_set_new(labels, line, json_text_or_null(sign + 1));
    }
    return true;
}

GPtrArray *meta_labels(const struct meta *meta, const GPtrArray *extra, GError **error)
{
    g_autoptr(json_t) labels = json_object();
    set_standard(meta, labels);
    if (!set_extra(meta, extra, labels, error))
        return NULL;
    GPtrArray *lines = g_ptr_array_new_with_free_func(g_free);
    const char *key;
    json_t *value;
    json_object_foreach (labels, key, value)
        g_ptr_array_add(lines, g_strconcat(key, "=", json_string_value(value), NULL));
    g_ptr_array_sort(lines, compare_labels);
    return lines;
}
