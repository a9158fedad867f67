/*
 * The table behind failure_classify(). Within one weight the first row that fits wins, so that rows
 * of one text stand with the most special one on top.
 */
#pragma once

#include "docker/failure.h"

/* How much a row proves. A later weight is asked only when nothing of an earlier one fits. */
enum failure_weight {
    WEIGHT_EXACT,  /* our own client knows: the code alone decides */
    WEIGHT_STRONG, /* a text that names its cause */
    WEIGHT_CODE,   /* a status without a telling text */
    WEIGHT_WEAK, /* a text that also stands beside other failures, or says only that one happened */
    WEIGHT_COUNT,
};

struct failure_row {
    enum failure_weight weight;
    const char *rule;
    const char *pattern; /* texts that a line holds in this order, '*' between them; a '^' in front
                            ties the first to the start of the line; NULL: the code alone counts */
    const char *domain;  /* of the GError, or NULL for any */
    int code_first;
    int code_last;
    enum failure_cause cause;
    enum failure_retry retry;
};

extern const struct failure_row failure_rows[];
extern const gsize failure_row_count;
