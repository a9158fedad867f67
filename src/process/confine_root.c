/* The namespaces: a root that shows a minimal system read-only, one home, a /tmp, no network. */
#include "process/confine.h"
#include "process/confine_tables.h"
#include "process/preload/clock_page.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* linux/mount.h, which cannot be included beside sys/mount.h. */
#define ATTRIBUTE_RDONLY 0x1
#define ATTRIBUTE_NOSUID 0x2
#define ATTRIBUTE_NODEV  0x4
#define RECURSIVE        0x8000 /* AT_RECURSIVE */

struct mount_attributes {
    unsigned long long set, clear, propagation, user_namespace_fd;
};

int confine_clone_flags(void)
{
    return CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS;
}

static int write_file(const char *path, const char *text)
{
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    if (fd < 0)
        return errno;
    int problem = write(fd, text, strlen(text)) < 0 ? errno : 0;
    close(fd);
    return problem;
}

static int map_ids(unsigned user_id, unsigned group_id)
{
    char line[64];
    int problem = write_file("/proc/self/setgroups", "deny");
    if (problem != 0)
        return problem;
    snprintf(line, sizeof(line), "%u %u 1", (unsigned)CONFINE_USER_ID, user_id);
    problem = write_file("/proc/self/uid_map", line);
    if (problem != 0)
        return problem;
    snprintf(line, sizeof(line), "%u %u 1", (unsigned)CONFINE_USER_ID, group_id);
    return write_file("/proc/self/gid_map", line);
}

/* Makes all folders of a path that is relative to the new root. */
static int make_folders(const char *path)
{
    char partial[4096];
    size_t length = strlen(path);
    if (length >= sizeof(partial))
        return ENAMETOOLONG;
    for (size_t i = 1; i <= length; i++) {
        if (path[i] != '/' && path[i] != '\0')
            continue;
        memcpy(partial, path, i);
        partial[i] = '\0';
        if (mkdir(partial, 0755) < 0 && errno != EEXIST)
            return errno;
    }
    return 0;
}

