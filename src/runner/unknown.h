/*
 * Outputs that nobody knows: what a step would have put out whose action nothing models, and what
 * jobs, composite actions and called workflows put out of that. They read as null, as any output
 * that is missing; but a null that decides whether an image is made proves nothing, so whoever
 * evaluates asks afterwards whether one of them was read.
 *
 * In doubt is what a script put out that ran commands which nothing models: it may stand on what
 * they did not say. A doubt counts where something is left out by it.
 *
 * A variable of the repository that nobody gave reads as null, too. On GitHub it has a value more
 * often than not; what reads it is fine by itself, but where something fails then, it may fail by
 * our lack.
 *
 * Rows are those of the contexts steps, needs and jobs: id to {"outputs": …, "result": …}. Beside
 * them unknown_key names the outputs in question, true for unknown, false for in doubt and null for
 * one that comes of a variable that is not given; "*" in it is any that is not there.
 */
#pragma once

#include "base/json.h"
#include "expr/value.h"

/* No expression can write it, and none sees it. */
extern const char unknown_key[];

/* The first of each that was read since the last look: "steps.filter.outputs.backend"; NULL: none.
 */
struct unknown_log {
    char *name;
    char *doubtful;
    char *worded;       /* one in doubt whose text has COMMAND_UNKNOWN_WORD in it */
    GPtrArray *lacking; /* char*, each once: "vars.REGISTRY"; NULL: none */
};
void unknown_log_clear(struct unknown_log *log);
/* How much is lacking so far. */
guint unknown_log_mark(const struct unknown_log *log);
/* Of what is noted as lacking since the mark, forgets what the text, an expression, names before
   `||`: it has a value for the want of it. */
void unknown_log_forgive(struct unknown_log *log, guint mark, const char *text);
/* Clears it, but for what is lacking, and gives the unknown one, or with_doubts else the one in
 * doubt; g_free. */
char *unknown_log_take(struct unknown_log *log, bool with_doubts);

/* "runs-on: vars.IMAGE, which is not given", of what was read in this place; clears the log.
   g_free, NULL: nothing. */
char *unknown_log_tell(struct unknown_log *log, const char *place);

/* Adds a name to a set of them, which is made when it is NULL. */
void unknown_add(json_t **unknown, const char *name);
/* The same of a name in doubt, unless it is there. */
void unknown_doubt(json_t **unknown, const char *name);
/* Adds a name as what the log says; clears the log. */
void unknown_pass_on(struct unknown_log *log, json_t **unknown, const char *name);
/* The context of this name as a value, in which reading an unknown output is noted. rows NULL: an
   empty one. log is lent and outlives the value. */
struct value unknown_rows_value(const json_t *rows, const char *context, struct unknown_log *log);
/* The vars context, in which reading one that is not given is noted. */
struct value unknown_vars_value(const json_t *vars, struct unknown_log *log);
/* The env context, whose names are told apart by case; a set names those in doubt (NULL: none). */
struct value unknown_environment_value(const json_t *variables, const json_t *unknown,
                                       struct unknown_log *log);
/* The same of the inputs context, of which a set (NULL: an empty one) names those in question. */
struct value unknown_inputs_value(const json_t *inputs, const json_t *unknown,
                                  struct unknown_log *log);
