/*
 * Handlebars templates as far as inputs of docker's actions use them: {{name}}, {{{name}}},
 * {{date 'YYYYMMDD' tz='Asia/Tokyo'}} and comments. Blocks and paths are not known and say so.
 */
#pragma once

#include "base/error.h"

/* What {{ }} asks for. */
struct handlebars_call {
    const char *name;
    const char *argument;    /* the first in quotes, or NULL */
    const GHashTable *named; /* char * to char * */
};
/* The value (g_free), or NULL: with an error, it throws; without, nothing of that name. */
typedef char *handlebars_fn(void *self, const struct handlebars_call *call, GError **error);

/* The text with every expression replaced, HTML-escaped where {{ }} asks for it; g_free. */
char *handlebars_expand(const char *text, handlebars_fn *value, void *self,
                        GError **error) MUST_USE;
/* Whether the whole template is {{raw}}. */
bool handlebars_is_raw(const char *text);