static int make_place(const char *target, bool is_folder)
{
    if (is_folder)
        return make_folders(target);
    int fd = open(target, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
    if (fd < 0)
        return errno;
    close(fd);
    return 0;
}

/* Shows source at target, which is relative to the new root. What is not there is left out. */
static int show(const char *source, const char *target, unsigned long long attributes)
{
    struct stat status;
    if (stat(source, &status) < 0)
        return 0;
    int problem = make_place(target, S_ISDIR(status.st_mode));
    if (problem != 0)
        return problem;
    if (mount(source, target, NULL, MS_BIND | MS_REC, NULL) < 0)
        return errno;
    struct mount_attributes change = {.set = attributes};
    long result = syscall(SYS_mount_setattr, AT_FDCWD, target, RECURSIVE, &change, sizeof(change));
    return result < 0 ? errno : 0;
}

static int show_read_only(const char *source, const char *target)
{
    return show(source, target, ATTRIBUTE_RDONLY | ATTRIBUTE_NOSUID | ATTRIBUTE_NODEV);
}

static int show_writable(const char *source, const char *target)
{
    return show(source, target, ATTRIBUTE_NOSUID | ATTRIBUTE_NODEV);
}

static int show_below(const char *folder, const char *name, const char *target_folder,
                      int (*how)(const char *source, const char *target))
{
    char source[4096], target[4096];
    if (snprintf(source, sizeof(source), "%s/%s", folder, name) >= (int)sizeof(source) ||
        snprintf(target, sizeof(target), "%s/%s", target_folder, name) >= (int)sizeof(target))
        return ENAMETOOLONG;
    return how(source, target);
}

/* A link stays a link: /lib is one to usr/lib on most systems. */
static int show_system_folder(const char *path)
{
    char link[256];
    ssize_t length = readlink(path, link, sizeof(link) - 1);
    if (length < 0)
        return show_read_only(path, path + 1);
    link[length] = '\0';
    return symlink(link, path + 1) < 0 ? errno : 0;
}

static bool is_replaced_in_usr(const char *name)
{
    return name[0] == '.' || strcmp(name, "bin") == 0 || strcmp(name, "sbin") == 0 ||
           strcmp(name, "games") == 0;
}

/* /usr but for its programs: /usr/bin is the private PATH, so that absolute names lead there too.
 */
static int show_usr(const struct confine *confine)
{
    DIR *folder = opendir("/usr");
    int problem = folder == NULL ? errno : make_folders("usr");
    struct dirent *entry;
    while (problem == 0 && folder != NULL && (entry = readdir(folder)) != NULL) {
        char path[300];
        if (is_replaced_in_usr(entry->d_name))
            continue;
        snprintf(path, sizeof(path), "/usr/%s", entry->d_name);
        problem = show_system_folder(path);
    }
    if (folder != NULL)
        closedir(folder);
    if (problem == 0)
        problem = show_below(confine->run_directory, "bin", "usr", show_read_only);
    if (problem == 0 && (symlink("bin", "usr/sbin") < 0 || symlink("usr/bin", "bin") < 0 ||
                         symlink("usr/bin", "sbin") < 0))
        problem = errno;
    return problem == 0 ? confine_cover(confine) : problem;
}

static int show_libraries(void)
{
    static const char *const folders[] = {"/lib", "/lib32", "/lib64", "/libx32", NULL};
    int problem = 0;
    for (const char *const *folder = folders; problem == 0 && *folder != NULL; folder++)
        if (access(*folder, F_OK) == 0)
            problem = show_system_folder(*folder);
    return problem;
}

static int show_etc(const struct confine *confine)
{
    int problem = confine_etc(confine);
    for (const char *const *name = confine_etc_names; problem == 0 && *name != NULL; name++)
        problem = show_below("/etc", *name, "etc", show_read_only);
    if (problem == 0)
        problem = show_below(confine->run_directory, "gitconfig", "etc", show_read_only);
    return problem;
}

/* A folder in memory of its own, because the root is read-only in the end. */
static int make_writable(const char *path, const char *options)
{
    int problem = make_folders(path);
    if (problem != 0)
        return problem;
    return mount("tmpfs", path, "tmpfs", MS_NOSUID | MS_NODEV, options) < 0 ? errno : 0;
}

/* A device must not lose what makes it one: no ATTRIBUTE_NODEV. */
static int show_device(const char *source, const char *target)
{
    return show(source, target, ATTRIBUTE_NOSUID);
}

static int show_devices(void)
{
    int problem = make_folders("dev");
    for (const char *const *name = confine_device_names; problem == 0 && *name != NULL; name++)
        problem = show_below("/dev", *name, "dev", show_device);
    if (problem == 0 &&
        (symlink("/proc/self/fd", "dev/fd") < 0 || symlink("/proc/self/fd/0", "dev/stdin") < 0 ||
         symlink("/proc/self/fd/1", "dev/stdout") < 0 ||
         symlink("/proc/self/fd/2", "dev/stderr") < 0))
        problem = errno;
    return problem == 0 ? make_writable("dev/shm", "mode=1777,size=64m") : problem;
}

/* Scripts look whether the Docker daemon's socket is there and change its mode. Nobody listens:
   the docker command is not a real one. It alone is shown from a folder in memory, so that the rest
   of /run stays read-only. */
static int make_engine_socket(void)
{
    int problem = make_writable("run/engine", "mode=755,size=16k");
    if (problem == 0)
        problem = make_folders("var");
    if (problem == 0 && mknod("run/engine/docker.sock", S_IFSOCK | 0660, 0) < 0)
        problem = errno;
    if (problem == 0 && chmod("run/engine/docker.sock", 0660) < 0)
        problem = errno;
    if (problem == 0)
        problem = confine_write("run/docker.sock", "%s", "");
    if (problem == 0 && mount("run/engine/docker.sock", "run/docker.sock", NULL, MS_BIND, NULL) < 0)
        problem = errno;
    return problem == 0 && symlink("/run", "var/run") < 0 ? errno : problem;
}

static int show_own(const struct confine *confine)
{
    int problem = make_folders("run/seatrial");
    if (problem == 0)
        problem = make_engine_socket();
    if (problem == 0)
        problem = make_writable("run/seatrial/calls", "mode=755,size=256k");
    if (problem == 0 && mkfifo("run/seatrial/calls/door", 0600) < 0)
        problem = errno;
    if (problem == 0)
        problem = show_read_only("/usr/bin", "run/seatrial/programs");
    if (problem == 0)
        problem = show_read_only("/usr/local/bin", "run/seatrial/local-programs");
    if (problem == 0)
        problem = show_read_only(confine->stub, "run/seatrial/stub");
    if (problem == 0 && confine->preload_library[0] != '\0')
        problem = show_read_only(confine->preload_library, "run/seatrial/" PRELOAD_LIBRARY_NAME);
    return problem == 0
               ? show_below(confine->run_directory, CLOCK_PAGE_NAME, "run/seatrial", show_read_only)
               : problem;
}

static bool has_settings(const struct confine *confine)
{
    return confine->settings_folder != NULL && confine->settings_folder[0] != '\0';
}

/* Its modes say who may write there (settings.c). */
static int show_settings(const struct confine *confine)
{
    char source[4096];
    if (snprintf(source, sizeof(source), "%s/settings", confine->run_directory) >=
        (int)sizeof(source))
        return ENAMETOOLONG;
    return show_writable(source, confine->settings_folder + 1);
}

/* One that the machine has not, below what is read-only, is left out. */
static int show_open_folders(const struct confine *confine)
{
    int problem = 0;
    for (const struct confine_open_folder *each = confine_open_folders;
         problem == 0 && confine->has_open_folders && each->path != NULL; each++) {
        char source[4096];
        if (snprintf(source, sizeof(source), "%s/%s", confine->run_directory, each->name) >=
            (int)sizeof(source))
            return ENAMETOOLONG;
        if (strncmp(each->path, "/usr/", strlen("/usr/")) != 0 || access(each->path + 1, F_OK) == 0)
            problem = show_writable(source, each->path + 1);
    }
    return problem;
}

static int show_private(const struct confine *confine)
{
    int problem = show_own(confine);
    if (problem == 0)
        problem = show_below(confine->run_directory, "tmp", ".", show_writable);
    if (problem == 0)
        problem = show_writable(confine->directory, confine->home + 1);
    if (problem == 0 && has_settings(confine))
        problem = show_settings(confine);
    if (problem == 0)
        problem = show_open_folders(confine);
    if (problem == 0 && symlink("/tmp", "var/tmp") < 0)
        problem = errno;
    return problem;
}

/* Where the machine's own /proc is covered in parts, as in a container, the kernel lets nobody
   mount a new one; the old one then shows more numbers, and no more than numbers. */
static int show_proc(void)
{
    if (mkdir("proc", 0755) < 0)
        return errno;
    if (mount("proc", "proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) == 0)
        return 0;
    return mount("/proc", "proc", NULL, MS_BIND | MS_REC, NULL) < 0 ? errno : 0;
}

static int build_root(const struct confine *confine, const char **at)
{
    *at = "showing /usr";
    int problem = show_usr(confine);
    if (problem == 0) {
        *at = "showing libraries";
        problem = show_libraries();
    }
    if (problem == 0) {
        *at = "showing /etc";
        problem = show_etc(confine);
    }
    if (problem == 0) {
        *at = "showing /dev";
        problem = show_devices();
    }
    if (problem == 0) {
        *at = "showing the home";
        problem = show_private(confine);
    }
    return problem;
}

/* The old root lies below the new one for a moment and is let go. */
static int enter_root(void)
{
    if (syscall(SYS_pivot_root, ".", ".") < 0 || umount2(".", MNT_DETACH) < 0 || chdir("/") < 0)
        return errno;
    return mount(NULL, "/", NULL, MS_REMOUNT | MS_BIND | MS_RDONLY | MS_NOSUID | MS_NODEV, NULL) < 0
               ? errno
               : 0;
}

static int begin_root(const struct confine *confine)
{
    char place[4096] = "/tmp";
    if (confine->directory != NULL &&
        snprintf(place, sizeof(place), "%s/root", confine->run_directory) >= (int)sizeof(place))
        return ENAMETOOLONG;
    if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
        mount("tmpfs", place, "tmpfs", MS_NOSUID | MS_NODEV, "mode=755,size=1m") < 0 ||
        chdir(place) < 0)
        return errno;
    return 0;
}

int confine_root(const struct confine *confine, unsigned user_id, unsigned group_id,
                 const char **at)
{
    *at = "mapping the user";
    int problem = map_ids(user_id, group_id);
    if (problem != 0)
        return problem;
    *at = "mounting a root";
    problem = begin_root(confine);
    if (problem == 0) {
        *at = "mounting /proc";
        problem = show_proc();
    }
    if (problem == 0 && confine->directory != NULL)
        problem = build_root(confine, at);
    if (problem != 0)
        return problem;
    *at = "entering the root";
    (void)sethostname("runner", 6);
    return enter_root();
}
