/* The layers but for the root: privileges, limits, Landlock, seccomp. Runs in the keeper. */
#include "process/confine.h"

#include "process/confine_tables.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <linux/capability.h>

/* The kernel's ABI of Landlock, spelled here because older headers know only its beginning
   (Documentation/userspace-api/landlock.rst). */
#define LANDLOCK_ALL_FILE_RIGHTS UINT64_C(0x1fff)    /* ABI 1 */
#define LANDLOCK_REFER           (UINT64_C(1) << 13) /* ABI 2 */
#define LANDLOCK_TRUNCATE        (UINT64_C(1) << 14) /* ABI 3 */
#define LANDLOCK_IOCTL_DEV       (UINT64_C(1) << 15) /* ABI 5 */
#define LANDLOCK_EXECUTE         (UINT64_C(1) << 0)
#define LANDLOCK_WRITE_FILE      (UINT64_C(1) << 1)
#define LANDLOCK_READ_FILE       (UINT64_C(1) << 2)
#define LANDLOCK_READ_DIR        (UINT64_C(1) << 3)
#define LANDLOCK_ALL_TCP         UINT64_C(3) /* ABI 4: bind, connect */
#define LANDLOCK_ALL_SCOPES      UINT64_C(3) /* ABI 6: abstract sockets, signals */

struct landlock_ruleset {
    uint64_t files;
    uint64_t network;
    uint64_t scopes;
};

struct landlock_beneath {
    uint64_t allowed;
    int32_t parent_fd;
} __attribute__((packed));

int landlock_abi(void)
{
    long abi = syscall(SYS_landlock_create_ruleset, NULL, 0, /* flags: version */ 1);
    return abi < 0 ? 0 : (int)abi;
}

static uint64_t landlock_file_rights(int abi)
{
    uint64_t rights = LANDLOCK_ALL_FILE_RIGHTS;
    if (abi >= 2)
        rights |= LANDLOCK_REFER;
    if (abi >= 3)
        rights |= LANDLOCK_TRUNCATE;
    if (abi >= 5)
        rights |= LANDLOCK_IOCTL_DEV;
    return rights;
}

/* A path that does not exist allows nothing and is no error. */
static int allow(int ruleset, const char *path, uint64_t rights)
{
    const uint64_t of_files = LANDLOCK_EXECUTE | LANDLOCK_WRITE_FILE | LANDLOCK_READ_FILE |
                              LANDLOCK_TRUNCATE | LANDLOCK_IOCTL_DEV;
    struct stat status;
    int fd = open(path, O_PATH | O_CLOEXEC);
    if (fd < 0)
        return 0;
    if (fstat(fd, &status) == 0 && !S_ISDIR(status.st_mode))
        rights &= of_files;
    struct landlock_beneath rule = {.allowed = rights, .parent_fd = fd};
    long result = syscall(SYS_landlock_add_rule, ruleset, /* beneath */ 1, &rule, 0);
    int problem = result < 0 ? errno : 0;
    close(fd);
    return problem;
}

static int allow_below(int ruleset, const char *folder, const char *name, uint64_t rights)
{
    char path[4096];
    if (snprintf(path, sizeof(path), "%s/%s", folder, name) >= (int)sizeof(path))
        return ENAMETOOLONG;
    return allow(ruleset, path, rights);
}

static int allow_reading(int ruleset, const struct confine *confine)
{
    const uint64_t rights = LANDLOCK_EXECUTE | LANDLOCK_READ_FILE | LANDLOCK_READ_DIR;
    if (confine->has_namespaces)
        return allow(ruleset, "/", rights); /* the private root shows nothing else */
    int problem = allow(ruleset, confine->run_directory, rights);
    for (const char *const *path = confine_system_paths; problem == 0 && *path != NULL; path++)
        problem = allow(ruleset, *path, rights);
    for (const char *const *name = confine_etc_names; problem == 0 && *name != NULL; name++)
        problem = allow_below(ruleset, "/etc", *name, rights);
    return problem;
}

static int allow_writing(int ruleset, const struct confine *confine, uint64_t all)
{
    const char *run = confine->has_namespaces ? "/run/seatrial" : confine->run_directory;
    int problem = allow(ruleset, confine->has_namespaces ? confine->home : confine->directory, all);
    if (problem == 0)
        problem = allow_below(ruleset, run, "calls", all);
    if (problem == 0)
        problem = confine->has_namespaces ? allow(ruleset, "/tmp", all)
                                          : allow_below(ruleset, run, "tmp", all);
    if (problem == 0 && confine->has_namespaces)
        problem = allow(ruleset, "/dev/shm", all);
    if (problem == 0 && confine->has_namespaces && confine->settings_folder[0] != '\0')
        problem = allow(ruleset, confine->settings_folder, all);
    for (const struct confine_open_folder *each = confine_open_folders;
         problem == 0 && confine->has_open_folders && each->path != NULL; each++)
        problem = allow(ruleset, each->path, all);
    for (const char *const *name = confine_device_names; problem == 0 && *name != NULL; name++)
        problem = allow_below(ruleset, "/dev", *name, all);
    return problem;
}

