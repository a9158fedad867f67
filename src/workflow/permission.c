/* Levels of scopes. */
#include "workflow/permission.h"

#include <string.h>

const char *const permission_scopes[PERMISSION_SCOPES + 1] = {
    "actions",
    "artifact-metadata",
    "attestations",
    "checks",
    "code-quality",
    "contents",
    "copilot-requests",
    "deployments",
    "discussions",
    "drives",
    "id-token",
    "issues",
    "models",
    "packages",
    "pages",
    "pull-requests",
    "repository-projects",
    "security-events",
    "statuses",
    "vulnerability-alerts",
    NULL,
};

static const char *const level_texts[] = {
    [PERMISSION_NONE] = "none", [PERMISSION_READ] = "read", [PERMISSION_WRITE] = "write"};

const char *permission_level_text(enum permission_level level)
{
    return level_texts[level];
}

static bool is_read_at_most(const char *scope)
{
    return strcmp(scope, "models") == 0 || strcmp(scope, "vulnerability-alerts") == 0;
}

static enum permission_level capped(const char *scope, enum permission_level level)
{
    return is_read_at_most(scope) ? MIN(level, PERMISSION_READ) : level;
}

static struct permissions same_for_all(enum permission_level level)
{
    struct permissions permissions = {{0}};
    for (gsize i = 0; i < PERMISSION_SCOPES; i++)
        permissions.levels[i] = capped(permission_scopes[i], level);
    return permissions;
}

static enum permission_level level_of(const struct node *node)
{
    for (gsize i = 0; node->text != NULL && i < G_N_ELEMENTS(level_texts); i++)
        if (strcmp(level_texts[i], node->text) == 0)
            return (enum permission_level)i;
    return PERMISSION_NONE;
}

struct permissions permissions_of(const struct node *node)
{
    struct permissions permissions = {{0}};
    if (node->kind == NODE_STRING)
        return same_for_all(strcmp(node->text, "write-all") == 0 ? PERMISSION_WRITE
                                                                 : PERMISSION_READ);
    for (gsize i = 0; i < PERMISSION_SCOPES; i++) {
        const struct node *level = node_get(node, permission_scopes[i]);
        if (level != NULL)
            permissions.levels[i] = capped(permission_scopes[i], level_of(level));
    }
    return permissions;
}

static enum permission_level *place_of(struct permissions *permissions, const char *scope)
{
    for (gsize i = 0; i < PERMISSION_SCOPES; i++)
        if (strcmp(permission_scopes[i], scope) == 0)
            return &permissions->levels[i];
    return NULL;
}

struct permissions permissions_default(bool is_write, bool is_trusted)
{
    struct permissions permissions = {{0}};
    if (is_write) {
        permissions = same_for_all(PERMISSION_WRITE);
        if (!is_trusted)
            *place_of(&permissions, "id-token") = PERMISSION_NONE;
        return permissions;
    }
    *place_of(&permissions, "contents") = PERMISSION_READ;
    *place_of(&permissions, "packages") = PERMISSION_READ;
    return permissions;
}

struct permissions permissions_of_fork(const struct permissions *permissions)
{
    struct permissions left = *permissions;
    for (gsize i = 0; i < PERMISSION_SCOPES; i++)
        left.levels[i] = MIN(left.levels[i], PERMISSION_READ);
    *place_of(&left, "id-token") = PERMISSION_NONE; /* reading it means nothing */
    return left;
}

enum permission_level permissions_get(const struct permissions *permissions, const char *scope)
{
    struct permissions copy = *permissions;
    const enum permission_level *place = place_of(&copy, scope);
    return place != NULL ? *place : PERMISSION_NONE;
}

static void append_level(GString *text, const char *scope, enum permission_level level)
{
    g_string_append_printf(text, "%s%s: %s", text->len > 0 ? ", " : "", scope,
                           permission_level_text(level));
}

bool permissions_exceed(const struct permissions *wanted, const struct permissions *allowed,
                        char **wanted_text, char **allowed_text)
{
    g_autoptr(GString) above = g_string_new(NULL);
    g_autoptr(GString) below = g_string_new(NULL);
    *wanted_text = NULL;
    *allowed_text = NULL;
    for (gsize i = 0; i < PERMISSION_SCOPES; i++) {
        if (wanted->levels[i] <= allowed->levels[i])
            continue;
        append_level(above, permission_scopes[i], wanted->levels[i]);
        append_level(below, permission_scopes[i], allowed->levels[i]);
    }
    if (above->len == 0)
        return false;
    *wanted_text = g_strdup(above->str);
    *allowed_text = g_strdup(below->str);
    return true;
}
