/* Reads what /proc has of one thread. */
#include "process/task.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const char *const file_names[FILE_COUNT] = {"children", "syscall", "schedstat", "stat"};

void task_close(struct task *task)
{
    for (int i = 0; i < FILE_COUNT; i++)
        if (task->fds[i] >= 0)
            close(task->fds[i]);
    if (task->threads_fd >= 0)
        close(task->threads_fd);
}

bool task_read(struct task_reader *reader, struct task *task, enum task_file file)
{
    int fd = task->fds[file];
    if (fd < 0) {
        char path[64];
        snprintf(path, sizeof(path), "%d/task/%d/%s", task->process, task->thread,
                 file_names[file]);
        fd = openat(reader->proc_fd, path, O_RDONLY | O_CLOEXEC);
    }
    if (fd < 0)
        return false;
    ssize_t length = pread(fd, reader->text, sizeof(reader->text) - 1, 0);
    if (task->is_kept)
        task->fds[file] = fd;
    else
        close(fd);
    reader->text[MAX(length, 0)] = '\0';
    return length >= 0;
}

/* The third number; where it is 0, the first has to do. */
uint64_t task_run_count(struct task_reader *reader, struct task *task)
{
    unsigned long long run_ns = 0, wait_ns = 0, count = 0;
    if (!task_read(reader, task, FILE_SCHEDSTAT) ||
        sscanf(reader->text, "%llu %llu %llu", &run_ns, &wait_ns, &count) != 3)
        return 0;
    return count != 0 ? count : run_ns;
}

/* It stands after the name, which may itself hold anything. */
char task_state(struct task_reader *reader, struct task *task)
{
    const char *end = task_read(reader, task, FILE_STAT) ? strrchr(reader->text, ')') : NULL;
    return end != NULL && end[1] == ' ' ? end[2] : 'X';
}

enum blocked task_blocked(struct task_reader *reader, struct task *task)
{
    bool is_told = task_read(reader, task, FILE_SYSCALL) && reader->text[0] != '\0';
    return is_told ? blocked_parse(reader->text) : BLOCKED_UNKNOWN;
}
