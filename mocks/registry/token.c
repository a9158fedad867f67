/* Tokens: made, read and asked what they allow. */
#include "mocks/registry/token.h"

#include "base/digest.h"
#include "mocks/registry/registry_private.h"

#include <string.h>

enum {
    SEAL_LENGTH = 32, /* hex digits of the keyed digest that end up in the token */
};

void token_claims_clear(struct token_claims *claims)
{
    g_clear_pointer(&claims->user, g_free);
    g_clear_pointer(&claims->scopes, g_strfreev);
}

static char *seal(const struct registry *registry, const char *payload)
{
    g_autofree char *text = g_strconcat(registry->token_key, payload, NULL);
    g_autofree char *digest = digest_of(text, strlen(text));
    return g_strndup(digest + strlen("sha256:"), SEAL_LENGTH);
}

/* Lines: expiry, user (empty: anonymous), then one scope each. None of them can hold a line feed.
 */
char *token_issue(const struct registry *registry, const struct token_claims *claims)
{
    g_autofree char *scopes = g_strjoinv("\n", claims->scopes);
    g_autofree char *payload =
        g_strdup_printf("%" G_GINT64_FORMAT "\n%s\n%s", claims->expires_at_us,
                        claims->user != NULL ? claims->user : "", scopes);
    g_autofree char *sealed = seal(registry, payload);
    g_autofree char *encoded = g_base64_encode((const guchar *)payload, strlen(payload));
    return g_strconcat(sealed, ".", encoded, NULL);
}

static char *unseal(const struct registry *registry, const char *token)
{
    if (strlen(token) <= SEAL_LENGTH || token[SEAL_LENGTH] != '.')
        return NULL;
    gsize length_bytes = 0;
    g_autofree guchar *bytes = g_base64_decode(token + SEAL_LENGTH + 1, &length_bytes);
    g_autofree char *payload = g_strndup((const char *)bytes, length_bytes);
    g_autofree char *sealed = seal(registry, payload);
    return strncmp(sealed, token, SEAL_LENGTH) == 0 ? g_steal_pointer(&payload) : NULL;
}

bool token_read(const struct registry *registry, const char *token, struct token_claims *claims)
{
    g_autofree char *payload = unseal(registry, token);
    if (payload == NULL)
        return false;
    g_auto(GStrv) lines = g_strsplit(payload, "\n", 3);
    g_assert(g_strv_length(lines) == 3); /* the seal was ours */
    claims->expires_at_us = g_ascii_strtoll(lines[0], NULL, 10);
    claims->user = *lines[1] != '\0' ? g_strdup(lines[1]) : NULL;
    claims->scopes = g_strsplit(lines[2], "\n", -1);
    return loop_now_us(world_loop(registry->world)) < claims->expires_at_us;
}

bool token_allows(const struct token_claims *claims, const char *type, const char *name,
                  const char *action)
{
    g_autofree char *prefix = g_strdup_printf("%s:%s:", type, name);
    for (gsize i = 0; claims->scopes[i] != NULL; i++) {
        if (!g_str_has_prefix(claims->scopes[i], prefix))
            continue;
        g_auto(GStrv) actions = g_strsplit(claims->scopes[i] + strlen(prefix), ",", -1);
        if (g_strv_contains((const char *const *)actions, action) ||
            g_strv_contains((const char *const *)actions, "*"))
            return true;
    }
    return false;
}
