/* A sandbox: puts its parts together, gives up on it, takes it apart. */
#include "process/sandbox.h"

#include "base/limits.h"
#include "base/rng.h"
#include "loop/vclock.h"
#include "process/confine.h"
#include "process/preload/clock_page.h"
#include "process/sandbox_private.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/securebits.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/fsuid.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

/* Without a pid namespace a fork bomb is not killed at once but process by process, which it
   outruns; the kernel's own limit then ends it, but not root's (measured: 31,000 processes). */
static bool suffice(unsigned layers, bool is_root)
{
    const unsigned without = SANDBOX_LANDLOCK | SANDBOX_SECCOMP;
    return (layers & SANDBOX_NAMESPACES) ||
           ((layers & without) == without && (!is_root || (layers & SANDBOX_ORDINARY_USER)));
}

bool sandbox_layers_suffice(unsigned layers)
{
    return suffice(layers, geteuid() == 0);
}

bool sandbox_root_is_the_trouble(unsigned layers)
{
    return !sandbox_layers_suffice(layers) && suffice(layers, /* is_root= */ false);
}

bool sandbox_has_ordinary_user(unsigned layers)
{
    return (layers & SANDBOX_ORDINARY_USER) && !(layers & SANDBOX_NAMESPACES);
}

static void make_files_for(unsigned user_id)
{
    (void)setfsgid(user_id);
    (void)setfsuid(user_id);
}

/* Without SECBIT_NO_SETUID_FIXUP the kernel takes root's say over files away with the number. */
void sandbox_files_begin(unsigned layers)
{
    if (!sandbox_has_ordinary_user(layers))
        return;
    (void)prctl(PR_SET_SECUREBITS, SECBIT_NO_SETUID_FIXUP, 0, 0, 0);
    make_files_for(CONFINE_ORDINARY_USER_ID);
}

void sandbox_files_end(unsigned layers)
{
    if (!sandbox_has_ordinary_user(layers))
        return;
    make_files_for(geteuid());
    (void)prctl(PR_SET_SECUREBITS, 0, 0, 0, 0);
}

static char *find_beside_program(const char *name)
{
    static const char *const folders[] = {".", "..", "../..", "../lib/seatrial"};
    g_autofree char *program = g_file_read_link("/proc/self/exe", NULL);
    g_autofree char *folder = program == NULL ? NULL : g_path_get_dirname(program);
    for (gsize i = 0; folder != NULL && i < G_N_ELEMENTS(folders); i++) {
        g_autofree char *relative = g_build_filename(folders[i], name, NULL);
        g_autofree char *path = g_canonicalize_filename(relative, folder);
        if (access(path, R_OK) == 0)
            return g_steal_pointer(&path);
    }
    return NULL;
}

char *sandbox_find_stub(void)
{
    return find_beside_program("seatrial-command");
}

char *sandbox_find_preload_library(void)
{
    return find_beside_program("libseatrial-preload.so");
}

void sandbox_disturb(struct sandbox *sandbox)
{
    household_disturb(sandbox);
    if (sandbox->clock != NULL)
        clock_page_set(sandbox->clock, loop_now_us(sandbox->loop));
}

int64_t sandbox_free_bytes(const struct sandbox *sandbox, int64_t *all_bytes)
{
    struct statvfs status;
    *all_bytes = 0;
    if (statvfs(sandbox->directory, &status) != 0)
        return INT64_MAX;
    *all_bytes = (int64_t)(status.f_blocks * status.f_frsize);
    return (int64_t)(status.f_bavail * status.f_frsize);
}

/* Where little is free already, half of that. */
static void read_disk(struct sandbox *sandbox)
{
    enum {
        PART = 8
    };
    int64_t all_bytes;
    int64_t half_bytes = sandbox_free_bytes(sandbox, &all_bytes) / 2;
    sandbox->free_bytes_min = MIN(MIN(all_bytes / PART, SANDBOX_FREE_BYTES_MIN), half_bytes);
}

void sandbox_give_up(struct sandbox *sandbox, const char *format, ...)
{
    va_list arguments;
    if (sandbox->complaint == NULL) {
        va_start(arguments, format);
        sandbox->complaint = g_strdup_vprintf(format, arguments);
        va_end(arguments);
    }
    keeper_kill_all(sandbox);
}

static struct sandbox *sandbox_create(struct loop *loop, const struct sandbox_options *options)
{
    struct sandbox *sandbox = g_new0(struct sandbox, 1);
    bool has_root = options->layers & SANDBOX_NAMESPACES;

