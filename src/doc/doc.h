/*
 * Files that people write, YAML 1.2 or JSON, as one tree of nodes with positions. libfyaml does the
 * parsing and is called nowhere else; what it does not do by itself is done here (libfyaml.md):
 *
 *   - bytes that are no UTF-8 and NUL characters are refused with their position
 *   - a key that appears twice is refused, naming both places
 *   - a second document, an empty file, a merge key (`<<`), an unknown tag, a key that is no scalar
 *     are refused; in files named *.json also everything that only YAML allows
 *   - aliases are expanded within the node ceiling; unknown and recursive ones are refused
 *   - plain scalars are resolved by YAML 1.2's core schema: `yes`, `on`, `012` are no booleans, no
 * octal
 *   - block scalars (| and >) are made from the lines of the file, see block.h; the few shapes that
 *     libfyaml misreads (blank lines alone before a sibling, a whole file as one block) are refused
 *   - ceilings: DOC_BYTES_MAX, DOC_DEPTH_MAX, DOC_NODES_MAX (after expansion)
 *
 * A document owns its nodes and its source; nodes and positions are lent and live as long as it
 * does.
 */
#pragma once

#include "base/error.h"
#include "base/json.h"

#include <stdint.h>

struct doc;

enum node_kind {
    NODE_NULL,
    NODE_BOOLEAN,
    NODE_INTEGER,
    NODE_FLOAT,
    NODE_STRING,
    NODE_SEQUENCE,
    NODE_MAPPING,
};

enum node_style {
    NODE_PLAIN,  /* a scalar without quotes; a collection by indentation */
    NODE_QUOTED, /* 'single' or "double" */
    NODE_BLOCK,  /* | or >; position is the first character of its first line */
    NODE_FLOW,   /* [ ] or { } */
};

struct node;

struct node_entry {
    char *key;
    struct position key_position;
    const struct node *value;
};

struct node {
    enum node_kind kind;
    enum node_style style;
    struct position position; /* of a null without text: where its value would stand, or its key */
    const char *tag;          /* TAG_RESET or TAG_OVERRIDE, NULL: none of them */
    char *text;       /* scalars: as written, quotes and escapes undone; NULL for collections */
    bool boolean;     /* NODE_BOOLEAN */
    int64_t integer;  /* NODE_INTEGER */
    double number;    /* NODE_FLOAT, and NODE_INTEGER too */
    GPtrArray *items; /* NODE_SEQUENCE: const struct node * */
    GArray *entries;  /* NODE_MAPPING: struct node_entry, in the order of the file */
    gsize node_count; /* this one and all below */
    gsize height;     /* 1 for scalars */
};

enum doc_flags {
    DOC_DEFAULT = 0,
    DOC_KEYS_IGNORE_CASE = 1 << 0, /* keys that differ only in case count as equal: GitHub's rule */
    DOC_KEYS_ARE_FREE = 1 << 1,    /* repeated keys and `<<` are kept: the caller judges them */
    DOC_HAS_RESETS = 1 << 2,       /* the tags of reset.h are known */
};

#define TAG_RESET    "!reset"
#define TAG_OVERRIDE "!override"

/* Errors name the file as given. */
struct doc *doc_load_file(const char *path, enum doc_flags flags, GError **error) MUST_USE;
/* The same for bytes in memory; they are copied. */
struct doc *doc_load_text(const char *name, const char *text, gsize length_bytes,
                          enum doc_flags flags, GError **error) MUST_USE;
void doc_free(struct doc *doc);
CLEANUP(doc, doc_free)

const struct node *doc_root(const struct doc *doc);
struct source *doc_source(const struct doc *doc);

/* How many items or entries; 0 for scalars. */
gsize node_length(const struct node *node);
const struct node *node_item(const struct node *node, gsize index);
const struct node_entry *node_entry(const struct node *node, gsize index);
/* The value of a key, or NULL; also NULL when node is no mapping or NULL. Keys match exactly. */
const struct node *node_get(const struct node *node, const char *key);
/* The entry of a key, or NULL; for its key's position. */
const struct node_entry *node_find(const struct node *node, const char *key);
/* "a string", "a list", "empty" …: what a message calls the node. */
const char *node_kind_text(const struct node *node);
/* The same data as JSON; the caller owns it. Floats that JSON cannot say are strings. */
json_t *node_json(const struct node *node);

/* Fills error with BASE_ERROR_INVALID at the node's position. */
void node_error(GError **error, const struct node *node, const char *format, ...)
    G_GNUC_PRINTF(3, 4);