int confine_landlock(const struct confine *confine, const char **at)
{
    int abi = landlock_abi();
    struct landlock_ruleset attributes = {.files = landlock_file_rights(abi)};
    /* Rights a kernel knows not are left out of the size as well. */
    size_t size = sizeof(attributes.files);
    if (abi >= 4) {
        attributes.network = LANDLOCK_ALL_TCP;
        size += sizeof(attributes.network);
    }
    if (abi >= 6) {
        attributes.scopes = LANDLOCK_ALL_SCOPES;
        size += sizeof(attributes.scopes);
    }
    *at = "creating Landlock rules";
    long ruleset = syscall(SYS_landlock_create_ruleset, &attributes, size, 0);
    if (ruleset < 0)
        return errno;
    *at = "adding Landlock rules";
    int problem = allow_reading((int)ruleset, confine);
    if (problem == 0)
        problem = allow_writing((int)ruleset, confine, attributes.files);
    if (problem == 0) {
        *at = "entering Landlock rules";
        problem = syscall(SYS_landlock_restrict_self, ruleset, 0) < 0 ? errno : 0;
    }
    close((int)ruleset);
    return problem;
}

int confine_seccomp(const void *program, size_t length_bytes, const char **at)
{
    struct sock_fprog filter = {
        .len = (unsigned short)(length_bytes / sizeof(struct sock_filter)),
        .filter = (struct sock_filter *)(uintptr_t)program,
    };
    *at = "installing the seccomp filter";
    return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) < 0 ? errno : 0;
}

/* The program of seccomp.c is made before this process is there to be named. */
int confine_shield(const char **at)
{
    const uint32_t deny = SECCOMP_RET_ERRNO | EPERM;
    const uint32_t us = (uint32_t)getpid(), our_group = (uint32_t)-getpgrp();
    struct sock_filter program[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_kill, 5, 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_tkill, 4, 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_tgkill, 3, 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_rt_sigqueueinfo, 2, 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_rt_tgsigqueueinfo, 1, 0),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, us, 1, 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, our_group, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, deny),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    return confine_seccomp(program, sizeof(program), at);
}

int confine_user(const char **at)
{
    *at = "becoming an ordinary user";
    if (syscall(SYS_setgroups, 0, NULL) < 0 ||
        syscall(SYS_setresgid, CONFINE_ORDINARY_USER_ID, CONFINE_ORDINARY_USER_ID,
                CONFINE_ORDINARY_USER_ID) < 0 ||
        syscall(SYS_setresuid, CONFINE_ORDINARY_USER_ID, CONFINE_ORDINARY_USER_ID,
                CONFINE_ORDINARY_USER_ID) < 0)
        return errno;
    /* The change closes /proc/PID to the host, which looks there. */
    return prctl(PR_SET_DUMPABLE, 1, 0, 0, 0) < 0 ? errno : 0;
}

/* Root without a user namespace would get its capabilities back with every exec. */
int confine_privileges(const char **at)
{
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct none[2] = {{0}};

    *at = "giving up privileges";
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
        return errno;
    for (unsigned long capability = 0; prctl(PR_CAPBSET_READ, capability) >= 0; capability++)
        if (prctl(PR_CAPBSET_DROP, capability) < 0 && errno != EPERM)
            return errno;
    (void)prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
    return syscall(SYS_capset, &header, none) < 0 ? errno : 0;
}

static int limit(int resource, rlim_t value)
{
    struct rlimit current;
    if (getrlimit((__rlimit_resource_t)resource, &current) < 0)
        return errno;
    if (value > current.rlim_max)
        value = current.rlim_max;
    const struct rlimit wanted = {value, value};
    return setrlimit((__rlimit_resource_t)resource, &wanted) < 0 ? errno : 0;
}

/* Outside a user namespace everything of this user counts: what there is now comes on top. */
static rlim_t process_limit(rlim_t value, bool has_user_namespace)
{
    DIR *processes = has_user_namespace ? NULL : opendir("/proc");
    const struct dirent *each;
    struct stat facts;
    while (processes != NULL && (each = readdir(processes)) != NULL)
        if (each->d_name[0] >= '1' && each->d_name[0] <= '9' &&
            fstatat(dirfd(processes), each->d_name, &facts, 0) == 0 && facts.st_uid == getuid())
            value++;
    if (processes != NULL)
        closedir(processes);
    return value;
}

int confine_limits(bool has_user_namespace, const char **at)
{
    *at = "limiting resources";
    for (const struct confine_limit *each = confine_limit_table; each->value != 0; each++) {
        bool is_count = each->resource == RLIMIT_NPROC;
        int problem =
            limit(each->resource,
                  is_count ? process_limit(each->value, has_user_namespace) : each->value);
        if (problem != 0)
            return problem;
    }
    const struct rlimit no_core = {0, 0};
    return setrlimit(RLIMIT_CORE, &no_core) < 0 ? errno : 0;
}
