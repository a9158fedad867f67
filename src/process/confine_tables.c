/* What processes see of the machine, and what they may use. */
#include "process/confine_tables.h"

#include <stddef.h>

const char *const confine_system_paths[] = {
    "/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32", "/proc", NULL,
};

const char *const confine_etc_names[] = {
    "alternatives",
    "ca-certificates",
    "ca-certificates.conf",
    "debian_version",
    "ld.so.cache",
    "ld.so.conf",
    "ld.so.conf.d",
    "localtime",
    "magic",
    "mime.types",
    "os-release",
    "perl",
    "protocols",
    "python3",
    "python3.11",
    "python3.12",
    "python3.13",
    "services",
    "ssl",
    "timezone",
    NULL,
};

const char *const confine_device_names[] = {
    "null", "zero", "full", "random", "urandom", NULL,
};

const struct confine_open_folder confine_open_folders[] = {
    {"/usr/local/bin", "local-bin"},
    {"/opt", "opt"},
    {NULL, NULL},
};

/* git --exec-path is the first folder on Debian and Ubuntu, the second on Fedora. */
const struct confine_standin confine_standins[] = {
    {"/usr/lib/git-core/git-remote-http", "git-remote-http"},
    {"/usr/lib/git-core/git-remote-https", "git-remote-https"},
    {"/usr/libexec/git-core/git-remote-http", "git-remote-http"},
    {"/usr/libexec/git-core/git-remote-https", "git-remote-https"},
    {NULL, NULL},
};

/* Of one process each; the number of processes is counted as well (limits.h), because as root the
   kernel's limit does not hold. */
const struct confine_limit confine_limit_table[] = {
    {RLIMIT_FSIZE, (rlim_t)1 << 30},
    {RLIMIT_DATA, (rlim_t)4 << 30},
    {RLIMIT_NOFILE, 1024},
    {RLIMIT_NPROC, 1024},
    {0, 0},
};
