/* Whom a registry lets in, and what for. */
#include "mocks/registry/registry_private.h"

#include "base/glob.h"
#include "base/limits.h"

#include <string.h>

struct login {
    char *user;
    char *secret;
    char *pushes;
    char *spares;
};

void login_free(void *memory)
{
    struct login *login = memory;
    g_free(login->user);
    g_free(login->secret);
    g_free(login->pushes);
    g_free(login->spares);
    g_free(login);
}

void registry_add_login(struct registry *registry, const struct registry_login *login)
{
    g_assert(registry->logins->len < REGISTRY_LOGINS_MAX);
    struct login *copy = g_new0(struct login, 1);
    copy->user = g_strdup(login->user);
    copy->secret = g_strdup(login->secret);
    copy->pushes = g_strdup(login->pushes);
    copy->spares = g_strdup(login->spares);
    g_ptr_array_add(registry->logins, copy);
}

static bool login_fits(const struct login *login, const char *user, const char *secret)
{
    if (login->user != NULL && strcmp(login->user, user) != 0)
        return false;
    if (login->secret == NULL)
        return secret != NULL && *secret != '\0';
    return g_strcmp0(login->secret, secret) == 0;
}

/* Names end up in headers and tokens. */
static bool has_control_character(const char *text)
{
    while (*text != '\0' && !g_ascii_iscntrl(*text))
        text++;
    return *text != '\0';
}

bool access_is_known(const struct registry *registry, const char *user, const char *secret)
{
    if (has_control_character(user))
        return false;
    if (registry->logins->len == 0)
        return true;
    for (guint i = 0; i < registry->logins->len; i++)
        if (login_fits(g_ptr_array_index(registry->logins, i), user, secret))
            return true;
    return false;
}

static bool may_push(const struct login *login, const char *repository)
{
    return login->pushes != NULL && glob_match(login->pushes, repository) &&
           (login->spares == NULL || !glob_match(login->spares, repository));
}

bool access_may_push(const struct registry *registry, const char *user, const char *secret,
                     const char *repository)
{
    if (!registry->needs_login_to_push)
        return true;
    if (user == NULL)
        return false;
    for (guint i = 0; i < registry->logins->len; i++) {
        const struct login *login = g_ptr_array_index(registry->logins, i);
        if (login_fits(login, user, secret) && may_push(login, repository))
            return true;
    }
    return registry->logins->len == 0;
}

const char *registry_refused_push(const struct registry *registry, const char *secret)
{
    return g_hash_table_lookup(registry->refusals, secret);
}
