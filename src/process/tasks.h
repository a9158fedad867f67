/*
 * Whether the processes below a keeper can do anything without us, seen through /proc
 * (virtual-time.md 8). Nothing is guessed: a thread counts as blocked when the kernel has proven
 * that it is off the processor (/proc/PID/syscall), waits in a call that ends by itself never, and
 * has not run between two looks at all of them. Private to this folder.
 *
 * A thread that waits with a time-out of its own is busy in real time. One that watches descriptors
 * meanwhile, as a parent does that looks after its children (git does for submodules), may wait for
 * what others wait for from us: hence a state of its own. Timers that send signals (setitimer) are
 * not seen.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct tasks;

enum tasks_state {
    TASKS_QUIET,
    TASKS_WATCHING, /* quiet, but for those that wait for descriptors with a time-out */
    TASKS_BUSY,     /* computes, or sleeps in real time */
    TASKS_TOO_MANY,
};

struct tasks *tasks_new(void);
void tasks_free(struct tasks *tasks);
enum tasks_state tasks_look(struct tasks *tasks, pid_t root);

/* A number that changes when one of those of the last quiet look runs; 0: there are none but root
   and such as have ended. */
uint64_t tasks_pulse(struct tasks *tasks);

/* All processes below root, without it, in the order of their numbers; caller unrefs. Threads are
   left out; pids is of int. */
GArray *tasks_below(struct tasks *tasks, pid_t root);
/* What the kernel calls the program, or NULL when it is gone; g_free. */
char *tasks_name(struct tasks *tasks, pid_t pid);
