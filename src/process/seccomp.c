/* The seccomp filter: what a script has no business with is answered with an error. */
#include "process/sandbox_private.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <seccomp.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

/* Ways to other processes, mounts, namespaces, the kernel, and round the filter (io_uring). */
static const int denied_calls[] = {
    SCMP_SYS(ptrace),
    SCMP_SYS(process_vm_readv),
    SCMP_SYS(process_vm_writev),
    SCMP_SYS(kcmp),
    SCMP_SYS(pidfd_getfd),
    SCMP_SYS(mount),
    SCMP_SYS(umount2),
    SCMP_SYS(pivot_root),
    SCMP_SYS(chroot),
    SCMP_SYS(move_mount),
    SCMP_SYS(open_tree),
    SCMP_SYS(fsopen),
    SCMP_SYS(fsconfig),
    SCMP_SYS(fsmount),
    SCMP_SYS(fspick),
    SCMP_SYS(mount_setattr),
    SCMP_SYS(unshare),
    SCMP_SYS(setns),
    SCMP_SYS(keyctl),
    SCMP_SYS(add_key),
    SCMP_SYS(request_key),
    SCMP_SYS(bpf),
    SCMP_SYS(perf_event_open),
    SCMP_SYS(userfaultfd),
    SCMP_SYS(kexec_load),
    SCMP_SYS(kexec_file_load),
    SCMP_SYS(init_module),
    SCMP_SYS(finit_module),
    SCMP_SYS(delete_module),
    SCMP_SYS(reboot),
    SCMP_SYS(swapon),
    SCMP_SYS(swapoff),
    SCMP_SYS(acct),
    SCMP_SYS(settimeofday),
    SCMP_SYS(clock_settime),
    SCMP_SYS(adjtimex),
    SCMP_SYS(clock_adjtime),
    SCMP_SYS(name_to_handle_at),
    SCMP_SYS(open_by_handle_at),
    SCMP_SYS(quotactl),
    SCMP_SYS(sethostname),
    SCMP_SYS(setdomainname),
    SCMP_SYS(iopl),
    SCMP_SYS(ioperm),
    SCMP_SYS(syslog),
    SCMP_SYS(vhangup),
    SCMP_SYS(io_uring_setup),
    SCMP_SYS(io_uring_enter),
    SCMP_SYS(io_uring_register),
};

#define NEW_NAMESPACES                                                                             \
    (CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER | CLONE_NEWPID |  \
     CLONE_NEWNET)

static int deny_each(scmp_filter_ctx filter, const int *calls, gsize count, unsigned number)
{
    int problem = 0;
    for (gsize i = 0; problem == 0 && i < count; i++)
        problem = seccomp_rule_add(filter, SCMP_ACT_ERRNO(number), calls[i], 0);
    return problem;
}

/* clone3() keeps its flags in memory, where a filter cannot look; without it libc takes clone(). */
static int deny_namespaces(scmp_filter_ctx filter)
{
    int problem = seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0);
    for (unsigned bit = 0; problem == 0 && bit < 32; bit++) {
        unsigned flag = 1U << bit;
        if (flag & (unsigned)NEW_NAMESPACES)
            problem = seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(clone), 1,
                                       SCMP_A0(SCMP_CMP_MASKED_EQ, flag, flag));
    }
    return problem;
}

/* libseccomp's own macros leave a field out, which clang takes for a mistake. */
static struct scmp_arg_cmp argument(unsigned index, enum scmp_compare compare, scmp_datum_t value)
{
    return (struct scmp_arg_cmp){.arg = index, .op = compare, .datum_a = value};
}

/* The error is that of a machine without network. With a mount and a network namespace unix sockets
   lead nowhere outside; without them they would lead to docker.sock. Few rules, because libseccomp
   takes longer for each the more there are. */
static int deny_sockets(scmp_filter_ctx filter, bool is_unix_allowed)
{
    int problem = seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENETUNREACH), SCMP_SYS(socket), 1,
                                   argument(0, SCMP_CMP_NE, AF_UNIX));
    if (problem == 0 && !is_unix_allowed)
        problem = seccomp_rule_add(filter, SCMP_ACT_ERRNO(EACCES), SCMP_SYS(socket), 1,
                                   argument(0, SCMP_CMP_EQ, AF_UNIX));
    return problem;
}

static int deny_signal_to(scmp_filter_ctx filter, int target)
{
    static const int calls[] = {SCMP_SYS(kill), SCMP_SYS(tkill), SCMP_SYS(tgkill),
                                SCMP_SYS(rt_sigqueueinfo), SCMP_SYS(rt_tgsigqueueinfo)};
    int problem = 0;
    for (gsize i = 0; problem == 0 && i < G_N_ELEMENTS(calls); i++)
        problem = seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), calls[i], 1,
                                   SCMP_A0(SCMP_CMP_MASKED_EQ, UINT32_MAX, (uint32_t)target));
    return problem;
}

