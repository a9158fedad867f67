/*
 * The keeper: the parent of all processes of a sandbox. It confines itself, then starts programs as
 * it is asked and says how they ended. With a pid namespace it is its first process and takes all
 * others with it; without one it is their subreaper.
 */
#include "process/confine.h"
#include "process/stub/stub.h"
#include "process/wire.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    CHILDREN_MAX = 256,
    DESCRIPTORS_PER_START = 3,
};

struct kept {
    pid_t pid; /* 0: free */
    uint32_t number;
};

struct keeper {
    int empty_input_fd; /* what children read: at its end from the start */
    int signal_fd;
    struct kept children[CHILDREN_MAX];
};

static void report(enum keeper_news news, uint32_t number, int value, const char *text, int fd)
{
    struct keeper_report packet = {.news = news, .number = number, .value = value};
    struct iovec part = {&packet, sizeof(packet)};
    union {
        char bytes[CMSG_SPACE(sizeof(int))];
        struct cmsghdr alignment;
    } control = {{0}};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};

    if (text != NULL)
        snprintf(packet.text, sizeof(packet.text), "%s", text);
    if (fd >= 0) {
        message.msg_control = control.bytes;
        message.msg_controllen = sizeof(control.bytes);
        struct cmsghdr *header = CMSG_FIRSTHDR(&message);
        header->cmsg_level = SOL_SOCKET;
        header->cmsg_type = SCM_RIGHTS;
        header->cmsg_len = CMSG_LEN(sizeof(int));
        memcpy(CMSG_DATA(header), &fd, sizeof(fd));
    }
    (void)sendmsg(WIRE_CONTROL_FD, &message, MSG_NOSIGNAL);
}

static _Noreturn void fail(int problem, const char *at)
{
    report(KEEPER_FAILED, 0, problem, at, -1);
    _exit(WIRE_ABANDONED_EXIT);
}

/* The first process stays outside only to say the keeper's number; the host, a subreaper, inherits
   the keeper. */
static void enter_namespaces(const struct confine *confine)
{
    unsigned user_id = getuid(), group_id = getgid();
    long pid = syscall(SYS_clone, confine_clone_flags() | SIGCHLD, NULL, NULL, NULL, NULL);
    if (pid < 0)
        fail(errno, "creating namespaces");
    if (pid > 0) {
        report(KEEPER_PID, 0, (int)pid, NULL, -1);
        _exit(0);
    }
    const char *at = NULL;
    int problem = confine_root(confine, user_id, group_id, &at);
    if (problem != 0)
        fail(problem, at);
}

/* Whether seccomp is one of the layers. */
static bool install_filter(void)
{
    const char *at = NULL;
    struct stat status;
    if (fstat(WIRE_FILTER_FD, &status) < 0 || !S_ISREG(status.st_mode)) {
        close(WIRE_FILTER_FD);
        return false;
    }
    void *program = mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_PRIVATE, WIRE_FILTER_FD, 0);
    if (program == MAP_FAILED)
        fail(errno, "reading the seccomp filter");
    int problem = confine_seccomp(program, (size_t)status.st_size, &at);
    if (problem != 0)
        fail(problem, at);
    close(WIRE_FILTER_FD);
    return true;
}

/* What root's TMPDIR holds may be closed to everybody else. */
static int become_user(const struct confine *confine, const char **at)
{
    int problem = confine_user(at);
    if (problem == 0 && access(confine->directory, R_OK | W_OK | X_OK) < 0) {
        *at = "reaching the folder that TMPDIR names, as the ordinary user whom root becomes";
        problem = errno;
    }
    return problem;
}

/* Addresses are fixed so that what programs derive from them repeats. */
static void confine_self(const struct confine *confine)
{
    const char *at = NULL;
    (void)personality(ADDR_NO_RANDOMIZE);
    if (confine->has_namespaces)
        enter_namespaces(confine);
    else
        report(KEEPER_PID, 0, getpid(), NULL, -1);
    (void)prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
    umask(022);
    int problem = confine->is_root ? become_user(confine, &at) : 0;
    if (problem == 0)
        problem = confine_limits(confine->has_namespaces, &at);
    if (problem == 0)
        problem = confine_privileges(&at);
    if (problem == 0 && confine->has_landlock)
        problem = confine_landlock(confine, &at);
    if (problem != 0)
        fail(problem, at);
    if (install_filter() && !confine->has_namespaces)
        problem = confine_shield(&at);
    if (problem != 0)
        fail(problem, at);
}

/* Points into its description. */
struct program {
    const char *directory, *file;
    char **arguments, **environment;
};

static char *next_text(char **cursor)
{
    char *text = *cursor;
    *cursor += strlen(text) + 1;
    return text;
}

static char **split(char **cursor, uint32_t number)
{
    char **texts = calloc((size_t)number + 1, sizeof(*texts));
    for (uint32_t i = 0; texts != NULL && i < number; i++)
        texts[i] = next_text(cursor);
    return texts;
}

/* The first argument of a description for the keeper is the file, the others are argv. */
static bool program_parse(struct program *program, char *description)
{
    struct wire_counts counts;
    memcpy(&counts, description, sizeof(counts));
    char *cursor = description + sizeof(counts);
    program->directory = next_text(&cursor);
    program->file = next_text(&cursor);
    program->arguments = split(&cursor, counts.argument_count - 1);
    program->environment = split(&cursor, counts.variable_count);
    return program->arguments != NULL && program->environment != NULL;
}

