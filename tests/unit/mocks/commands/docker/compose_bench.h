/* A machine with docker compose, the image bb:1 and a project in /home/runner/work. */
#pragma once

#include "shell.h"

#define PROJECT "/home/runner/work/"

/* A project: web, which depends on db, with a variable of its own and a volume. */
extern const char two_services[];

/* Runs body where compose.yaml has this text. */
void compose_run(const char *text, void (*body)(struct shell *shell));
/* What buildx was asked for, a line for each call; lent until compose_run() ends. */
const char *compose_built(void);
