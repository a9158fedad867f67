/*
 * A file whose content is one list of records: a bare list, or a mapping that has the list under
 * its key, so that a part of a larger file is a file too (`--faults`, `--assume`).
 */
#pragma once

#include "doc/record.h"

struct list_file {
    GPtrArray *records; /* of the type's first field; never NULL once read */
    struct doc *doc;    /* what the records lend from; NULL when no file was read */
};

/* type reads a struct list_file and has one FIELD_RECORDS, `records`. path NULL: an empty list. On
   failure file is cleared. */
bool list_file_load(struct list_file *file, const char *path, const struct record_type *type,
                    GError **error) MUST_USE;
/* Zeroed files are fine. */
void list_file_clear(struct list_file *file, const struct record_type *type);
