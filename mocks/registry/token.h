/*
 * The token service and its tokens (registry.md 2, "Token auth"). A token is an opaque text that
 * holds who it was given to, which scopes and until when, under a keyed digest; nothing is kept, so
 * there is no table that could grow.
 */
#pragma once

#include "mocks/registry/registry.h"

struct token_claims {
    char *user;    /* NULL: anonymous */
    char **scopes; /* "repository:library/golang:pull,push" */
    int64_t expires_at_us;
};
void token_claims_clear(struct token_claims *claims);
#define TOKEN_CLAIMS(variable)                                                                     \
    __attribute__((cleanup(token_claims_clear))) struct token_claims variable = {0}

/* An action beside those of the protocol: pushing was asked for, and the user may not. */
#define TOKEN_DENIED "denied"

/* g_free. */
char *token_issue(const struct registry *registry, const struct token_claims *claims);
/* False for a token that this registry did not issue, or that has expired. */
bool token_read(const struct registry *registry, const char *token, struct token_claims *claims);
bool token_allows(const struct token_claims *claims, const char *type, const char *name,
                  const char *action);
