/* Paths as processes see them, on this machine. Processes own what is there: links may lie. */
#include "process/confine.h"
#include "process/sandbox_private.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

/* A folder of the machine that processes see, and a path below it. */
struct place {
    char *root;
    int root_fd;
    const char *rest;
};

static bool is_below(const char *path, const char *folder, const char **rest)
{
    gsize length = strlen(folder);
    *rest = path + length;
    return strncmp(path, folder, length) == 0 && (**rest == '/' || **rest == '\0');
}

/* False: the path is in nothing that is the sandbox's. */
static bool find_open_folder(const struct sandbox *sandbox, const char *absolute,
                             struct place *place)
{
    for (gsize i = 0; i < CONFINE_OPEN_FOLDERS; i++) {
        const struct confine_open_folder *folder = &confine_open_folders[i];
        if (sandbox->open_fds[i] < 0 || !is_below(absolute, folder->path, &place->rest))
            continue;
        place->root = g_build_filename(sandbox->run_directory, folder->name, NULL);
        place->root_fd = sandbox->open_fds[i];
        return true;
    }
    return false;
}

static bool place_find(const struct sandbox *sandbox, const char *absolute, struct place *place)
{
    const struct {
        const char *path, *directory, *name;
        int fd; /* -1: processes have none of their own */
    } folders[] = {
        {sandbox->home, sandbox->directory, NULL, sandbox->home_fd},
        {"/tmp", sandbox->run_directory, "tmp", sandbox->tmp_fd},
        {"/root", sandbox->run_directory, "root-home", sandbox->root_home_fd},
        {sandbox->settings_folder, sandbox->run_directory, "settings", sandbox->settings_fd},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(folders); i++) {
        if (folders[i].fd < 0 || !is_below(absolute, folders[i].path, &place->rest))
            continue;
        place->root = g_build_filename(folders[i].directory, folders[i].name, NULL);
        place->root_fd = folders[i].fd;
        return true;
    }
    return find_open_folder(sandbox, absolute, place);
}

/* Absolute links are relative to what processes see, which openat2() cannot know: they lead out. */
static int open_beneath(int root_fd, const char *rest, uint64_t flags, unsigned mode)
{
    while (*rest == '/')
        rest++;
    struct open_how how = {
        .flags = flags | O_CLOEXEC,
        .mode = flags & O_CREAT ? mode : 0,
        .resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS,
    };
    return (int)syscall(SYS_openat2, root_fd, *rest == '\0' ? "." : rest, &how, sizeof(how));
}

void sandbox_show_status(const struct sandbox *sandbox, struct stat *status)
{
    if (sandbox_has_root(sandbox)) {
        status->st_uid = CONFINE_USER_ID;
        status->st_gid = CONFINE_USER_ID;
    }
    if (sandbox->clock == NULL)
        return;
    status->st_mtim = clock_page_stamp(sandbox->clock, status->st_mtim);
    status->st_ctim = clock_page_stamp(sandbox->clock, status->st_ctim);
    status->st_atim = clock_page_stamp(sandbox->clock, status->st_atim);
}

int sandbox_open(const struct sandbox *sandbox, const char *path, int flags, unsigned mode,
                 GError **error)
{
    struct place place;
    g_autofree char *absolute = g_canonicalize_filename(path, sandbox->home);
    sandbox_disturb((struct sandbox *)(uintptr_t)sandbox);
    if (!place_find(sandbox, absolute, &place)) {
        g_set_error(error, BASE_ERROR, BASE_ERROR_INVALID, "%s: outside of the sandbox", absolute);
        return -1;
    }
    g_free(place.root);
    int fd = open_beneath(place.root_fd, place.rest, (uint64_t)(unsigned)flags, mode);
    if (fd < 0)
        g_set_error(error, BASE_ERROR, BASE_ERROR_IO, "%s: %s", absolute,
                    errno == EXDEV ? "a link leads out of the sandbox" : g_strerror(errno));
    return fd;
}

/* The nearest part of a folder's path that is there, resolved; NULL when a link leads out. */
static bool stays_inside(const struct place *place)
{
    g_autofree char *folder = g_strdup(place->rest);
    for (;;) {
        int fd = open_beneath(place->root_fd, folder, O_PATH, 0);
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
    struct place place;
    g_autofree char *absolute = g_canonicalize_filename(path, sandbox->home);
    if (!place_find(sandbox, absolute, &place))
        return NULL;
    g_autofree char *root = place.root;
    if (!stays_inside(&place))
        return NULL;
    sandbox_disturb((struct sandbox *)(uintptr_t)sandbox);
    return g_build_filename(root, place.rest, NULL);
}
