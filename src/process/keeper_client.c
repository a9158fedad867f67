/* The sandbox's side of its keeper: starts it, asks it for children, hears how they ended. */
#include "base/limits.h"
#include "process/sandbox_private.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    ANSWER_MS_MAX = 10000, /* real time a keeper takes at most to answer */
    DESCRIPTORS_PER_START = 3,
};

/* One packet, without waiting; false when there is none. *fd is -1 or the caller's. */
static ssize_t receive(struct sandbox *sandbox, struct keeper_report *report, int *fd)
{
    struct iovec part = {report, sizeof(*report)};
    union {
        char bytes[CMSG_SPACE(sizeof(int))];
        struct cmsghdr alignment;
    } control;
    struct msghdr message = {.msg_iov = &part,
                             .msg_iovlen = 1,
                             .msg_control = control.bytes,
                             .msg_controllen = sizeof(control.bytes)};
    ssize_t length = recvmsg(sandbox->keeper.control_fd, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
    *fd = -1;
    struct cmsghdr *header = length > 0 ? CMSG_FIRSTHDR(&message) : NULL;
    if (header != NULL && header->cmsg_len == CMSG_LEN(sizeof(int)))
        memcpy(fd, CMSG_DATA(header), sizeof(*fd));
    report->text[sizeof(report->text) - 1] = '\0';
    return length;
}

static void on_gone(struct sandbox *sandbox)
{
    loop_watch(sandbox->loop, sandbox->keeper.control_fd, 0, NULL, NULL);
    if (!sandbox->is_closing)
        sandbox_give_up(sandbox, "processes ended the machine they ran on");
    child_on_keeper_gone(sandbox);
}

static void on_control(void *argument, uint32_t events)
{
    struct sandbox *sandbox = argument;
    struct keeper_report report = {0};
    int fd;
    (void)events;
    ssize_t length = receive(sandbox, &report, &fd);
    if (fd >= 0)
        close(fd);
    if (length == 0 || (length < 0 && errno != EAGAIN && errno != EINTR))
        on_gone(sandbox);
    else if (length == sizeof(report) && report.news == KEEPER_EXITED)
        child_on_exit(sandbox, report.number, report.value);
}

/* Waits for an answer in real time; ends of children that come before it are passed on. */
static bool await(struct sandbox *sandbox, struct keeper_report *report, int *fd, GError **error)
{
    struct pollfd end = {.fd = sandbox->keeper.control_fd, .events = POLLIN};
    for (;;) {
        int count = poll(&end, 1, ANSWER_MS_MAX);
        if (count < 0 && errno == EINTR)
            continue;
        if (count > 0 && receive(sandbox, report, fd) == sizeof(*report)) {
            if (report->news != KEEPER_EXITED)
                return true;
            child_on_exit(sandbox, report->number, report->value);
            continue;
        }
        g_set_error(error, BASE_ERROR, BASE_ERROR_IO, "the keeper of the sandbox is gone");
        return false;
    }
}

static int keeper_layers(const struct sandbox *sandbox, char *letters)
{
    int count = 0;
    if (sandbox->layers & SANDBOX_NAMESPACES)
        letters[count++] = 'n';
    if (sandbox->layers & SANDBOX_LANDLOCK)
        letters[count++] = 'l';
    if (sandbox_has_ordinary_user(sandbox->layers))
        letters[count++] = 'u';
    if (sandbox->has_open_folders)
        letters[count++] = 'o';
    letters[count] = '\0';
    return count;
}

/* posix_spawn() shares memory until the exec, which is many times cheaper than fork() here. */
static int spawn(struct sandbox *sandbox, int control_fd, int filter_fd, pid_t *pid)
{
    char letters[8];
    char *arguments[] = {
        (char *)(uintptr_t)WIRE_KEEPER_NAME,
        letters,
        sandbox->directory,
        sandbox->home,
        sandbox->run_directory,
        sandbox->stub,
        sandbox->preload_library,
        sandbox_has_root(sandbox) ? sandbox->settings_folder : (char *)(uintptr_t) "",
        NULL,
    };
    char *environment[] = {NULL};
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t none, all;

    keeper_layers(sandbox, letters);
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDWR, 0);
    posix_spawn_file_actions_adddup2(&actions, 0, 1);
    posix_spawn_file_actions_adddup2(&actions, 0, 2);
    posix_spawn_file_actions_adddup2(&actions, control_fd, WIRE_CONTROL_FD);
    posix_spawn_file_actions_adddup2(&actions, filter_fd >= 0 ? filter_fd : 0, WIRE_FILTER_FD);
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setsigdefault(&attributes, &all);
    int problem = posix_spawn(pid, sandbox->stub, &actions, &attributes, arguments, environment);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    return problem;
}

