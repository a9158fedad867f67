/* The last step of a target: its context as a build takes it, its attributes in order. */
#include "mocks/bakefile/bakefile_private.h"

#include <string.h>

char *bake_path_clean(const char *path)
{
    bool is_rooted = *path == '/';
    g_auto(GStrv) parts = g_strsplit(path, "/", -1);
    g_autoptr(GPtrArray) kept = g_ptr_array_new();
    for (gsize i = 0; parts[i] != NULL; i++) {
        const char *last = kept->len > 0 ? kept->pdata[kept->len - 1] : NULL;
        if (*parts[i] == '\0' || strcmp(parts[i], ".") == 0)
            continue;
        if (strcmp(parts[i], "..") != 0 || (last == NULL && !is_rooted) ||
            (last != NULL && strcmp(last, "..") == 0))
            g_ptr_array_add(kept, parts[i]);
        else if (last != NULL)
            g_ptr_array_set_size(kept, (gint)kept->len - 1);
    }
    g_ptr_array_add(kept, NULL);
    g_autofree char *joined = g_strjoinv("/", (char **)kept->pdata);
    if (is_rooted)
        return g_strconcat("/", joined, NULL);
    return g_strdup(*joined == '\0' ? "." : joined);
}

static bool is_remote(const char *context)
{
    return strstr(context, "://") != NULL || g_str_has_prefix(context, "git@") ||
           g_str_has_prefix(context, "github.com/");
}

static bool finish_context(struct bake *bake, json_t *attributes)
{
    const char *context = json_get_string(attributes, "context", "");
    if (strcmp(context, "-") == 0)
        return bake_fail(bake, BAKEFILE_ERROR_INVALID, "context from stdin not allowed in bake") !=
               NULL;
    if (strcmp(json_get_string(attributes, "dockerfile", ""), "-") == 0)
        return bake_fail(bake, BAKEFILE_ERROR_INVALID,
                         "dockerfile from stdin not allowed in bake") != NULL;
    bool is_local = g_str_has_prefix(context, "cwd://");
    if (!is_local && is_remote(context))
        return true;
    g_autofree char *clean = bake_path_clean(context + (is_local ? strlen("cwd://") : 0));
    json_object_set_new(attributes, "context", json_string(clean));
    return true;
}

/* In the order of the rows; lists and maps that are empty are not set. */
static json_t *in_order(json_t *attributes)
{
    gsize count = 0;
    const struct attribute_row *rows = bake_attribute_rows(&count);
    json_t *ordered = json_object();
    for (gsize i = 0; i < count; i++) {
        json_t *value = json_object_get(attributes, rows[i].name);
        bool is_empty = (json_is_array(value) && json_array_size(value) == 0) ||
                        (json_is_object(value) && json_object_size(value) == 0);
        if (value != NULL && !is_empty)
            json_object_set(ordered, rows[i].name, value);
    }
    json_decref(attributes);
    return ordered;
}

bool bake_target_finish(struct bake *bake, json_t **attributes)
{
    if (!finish_context(bake, *attributes))
        return false;
    *attributes = in_order(*attributes);
    return true;
}
