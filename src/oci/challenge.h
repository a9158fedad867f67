/*
 * WWW-Authenticate of registries (RFC 9110 11.6.1, distribution's token specification): what a 401
 * asks for. Pure: text in, values out, for any bytes.
 */
#pragma once

#include "base/error.h"

enum challenge_kind {
    CHALLENGE_NONE,
    CHALLENGE_BASIC,
    CHALLENGE_BEARER,
};

struct challenge {
    enum challenge_kind kind;
    char *
        realm; /* of Bearer: the token service's URL; NULL, like the others, when it was not said */
    char *service;
    char *scope;
};

/* One header line may hold several challenges: the first Bearer counts, else the first Basic. What
   cannot be read is passed over, down to CHALLENGE_NONE. */
void challenge_parse(const char *header, struct challenge *challenge);
void challenge_clear(struct challenge *challenge);
