/*
 * A bash that is none: it reads the script's file line by line and knows a few commands, in virtual
 * time, and takes signals as bash does (actions-semantics.md 1.4). So ladders are exact without any
 * process.
 *
 *     echo TEXT [>&2 | >> $GITHUB_X]   $NAME is replaced; \n in the text is a newline
 *     print TEXT                       without a newline at the end
 *     sleep N                          a foreground child: SIGINT waits for it, SIGTERM orphans it
 *     sleep N &                        a child that holds the pipes
 *     exec sleep N                     dies of SIGINT at once
 *     loop N                           short commands for N seconds
 *     trap TERM                        SIGTERM is ignored from here on
 *     fill TIMES KIB NAME [$FILE]      that many lines NAME0=xxx… of so many KiB each
 *     exit N, false, true, # comment
 *
 * Nor is there any pwsh or cmd.
 */
#pragma once

#include "runner/shell.h"

struct fake_shell;

/* directory stands for home; both are lent. */
struct fake_shell *fake_shell_new(struct loop *loop, const char *directory, const char *home);
void fake_shell_free(struct fake_shell *shell);
CLEANUP(fake_shell, fake_shell_free)
struct runner_shell fake_shell_of(struct fake_shell *shell);
