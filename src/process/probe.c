/* Which layers work on this machine: each is tried in a process of its own. */
#include "process/confine.h"
#include "process/sandbox_private.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

struct attempt {
    enum sandbox_layer layer;
    const char *name;
    int (*run)(void); /* in a child; 0 or errno */
};

static int try_namespaces(void)
{
    const struct confine confine = {0};
    const char *at;
    unsigned user_id = getuid(), group_id = getgid();
    long pid = syscall(SYS_clone, confine_clone_flags() | SIGCHLD, NULL, NULL, NULL, NULL);
    int status = 0;
    if (pid < 0)
        return errno;
    if (pid == 0)
        _exit(confine_root(&confine, user_id, group_id, &at));
    if (waitpid((pid_t)pid, &status, 0) < 0)
        return errno;
    return WIFEXITED(status) ? WEXITSTATUS(status) : EPERM;
}

static int try_landlock(void)
{
    const struct confine confine = {
        .directory = "/tmp", .home = "/tmp", .run_directory = "/tmp", .has_landlock = true};
    const char *at;
    int problem = landlock_abi() > 0 ? confine_privileges(&at) : ENOSYS;
    return problem == 0 ? confine_landlock(&confine, &at) : problem;
}

static int try_seccomp(void)
{
    const char *at;
    int fd = seccomp_program(/* is_socket_allowed= */ false, NULL);
    off_t length = fd < 0 ? -1 : lseek(fd, 0, SEEK_END);
    if (length <= 0)
        return ENOSYS;
    void *program = mmap(NULL, (size_t)length, PROT_READ, MAP_PRIVATE, fd, 0);
    if (program == MAP_FAILED || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
        return errno;
    return confine_seccomp(program, (size_t)length, &at);
}

static int try_ordinary_user(void)
{
    const char *at;
    return confine_user(&at);
}

static const struct attempt attempts[] = {
    {SANDBOX_NAMESPACES, "namespaces", try_namespaces},
    {SANDBOX_LANDLOCK, "Landlock", try_landlock},
    {SANDBOX_SECCOMP, "seccomp", try_seccomp},
    {SANDBOX_ORDINARY_USER, "ordinary user for root to become", try_ordinary_user},
};

static int attempt_in_child(const struct attempt *attempt)
{
    int status = 0;
    pid_t pid = fork();
    if (pid < 0)
        return errno;
    if (pid == 0)
        _exit(attempt->run());
    while (waitpid(pid, &status, 0) < 0)
        if (errno != EINTR)
            return errno;
    return WIFEXITED(status) ? WEXITSTATUS(status) : EPERM;
}

unsigned sandbox_probe(char **missing)
{
    unsigned layers = 0;
    g_autoptr(GString) text = g_string_new(NULL);
    for (gsize i = 0; i < G_N_ELEMENTS(attempts); i++) {
        if (attempts[i].layer == SANDBOX_ORDINARY_USER && geteuid() != 0)
            continue; /* is one */
        int problem = attempt_in_child(&attempts[i]);
        if (problem == 0)
            layers |= attempts[i].layer;
        else
            g_string_append_printf(text, "%s%s (%s)", text->len > 0 ? ", " : "", attempts[i].name,
                                   g_strerror(problem));
    }
    *missing = text->len > 0 ? g_strdup_printf("this machine gives no %s", text->str) : NULL;
    return layers;
}
