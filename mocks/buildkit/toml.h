/*
 * TOML as far as buildkitd.toml goes: tables, arrays of tables, dotted and quoted keys, strings,
 * numbers, booleans, arrays, inline tables. The answer is flat: one entry a key, with its place, so
 * that a mistyped one can be told as go-toml tells it. Reads any bytes safely.
 */
#pragma once

#include "base/error.h"

enum toml_kind {
    TOML_STRING,
    TOML_INTEGER,
    TOML_FLOAT,
    TOML_BOOLEAN,
    TOML_ARRAY,
    TOML_TABLE,
};
/* "string", "int64": as Go's %T names the value. */
const char *toml_go_type(enum toml_kind kind);

struct toml_entry {
    GPtrArray *path; /* char*: "registry", "docker.io", "mirrors"; an index for arrays of tables */
    enum toml_kind kind;
    char *text;       /* of the value, as Go's %v prints it */
    GPtrArray *items; /* of an array: char* texts of its values */
    int line;
    int column; /* of the key */
};

/* Entries (struct toml_entry) in order; caller unrefs. Errors: "(2, 5): …". */
GPtrArray *toml_parse(const void *bytes, gsize length_bytes, GError **error) MUST_USE;
