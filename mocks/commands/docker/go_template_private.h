/* The tree of a template and how its parts share it. */
#pragma once

#include "mocks/commands/docker/go_template.h"

enum operand_kind {
    OPERAND_FIELD,    /* .A.B, or "." */
    OPERAND_VARIABLE, /* $x.A */
    OPERAND_FUNCTION,
    OPERAND_LITERAL,
    OPERAND_PIPE, /* (…).A */
};

struct operand {
    enum operand_kind kind;
    gsize offset;     /* in the template's text */
    char *text;       /* as written: ".A.B", "$x.A", a function's name, a literal */
    GPtrArray *chain; /* char*: names of fields */
    json_t *literal;
    struct pipe *pipe;
};

struct command_node {
    GPtrArray *operands; /* struct operand */
};

struct pipe {
    GPtrArray *variables; /* char* with the '$' */
    bool is_assignment;   /* "=" rather than ":=" */
    GPtrArray *commands;  /* struct command_node */
};

enum template_node_kind {
    NODE_TEXT,
    NODE_ACTION,
    NODE_IF,
    NODE_RANGE,
    NODE_WITH,
};

struct template_node {
    enum template_node_kind kind;
    char *text;
    struct pipe *pipe;
    GPtrArray *body;      /* struct template_node */
    GPtrArray *otherwise; /* struct template_node, or NULL */
};

struct go_template {
    char *name;
    char *text;
    GPtrArray *nodes;
};

/* "template: NAME:LINE: …" or, with an offset, "template: NAME:LINE:COLUMN: …"; false. */
bool go_template_fail(const struct go_template *template, gsize offset, bool has_column,
                      GError **error, const char *format, ...) G_GNUC_PRINTF(5, 6);

/* ---- values ---- */

/* What %v prints: "[a b]", "map[k:v]", "<no value>"; g_free. */
char *go_value_text(const json_t *value);
bool go_value_is_true(const json_t *value);
/* null for a member that Go's structs leave out of their JSON when empty; NULL: unknown. */
json_t *go_value_empty_member(const char *name);
/* A null member as Go prints it: "[]", "map[]", "<nil>". Static. */
const char *go_value_null_text(const char *name);
/* The member of this name in any case, or NULL; lent. */
json_t *go_member_by_json(const json_t *object, const char *name);
/* The member that Go calls so, or NULL; lent. */
json_t *go_member_of(const struct go_template_options *options, const json_t *object,
                     const char *name);
/* Keys of an object in Go's order for maps; char*, lent. */
GPtrArray *go_value_sorted_keys(json_t *object);

/* ---- functions ---- */

/* Whether there is one of this name. */
bool go_function_exists(const char *name);
/* values (json_t*, lent) to a new value the caller owns; NULL with "error calling NAME: …" or a
   complaint about the arguments. */
json_t *go_function_call(const char *name, const GPtrArray *values,
                         const struct go_template_options *options, GError **error) MUST_USE;
/* Argument i, and its text ("" if it is none); lent. */
json_t *go_value_at(const GPtrArray *values, guint i);
const char *go_text_at(const GPtrArray *values, guint i);
/* The CLI's own functions. */
json_t *go_to_json(const GPtrArray *values, GError **error);
json_t *go_to_indented_json(json_t *value); /* json.MarshalIndent() */
json_t *go_split(const GPtrArray *values, GError **error);
json_t *go_join(const GPtrArray *values, GError **error);
json_t *go_title(const GPtrArray *values, GError **error);
json_t *go_lower(const GPtrArray *values, GError **error);
json_t *go_upper(const GPtrArray *values, GError **error);
json_t *go_pad(const GPtrArray *values, GError **error);
json_t *go_truncate_text(const GPtrArray *values, GError **error);
/* Go's fmt.Sprintf; g_free. */
char *go_printf(const GPtrArray *values);
