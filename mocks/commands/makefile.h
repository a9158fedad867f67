/*
 * A Makefile as text, for telling whether targets of it build, move or run images: its variables,
 * and its rules with what they need and do. Conditions are not decided, both branches count; of
 * variables the last value counts, and functions are not called. A name that such a thing is in
 * stands for all that it could be.
 */
#pragma once

#include "mocks/commands/commands_private.h"

/* "targets: pattern: needs" and its recipe, as written. */
struct makefile_rule {
    char *targets;
    char *pattern; /* of a static pattern rule (GNU make manual, 4.12); or NULL */
    char *needs;
    GString *recipe;
};

struct makefile {
    const struct command_call *call; /* lives longer */
    const char *folder;              /* in which make runs; NULL: the command's */
    GPtrArray *rules;                /* struct makefile_rule* */
    GHashTable *variables;           /* name to text */
    GPtrArray *files;                /* char*, names of those that are included */
    GHashTable *targets;             /* name to GPtrArray of struct makefile_part* */
    GPtrArray *patterns;             /* struct makefile_part*, the stem is the pattern */
    char *first;                     /* target; or NULL */
};

/* What a rule is to one of its targets. */
struct makefile_part {
    const struct makefile_rule *rule;
    char *stem; /* what % in its needs stands for; NULL: itself */
};

void makefile_init(struct makefile *makefile, const struct command_call *call, const char *folder);
void makefile_finish(struct makefile *makefile);

/* ---- makefile_read.c ---- */

/* With all that it includes; file NULL: by the names that make looks for. */
void makefile_load(struct makefile *makefile, const char *file);
bool makefile_has_file(const struct makefile *makefile, const char *name);
/* The text with its variables replaced, those nobody set left as they are; g_free. */
char *makefile_expand(const struct makefile *makefile, const char *text);

/* ---- makefile_rules.c ---- */

/* Once all variables are known: which rules are whose. */
void makefile_settle(struct makefile *makefile);
/* What says how a target is made: its own rules, else those whose pattern it fits best. The array
   is the caller's, the parts are the Makefile's or, with their stems, the array's. */
GPtrArray *makefile_parts_of(const struct makefile *makefile, const char *target);
/* The words of what a part needs, its variables replaced; char*. */
GPtrArray *makefile_needs_of(const struct makefile *makefile, const struct makefile_part *part);
