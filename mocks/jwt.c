/* Writes and reads JSON Web Tokens. */
#include "mocks/jwt.h"

#include <string.h>

#define SIGNATURE "c2VhdHJpYWw"

/* base64url without padding; g_free. */
static char *encode(const json_t *value)
{
    g_autofree char *text = json_text(value);
    char *code = g_base64_encode((const guchar *)text, strlen(text));
    code[strcspn(code, "=")] = '\0';
    return g_strdelimit(g_strdelimit(code, "+", '-'), "/", '_');
}

static json_t *decode(const char *part)
{
    g_autofree char *code = g_strdelimit(g_strdelimit(g_strdup(part), "-", '+'), "_", '/');
    g_autofree char *padded = g_strconcat(code, &"==="[3 - (4 - strlen(code) % 4) % 4], NULL);
    gsize length;
    g_autofree guchar *bytes = g_base64_decode(padded, &length);
    return json_parse_bytes(bytes, length, NULL);
}

char *jwt_write(const json_t *claims)
{
    g_autoptr(json_t) header = json_pack("{s:s, s:s}", "typ", "JWT", "alg", "RS256");
    g_autofree char *first = encode(header);
    g_autofree char *second = encode(claims);
    return g_strconcat(first, ".", second, "." SIGNATURE, NULL);
}

json_t *jwt_claims(const char *token)
{
    g_auto(GStrv) parts = g_strsplit(token, ".", -1);
    return g_strv_length(parts) == 3 ? decode(parts[1]) : NULL;
}
