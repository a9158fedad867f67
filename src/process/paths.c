/* Paths as processes see them, on this machine. Processes own what is there: links may lie. */
#include "process/sandbox_private.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

/* What of the machine a path is in, and the rest of the path; NULL: none that is the sandbox's. */
static char *root_of(const struct sandbox *sandbox, const char *absolute, const char **rest)
{
    gsize home_length = strlen(sandbox->home);
    bool has_root = sandbox->layers & SANDBOX_NAMESPACES;
    if (strncmp(absolute, sandbox->home, home_length) == 0 &&
        (absolute[home_length] == '/' || absolute[home_length] == '\0')) {
        *rest = absolute + home_length;
        return g_strdup(sandbox->directory);
    }
    if (has_root && g_str_has_prefix(absolute, "/tmp") &&
        (absolute[4] == '/' || absolute[4] == '\0')) {
        *rest = absolute + strlen("/tmp");
        return g_build_filename(sandbox->run_directory, "tmp", NULL);
    }
    return NULL;
}

/* Absolute links are relative to what processes see, which openat2() cannot know: they lead out. */
static int open_beneath(const char *root, const char *rest, uint64_t flags, unsigned mode)
{
    int root_fd = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (root_fd < 0)
        return -1;
    while (*rest == '/')
        rest++;
    struct open_how how = {
        .flags = flags | O_CLOEXEC,
        .mode = flags & O_CREAT ? mode : 0,
        .resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS,
    };
    int fd = (int)syscall(SYS_openat2, root_fd, *rest == '\0' ? "." : rest, &how, sizeof(how));
    int problem = errno;
    close(root_fd);
    errno = problem;
    return fd;
}

int sandbox_open(const struct sandbox *sandbox, const char *path, int flags, unsigned mode,
                 GError **error)
{
    const char *rest;
    g_autofree char *absolute = g_canonicalize_filename(path, sandbox->home);
    g_autofree char *root = root_of(sandbox, absolute, &rest);
    sandbox_disturb((struct sandbox *)(uintptr_t)sandbox);
    if (root == NULL) {
        g_set_error(error, BASE_ERROR, BASE_ERROR_INVALID, "%s: outside of the sandbox", absolute);
        return -1;
    }
    int fd = open_beneath(root, rest, (uint64_t)(unsigned)flags, mode);
    if (fd < 0)
        g_set_error(error, BASE_ERROR, BASE_ERROR_IO, "%s: %s", absolute,
                    errno == EXDEV ? "a link leads out of the sandbox" : g_strerror(errno));
    return fd;
}

/* The nearest part of a folder's path that is there, resolved; NULL when a link leads out. */
static bool stays_inside(const char *root, const char *rest)
{
    g_autofree char *folder = g_strdup(rest);
    for (;;) {
        int fd = open_beneath(root, folder, O_PATH, 0);
        if (fd >= 0) {
            close(fd);
            return true;
        }
        char *slash = strrchr(folder, '/');
        if (errno != ENOENT || slash == NULL)
            return false;
        *slash = '\0';
    }
}

/* A last part that is a link is checked as well: whoever opens the path follows it. */
char *sandbox_host_path(const struct sandbox *sandbox, const char *path)
{
    const char *rest;
    g_autofree char *absolute = g_canonicalize_filename(path, sandbox->home);
    g_autofree char *root = root_of(sandbox, absolute, &rest);
    if (root == NULL || !stays_inside(root, rest))
        return NULL;
    sandbox_disturb((struct sandbox *)(uintptr_t)sandbox);
    return g_build_filename(root, rest, NULL);
}
