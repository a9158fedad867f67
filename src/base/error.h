/*
 * Errors with positions. A fallible function returns bool (or a pointer) and fills a GError; the
 * first error wins and callers pass it on. An error about a file a person wrote reads
 *
 *     scenarios/a.yaml:12:5: unknown key 'tiem'; the keys here are 'after', 'time'
 *         tiem: 5s
 *         ^
 *
 * that is file:line:col, what is wrong, what would be right, then the line and a caret.
 */
#pragma once

#include "base/cleanup.h"

#include <glib.h>
#include <stdbool.h>

/* Every function that can fail is marked so that its answer cannot be dropped unread. */
#define MUST_USE __attribute__((warn_unused_result))

#define BASE_ERROR (base_error_quark())
GQuark base_error_quark(void);

enum base_error {
    BASE_ERROR_INVALID,    /* input that breaks a rule */
    BASE_ERROR_LIMIT,      /* input over a ceiling of base/limits.h */
    BASE_ERROR_IO,         /* the operating system said no */
    BASE_ERROR_USAGE,      /* a command line that makes no sense */
    BASE_ERROR_INTERNAL,   /* our own fault */
    BASE_ERROR_UNMODELLED, /* it exists, but nothing here stands for it */
};

/* A text with a name, kept whole so that errors can show its lines. Shared by reference count. */
struct source {
    char *name;
    char *text;
    gsize length_bytes;
    gatomicrefcount reference_count;
};

/* Takes copies of name and text. */
struct source *source_new(const char *name, const char *text, gsize length_bytes);
/* Reads a whole file; refuses one above length_bytes_max and says so. */
struct source *source_read(const char *path, gsize length_bytes_max, GError **error) MUST_USE;
/* Where the line of this number, counted from 1, begins; NULL when the text is shorter. */
const char *source_line(const struct source *source, int line);
struct source *source_ref(struct source *source);
void source_unref(struct source *source);
CLEANUP(source, source_unref)

/* A place in a source; line and column count from 1, columns count characters. line 0: no place. */
struct position {
    struct source *source; /* lent: whoever holds the document holds the source */
    int line;
    int column;
};

/* Fills error with the positioned text described above. Does nothing when error is NULL. */
void error_set_at(GError **error, enum base_error code, struct position position,
                  const char *format, ...) G_GNUC_PRINTF(4, 5);

/* Makes one error of several, at least one: their texts one after another, the first one's code.
   Does nothing when error is NULL. */
void error_set_joined(GError **error, const GPtrArray *errors);

/* "a.yaml:12:5"; free with g_free. */
char *position_text(struct position position);

/* The candidate nearest to word by edit distance, or NULL if none is near; for "did you mean". */
const char *nearest_word(const char *word, const char *const *candidates, gsize candidate_count);
/* The same among those that are nearer than distance_end. */
const char *nearest_word_within(const char *word, const char *const *candidates,
                                gsize candidate_count, gsize distance_end);