/* With namespaces the process that was spawned is another than the keeper and ends at once. It
   tells the keeper's number, the keeper itself that it is ready: either may come first. */
static bool greet(struct sandbox *sandbox, pid_t spawned, GError **error)
{
    struct keeper_report report = {0};
    bool has_number = false;
    bool is_ready = false;
    int fd = -1;
    while (!has_number || !is_ready) {
        if (!await(sandbox, &report, &fd, error))
            return false;
        if (fd >= 0)
            close(fd);
        switch ((enum keeper_news)report.news) {
        case KEEPER_PID:
            sandbox->keeper.pid = report.value;
            if (report.value != spawned)
                waitpid(spawned, NULL, 0);
            has_number = true;
            break;
        case KEEPER_READY:
            is_ready = true;
            break;
        case KEEPER_FAILED:
            g_set_error(error, BASE_ERROR, BASE_ERROR_IO, "no sandbox can be had: %s: %s",
                        report.text, g_strerror(report.value));
            return false;
        case KEEPER_STARTED:
        case KEEPER_NOT_STARTED:
        case KEEPER_EXITED:
            break;
        }
    }
    return true;
}

/* Above the numbers that the keeper gives its descriptors, so that none overwrites another. */
static int lift(int fd)
{
    int lifted = fcntl(fd, F_DUPFD_CLOEXEC, WIRE_FILTER_FD + 1);
    close(fd);
    return lifted;
}

bool keeper_open(struct sandbox *sandbox, GError **error)
{
    int ends[2], filter_fd = -1;
    pid_t spawned = 0;

    (void)prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
    /* A FIFO whose reader was killed is an error of write(), not the end of this program. */
    (void)signal(SIGPIPE, SIG_IGN);
    if (sandbox->layers & SANDBOX_SECCOMP) {
        filter_fd = seccomp_program((sandbox->layers & SANDBOX_NAMESPACES) != 0, error);
        if (filter_fd < 0)
            return false;
        filter_fd = lift(filter_fd);
    }
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0)
        g_error("socketpair: %s", g_strerror(errno));
    sandbox->keeper.control_fd = ends[0];
    ends[1] = lift(ends[1]);
    int problem = spawn(sandbox, ends[1], filter_fd, &spawned);
    close(ends[1]);
    if (filter_fd >= 0)
        close(filter_fd);
    if (problem != 0) {
        g_set_error(error, BASE_ERROR, BASE_ERROR_IO, "%s: %s", sandbox->stub, g_strerror(problem));
        return false;
    }
    sandbox->keeper.pid = spawned;
    if (!greet(sandbox, spawned, error))
        return false;
    loop_watch(sandbox->loop, sandbox->keeper.control_fd, EPOLLIN, on_control, sandbox);
    return true;
}

static int description_file(GBytes *description)
{
    gsize length;
    const char *bytes = g_bytes_get_data(description, &length);
    int fd = memfd_create("description", MFD_CLOEXEC);
    if (fd >= 0 && write(fd, bytes, length) == (ssize_t)length)
        return fd;
    g_error("a file for a process's arguments: %s", g_strerror(errno));
}

static bool send_request(struct sandbox *sandbox, unsigned number, const int *fds)
{
    struct keeper_request request = {number};
    struct iovec part = {&request, sizeof(request)};
    union {
        char bytes[CMSG_SPACE(sizeof(int) * DESCRIPTORS_PER_START)];
        struct cmsghdr alignment;
    } control = {{0}};
    struct msghdr message = {.msg_iov = &part,
                             .msg_iovlen = 1,
                             .msg_control = control.bytes,
                             .msg_controllen = sizeof(control.bytes)};
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof(int) * DESCRIPTORS_PER_START);
    memcpy(CMSG_DATA(header), fds, sizeof(int) * DESCRIPTORS_PER_START);
    return sendmsg(sandbox->keeper.control_fd, &message, MSG_NOSIGNAL) == sizeof(request);
}

