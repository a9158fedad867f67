/* WWW-Authenticate as registries write it, and as nobody should. */
#include "oci/challenge.h"

#include <criterion/criterion.h>
#include <string.h>

static char *read_challenge(const char *header)
{
    static const char *const kinds[] = {"none", "basic", "bearer"};
    struct challenge challenge;

    challenge_parse(header, &challenge);
    char *text = g_strdup_printf("%s %s %s %s", kinds[challenge.kind],
                                 challenge.realm != NULL ? challenge.realm : "-",
                                 challenge.service != NULL ? challenge.service : "-",
                                 challenge.scope != NULL ? challenge.scope : "-");
    challenge_clear(&challenge);
    return text;
}

static const struct {
    const char *header;
    const char *text;
} rows[] = {
    {"Bearer realm=\"https://auth.docker.io/token\",service=\"registry.docker.io\","
     "scope=\"repository:library/alpine:pull\"",
     "bearer https://auth.docker.io/token registry.docker.io repository:library/alpine:pull"},
    {"Bearer "
     "realm=\"https://ghcr.io/token\",service=\"ghcr.io\",scope=\"repository:o/r:pull,push\"",
     "bearer https://ghcr.io/token ghcr.io repository:o/r:pull,push"},
    {"Basic realm=\"Registry Realm\"", "basic Registry Realm - -"},
    {"basic", "basic - - -"},
    {"BEARER Realm = \"a\" , SERVICE=b", "bearer a b -"},
    {"Basic realm=\"x\", Bearer realm=\"https://t\",service=\"s\"", "bearer https://t s -"},
    {"Bearer realm=\"https://t\", Basic realm=\"x\"", "bearer https://t - -"},
    {"Bearer realm=\"a\", Bearer realm=\"b\"", "bearer a - -"},
    {"Bearer realm=\"a\\\"b\\\\\"", "bearer a\"b\\ - -"},
    {"Bearer realm=\"open", "bearer open - -"},
    {"Bearer realm=\"a\",realm=\"b\"", "bearer b - -"},
    {"Negotiate abc==, Basic realm=\"x\"", "basic x - -"},
    {"Digest realm=\"x\",nonce=\"y\"", "none - - -"},
    {"Bearer", "bearer - - -"},
    {"Bearer error=\"invalid_token\",realm=\"r\"", "bearer r - -"},
    {"", "none - - -"},
    {",,, ,", "none - - -"},
    {"=\"x\"", "none - - -"},
    {"Bearer realm=\"a\\", "bearer a\\ - -"},
};

Test(challenge, is_read_whatever_it_looks_like)
{
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *text = read_challenge(rows[i].header);

        cr_expect_str_eq(text, rows[i].text, "%s: %s", rows[i].header, text);
    }
}

Test(challenge, survives_being_cut_anywhere)
{
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        for (gsize length = 0; length <= strlen(rows[i].header); length++) {
            g_autofree char *header = g_strndup(rows[i].header, length);

            g_autofree char *text = read_challenge(header);

            cr_assert_not_null(text);
        }
    }
}
