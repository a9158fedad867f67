/* Tables of the tests of wire kinds: rules, what is asked, what the client sees. */
#pragma once

#include "rehearsal.h"

#define MANIFEST "GET http://hub/v2/o/app/manifests/main"
#define HEAD     "HEAD http://hub/v2/o/app/manifests/main"
#define PUSH     "PUT http://hub/v2/o/app/manifests/main"
#define BLOB     "GET http://hub/v2/o/app/blobs/sha256:ab"
#define STREAM   "POST /images/create"
#define TOKEN    "GET http://auth/token?service=hub&scope=repository:o/app:pull"

struct wire_case {
    const char *what;
    const char *rules;
    const char *steps[6];
    const char *log;
    int handled_count;
};

void check_cases(const struct wire_case *rows, gsize count);

#define CHECK(rows) check_cases(rows, G_N_ELEMENTS(rows))
