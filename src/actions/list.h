/*
 * Lists in inputs, as docker's actions read them: CSV with several records, quotes at the start of
 * a field, lines of comment (docker/actions-toolkit util.ts getInputList over csv-parse, relaxed).
 */
#pragma once

#include "runner/action.h"

enum list_flags {
    LIST_KEEPS_COMMAS = 1 << 0, /* a line is one item */
    LIST_KEEPS_QUOTES = 1 << 1, /* quotes mean nothing */
    LIST_HAS_COMMENTS = 1 << 2, /* lines that begin with '#' are left out */
};

/* Records of fields: a GPtrArray of GPtrArray of char *. Empty lines are no records. Throws for a
   quote without end. */
GPtrArray *list_records(const char *text, unsigned flags, GError **error) MUST_USE;
/* The fields of the first record, trimmed: "type=raw", "value=x"; of no record: none. */
GPtrArray *list_fields(const char *text, GError **error) MUST_USE;
/* The items of an input: char *, trimmed. */
GPtrArray *list_input(const struct action_run *run, const char *name, unsigned flags,
                      GError **error) MUST_USE;
GPtrArray *list_items(const char *text, unsigned flags, GError **error) MUST_USE;
/* With a separator between them; g_free. */
char *list_join(const GPtrArray *items, const char *separator);
bool list_has(const GPtrArray *items, const char *text);
void list_add_once(GPtrArray *items, const char *text);
/* "key=value" in two at the first '=' that has something before it, both trimmed (g_free); value is
   NULL without one. */
void list_split(const char *field, char **key, char **value);
