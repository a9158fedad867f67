/* What the files of records share. Nobody else includes this. */
#pragma once

#include "doc/record.h"

/* Collects errors; the first counts most. */
struct reading {
    GPtrArray *errors; /* GError *, at most RECORD_ERRORS_MAX */
    gsize fault_count; /* of all errors, those above the ceiling included */
};

/* How a record stands in its surroundings. */
struct record_setting {
    const char *subject; /* "'tier'", "an item of 'tiers'", "the file": what errors call it */
    const char *key;     /* under which a mapping holds it, or NULL */
    const char *tag;     /* the key that chose its type, or NULL */
    bool is_file;
};

/* node NULL: all defaults. record is overwritten. False when an error was added. */
bool record_read_into(struct reading *reading, const struct record_type *type,
                      const struct node *node, const struct record_setting *setting, void *record);

/* Everything there is to know of one kind of field. */
struct kind {
    const char *text;
    bool (*read)(struct reading *reading, const struct field *field, const struct node *node,
                 void *place);
    void (*clear)(const struct field *field, void *place);
    bool is_scalar; /* may have a default */
};
const struct kind *kind_of(const struct field *field);

/* Takes the error over; always false. */
bool add_fault(struct reading *reading, GError *error);
bool fail_reading(struct reading *reading, struct position position, const char *format, ...)
    G_GNUC_PRINTF(3, 4);
bool fail_kind(struct reading *reading, const char *subject, const struct node *node,
               const char *expected);
/* "; did you mean 'x'?" or "; <intro> 'a', 'b'"; g_free. */
char *suggestion(const char *word, GPtrArray *known, const char *intro);
/* "'a', 'b', 'c'"; g_free. */
char *quoted_list(GPtrArray *words);
GPtrArray *words_of_names(const char *const *names);
/* "1 to 10", "at least 1"; NULL when the field has no range; g_free. */
char *range_text(const struct field *field);

/* The readers of record_kinds.c's table that live in record_nested.c. */
bool read_record_field(struct reading *reading, const struct field *field, const struct node *node,
                       void *place);
bool read_optional(struct reading *reading, const struct field *field, const struct node *node,
                   void *place);
bool read_records(struct reading *reading, const struct field *field, const struct node *node,
                  void *place);
bool read_record_map(struct reading *reading, const struct field *field, const struct node *node,
                     void *place);
bool read_choice(struct reading *reading, const struct field *field, const struct node *node,
                 void *place);
void clear_record_field(const struct field *field, void *place);
void clear_optional(const struct field *field, void *place);
void clear_records(const struct field *field, void *place);
void clear_choice(const struct field *field, void *place);
