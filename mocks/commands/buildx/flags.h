/*
 * Flags of a command line as pflag reads them: "--name value", "--name=value", "-t value",
 * "-tvalue", switches, arguments in between, "--" before arguments alone. Errors are
 * BASE_ERROR_USAGE with pflag's own words.
 */
#pragma once

#include "base/error.h"

enum flag_kind {
    FLAG_SWITCH,
    FLAG_TEXT, /* the last counts */
    FLAG_LIST, /* all count */
};

struct flag_row {
    const char *name;
    enum flag_kind kind;
    char letter; /* 0: none */
};

struct plugin_flags {
    GPtrArray *names;     /* const char*, lent by the rows; beside values */
    GPtrArray *values;    /* char* */
    GPtrArray *arguments; /* char*, NULL-terminated */
};

/* rows end with a NULL name and outlive the flags. */
struct plugin_flags *plugin_flags_parse(const struct flag_row *rows, const char *const *words,
                                        GError **error) MUST_USE;
void plugin_flags_free(struct plugin_flags *flags);
CLEANUP(plugin_flags, plugin_flags_free)

/* Lent; NULL: not given. */
const char *plugin_flags_text(const struct plugin_flags *flags, const char *name);
bool plugin_flags_has(const struct plugin_flags *flags, const char *name);
/* Whether a switch is on. */
bool plugin_flags_is_on(const struct plugin_flags *flags, const char *name);
/* All values, as copies (char*); the caller unrefs. */
GPtrArray *plugin_flags_list(const struct plugin_flags *flags, const char *name);
/* The argument at an index, or NULL. */
const char *plugin_flags_argument(const struct plugin_flags *flags, guint index);
guint plugin_flags_argument_count(const struct plugin_flags *flags);

/* Go's strconv.ParseBool; false: it is none. */
bool go_bool_parse(const char *text, bool *value);
