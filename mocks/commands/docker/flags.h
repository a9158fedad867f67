/*
 * Options of a command line as pflag reads them, the library of the real CLI: `--name=value`,
 * `--name value`, `-n value`, `-nvalue`, `-abc`, `--` ends them. A command has a table of options;
 * error texts are pflag's own. Pure.
 */
#pragma once

#include "base/error.h"

enum flag_kind {
    FLAG_BOOLEAN,
    FLAG_TEXT,
    FLAG_INTEGER,
    FLAG_LIST,     /* may come often */
    FLAG_FILTER,   /* the same, each "name=value" */
    FLAG_OPTIONAL, /* a text whose value may be left out; then it is `otherwise` */
};

/* One option; a table ends with a NULL name. */
struct flag_row {
    const char *name;
    char letter; /* 0: none */
    enum flag_kind kind;
    const char *otherwise; /* what it is when not given; NULL: "", false */
};

struct flags;

/* tables end with NULL; words without the command's own name. The words are lent to the answer.
   is_interspersed: options may follow arguments. Errors are BASE_ERROR_USAGE. `--help`, and `-h`
   where no table has that letter, end the reading. */
struct flags *flags_parse(const struct flag_row *const *tables, const char *const *words,
                          bool is_interspersed, GError **error) MUST_USE;
void flags_free(struct flags *flags);
CLEANUP(flags, flags_free)

/* What is not an option; NULL-terminated, lent. */
const char *const *flags_arguments(const struct flags *flags);
gsize flags_argument_count(const struct flags *flags);
bool flags_wants_help(const struct flags *flags);

/* Names must be in a table. */
bool flags_has(const struct flags *flags, const char *name); /* it was given */
bool flags_boolean(const struct flags *flags, const char *name);
const char *flags_text(const struct flags *flags, const char *name); /* never NULL */
int64_t flags_integer(const struct flags *flags, const char *name);
/* All values in order; NULL-terminated, lent. */
const char *const *flags_list(const struct flags *flags, const char *name);
