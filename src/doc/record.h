/*
 * Records: mappings of a file read into C structs by a table of fields. Parsing, defaults, error
 * texts, help and JSON Schema all come from the one table:
 *
 *     struct tier { const struct node *node; char *id; enum driver driver; int64_t timeout_us; };
 *
 *     static const struct field tier_fields[] = {
 *         {.kind = FIELD_SELF, .offset = offsetof(struct tier, node)},
 *         {.name = "id", .kind = FIELD_STRING, .offset = offsetof(struct tier, id),
 *          .is_required = true, .summary = "name of the tier in reports"},
 *         {.name = "driver", .kind = FIELD_ENUM, .offset = offsetof(struct tier, driver),
 *          .names = driver_names, .otherwise = "container", .summary = "who builds"},
 *         {.name = "timeout", .kind = FIELD_DURATION, .offset = offsetof(struct tier, timeout_us),
 *          .otherwise = "5min", .summary = "how long it may take"},
 *         {0},
 *     };
 *     static const struct record_type tier_record = {
 *         .name = "tier", .summary = "one way to build", .size = sizeof(struct tier),
 *         .fields = tier_fields};
 *
 * A table ends with an empty row. Unknown keys, wrong kinds, missing keys and values out of range
 * are errors at file:line:col that say what would be right; all of a record are found, not just
 * one. Everything read is owned by the record and freed by record_clear(); nodes are lent by the
 * document. A key written without a value (`timeout:`) counts as absent.
 */
#pragma once

#include "doc/doc.h"

struct record_type;
struct field;

/* What the field is in the struct, and in the file. */
enum field_kind {
    FIELD_END,        /* closes the table */
    FIELD_SELF,       /* const struct node *: the record's own mapping; takes no key */
    FIELD_POSITION,   /* struct position of the record; takes no key */
    FIELD_KEY,        /* char *: the key under which a FIELD_RECORD_MAP holds this record */
    FIELD_STRING,     /* char *; NULL when absent and without a default */
    FIELD_SCALAR,     /* char *: any scalar, as written: versions such as 1.20 */
    FIELD_ENUM,       /* an enum: the index in names */
    FIELD_INTEGER,    /* int64_t */
    FIELD_NUMBER,     /* double; takes integers too */
    FIELD_BOOLEAN,    /* bool */
    FIELD_DURATION,   /* int64_t, microseconds, from `30s` */
    FIELD_SIZE,       /* int64_t, bytes, from `4GiB` */
    FIELD_STRINGS,    /* char **, NULL-terminated, never NULL */
    FIELD_STRING_MAP, /* GPtrArray of struct string_entry, never NULL; values are scalars as written
                       */
    FIELD_RECORD,     /* the struct itself, embedded; absent: all its defaults */
    FIELD_OPTIONAL,   /* struct *, allocated; NULL when absent */
    FIELD_RECORDS,    /* GPtrArray of struct *, from a list; never NULL */
    FIELD_RECORD_MAP, /* the same from a mapping; the struct's FIELD_KEY has the key */
    FIELD_CHOICE,     /* struct record_choice: which record it is depends on a key of it */
    FIELD_NODE,       /* const struct node *: kept raw; NULL when absent */
    FIELD_CUSTOM,     /* whatever the hooks of the field make of it */
};

struct string_entry {
    char *name;
    char *value;
    const struct node *node;
};

/* record is NULL when absent. */
struct record_choice {
    const struct record_type *type;
    void *record;
};

/* For FIELD_CUSTOM. place is zeroed memory inside the struct; node is never NULL. */
struct field_hooks {
    bool (*read)(const struct field *field, const struct node *node, void *place, GError **error);
    void (*clear)(void *place); /* may be NULL; place may be zeroed */
    json_t *(*schema)(void);    /* a new object without description */
    const char *kind_text;      /* "a path or a mapping": for help and errors */
};

struct field {
    const char *name;
    enum field_kind kind;
    gsize offset;
    bool is_required;
    bool may_be_single;       /* FIELD_STRINGS: a lone string is a list of one */
    const char *otherwise;    /* the default as it would be written in a file; NULL: zero or NULL */
    const char *summary;      /* one sentence without full stop, for help and schema */
    const char *const *names; /* NULL-terminated: values of FIELD_ENUM; allowed texts of strings */
    double minimum, maximum;  /* of integers and numbers, both counting; ignored when equal */
    const struct record_type *type; /* of records */
    /* FIELD_CHOICE: the key that decides (`kind`), and the types to choose from by their names;
       choices(i) gives the i-th, NULL after the last. A lone string is that key's value. */
    const char *tag;
    const struct record_type *(*choices)(gsize index);
    const struct field_hooks *hooks;
    /* Checks a value that was read; place points to it. May be NULL. */
    bool (*check)(const struct field *field, const struct node *node, const void *place,
                  GError **error);
};

struct record_type {
    const char *name; /* also the definition's name in the schema: one name, one type */
    const char *summary;
    gsize size;
    const struct field *fields;
    /* "scenario/1": a file of this type says `seatrial: scenario/1`; see record_read_file(). NULL
       for what is only ever a part of a file. */
    const char *format;
    /* A lone scalar in place of the mapping fills the field of this name: `policy: a.yaml` for
       `policy: {path: a.yaml}`. NULL: only a mapping will do. */
    const char *shorthand;
    /* Checks across fields, after all were read without error. May be NULL. */
    bool (*check)(const struct node *node, void *record, GError **error);
};

/* Fills record, which has type->size bytes of any content. On failure it is cleared already. error
   gets the texts of all errors, one after another. */
bool record_read(const struct record_type *type, const struct node *node, void *record,
                 GError **error) MUST_USE;
/* The same; every error is added by itself to errors (GError *, freed by its owner), at most
   RECORD_ERRORS_MAX. */
bool record_read_all(const struct record_type *type, const struct node *node, void *record,
                     GPtrArray *errors) MUST_USE;
/* Reads a whole file: its root must be a mapping that opens with the type's format. record_read()
   takes that key too, but does without: a policy inside a scenario. */
bool record_read_file(const struct record_type *type, const struct doc *doc, void *record,
                      GError **error) MUST_USE;
/* All defaults, as if from an empty mapping; required fields stay zero. */
void record_fill(const struct record_type *type, void *record);
/* Frees what was read and zeroes the struct. Zeroed structs are fine. */
void record_clear(const struct record_type *type, void *record);

/* A mapping that a record was read from has this key with a value. */
bool record_has(const struct node *node, const char *name);

/* JSON Schema draft-07 of files of this type; the caller owns it. */
json_t *record_json_schema(const struct record_type *type);
/* One line a key: name, what it takes, summary, default; g_free. */
char *record_help(const struct record_type *type);
/* "a duration such as '30s'", "one of 'a', 'b'"; g_free. */
char *field_kind_text(const struct field *field);
