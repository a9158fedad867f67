/* The table of what may stand in daemon.json. */
#pragma once

#include "base/json.h"
#include "mocks/puller/puller.h"

enum configuration_type {
    CONFIGURATION_TRUTH,
    CONFIGURATION_NUMBER,
    CONFIGURATION_TEXT,
    CONFIGURATION_TEXTS,  /* a list of them */
    CONFIGURATION_TRUTHS, /* an object of them */
    CONFIGURATION_NAMED_TEXTS,
    CONFIGURATION_ANY,
};

struct configuration_key {
    const char *name;
    enum configuration_type type;
    /* It changes nothing that a rehearsal shows, or is modelled. */
    bool is_followed;
    enum puller_kind since; /* 20.10: all have it */
};

/* NULL: this version knows no such key. */
const struct configuration_key *configuration_key_find(const char *name, enum puller_kind kind);
/* Whether an object under this key is the key's own value, and no group. */
bool configuration_key_is_flat(const char *name);
/* The value, or the first one in it, that is of another type; NULL: it fits. Lent. */
const json_t *configuration_key_misfit(const struct configuration_key *key, const json_t *value);
/* As Go calls it: "[]string"; of the values in it: "string". */
const char *configuration_key_type(const struct configuration_key *key, bool is_inner);