    sandbox->loop = loop;
    sandbox->machine = g_strdup(options->machine);
    sandbox->directory = g_strdup(options->directory);
    sandbox->home = g_strdup(has_root ? options->home : options->directory);
    sandbox->run_directory = g_strconcat(options->directory, ".seatrial", NULL);
    sandbox->path =
        has_root ? g_strdup("/usr/bin") : g_build_filename(sandbox->run_directory, "bin", NULL);
    sandbox->has_clock = options->preload_library != NULL && loop_clock_mode(loop) == CLOCK_VIRTUAL;
    bool has_preload = options->preload_library != NULL && (sandbox->has_clock || !has_root);
    sandbox->stub = g_strdup(options->stub);
    sandbox->preload_library = g_strdup(has_preload ? options->preload_library : "");
    sandbox->host = *options->host;
    sandbox->git_configuration = g_strdup(options->git_configuration);
    sandbox->settings_folder =
        g_strdup(options->settings_folder != NULL ? options->settings_folder : "");
    sandbox->has_open_folders = has_root && options->has_open_folders;
    for (gsize i = 0; i < CONFINE_OPEN_FOLDERS; i++)
        sandbox->open_fds[i] = -1;
    sandbox->search_path =
        g_strconcat(sandbox->has_open_folders ? "/usr/local/bin:" : "", sandbox->path, NULL);
    sandbox->shared_directory = g_strdup(options->shared_directory);
    sandbox->layers = options->layers;
    sandbox->real_time_us_max =
        options->real_time_us_max > 0 ? options->real_time_us_max : SANDBOX_REAL_TIME_US_MAX;
    sandbox->output_bytes_max =
        options->output_bytes_max > 0 ? options->output_bytes_max : SANDBOX_OUTPUT_BYTES_MAX;
    read_disk(sandbox);
    sandbox->keeper.control_fd = -1;
    sandbox->door_fd = sandbox->calls_fd = -1;
    sandbox->home_fd = sandbox->tmp_fd = sandbox->root_home_fd = sandbox->settings_fd = -1;
    sandbox->tasks = tasks_new();
    sandbox->children = g_ptr_array_new();
    sandbox->calls = g_ptr_array_new();
    sandbox->have_calls_ended = true;
    sandbox->household = household_join(sandbox);
    return sandbox;
}

