/*
 * dorny/paths-filter (v2.11.1, v3.0.2, v4.0.2): what its parts share. Nobody outside
 * paths_filter*.c includes this.
 */
#pragma once

#include "actions/core.h"

struct changed_file {
    char *path;
    const char *status; /* "added", "deleted", …; NULL: git's letter has no word there */
};

/* ---- paths_filter_git.c: src/git.ts ---- */

/* Where the commands run and what they found. */
struct paths_git {
    struct action_run *run;
    const char *directory;
    GPtrArray *files; /* struct changed_file */
    bool *is_cut;     /* becomes true when there are more than are read */
};

/* struct changed_file. */
GPtrArray *changed_files_new(void);
void changed_files_add(GPtrArray *files, const char *path, const char *status);
/* "added" for 'A' and so on, or NULL. */
const char *changed_file_status(char letter);

bool paths_git_current_ref(const struct paths_git *git, char **name, GError **error) MUST_USE;
bool paths_git_last_commit(const struct paths_git *git, GError **error) MUST_USE;
bool paths_git_uncommitted(const struct paths_git *git, GError **error) MUST_USE;
bool paths_git_all_files(const struct paths_git *git, GError **error) MUST_USE;
bool paths_git_between(const struct paths_git *git, const char *base, const char *head,
                       GError **error) MUST_USE;
bool paths_git_since_merge_base(const struct paths_git *git, const char *base, const char *head,
                                GError **error) MUST_USE;
/* Forty hex digits, as it sees them. */
bool paths_git_is_commit(const char *name);

/* ---- paths_filter_rules.c: src/filter.ts ---- */

struct paths_filter {
    char *name;
    GPtrArray *rules;
    bool is_unknown; /* a glob of it is not modelled */
};

/* The text of the input filters, or of the file that it names; g_free. directory: where the action
   works, or NULL. */
bool paths_filters_read(const struct action_run *run, const char *directory, char **yaml,
                        GError **error) MUST_USE;
/* struct paths_filter in the order of the text. *is_unknown: it is YAML that is not modelled, and
   then the answer is NULL without an error. */
GPtrArray *paths_filters_new(const char *yaml, bool *is_unknown, GError **error) MUST_USE;
bool paths_filter_takes(const struct paths_filter *filter, const struct changed_file *file,
                        bool wants_every);

/* ---- paths_filter_outputs.c ---- */

/* How lists of files are written: a value of the input list-files. */
struct paths_format;

/* *format: NULL for "none". */
bool paths_format_find(const struct action_run *run, const struct paths_format **format,
                       GError **error) MUST_USE;
/* Sets the outputs; those of a filter that is not modelled are unknown. */
bool paths_filters_export(struct action_run *run, const GPtrArray *files, const GPtrArray *filters,
                          const struct paths_format *format, GError **error) MUST_USE;
