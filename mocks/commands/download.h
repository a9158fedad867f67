/*
 * What stands for a file that was downloaded from where nothing of the world is. Nobody knows what
 * it holds; a guess by the address lets a script go on to what it is about, its images, and
 * whatever the guess brings says so when it is called: a program of the file's name is assumed like
 * any other, or is the command of that name where there is a model of one.
 */
#pragma once

#include "mocks/commands/commands_private.h"

/* What such a program calls: "fetched-program GUESS PATH WORD…". */
#define FETCHED_PROGRAM_COMMAND "fetched-program"

/* The bytes that stand for the URL's file. An archive has the program under the names by which
   people take it out ("tool", "tool-1.2-linux-amd64/tool", "bin/tool"), one of sources the folder
   that GitHub calls it by; a name that is that of a program is the program itself, where is_kept:
   it goes to a file. path: that file, or NULL. NULL: nothing is known to stand for it; the caller
   unrefs. */
GBytes *download_stand_in(const char *url, const char *path, bool is_kept);
/* "docker-compose" of "docker-compose-linux-x86_64"; NULL: no program's name; g_free. */
char *download_program_name(const char *url);
