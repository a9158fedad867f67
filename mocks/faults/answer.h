/*
 * Error answers as registries, gateways and the Docker Engine word them. Whether an error carries
 * `detail` decides what dockerd prints and whether it tries again (failures.md 0, wire detail 1).
 */
#pragma once

#include "mocks/exchange.h"

enum answer_body {
    ANSWER_JSON_DETAIL, /* {"errors":[{"code","message","detail"}]} */
    ANSWER_JSON,        /* the same without detail: dockerd makes a bare code of it */
    ANSWER_HTML,        /* a gateway's page */
    ANSWER_EMPTY,
    ANSWER_BROKEN_JSON, /* declared as JSON, cut in the middle */
    ANSWER_TEXT,        /* "Too Many Requests\n" */
};

struct answer {
    unsigned status;
    enum answer_body body;
    const char *code;    /* "TOOMANYREQUESTS"; NULL: what fits status and path */
    const char *message; /* NULL: what fits the code */
    const char *content; /* the whole body instead, or NULL */
};

/* States the reply in place of any that is there. Sites of the Docker Engine get {"message":…}. */
void answer_error(struct exchange *exchange, const struct answer *answer);
