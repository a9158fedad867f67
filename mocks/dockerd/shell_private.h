/* What the files of the containers' shell share. */
#pragma once

#include "base/limits.h"
#include "mocks/dockerd/shell.h"

struct shell_token {
    bool is_operator;
    bool is_close; /* no blank before it */
    char *text;
};
/* struct shell_token; NULL: a quote has no end, or there are more than SHELL_TOKENS_MAX. */
GPtrArray *shell_tokens(const char *script);

/* Sets one variable in an environment, which it takes over: g_strfreev. value NULL: it is not known
   from now on. */
char **shell_set(char **environment, const char *name, const char *value);
/* How many letters of a variable's name the text begins with. */
gsize shell_name_length(const char *text);
