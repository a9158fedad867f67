/* The variables of a script, and what else a subshell has for itself. */
#include "mocks/dockerd/shell_private.h"

#include <string.h>

static GHashTable *copy_table(GHashTable *table)
{
    GHashTableIter iter;
    gpointer name = NULL;
    gpointer value = NULL;

    if (table == NULL)
        return NULL;
    GHashTable *copy = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    g_hash_table_iter_init(&iter, table);
    while (g_hash_table_iter_next(&iter, &name, &value))
        g_hash_table_insert(copy, g_strdup(name), value);
    return copy;
}

void shell_scope_copy(struct shell_scope *copy, const struct shell_scope *scope)
{
    *copy = *scope;
    copy->environment = g_strdupv(scope->environment);
    copy->forgotten = copy_table(scope->forgotten);
    copy->functions = copy_table(scope->functions);
    copy->parameters = g_strdupv(scope->parameters);
    copy->directory = g_strdup(scope->directory);
}

void shell_scope_clear(struct shell_scope *scope)
{
    g_strfreev(scope->environment);
    g_clear_pointer(&scope->forgotten, g_hash_table_unref);
    g_clear_pointer(&scope->functions, g_hash_table_unref);
    g_strfreev(scope->parameters);
    g_free(scope->directory);
}

/* ---- variables ---- */

gsize shell_name_length(const char *text)
{
    gsize length = 0;
    while (g_ascii_isalnum(text[length]) || text[length] == '_')
        length++;
    return g_ascii_isdigit(*text) ? 0 : length;
}

static bool has_room(const struct shell_scope *scope, const char *name, const char *value)
{
    return strlen(value) <= SHELL_VALUE_BYTES_MAX &&
           (g_environ_getenv(scope->environment, name) != NULL ||
            g_strv_length(scope->environment) < SHELL_VARIABLES_MAX);
}

static void forget(struct shell_scope *scope, const char *name)
{
    if (scope->forgotten == NULL)
        scope->forgotten = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    g_hash_table_add(scope->forgotten, g_strdup(name));
    scope->environment = g_environ_unsetenv(scope->environment, name);
}

static void remember(struct shell_scope *scope, const char *name)
{
    if (scope->forgotten != NULL)
        g_hash_table_remove(scope->forgotten, name);
}

void shell_set(struct shell *shell, const char *name, const char *value)
{
    struct shell_scope *scope = &shell->scope;
    if (value == NULL || !has_room(scope, name, value)) {
        forget(scope, name);
        return;
    }
    remember(scope, name);
    scope->environment = g_environ_setenv(scope->environment, name, value, TRUE);
}

void shell_unset(struct shell *shell, const char *name)
{
    struct shell_scope *scope = &shell->scope;
    remember(scope, name);
    scope->environment = g_environ_unsetenv(scope->environment, name);
}

/* A name that is not set may be the image's, unless it is one of those that only scripts use. */
static bool is_of_scripts(const char *name)
{
    for (const char *text = name; *text != '\0'; text++)
        if (g_ascii_isupper(*text))
            return false;
    return !g_str_has_suffix(name, "_proxy");
}

bool shell_get(const struct shell *shell, const char *name, const char **value)
{
    const struct shell_scope *scope = &shell->scope;
    *value = g_environ_getenv(scope->environment, name);
    if (*value != NULL)
        return true;
    bool is_forgotten = scope->forgotten != NULL && g_hash_table_contains(scope->forgotten, name);
    return !is_forgotten && is_of_scripts(name);
}
