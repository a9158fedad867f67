/* What runs on after its starter has gone. */
#include "process/sandbox_private.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static void leftover_free(void *pointer)
{
    struct leftover *leftover = pointer;
    g_free(leftover->name);
    g_free(leftover);
}

/* The process behind a pidfd, as we number it. */
static int pid_of(int pidfd)
{
    g_autofree char *path = g_strdup_printf("/proc/self/fdinfo/%d", pidfd);
    g_autofree char *text = NULL;
    if (pidfd < 0 || !g_file_get_contents(path, &text, NULL, NULL))
        return -1;
    const char *line = strstr(text, "\nPid:");
    return line == NULL ? -1 : (int)g_ascii_strtoll(line + strlen("\nPid:"), NULL, 10);
}

static bool contains(const GArray *pids, int pid)
{
    for (guint i = 0; i < pids->len; i++)
        if (g_array_index(pids, int, i) == pid)
            return true;
    return false;
}

/* Children that are held, and everything below them. */
static GArray *held_processes(struct sandbox *sandbox)
{
    GArray *held = g_array_new(FALSE, FALSE, sizeof(int));
    for (guint i = 0; i < sandbox->children->len; i++) {
        int pid = pid_of(child_pidfd(g_ptr_array_index(sandbox->children, i)));
        if (pid <= 0)
            continue;
        g_autoptr(GArray) below = tasks_below(sandbox->tasks, pid);
        g_array_append_val(held, pid);
        g_array_append_vals(held, below->data, below->len);
    }
    return held;
}

GPtrArray *sandbox_leftovers(struct sandbox *sandbox)
{
    GPtrArray *leftovers = g_ptr_array_new_with_free_func(leftover_free);
    if (sandbox->keeper.pid == 0)
        return leftovers;
    g_autoptr(GArray) held = held_processes(sandbox);
    g_autoptr(GArray) all = tasks_below(sandbox->tasks, sandbox->keeper.pid);
    for (guint i = 0; i < all->len; i++) {
        int pid = g_array_index(all, int, i);
        char *name = contains(held, pid) ? NULL : tasks_name(sandbox->tasks, pid);
        if (name == NULL)
            continue;
        struct leftover *leftover = g_new0(struct leftover, 1);
        *leftover = (struct leftover){leftovers->len + 1, name, pid};
        g_ptr_array_add(leftovers, leftover);
    }
    return leftovers;
}

/* In real time, of which it takes next to nothing: a killed process ends whatever it does. */
static void kill_and_wait(int pid)
{
    enum {
        WAIT_MS_MAX = 1000
    };
    int pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
    struct pollfd end = {.fd = pidfd, .events = POLLIN};
    if (pidfd < 0)
        return;
    (void)syscall(SYS_pidfd_send_signal, pidfd, SIGKILL, NULL, 0);
    (void)poll(&end, 1, WAIT_MS_MAX);
    close(pidfd);
}

bool sandbox_kill_leftovers(struct sandbox *sandbox, GError **error)
{
    enum {
        ROUNDS_MAX = 100
    };
    for (int round = 0; round < ROUNDS_MAX; round++) {
        g_autoptr(GPtrArray) leftovers = sandbox_leftovers(sandbox);
        if (leftovers->len == 0)
            return true;
        sandbox_disturb(sandbox);
        for (guint i = 0; i < leftovers->len; i++) {
            const struct leftover *leftover = g_ptr_array_index(leftovers, i);
            kill_and_wait(leftover->pid);
        }
    }
    g_set_error(error, BASE_ERROR, BASE_ERROR_LIMIT,
                "processes multiply faster than they can be killed");
    return false;
}
