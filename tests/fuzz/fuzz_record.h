/* A file that people write, read by its table of fields. */
#pragma once

#include "doc/record.h"

#include <string.h>

/* Reads the bytes as a file of this type. Whatever is wrong with them is said with a place, and a
   document that could be read is the same after a round trip through JSON. */
static inline void fuzz_record(const struct record_type *type, const void *bytes,
                               gsize length_bytes)
{
    g_autoptr(GError) error = NULL;
    g_autofree void *record = g_malloc0(type->size);
    AUTO(doc) doc = doc_load_text("input", bytes, length_bytes, DOC_DEFAULT, &error);
    g_assert((doc == NULL) == (error != NULL));
    g_assert(error == NULL || g_str_has_prefix(error->message, "input:"));
    if (doc == NULL)
        return;
    g_autoptr(json_t) json = node_json(doc_root(doc));
    g_autofree char *text = json_pretty_text(json);
    AUTO(doc) again = doc_load_text("input.json", text, strlen(text), DOC_DEFAULT, &error);
    g_assert_no_error(error);
    g_autoptr(json_t) json_again = node_json(doc_root(again));
    g_assert(json_equal(json, json_again));
    if (record_read_file(type, doc, record, &error))
        record_clear(type, record);
    else
        g_assert(g_str_has_prefix(error->message, "input:"));
}
