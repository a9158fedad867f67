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

struct shell {
    struct process *process;
    shell_unknown_fn *unknown;
    char **environment;
    char *directory; /* NULL: not known any more */
    int code;        /* of the last command */
    bool stops_on_error;
    bool has_pipefail;
    bool is_over;
};

/* ---- shell_streams.c ---- */

/* What a process's streams lead to, kept while a command has others. */
struct streams {
    struct sink sinks[3];
    GBytes *input;
};
struct streams shell_streams(const struct shell *shell);
void shell_set_streams(const struct shell *shell, const struct streams *streams);

/* A place for output that goes to a file. */
struct shell_file {
    GString *text;
    char *path;
    bool appends;
};
void shell_file_free(gpointer file);
/* files: struct shell_file, to which it adds. False: it is not known where the stream goes. */
bool shell_redirect(const struct shell *shell, const struct shell_redirection *redirection,
                    struct streams *streams, GPtrArray *files);
/* Puts there what was written; false when nobody knows what becomes of it. */
bool shell_keep_file(const struct shell *shell, const struct shell_file *file);
