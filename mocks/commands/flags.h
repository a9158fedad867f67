/*
 * Options as GNU programs read them (getopt_long): "-abc", "-ovalue", "--name=value", unambiguous
 * beginnings of long names, operands anywhere unless the program stops at the first one, "--". What
 * is wrong is said in getopt's words. --help and --version are the caller's when it has rows for
 * them.
 */
#pragma once

#include "base/command.h"

enum flag_value {
    FLAG_ALONE,
    FLAG_WITH_VALUE,
    FLAG_MAY_HAVE_VALUE, /* only attached: "--output=avail" */
};

/* A table of these ends with id 0. */
struct flag {
    int id;           /* positive; what flag_next() answers */
    char letter;      /* or 0 */
    const char *name; /* or NULL */
    enum flag_value value;
};

struct flag_reader {
    const struct command_call *call;
    const struct flag *flags;
    bool stops_at_operand; /* as timeout, nice and sudo do: what follows is another's */
    gsize index;           /* of the next argument */
    const char *letters;   /* rest of "-abc", or NULL */
    const char *value;     /* of the option just read, or NULL */
    GPtrArray *operands;   /* const char*, lent */
};
void flag_reader_init(struct flag_reader *reader, const struct command_call *call,
                      const struct flag *flags);
void flag_reader_clear(struct flag_reader *reader);
#define FLAG_READER(variable)                                                                      \
    __attribute__((cleanup(flag_reader_clear))) struct flag_reader variable = {0}

enum {
    FLAG_END = 0,
    FLAG_WRONG = -1, /* and has been complained about */
};
/* The id of the next option. */
int flag_next(struct flag_reader *reader);
/* The n-th operand, or NULL. */
const char *flag_operand(const struct flag_reader *reader, guint index);
/* After the end, with stops_at_operand: the arguments from the first operand on, lent. */
const char *const *flag_rest(const struct flag_reader *reader);
