/*
 * One thread as /proc shows it: which of the kernel's files are read, and what they say. Files of
 * a task that is kept stay open between two looks. Private to this folder.
 */
#pragma once

#include "process/blocked.h"

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

enum task_file {
    FILE_CHILDREN,
    FILE_SYSCALL,
    FILE_SCHEDSTAT,
    FILE_STAT,
    FILE_COUNT,
};

enum {
    TASK_TEXT_BYTES_MAX = 16 * 1024,
};

struct task {
    pid_t process, thread;
    unsigned look; /* the last one that saw it */
    bool is_kept;  /* fds stay open */
    int fds[FILE_COUNT];
    int threads_fd; /* the folder of its process's threads, for the first thread; or -1 */
    uint64_t children_hash;
    uint64_t run_count;
    bool is_inert; /* ended or stopped, in the last look */
};

/* Where they are read from, and what was read last. */
struct task_reader {
    int proc_fd;
    char text[TASK_TEXT_BYTES_MAX];
};

void task_close(struct task *task);
/* Reads into the reader's text; false when the thread is gone or may not be looked at. */
bool task_read(struct task_reader *reader, struct task *task, enum task_file file);
/* How often the thread was put on a processor. Kernels that do not count: its processor time. */
uint64_t task_run_count(struct task_reader *reader, struct task *task);
/* The letter of its state; 'X' when it is gone. */
char task_state(struct task_reader *reader, struct task *task);
/* BLOCKED_UNKNOWN also of a process that forbids to be looked at. */
enum blocked task_blocked(struct task_reader *reader, struct task *task);
