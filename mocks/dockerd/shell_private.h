/* What the files of the containers' shell share. */
#pragma once

#include "base/limits.h"
#include "mocks/dockerd/shell.h"

/* ---- shell_tokens.c ---- */

struct shell_token {
    bool is_operator;
    bool is_close;    /* no blank before it */
    bool is_verbatim; /* a here-document whose end was quoted */
    char *text;       /* behind << the document itself */
};
/* struct shell_token; NULL: a quote or a document has no end, or there are more than
   SHELL_TOKENS_MAX. */
GPtrArray *shell_tokens(const char *script);
/* Behind the bracket that ends the "$(" or "${" here; NULL: there is none. */
const char *shell_bracket_end(const char *text, int depth);

/* ---- shell_parse.c, shell_compounds.c ---- */

struct shell_parser {
    GPtrArray *tokens; /* struct shell_token */
    guint at;
    int depth;
};
struct shell_node *shell_node_new(enum shell_kind kind);
/* False: there is no child. */
bool shell_node_adopt(struct shell_node *parent, struct shell_node *child);
/* NULL at the end. */
const struct shell_token *shell_peek(const struct shell_parser *parser);
bool shell_is_at(const struct shell_parser *parser, bool is_operator, const char *text);
bool shell_take(struct shell_parser *parser, bool is_operator, const char *text);
void shell_skip_newlines(struct shell_parser *parser);
/* Up to one of these words, ";;", a closing parenthesis or the end. */
struct shell_node *shell_parse_list(struct shell_parser *parser, const char *const *ends);
struct shell_node *shell_parse_command(struct shell_parser *parser);
/* What begins with a reserved word, a bracket or a function's name, without the redirections behind
   it. False: it is none of these; *node NULL: it is not understood. */
bool shell_parse_compound(struct shell_parser *parser, struct shell_node **node);

/* ---- the state ---- */

/* Why commands are left out until somebody has dealt with it. */
enum shell_leave {
    SHELL_STAY,
    SHELL_BREAK,
    SHELL_CONTINUE,
    SHELL_RETURN,
    SHELL_EXIT,
};

/* What a subshell has for itself. */
struct shell_scope {
    char **environment;
    GHashTable *forgotten; /* names of variables whose value is not known, a set; or NULL */
    GHashTable *functions; /* name to struct shell_node, lent; or NULL */
    char **parameters;     /* $1 and on; NULL: not known any more */
    char *directory;       /* NULL: not known any more */
    bool stops_on_error;
    bool has_pipefail;
};

struct shell {
    struct process *process;
    shell_unknown_fn *unknown;
    struct shell_scope scope;
    const char *name;  /* $0 */
    GHashTable *texts; /* what was substituted to its struct shell_node; never iterated */
    GPtrArray *locals; /* of the function that runs: names and values by turns; NULL: none does */
    int code;          /* of the last command */
    int inner_code;    /* of the last substitution in a word; -1: there was none */
    enum shell_leave leave;
    guint levels;        /* loops that it still leaves */
    guint depth;         /* of lists that run */
    guint safe_count;    /* of them, those at whose code somebody looks */
    guint unknown_count; /* commands that were not known so far */
    guint step_count;
    guint still_count; /* those since time has moved */
    int64_t moved_us;
};

/* ---- shell_scope.c ---- */

void shell_scope_copy(struct shell_scope *copy, const struct shell_scope *scope);
void shell_scope_clear(struct shell_scope *scope);
/* value NULL: it is not known from now on. */
void shell_set(struct shell *shell, const char *name, const char *value);
void shell_unset(struct shell *shell, const char *name);
/* False: what it has is not known. *value is lent, NULL where it has none. */
bool shell_get(const struct shell *shell, const char *name, const char **value);
/* How many letters of a variable's name the text begins with. */
gsize shell_name_length(const char *text);

/* ---- shell_expand.c, shell_braces.c ---- */

/* Words as they were made of raw ones; all fail where it is not known what becomes of them. */
struct shell_words {
    GPtrArray *fields; /* char*; NULL: all is one text */
    GString *text;     /* of the field that is being made */
    bool has_text;     /* that field is there, if empty */
    bool is_quoted;    /* inside double quotes */
};
/* Adds the fields of a raw word. */
bool shell_expand_fields(struct shell *shell, const char *word, GPtrArray *fields);
/* The one text that it becomes where nothing is split; NULL: not known; g_free. */
char *shell_expand_text(struct shell *shell, const char *word);
/* The same of a text in which quotes are letters like others. */
char *shell_expand_here(struct shell *shell, const char *text);
/* The pattern of a case: what was quoted is behind backslashes. */
char *shell_expand_pattern(struct shell *shell, const char *word);
bool shell_add_value(struct shell_words *words, const char *value);
/* What stands between "${" and "}". */
bool shell_add_braced(struct shell *shell, struct shell_words *words, const char *inside);
/* "@", "*", "#", "?", "0" to "9"; false: its value is not known. */
bool shell_add_special(const struct shell *shell, struct shell_words *words, char name);

/* ---- shell_arithmetic.c ---- */

/* A text without dollar signs; sets variables. False: its value is not known. */
bool shell_calculate(struct shell *shell, const char *text, gint64 *value);

/* ---- shell_streams.c ---- */

/* What a process's streams lead to, kept while a command has others. */
struct streams {
    struct sink sinks[3];
    GBytes *input;
    gsize input_offset;
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
/* files: struct shell_file, to which it adds; *held: what is read, for as long as it is. False: it
   is not known where the stream goes. */
bool shell_redirect(struct shell *shell, const struct shell_redirection *redirection,
                    struct streams *streams, GPtrArray *files, GBytes **held);
/* Puts there what was written; false when nobody knows what becomes of it. */
bool shell_keep_file(const struct shell *shell, const struct shell_file *file);
/* Reads one line of the input; -1: it is not known, 1: there is no more. g_free. */
int shell_read_line(const struct shell *shell, char **line);

/* ---- shell_builtins.c ---- */

/* What the shell does itself, a function of the script included; *is_own: it is that. -1: nothing
   is known of it. */
int shell_run_builtin(struct shell *shell, const char *const *words, bool *is_own);

/* ---- shell_command.c ---- */

int shell_run_command(struct shell *shell, const struct shell_node *node);

/* ---- shell_run.c ---- */

int shell_run_list(struct shell *shell, const struct shell_node *list, bool is_condition);
/* A command, pipelines apart. */
int shell_run_node(struct shell *shell, const struct shell_node *node, bool is_condition);
int shell_tell_unknown(struct shell *shell, const char *what);
/* What it has written, without the newlines at its end; NULL: not known; g_free. */
char *shell_substitute(struct shell *shell, const char *script);
/* A script that is a part of this one; NULL: not understood; lent, for as long as the shell. */
const struct shell_node *shell_text(struct shell *shell, const char *script);

/* ---- shell_loops.c ---- */

/* Loops and choices. */
int shell_run_loop(struct shell *shell, const struct shell_node *node);
int shell_run_for(struct shell *shell, const struct shell_node *node);
int shell_run_count(struct shell *shell, const struct shell_node *node);
int shell_run_case(struct shell *shell, const struct shell_node *node);

/* ---- shell_forget.c ---- */

/* What a part that is passed over would have set and written is not known any more. */
void shell_forget(struct shell *shell, const struct shell_node *node);