/* Only where numbers are the machine's own. Others of the same user cannot be named here. */
static int deny_signals(scmp_filter_ctx filter)
{
    const int targets[] = {-1, getpid(), -getpgrp(), getppid()};
    int problem = seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(pidfd_send_signal), 0);
    for (gsize i = 0; problem == 0 && i < G_N_ELEMENTS(targets); i++)
        if (targets[i] != 0)
            problem = deny_signal_to(filter, targets[i]);
    return problem;
}

/* What changes a file by its path; Landlock lets it pass, see preload/metadata.c. The last are
   those of Linux 6.6, 6.13 and 6.17, which libseccomp may not know by name. */
static const int path_calls[] = {
    SCMP_SYS(chmod),  SCMP_SYS(fchmodat),  SCMP_SYS(chown),
    SCMP_SYS(lchown), SCMP_SYS(fchownat),  SCMP_SYS(utime),
    SCMP_SYS(utimes), SCMP_SYS(futimesat), 452 /* fchmodat2 */,
};
static const int attribute_calls[] = {
    SCMP_SYS(setxattr),   SCMP_SYS(lsetxattr),     SCMP_SYS(removexattr),  SCMP_SYS(lremovexattr),
    463 /* setxattrat */, 466 /* removexattrat */, 469 /* file_setattr */,
};

static int deny_metadata(scmp_filter_ctx filter)
{
    int problem = deny_each(filter, path_calls, G_N_ELEMENTS(path_calls), EPERM);
    if (problem == 0) /* without a path it is futimens() */
        problem = seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(utimensat), 1,
                                   argument(1, SCMP_CMP_NE, 0));
    return problem != 0
               ? problem
               : deny_each(filter, attribute_calls, G_N_ELEMENTS(attribute_calls), EOPNOTSUPP);
}

/* Limits of other processes, ours among them. */
static int deny_limits_of_others(scmp_filter_ctx filter)
{
    return seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(prlimit64), 1,
                            argument(0, SCMP_CMP_NE, 0));
}

/* What namespaces do where there are any. */
static int deny_without_namespaces(scmp_filter_ctx filter)
{
    int problem = deny_signals(filter);
    if (problem == 0)
        problem = deny_metadata(filter);
    return problem == 0 ? deny_limits_of_others(filter) : problem;
}

/* A process that hides from its owner could compute unseen: it is told that it does. */
static int keep_visible(scmp_filter_ctx filter)
{
    return seccomp_rule_add(filter, SCMP_ACT_ERRNO(0), SCMP_SYS(prctl), 1,
                            argument(0, SCMP_CMP_EQ, PR_SET_DUMPABLE));
}

/* Pushing characters into a terminal's input. */
static int deny_terminal(scmp_filter_ctx filter)
{
    enum {
        IOCTL_TIOCSTI = 0x5412,
        IOCTL_TIOCLINUX = 0x541c,
    };
    int problem = seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(ioctl), 1,
                                   SCMP_A1(SCMP_CMP_MASKED_EQ, UINT32_MAX, IOCTL_TIOCSTI));
    return problem != 0
               ? problem
               : seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(ioctl), 1,
                                  SCMP_A1(SCMP_CMP_MASKED_EQ, UINT32_MAX, IOCTL_TIOCLINUX));
}

static int fill(scmp_filter_ctx filter, bool has_namespaces)
{
    int problem = seccomp_attr_set(filter, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_ERRNO(ENOSYS));
    if (problem == 0)
        problem = deny_each(filter, denied_calls, G_N_ELEMENTS(denied_calls), EPERM);
    if (problem == 0)
        problem = deny_namespaces(filter);
    if (problem == 0)
        problem = deny_sockets(filter, has_namespaces);
    if (problem == 0 && !has_namespaces)
        problem = deny_without_namespaces(filter);
    if (problem == 0)
        problem = deny_terminal(filter);
    return problem == 0 ? keep_visible(filter) : problem;
}

int seccomp_program(bool has_namespaces, GError **error)
{
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
    int fd = memfd_create("filter", MFD_CLOEXEC);
    int problem = filter == NULL || fd < 0 ? -ENOMEM : fill(filter, has_namespaces);
    if (problem == 0)
        problem = seccomp_export_bpf(filter, fd);
    if (filter != NULL)
        seccomp_release(filter);
    if (problem == 0)
        return fd;
    if (fd >= 0)
        close(fd);
    g_set_error(error, BASE_ERROR, BASE_ERROR_IO, "a seccomp filter: %s", g_strerror(-problem));
    return -1;
}