/* Inside a private root the folder is in memory, and reached through the keeper. */
static bool open_door(struct sandbox *sandbox, GError **error)
{
    g_autofree char *calls =
        sandbox->layers & SANDBOX_NAMESPACES
            ? g_strdup_printf("/proc/%d/root/run/seatrial/calls", sandbox->keeper.pid)
            : g_build_filename(sandbox->run_directory, "calls", NULL);
    sandbox->calls_fd = open(calls, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (sandbox->calls_fd >= 0)
        sandbox->door_fd =
            openat(sandbox->calls_fd, "door", O_RDWR | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC);
    if (sandbox->door_fd < 0) {
        g_set_error(error, BASE_ERROR, BASE_ERROR_IO, "%s: %s", calls, g_strerror(errno));
        return false;
    }
    loop_watch(sandbox->loop, sandbox->door_fd, EPOLLIN, call_on_door, sandbox);
    return true;
}

/* On a real clock real time is the right one. Machines of one rehearsal draw different numbers. */
static bool open_clock(struct sandbox *sandbox, const struct sandbox_options *options,
                       GError **error)
{
    if (!sandbox->has_clock)
        return true;
    g_autofree char *path = g_build_filename(sandbox->run_directory, CLOCK_PAGE_NAME, NULL);
    int64_t date_s = options->date_s != 0 ? options->date_s : VCLOCK_EPOCH_S;
    struct rng rng = rng_stream(options->seed, "scripts", options->machine);
    sandbox->clock = clock_page_new(path, date_s, rng_next(&rng), error);
    return sandbox->clock != NULL;
}

static bool open_folder(const char *path, int *fd, GError **error)
{
    *fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
    return *fd >= 0 || sandbox_fail(path, error);
}

static bool open_open_folders(struct sandbox *sandbox, GError **error)
{
    for (gsize i = 0; sandbox->has_open_folders && i < CONFINE_OPEN_FOLDERS; i++) {
        g_autofree char *path =
            g_build_filename(sandbox->run_directory, confine_open_folders[i].name, NULL);
        if (!open_folder(path, &sandbox->open_fds[i], error))
            return false;
    }
    return true;
}

static bool open_folders(struct sandbox *sandbox, GError **error)
{
    g_autofree char *tmp = g_build_filename(sandbox->run_directory, "tmp", NULL);
    g_autofree char *root_home = g_build_filename(sandbox->run_directory, "root-home", NULL);
    return open_folder(sandbox->directory, &sandbox->home_fd, error) &&
           open_folder(root_home, &sandbox->root_home_fd, error) &&
           (!sandbox_has_root(sandbox) || open_folder(tmp, &sandbox->tmp_fd, error)) &&
           open_open_folders(sandbox, error);
}

static void close_folders(struct sandbox *sandbox)
{
    if (sandbox->home_fd >= 0)
        close(sandbox->home_fd);
    if (sandbox->tmp_fd >= 0)
        close(sandbox->tmp_fd);
    if (sandbox->root_home_fd >= 0)
        close(sandbox->root_home_fd);
    if (sandbox->settings_fd >= 0)
        close(sandbox->settings_fd);
    for (gsize i = 0; i < CONFINE_OPEN_FOLDERS; i++)
        if (sandbox->open_fds[i] >= 0)
            close(sandbox->open_fds[i]);
}

static bool check_options(const struct sandbox_options *options, GError **error)
{
    if (!g_path_is_absolute(options->directory) || !g_path_is_absolute(options->home) ||
        !g_file_test(options->directory, G_FILE_TEST_IS_DIR)) {
        g_set_error(error, BASE_ERROR, BASE_ERROR_INVALID,
                    "a sandbox needs a folder that exists and absolute paths");
        return false;
    }
    if (options->stub == NULL) {
        g_set_error(error, BASE_ERROR, BASE_ERROR_IO, "seatrial-command is not installed");
        return false;
    }
    return true;
}

struct sandbox *sandbox_new(struct loop *loop, const struct sandbox_options *options,
                            GError **error)
{
    if (!check_options(options, error))
        return NULL;
    AUTO(sandbox) sandbox = sandbox_create(loop, options);
    if (!layout_make(sandbox, error) || !settings_make(sandbox, error) ||
        !open_folders(sandbox, error) || !open_clock(sandbox, options, error) ||
        !keeper_open(sandbox, error) || !open_door(sandbox, error))
        return NULL;
    return g_steal_pointer(&sandbox);
}

/* Fibers that answer commands find them dead and leave; those that clean up behind a shield get
   their time. */
static void end_calls(struct sandbox *sandbox)
{
    g_autoptr(GError) error = NULL;
    if (sandbox->have_calls_ended)
        return; /* nothing to wait for, as in a sandbox that could not be made, in whatever fiber */
    call_abandon(sandbox);
    if (!loop_finish(sandbox->loop, &sandbox->have_calls_ended, &error))
        g_error("commands do not end: %s", error->message);
}

void sandbox_free(struct sandbox *sandbox)
{
    if (sandbox == NULL)
        return;
    sandbox->is_closing = true;
    keeper_close(sandbox);
    end_calls(sandbox);
    while (sandbox->children->len > 0)
        child_destroy(g_ptr_array_index(sandbox->children, sandbox->children->len - 1));
    if (sandbox->door_fd >= 0) {
        loop_watch(sandbox->loop, sandbox->door_fd, 0, NULL, NULL);
        close(sandbox->door_fd);
    }
    if (sandbox->calls_fd >= 0)
        close(sandbox->calls_fd);
    household_leave(sandbox);
    sandbox_let_root_write(sandbox, true); /* who removes them may be no root */
    close_folders(sandbox);
    layout_remove(sandbox->run_directory);
    clock_page_free(sandbox->clock);
    tasks_free(sandbox->tasks);
    g_ptr_array_unref(sandbox->children);
    g_ptr_array_unref(sandbox->calls);
    g_free(sandbox->machine);
    g_free(sandbox->directory);
    g_free(sandbox->home);
    g_free(sandbox->run_directory);
    g_free(sandbox->path);
    g_free(sandbox->search_path);
    g_free(sandbox->stub);
    g_free(sandbox->preload_library);
    g_free(sandbox->preload);
    g_free(sandbox->git_folder);
    g_free(sandbox->git_configuration);
    g_free(sandbox->settings_folder);
    g_free(sandbox->shared_directory);
    g_free(sandbox->complaint);
    g_free(sandbox);
}

const char *sandbox_home(const struct sandbox *sandbox)
{
    return sandbox->home;
}

const char *sandbox_path(const struct sandbox *sandbox)
{
    return sandbox->search_path;
}

const char *sandbox_complaint(const struct sandbox *sandbox)
{
    return sandbox->complaint;
}