bool keeper_start(struct sandbox *sandbox, unsigned number, GBytes *description, const int *fds,
                  int *pidfd, GError **error)
{
    struct keeper_report report = {0};
    int packet[DESCRIPTORS_PER_START] = {description_file(description), fds[0], fds[1]};
    bool is_sent = sandbox->keeper.pid != 0 && send_request(sandbox, number, packet);
    close(packet[0]);
    if (!is_sent) {
        g_set_error(error, BASE_ERROR, BASE_ERROR_INVALID, "the machine is gone");
        return false;
    }
    /* A program may kill its keeper before that can say that it runs: it was started, and is gone.
     */
    if (!await(sandbox, &report, pidfd, NULL)) {
        *pidfd = -1;
        on_gone(sandbox);
        return true;
    }
    if (report.news == KEEPER_STARTED && *pidfd >= 0)
        return true;
    if (*pidfd >= 0)
        close(*pidfd);
    g_set_error(error, G_FILE_ERROR, (int)g_file_error_from_errno(report.value), "%s",
                g_strerror(report.value));
    return false;
}

enum {
    KILL_ROUNDS_MAX = 1000
};

/* Without a pid namespace processes can be born while others are killed: again until none is seen.
   A process cannot outrun this for long, because a look costs less than a fork. */
static void kill_below(struct sandbox *sandbox)
{
    for (int round = 0; round < KILL_ROUNDS_MAX; round++) {
        g_autoptr(GArray) pids = tasks_below(sandbox->tasks, sandbox->keeper.pid);
        if (pids->len == 0)
            return;
        for (guint i = 0; i < pids->len; i++)
            (void)kill(g_array_index(pids, int, i), SIGKILL);
    }
}

/* One round over our children that are nobody's keeper; tells whether there were any. What is below
   them goes first, and is ours when they have ended. */
static bool kill_children(struct sandbox *sandbox)
{
    g_autofree char *path = g_strdup_printf("/proc/self/task/%d/children", getpid());
    g_autofree char *text = NULL;
    bool has_any = false;
    if (!g_file_get_contents(path, &text, NULL, NULL))
        return false;
    g_auto(GStrv) numbers = g_strsplit(g_strchomp(text), " ", -1);
    for (char **number = numbers; *number != NULL; number++) {
        int pid = (int)g_ascii_strtoll(*number, NULL, 10);
        if (pid <= 0 || household_has_keeper(sandbox->household, pid))
            continue;
        g_autoptr(GArray) below = tasks_below(sandbox->tasks, pid);
        for (guint i = 0; i < below->len; i++)
            (void)kill(g_array_index(below, int, i), SIGKILL);
        (void)kill(pid, SIGKILL);
        (void)waitpid(pid, NULL, 0);
        has_any = true;
    }
    return has_any;
}

/* What the keeper's death left to us: what it held when a process killed it, and what kill_below()
   did not see, because the kernel's list of children may leave some out while others end. Only a
   list of ours is sure: nobody leaves it unless we take him off. */
static void kill_adopted(struct sandbox *sandbox)
{
    for (int round = 0; round < KILL_ROUNDS_MAX; round++)
        if (!kill_children(sandbox))
            return;
}

void keeper_kill_all(struct sandbox *sandbox)
{
    pid_t pid = sandbox->keeper.pid;
    if (pid == 0)
        return;
    if (!(sandbox->layers & SANDBOX_NAMESPACES))
        kill_below(sandbox);
    (void)kill(pid, SIGKILL);
    (void)waitpid(pid, NULL, 0);
    sandbox->keeper.pid = 0;
    if (!(sandbox->layers & SANDBOX_NAMESPACES))
        kill_adopted(sandbox);
}

void keeper_close(struct sandbox *sandbox)
{
    keeper_kill_all(sandbox);
    if (sandbox->keeper.control_fd < 0)
        return;
    loop_watch(sandbox->loop, sandbox->keeper.control_fd, 0, NULL, NULL);
    close(sandbox->keeper.control_fd);
    sandbox->keeper.control_fd = -1;
}
