/* Looks at processes through /proc, as cheaply as it goes: this happens between any two events. */
#include "process/tasks.h"

#include "base/limits.h"
#include "process/task.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

enum {
    THREADS_MAX = SANDBOX_PROCESSES_MAX * 4,
    DESCRIPTORS_KEPT_MAX = 32, /* threads whose files stay open between looks */
    COUNTED_LOOK = 16,         /* of so many looks at busy processes one walks on and counts them */
};

struct tasks {
    unsigned look;
    bool has_watchers; /* in this look */
    pid_t busy_thread; /* the one that the last look found busy; 0: none */
    unsigned kept_count;
    GArray *list; /* struct task, in the order of discovery */
    struct task_reader reader;
};

struct tasks *tasks_new(void)
{
    struct tasks *tasks = g_new0(struct tasks, 1);
    tasks->reader.proc_fd = open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC);
    tasks->list = g_array_new(FALSE, FALSE, sizeof(struct task));
    return tasks;
}

static struct task *task_at(struct tasks *tasks, guint index)
{
    return &g_array_index(tasks->list, struct task, index);
}

void tasks_free(struct tasks *tasks)
{
    if (tasks == NULL)
        return;
    for (guint i = 0; i < tasks->list->len; i++)
        task_close(task_at(tasks, i));
    g_array_unref(tasks->list);
    close(tasks->reader.proc_fd);
    g_free(tasks);
}

/* New ones are noted at the end, so that a walk meets them; known ones keep their files. */
static struct task *tasks_meet(struct tasks *tasks, pid_t process, pid_t thread)
{
    for (guint i = 0; i < tasks->list->len; i++) {
        struct task *task = task_at(tasks, i);
        if (task->thread == thread) {
            task->look = tasks->look;
            return task;
        }
    }
    struct task task = {.process = process,
                        .thread = thread,
                        .look = tasks->look,
                        .is_kept = tasks->kept_count < DESCRIPTORS_KEPT_MAX,
                        .fds = {-1, -1, -1, -1},
                        .threads_fd = -1};
    tasks->kept_count += task.is_kept;
    g_array_append_val(tasks->list, task);
    return task_at(tasks, tasks->list->len - 1);
}

static void tasks_drop(struct tasks *tasks, guint index)
{
    struct task *task = task_at(tasks, index);
    tasks->kept_count -= task->is_kept;
    task_close(task);
    g_array_remove_index(tasks->list, index);
}

/* Other threads of a process are found by listing; the folder's link count tells whether there are
   any, which is cheaper. */
