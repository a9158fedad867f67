/*
 * A job's matrix: from vectors, include and exclude to legs, in GitHub's order and with its names
 * (actions-semantics.md 2.1). A matrix is data: that of a file as node_json() gives it, or what an
 * expression such as `${{ fromJSON(…) }}` came to.
 */
#pragma once

#include "workflow/fault.h"

/* One combination. */
struct leg {
    char *id; /* "_3_8_linux": what GitHub calls the configuration; "" without a matrix */
    char *
        whole_id; /* the same without its ceiling of 25 characters: what people call the leg here */
    char *title;  /* "3.8, linux": the scalars of the combination, without what include added */
    json_t *values; /* the matrix context, an object in the order of the file; NULL: null */
};

void leg_free(struct leg *leg);
CLEANUP(leg, leg_free)
/* "build (3.8, linux)", cut to 100 characters; the job's name alone without a title. g_free. */
char *leg_name(const struct leg *leg, const char *job_name);

/* Adds a fault for whatever is wrong in the matrix of a file: empty vectors, keys of exclude that
   are none of the matrix. What depends on expressions is left out. */
void matrix_check(const struct node *matrix, struct fault_list *faults);

/*
 * The legs of a matrix; matrix NULL: the one leg of a job without. First vector slowest. When
 * exclude leaves none, and include adds none, the job has that one leg all the same
 * (WorkflowTemplateEvaluator.EvaluateStrategy). Fails in GitHub's words when the data cannot be a
 * matrix, above MATRIX_LEGS_MAX legs or MATRIX_VALUES_MAX values of them all, and above
 * MATRIX_COMBINATIONS_MAX combinations before exclude; then *wrong_key, lent by the matrix, tells
 * whose value it is, or NULL for the matrix as a whole. The caller owns the array.
 */
GPtrArray *matrix_expand(const json_t *matrix, const char **wrong_key, GError **error) MUST_USE;
