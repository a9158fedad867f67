/*
 * Scripts of `sh -c` in containers, as far as they can be told: plain commands with their
 * variables, lists, pipelines, conditions, groups, and redirections between them. All that a real
 * shell would have to be asked for (loops, functions, substitutions, patterns) makes the script one
 * that is not understood.
 *
 * A command that nobody knows is the caller's to judge: what it answers counts as its exit code.
 */
#pragma once

#include "mocks/dockerd/container.h"

enum shell_kind {
    SHELL_COMMAND,  /* words and redirections */
    SHELL_PIPELINE, /* children, from the left */
    SHELL_LIST,     /* children, in turn */
    SHELL_IF,       /* condition, then, and else where there is one */
    SHELL_BRACES,   /* one list */
    SHELL_SUBSHELL, /* one list, which changes nothing round it */
};

enum shell_when {
    SHELL_ALWAYS,
    SHELL_AFTER_SUCCESS, /* && */
    SHELL_AFTER_FAILURE, /* || */
};

struct shell_redirection {
    int stream;   /* 0, 1, 2; -1: both */
    int from;     /* the stream that it follows, or -1 */
    bool appends; /* >> */
    char *word;   /* the file, raw; NULL with from */
};

struct shell_node {
    enum shell_kind kind;
    enum shell_when when; /* of a child of a list */
    bool is_negated;
    GPtrArray *words;        /* char*, raw: with their quotes */
    GPtrArray *redirections; /* struct shell_redirection */
    GPtrArray *children;     /* struct shell_node */
};

/* NULL: it is not understood. */
struct shell_node *shell_parse(const char *script) MUST_USE;
void shell_node_free(struct shell_node *node);
CLEANUP(shell_node, shell_node_free)

/* A raw word as the shell would make it of these variables ("NAME=value", NULL-terminated). NULL:
   what it becomes is not known; g_free. */
char *shell_expand(const char *word, const char *const *environment);

/* A command that is not known, as it was expanded: answers its exit code. */
typedef int shell_unknown_fn(struct process *process);
/* Runs the script that the process was given by `sh -c`, or -1: it is no such process, or its
   script is not understood. */
int shell_run(struct process *process, shell_unknown_fn *unknown);
