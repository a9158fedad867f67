/*
 * Scripts of `sh -c` in containers, as far as they can be told: commands with their variables,
 * lists, pipelines, conditions, loops, choices, functions, groups, here-documents, substitutions
 * and arithmetic (POSIX.1-2017, XCU 2; what dash, busybox and bash agree on). Jobs in the
 * background, arrays and the patterns of file names make the script, or the word, one that is not
 * understood.
 *
 * A command that nobody knows is the caller's to judge: what it answers counts as its exit code. A
 * loop that waits for something unknown, or goes on for longer than limits.h lets it, is passed
 * over: it counts as one such command, and whatever it would have set or written is not known from
 * then on.
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
    SHELL_WHILE,    /* condition and body */
    SHELL_UNTIL,    /* the same */
    SHELL_FOR,      /* body; words: the variable, then "in" and what it goes through */
    SHELL_COUNT,    /* body; words: the three of for ((a; b; c)) */
    SHELL_CASE,     /* items; words: what is looked at */
    SHELL_ITEM,     /* of a case: a list, or nothing; words: its patterns */
    SHELL_FUNCTION, /* its body; words: its name */
};

enum shell_when {
    SHELL_ALWAYS,
    SHELL_AFTER_SUCCESS, /* && */
    SHELL_AFTER_FAILURE, /* || */
};

struct shell_redirection {
    int stream;       /* 0, 1, 2; -1: both */
    int from;         /* the stream that it follows, or -1 */
    bool appends;     /* >> */
    bool is_here;     /* the word is what is read */
    bool is_string;   /* of <<< */
    bool is_verbatim; /* nothing in it is expanded */
    char *word;       /* the file, raw; NULL with from */
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

/* A command that is not known, as it was expanded: answers its exit code. */
typedef int shell_unknown_fn(struct process *process);
/* Runs the script that the process was given by `sh -c`, as a file that is known, or as a program
   of a folder of the machine; -1: it is no such process, or its script is not understood. */
int shell_run(struct process *process, shell_unknown_fn *unknown);
