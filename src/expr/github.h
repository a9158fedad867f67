/*
 * GitHub's expressions, as the runner evaluates them (actions-semantics.md 3, and where that is
 * silent actions/runner 2.336.0, src/Sdk/Expressions). Parse and evaluate with expr.h and a copy of
 * dialect_github whose `names` are the contexts allowed at the place (in any case; NULL: any) and
 * whose `more_functions` is one of the tables below or NULL.
 *
 * Scopes: an object whose members are contexts, made with value_of_folded_map(), since names ignore
 * case; all objects inside ignore it too, but for `env`, which is case-sensitive on Linux.
 * github_contexts_from_json() makes such a scope. A context without a value is null.
 *
 * Errors are worded as GitHub words them. With a source they have its place, as everywhere; without
 * one they are of the domain GITHUB_ERROR, and github_error_kind() and github_error_position() tell
 * the rest.
 *
 * Ceilings: GITHUB_EXPR_LENGTH_MAX, EXPR_DEPTH_MAX, GITHUB_EXPR_MEMORY_MAX, GITHUB_EXPR_STEPS_MAX,
 * GITHUB_JSON_DEPTH_MAX.
 */
#pragma once

#include "expr/expr.h"

extern const struct dialect dialect_github;

#define GITHUB_ERROR (github_error_quark())
GQuark github_error_quark(void);

enum github_error_kind {
    GITHUB_ERROR_LEXING,  /* text that can be no token */
    GITHUB_ERROR_PARSING, /* a token at the wrong place, an unknown name, too many arguments, … */
    GITHUB_ERROR_EVALUATION,
};

enum github_error_kind github_error_kind(const GError *error);
/* Where in the expression, in UTF-16 units from 1; 1 where GitHub gives no place. Of evaluations:
   the part that failed, which is ours to say. */
gsize github_error_position(const GError *error);
/* "lexing", "parsing", "evaluation". */
const char *github_error_kind_text(enum github_error_kind kind);

/* Conversions that cannot fail (actions-semantics.md 3.4). */
char *github_value_string(const struct value *value); /* g_free */
double github_value_number(const struct value *value);
bool github_value_is_true(const struct value *value);
/* "Null", "Boolean", "Number", "String", "Array", "Object". */
const char *github_value_kind_text(const struct value *value);
/* For places that take texts only, such as `run` and `env`: an array or an object is an error. */
bool github_value_expect_string(const struct value *value, char **text, GError **error) MUST_USE;
/* As JSON; NaN and the infinities are strings. The caller owns it. */
json_t *github_value_json(const struct value *value);

/*
 * JSON as Newtonsoft reads it: comments, single quotes, bare keys, trailing commas, NaN,
 * hexadecimal and octal numbers; of equal keys the last counts. Objects ignore case. What follows
 * the value is not looked at, as fromJSON does not; *rest, unless NULL, is where it begins. False:
 * no JSON.
 */
bool github_json_read(const char *text, int depth_max, struct value *out,
                      const char **rest) MUST_USE;
/* A scope from the text of a JSON object, member for member. */
bool github_contexts_from_json(const char *text, struct value *contexts, GError **error) MUST_USE;
/* Makes env of a scope read with github_json_read() case-sensitive. */
void github_contexts_settle(struct value *contexts);
/* NULL-terminated, in the contexts' order: for a dialect's names. The texts are lent, the vector
   is the caller's: g_free. */
const char **github_context_names(const struct value *contexts);

/*
 * What the functions of steps and jobs ask of the world. scope.context must point to one when
 * more_functions is set.
 */
struct github_functions_context {
    /* What success(), failure() and cancelled() look at: job.status, or the state of the action in
       a composite one's main steps, or of all ancestors at job level. NULL: "success". */
    const char *status;
    /* cancelled() looks at the job even in a composite action. */
    bool is_cancelled;
    /* The result of one job, for success('a') at job level; NULL: no such job. */
    const char *(*result_of_job)(void *self, const char *id);
    /* What hashFiles answers for these patterns; NULL: it is an error. */
    bool (*hash_files)(void *self, const char *const *patterns, bool is_following_links,
                       char **digest, GError **error);
    void *self;
};

/* hashFiles alone: steps' keys but `if`. */
extern const struct expr_function github_step_functions[];
/* always, cancelled, failure, success and hashFiles: steps' `if`. */
extern const struct expr_function github_step_if_functions[];
/* always, cancelled, and failure and success with ids of jobs: jobs' `if`. */
extern const struct expr_function github_job_if_functions[];

/* What a scalar with ${{ }} stands for (actions-semantics.md 3.7). */
struct github_template {
    bool is_expression; /* else text is the literal itself */
    bool is_insert;     /* ${{ insert }}, where keys are */
    char *text;         /* of several segments: format('…{0}…', …) */
};

void github_template_clear(struct github_template *template);
/* Checks each segment. position is the scalar's; errors stand at the segment. */
bool github_template_read(const struct dialect *dialect, const char *text, struct position position,
                          struct github_template *template, GError **error) MUST_USE;
/* Reads and evaluates: a value of its own kind when all of text is one expression. */
bool github_template_evaluate(const struct dialect *dialect, const char *text,
                              struct position position, const struct expr_scope *scope,
                              struct value *out, GError **error) MUST_USE;
/*
 * The expression an `if` stands for (actions-semantics.md 1.7): success() for nothing or blanks,
 * the text itself when it calls a status function, else success() && (text). NULL: an error;
 * g_free.
 */
char *github_condition(const struct dialect *dialect, const char *text, struct position position,
                       GError **error) MUST_USE;
