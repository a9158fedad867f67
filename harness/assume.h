/*
 * What a scenario says of things that nothing models: rules under `assume:`, one for actions by
 * their `uses`, or for commands by their command line.
 */
#pragma once

#include "doc/list_file.h"
#include "mocks/commands/commands.h"
#include "runner/runner.h"

struct assume_rule {
    char *action;        /* glob over "owner/repo@ref" or a step's id; or NULL */
    char *command;       /* glob over a command line; or NULL */
    enum result outcome; /* of an action */
    int64_t duration_us;
    const struct node *outputs; /* of an action; or NULL */
    char **creates;
    int64_t exit_code; /* the rest is of a command */
    char *output;
    struct position position;
};

extern const struct record_type assume_record;

/* The rules as the runner and the commands take them. Lent by the records. */
struct assume_rules {
    struct assumed_action *actions;   /* ends with a NULL pattern */
    struct assumed_command *commands; /* the same */
    struct list_file file;            /* of rules that have one of their own */
};
/* records: struct assume_rule, of a scenario. */
struct assume_rules *assume_rules_of(const GPtrArray *records);
/* Those of a file that is a list of rules, or a mapping with `assume`; path NULL: none. NULL and
   error when it cannot be read. */
struct assume_rules *assume_rules_load(const char *path, GError **error) MUST_USE;
void assume_rules_free(struct assume_rules *rules);
CLEANUP(assume_rules, assume_rules_free)