/* In the child, which shares memory with the keeper until its exec. */
static int become(const struct keeper *keeper, const int *fds, const struct program *program)
{
    sigset_t none;
    sigemptyset(&none);
    if (setsid() < 0 || dup2(keeper->empty_input_fd, 0) < 0 || dup2(fds[1], 1) < 0 ||
        dup2(fds[2], 2) < 0 || chdir(program->directory) < 0 ||
        sigprocmask(SIG_SETMASK, &none, NULL) < 0)
        return errno;
    execve(program->file, program->arguments, program->environment);
    return errno;
}

static struct kept *free_place(struct keeper *keeper)
{
    for (int i = 0; i < CHILDREN_MAX; i++)
        if (keeper->children[i].pid == 0)
            return &keeper->children[i];
    return NULL;
}

static void report_started(uint32_t number, pid_t pid)
{
    int pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
    report(KEEPER_STARTED, number, pidfd < 0 ? errno : 0, NULL, pidfd);
    if (pidfd >= 0)
        close(pidfd);
}

static int start(struct keeper *keeper, uint32_t number, const int *fds,
                 const struct program *program)
{
    struct kept *place = free_place(keeper);
    volatile int problem = 0;
    if (place == NULL)
        return EAGAIN;
    pid_t pid = vfork();
    if (pid == 0) {
        problem = become(keeper, fds, program);
        _exit(127);
    }
    if (pid < 0)
        return errno;
    if (problem != 0) {
        waitpid(pid, NULL, 0);
        return problem;
    }
    *place = (struct kept){pid, number};
    report_started(number, pid);
    return 0;
}

static int start_described(struct keeper *keeper, uint32_t number, const int *fds)
{
    struct stat status;
    if (fstat(fds[0], &status) < 0)
        return errno;
    size_t length = (size_t)status.st_size;
    char *description = mmap(NULL, length, PROT_READ | PROT_WRITE, MAP_PRIVATE, fds[0], 0);
    if (description == MAP_FAILED)
        return errno;
    struct program program = {0};
    int problem =
        program_parse(&program, description) ? start(keeper, number, fds, &program) : ENOMEM;
    free(program.arguments);
    free(program.environment);
    munmap(description, length);
    return problem;
}

/* Without a pid namespace the host kills what is left; the keeper only has to go. */
static void take_request(struct keeper *keeper)
{
    struct keeper_request request;
    struct iovec part = {&request, sizeof(request)};
    union {
        char bytes[CMSG_SPACE(sizeof(int) * DESCRIPTORS_PER_START)];
        struct cmsghdr alignment;
    } control;
    struct msghdr message = {.msg_iov = &part,
                             .msg_iovlen = 1,
                             .msg_control = control.bytes,
                             .msg_controllen = sizeof(control.bytes)};
    int fds[DESCRIPTORS_PER_START];

    ssize_t length = recvmsg(WIRE_CONTROL_FD, &message, MSG_CMSG_CLOEXEC);
    if (length < 0 && errno == EINTR)
        return;
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    if (length != sizeof(request) || header == NULL || header->cmsg_len != CMSG_LEN(sizeof(fds)))
        _exit(0);
    memcpy(fds, CMSG_DATA(header), sizeof(fds));
    int problem = start_described(keeper, request.number, fds);
    if (problem != 0)
        report(KEEPER_NOT_STARTED, request.number, problem, NULL, -1);
    for (int i = 0; i < DESCRIPTORS_PER_START; i++)
        close(fds[i]);
}

static void reap(struct keeper *keeper)
{
    struct signalfd_siginfo ignored;
    pid_t pid;
    int status;
    (void)!read(keeper->signal_fd, &ignored, sizeof(ignored));
    while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
        int code = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
        for (int i = 0; i < CHILDREN_MAX; i++) {
            if (keeper->children[i].pid != pid)
                continue;
            keeper->children[i].pid = 0;
            report(KEEPER_EXITED, keeper->children[i].number, code, NULL, -1);
        }
    }
}

static void prepare(struct keeper *keeper)
{
    int input[2];
    sigset_t mask;
    sigemptyset(&mask);
    sigaddset(&mask, SIGCHLD);
    if (pipe2(input, O_CLOEXEC) < 0 || sigprocmask(SIG_BLOCK, &mask, NULL) < 0)
        fail(errno, "preparing the keeper");
    close(input[1]);
    keeper->empty_input_fd = input[0];
    keeper->signal_fd = signalfd(-1, &mask, SFD_CLOEXEC | SFD_NONBLOCK);
    if (keeper->signal_fd < 0 || fcntl(WIRE_CONTROL_FD, F_SETFD, FD_CLOEXEC) < 0)
        fail(errno, "preparing the keeper");
}

int keeper_main(int argument_count, char **arguments)
{
    struct keeper keeper = {0};
    if (argument_count != 8)
        return WIRE_ABANDONED_EXIT;
    struct confine confine = {
        .has_namespaces = strchr(arguments[1], 'n') != NULL,
        .has_landlock = strchr(arguments[1], 'l') != NULL,
        .is_root = strchr(arguments[1], 'u') != NULL,
        .has_open_folders = strchr(arguments[1], 'o') != NULL,
        .directory = arguments[2],
        .home = arguments[3],
        .run_directory = arguments[4],
        .stub = arguments[5],
        .preload_library = arguments[6],
        .settings_folder = arguments[7],
    };
    (void)syscall(SYS_close_range, WIRE_FILTER_FD + 1, ~0U, 0);
    (void)setsid();
    confine_self(&confine);
    prepare(&keeper);
    report(KEEPER_READY, 0, 0, NULL, -1);
    for (;;) {
        struct pollfd ends[] = {{.fd = WIRE_CONTROL_FD, .events = POLLIN},
                                {.fd = keeper.signal_fd, .events = POLLIN}};
        if (poll(ends, 2, -1) < 0)
            continue;
        if (ends[1].revents != 0)
            reap(&keeper);
        if (ends[0].revents != 0)
            take_request(&keeper);
    }
}
