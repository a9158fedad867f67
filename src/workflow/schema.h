/*
 * What a workflow file may contain: definitions as data and the walk that holds a document against
 * them. The same rules, in the same order and with the same words, as the reader of GitHub's own
 * template schema (actions-semantics.md 6; the strict root of workflow-v1.0.json, with the keys
 * that its newer edition has). Every error of a file is found, not just the first.
 */
#pragma once

#include "workflow/fault.h"

enum shape {
    SHAPE_NULL = 1 << 0,
    SHAPE_BOOLEAN = 1 << 1,
    SHAPE_NUMBER = 1 << 2,
    SHAPE_STRING = 1 << 3,
    SHAPE_SEQUENCE = 1 << 4,
    SHAPE_MAPPING = 1 << 5,
    SHAPE_SCALAR = SHAPE_BOOLEAN | SHAPE_NUMBER | SHAPE_STRING,
    SHAPE_ANY = SHAPE_NULL | SHAPE_SCALAR | SHAPE_SEQUENCE | SHAPE_MAPPING,
};

struct definition;

struct property {
    const char *name;
    const struct definition *definition;
    bool is_required;
};

/* A value may have any of its shapes. */
struct definition {
    unsigned shapes;
    bool is_filled;           /* strings may not be empty */
    bool is_condition;        /* a string without ${{ }} is an expression all the same */
    const char *const *words; /* the only strings there are; NULL-terminated */
    unsigned contexts;        /* added to those of the place above; none at all: no expressions */
    const struct definition *item; /* of sequences */
    /* Mappings have the keys of one of these tables (a job runs steps or calls a workflow); each
       ends with an empty row, the list with NULL. */
    const struct property *const *tables;
    gsize told_tables; /* "There's not enough info" names keys of the first so many; 0: of all */
    const struct definition *value; /* of keys in no table; NULL: there are no others */
    bool has_free_key;              /* such a key may be empty */
};

extern const struct definition schema_workflow;
extern const struct definition schema_on;     /* the value of `on` */
extern const struct definition schema_action; /* action.yml */

/* Adds a fault for everything that GitHub would refuse. */
void schema_check(const struct definition *definition, const struct node *node,
                  struct fault_list *faults);