static void meet_threads(struct tasks *tasks, guint index)
{
    struct task *task = task_at(tasks, index);
    struct stat status;
    char path[32], entries[4096];
    pid_t process = task->process;

    if (task->thread != process)
        return;
    snprintf(path, sizeof(path), "%d/task", process);
    int fd = task->threads_fd;
    if (fd < 0)
        fd = openat(tasks->reader.proc_fd, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return;
    if (task->is_kept)
        task->threads_fd = fd;
    if (fstat(fd, &status) == 0 && status.st_nlink > 3 && lseek(fd, 0, SEEK_SET) == 0) {
        long length;
        while ((length = syscall(SYS_getdents64, fd, entries, sizeof(entries))) > 0)
            for (long at = 0; at < length;) {
                unsigned short size;
                memcpy(&size, entries + at + 16, sizeof(size)); /* d_reclen */
                int thread = (int)strtol(entries + at + 19, NULL, 10);
                if (thread > 0)
                    tasks_meet(tasks, process, thread);
                at += size;
            }
    }
    if (!task_at(tasks, index)->is_kept)
        close(fd);
}

static uint64_t hash_text(const char *text)
{
    uint64_t hash = UINT64_C(14695981039346656037);
    for (; *text != '\0'; text++)
        hash = (hash ^ (unsigned char)*text) * UINT64_C(1099511628211);
    return hash;
}

static uint64_t meet_children(struct tasks *tasks, guint index)
{
    if (!task_read(&tasks->reader, task_at(tasks, index), FILE_CHILDREN))
        return 0;
    uint64_t hash = hash_text(tasks->reader.text);
    char *cursor = tasks->reader.text;
    for (;;) {
        char *end;
        int pid = (int)strtol(cursor, &end, 10);
        if (end == cursor)
            return hash;
        cursor = end;
        if (tasks->list->len < THREADS_MAX)
            tasks_meet(tasks, pid, pid);
    }
}

/* A process that ended and waits for its parent does nothing any more, nor does a stopped one. */
static bool is_inert(char state)
{
    return state == 'Z' || state == 'X' || state == 'T' || state == 't';
}

static bool is_blocked(struct tasks *tasks, struct task *task)
{
    enum blocked blocked = task_blocked(&tasks->reader, task);
    task->is_inert = false;
    /* A process may forbid to be looked at; then its state and counters decide. */
    if (blocked == BLOCKED_UNKNOWN) {
        char state = task_state(&tasks->reader, task);
        task->is_inert = is_inert(state);
        return task->is_inert || state == 'S';
    }
    tasks->has_watchers |= blocked == BLOCKED_WATCHING;
    return blocked == BLOCKED_FOR_EVER || blocked == BLOCKED_WATCHING;
}

/* The first look at one thread: what it is must be blocked, and its children join the list. */
static bool look_first(struct tasks *tasks, guint index)
{
    task_at(tasks, index)->run_count = task_run_count(&tasks->reader, task_at(tasks, index));
    if (!is_blocked(tasks, task_at(tasks, index)))
        return false;
    meet_threads(tasks, index);
    uint64_t hash = meet_children(tasks, index);
    task_at(tasks, index)->children_hash = hash;
    return true;
}

/* The second: it has not run meanwhile, and it sleeps in a way that only others can end. Children
   are read before it is looked at: a child that ends is seen as a zombie a moment before its parent
   is woken, under the lock that reading children takes (exit_notify() in the kernel's exit.c). So
   who was a zombie in the first look has woken its parent now. */
static bool look_again(struct tasks *tasks, guint index)
{
    if (meet_children(tasks, index) != task_at(tasks, index)->children_hash)
        return false;
    struct task *task = task_at(tasks, index);
    if (task_run_count(&tasks->reader, task) != task->run_count || !is_blocked(tasks, task))
        return false;
    char state = task_state(&tasks->reader, task);
    return state == 'S' || is_inert(state);
}

static void drop_stale(struct tasks *tasks)
{
    for (guint i = tasks->list->len; i-- > 0;)
        if (task_at(tasks, i)->look != tasks->look)
            tasks_drop(tasks, i);
}

/* Known threads stand in the list from the last look; only those that this walk met count. */
static bool is_met(struct tasks *tasks, guint index)
{
    return task_at(tasks, index)->look == tasks->look;
}

static guint count_met(struct tasks *tasks)
{
    guint count = 0;
    for (guint i = 0; i < tasks->list->len; i++)
        count += is_met(tasks, i) && task_at(tasks, i)->thread == task_at(tasks, i)->process;
    return count;
}

/* Parents stand before their children, except where one was adopted: hence the repetition. */
static bool walk(struct tasks *tasks, bool stops_at_busy)
{
    g_autofree bool *is_done = NULL;
    guint done_size = 0;
    bool is_quiet = true, has_more = true;
    while (has_more) {
        has_more = false;
        for (guint i = 0; i < tasks->list->len; i++) {
            if (i >= done_size) {
                guint size = MAX(64, i * 2);
                is_done = g_realloc_n(is_done, size, sizeof(bool));
                memset(is_done + done_size, 0, (size - done_size) * sizeof(bool));
                done_size = size;
            }
            if (is_done[i] || !is_met(tasks, i))
                continue;
            is_done[i] = true;
            has_more = true;
            if (!stops_at_busy) {
                meet_threads(tasks, i);
                meet_children(tasks, i);
            } else if (!look_first(tasks, i)) {
                tasks->busy_thread = task_at(tasks, i)->thread;
                return false;
            }
        }
    }
    return is_quiet;
}

static void begin_look(struct tasks *tasks, pid_t root)
{
    tasks->look++;
    tasks->has_watchers = false;
    tasks_meet(tasks, root, root);
}

static bool are_unchanged(struct tasks *tasks)
{
    guint count = tasks->list->len;
    for (guint i = 0; i < count; i++)
        if (!look_again(tasks, i))
            return false;
    return tasks->list->len == count;
}

/* Who computed a moment ago mostly still does: one file tells, where a walk reads many. */
static bool is_still_busy(struct tasks *tasks)
{
    for (guint i = 0; tasks->busy_thread != 0 && i < tasks->list->len; i++) {
        struct task *task = task_at(tasks, i);
        if (task->thread == tasks->busy_thread)
            return task->is_kept && task_blocked(&tasks->reader, task) == BLOCKED_RUNNING;
    }
    return false;
}

enum tasks_state tasks_look(struct tasks *tasks, pid_t root)
{
    if ((tasks->look + 1) % COUNTED_LOOK != 0 && is_still_busy(tasks)) {
        tasks->look++;
        return TASKS_BUSY;
    }
    tasks->busy_thread = 0;
    begin_look(tasks, root);
    if (!walk(tasks, /* stops_at_busy= */ true)) {
        /* A bomb is always busy: it is counted now and then, by walking on. */
        if (tasks->look % COUNTED_LOOK != 0)
            return TASKS_BUSY;
        begin_look(tasks, root);
        (void)walk(tasks, /* stops_at_busy= */ false);
        guint count = count_met(tasks);
        drop_stale(tasks);
        return count > SANDBOX_PROCESSES_MAX ? TASKS_TOO_MANY : TASKS_BUSY;
    }
    drop_stale(tasks);
    if (count_met(tasks) > SANDBOX_PROCESSES_MAX)
        return TASKS_TOO_MANY;
    if (!are_unchanged(tasks))
        return TASKS_BUSY;
    return tasks->has_watchers ? TASKS_WATCHING : TASKS_QUIET;
}

uint64_t tasks_pulse(struct tasks *tasks)
{
    uint64_t pulse = 0;
    for (guint i = 1; i < tasks->list->len; i++) {
        const struct task *task = task_at(tasks, i);
        if (!task->is_inert)
            pulse = pulse * UINT64_C(1099511628211) + task->run_count + (uint64_t)task->thread;
    }
    return pulse;
}

static int compare_ints(gconstpointer left, gconstpointer right)
{
    const int *a = left, *b = right;
    return (*a > *b) - (*a < *b);
}

GArray *tasks_below(struct tasks *tasks, pid_t root)
{
    GArray *pids = g_array_new(FALSE, FALSE, sizeof(int));
    begin_look(tasks, root);
    (void)walk(tasks, /* stops_at_busy= */ false);
    drop_stale(tasks);
    for (guint i = 0; i < tasks->list->len; i++) {
        struct task *task = task_at(tasks, i);
        if (task->process == task->thread && task->process != root &&
            task_state(&tasks->reader, task) != 'Z' && task_state(&tasks->reader, task) != 'X')
            g_array_append_val(pids, task->process);
    }
    g_array_sort(pids, compare_ints);
    return pids;
}

char *tasks_name(struct tasks *tasks, pid_t pid)
{
    char path[32], name[32];
    snprintf(path, sizeof(path), "%d/comm", pid);
    int fd = openat(tasks->reader.proc_fd, path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return NULL;
    ssize_t length = read(fd, name, sizeof(name) - 1);
    close(fd);
    if (length <= 0)
        return NULL;
    name[length] = '\0';
    return g_strdup(g_strchomp(name));
}
