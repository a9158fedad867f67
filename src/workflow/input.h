/*
 * Inputs that a workflow declares, for `workflow_dispatch` and for `workflow_call`: their types,
 * defaults and options, and values held against them (docs: workflow syntax, on.workflow_dispatch,
 * on.workflow_call).
 */
#pragma once

#include "doc/doc.h"

enum input_type {
    INPUT_STRING,
    INPUT_BOOLEAN,
    INPUT_NUMBER,
    INPUT_CHOICE, /* of dispatches, as is the next */
    INPUT_ENVIRONMENT,
};

struct input {
    char *name;
    struct position position; /* of its key */
    enum input_type type;
    bool is_required;
    const struct node *initial; /* `default`, maybe with expressions; NULL: input_empty() */
    char **options;             /* of choices; else empty */
};

/* The inputs that the value of `on` declares for one of these two events, in the order of the file;
   none in the short forms of `on`. on must have passed the schema. The caller owns the array. */
GPtrArray *inputs_of(const struct node *on, const char *event);
/* Ignoring case, or NULL. */
const struct input *inputs_find(const GPtrArray *inputs, const char *name);
/* "", false or 0: what an input is that nobody gave. */
json_t *input_empty(enum input_type type);
/* Whether GitHub refuses a dispatch without it: required, and nothing stands in. */
bool input_is_demanded(const struct input *input);
/* "string", "boolean", … */
const char *input_type_text(enum input_type type);

/* A value as the inputs context has it: booleans and numbers are such even when they come as text.
   NULL when the value is none of the type. The caller owns it. */
json_t *input_convert(const struct input *input, const json_t *value);

/*
 * The inputs context of a dispatch: what was given, an object or NULL, and defaults for the rest.
 * What was not given of a choice without default is its first option, as in the form. NULL when
 * GitHub would refuse the dispatch; then errors gets a GError for each reason.
 */
json_t *inputs_dispatch(const GPtrArray *inputs, const json_t *given, GPtrArray *errors) MUST_USE;
