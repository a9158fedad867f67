/*
 * Go's text/template over JSON, as far as `--format` uses it: fields, variables, pipelines, if,
 * else, range, with, the built-in functions and those of the CLI (json, join, split, title, lower,
 * upper, pad, truncate). JSON objects stand for Go's structs and maps, null for nil. Error texts
 * are Go's. Pure.
 *
 * Not modelled: nested templates (define, block, template), break and continue, methods but Label.
 */
#pragma once

#include "base/json.h"

struct go_template;

/* Errors are BASE_ERROR_INVALID: `template: :1: function "x" not defined`. name is usually "". */
struct go_template *go_template_parse(const char *name, const char *text, GError **error) MUST_USE;
void go_template_free(struct go_template *template);
CLEANUP(go_template, go_template_free)

/* encoding/json's text where HTML may read it: '<', '>' and '&' as "\u003c", …; g_free. */
char *go_html_safe(const char *text);

/* How a template meets its data. All lent. */
struct go_template_options {
    const char *type_name; /* a missing member: "can't evaluate field X in type TYPE"; or NULL */
    bool is_missing_fine;  /* a missing member is "<no value>", as of a map */
    bool is_header;        /* functions hand the text on, as for the head of a table */
    bool is_by_json; /* of structs by what JSON calls their fields, in any case; json indents */
    bool is_typed;   /* members that Go's structs of the Engine leave out when empty are nil */
};
/* Appends to output. On error what came before stays in it. */
bool go_template_execute(const struct go_template *template, json_t *data,
                         const struct go_template_options *options, GString *output,
                         GError **error) MUST_USE;
