/*
 * JSON Web Tokens of GitHub's services (RFC 7519), as far as the world needs them: what they claim.
 * Nobody here checks a signature, and every token has the same one. Pure.
 */
#pragma once

#include "base/json.h"

/* Borrows the claims; g_free. */
char *jwt_write(const json_t *claims);
/* json_decref; NULL: it is no JWT. */
json_t *jwt_claims(const char *token);
