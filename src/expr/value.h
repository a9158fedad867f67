/*
 * Values of expressions. Texts, lists and maps are shared by reference count, so copying is cheap;
 * values never change once they are visible to an expression.
 *
 * Objects are how the caller's own things become visible without being built eagerly: a table of
 * functions (struct object_type) and a pointer. What an expression asks for is looked up when
 * asked.
 */
#pragma once

#include "base/error.h"
#include "base/json.h"
#include "doc/doc.h"

#include <stdint.h>

enum value_kind {
    VALUE_NULL,
    VALUE_BOOLEAN,
    VALUE_NUMBER,
    VALUE_STRING,
    VALUE_DURATION,
    VALUE_SIZE,
    VALUE_ARRAY,
    VALUE_OBJECT,
};

struct object_type;

struct value {
    enum value_kind kind;
    bool boolean;
    bool is_exact;    /* of numbers: integer is the same number */
    bool is_filtered; /* of lists: what .* gave, so that members of it are those of its items */
    double number;
    int64_t integer; /* of exact numbers; microseconds of durations; bytes of sizes */
    char *string;    /* a GRefString */
    GArray *items;   /* struct value */
    const struct object_type *type;
    void *self;
};

struct expr_function;

struct object_type {
    const char *kind_text; /* "a step": what messages call it */
    /* Fills out (with something the evaluation may clear) or says that there is no such member. */
    bool (*get)(void *self, const char *name, struct value *out);
    /* Adds the names of all members, lent, in a fixed order. */
    void (*list)(void *self, GPtrArray *names);
    const struct expr_function *methods; /* called with self as context; NULL: none */
    void (*ref)(void *self);             /* both NULL: self is lent and outlives the evaluation */
    void (*unref)(void *self);
};

void value_clear(struct value *value);
#define VALUE(variable) __attribute__((cleanup(value_clear))) struct value variable = {0}

struct value value_copy(const struct value *value);
struct value value_of_boolean(bool boolean);
struct value value_of_integer(int64_t integer);
/* Exact when the number is a whole one within 53 bits. */
struct value value_of_number(double number);
/* NULL gives null. */
struct value value_of_string(const char *text);
struct value value_of_duration(int64_t duration_us);
struct value value_of_size(int64_t size_bytes);
/* An empty list; add with value_append(), which takes item over. */
struct value value_of_array(void);
void value_append(struct value *array, struct value item);
/* A list of strings from a NULL-terminated vector. */
struct value value_of_strings(const char *const *texts);
struct value value_of_object(const struct object_type *type, void *self);

/* A map made by hand, in the order of setting; value_set() takes member over and replaces an older
   one of that name. */
struct value value_of_map(void);
/* The same with names that ignore case (fold.h); the older spelling stays. */
struct value value_of_folded_map(void);
void value_set(struct value *map, const char *name, struct value member);

struct value value_from_json(const json_t *json);
struct value value_from_node(const struct node *node);
/* The caller owns it. Durations are microseconds, sizes bytes; objects are asked for all members.
 */
json_t *value_json(const struct value *value);

/* As an expression would write it: 'it''s', 30min, ['a', 'b'], an object in braces; cut with an
   ellipsis when long. g_free. */
char *value_text(const struct value *value);
/* "a duration", "null"; lent. */
const char *value_kind_text(const struct value *value);
gsize value_length(const struct value *array);
const struct value *value_item(const struct value *array, gsize index);
