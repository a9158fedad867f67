/* A command line typed on the machine of the Engine's test bench: what it prints is kept. */
#pragma once

#include "mocks/commands/docker/docker_cli.h"
#include "mocks/dockerd/bench.h"

struct shell {
    struct bench *bench;
    struct docker_cli *cli;
    char *folder; /* the command's world: "/" for it */
    const char *input;
    const char *variable; /* one more "NAME=value", or NULL */
    GString *output;
    GString *errors;
    int code;
};

/* plugins may be NULL. */
void shell_open(struct shell *shell, struct bench *bench, const struct docker_plugin *plugins);
void shell_close(struct shell *shell);
#define SHELL(name, bench, plugins)                                                                \
    __attribute__((cleanup(shell_close))) struct shell name = {0};                                 \
    shell_open(&name, bench, plugins)

/* Runs "docker" with these words, split at blanks; '_' in a word stands for a blank. */
void type(struct shell *shell, const char *words);
/* The same, and what came of it must be this. */
void type_expect(struct shell *shell, const char *words, int code, const char *output,
                 const char *errors);
/* A file of the command's world. */
void shell_write(struct shell *shell, const char *path, const char *text);
/* NULL: not there; g_free. */
char *shell_read(struct shell *shell, const char *path);
