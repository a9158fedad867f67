/*
 * tj-actions/changed-files (v47.0.6): what its parts share. Nobody outside changed_files*.c
 * includes this. Files are kept as git's letter and path, struct repository_change.
 */
#pragma once

#include "actions/core.h"

struct changed_files {
    struct action_run *run;
    GPtrArray *files; /* struct repository_change, in git's order */
    bool is_unknown;  /* nobody knows them, and that is said */
    bool is_initial;  /* there is only one commit: nothing is put out */
};

/* The outputs are unknown, for this reason; true unless it is interrupted. */
bool changed_files_give_up(struct changed_files *changed, const char *why, GError **error) MUST_USE;
void changed_files_take(struct changed_files *changed, char letter, const char *path);

/* ---- changed_files_git.c: src/commitSha.ts and src/utils.ts ---- */

/* By git in the workspace, whose checkout is there. */
bool changed_files_find(struct changed_files *changed, GError **error) MUST_USE;
/* What a command of git's says, trimmed, silently; *answer NULL: it fails. g_free. */
bool changed_files_ask(struct action_run *run, GPtrArray *arguments, char **answer,
                       GError **error) MUST_USE;

/* ---- changed_files_patterns.c ---- */

/* Patterns of one name, as micromatch takes a list of them. */
struct changed_patterns {
    char *name;       /* of files_yaml; "": of files */
    GPtrArray *texts; /* char * */
};

/* Of all inputs, struct changed_patterns; *is_unknown: YAML that is not modelled, then NULL. */
GPtrArray *changed_patterns_new(struct action_run *run, bool *is_unknown) MUST_USE;
/* Of the files, lent, those that the patterns leave; NULL: a pattern is not modelled. */
GPtrArray *changed_patterns_filter(const struct changed_patterns *patterns, const GPtrArray *files);

/* ---- changed_files_outputs.c: src/changedFilesOutput.ts ---- */

/* Sets the outputs of one name; *any_changed and *any_modified tell of two of them. */
void changed_files_export(struct action_run *run, const struct changed_patterns *patterns,
                          const GPtrArray *all, const GPtrArray *left, bool *any_changed,
                          bool *any_modified);
/* The keys of files_yaml with such files, as an output. */
void changed_files_export_keys(struct action_run *run, const char *output, const GPtrArray *keys);
