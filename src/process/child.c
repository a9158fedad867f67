/* A child: its two streams and its end, noted as they come and told when all is quiet. */
#include "process/child.h"

#include "base/limits.h"
#include "process/sandbox_private.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

enum {
    STREAM_COUNT = 2,
    READ_BYTES = 64 * 1024,
    /* Output of one instant that is kept to be told in order; above it is told as it comes. */
    KEPT_BYTES_MAX = 1024 * 1024,
};

struct stream {
    struct child *child;
    int number;    /* 1 or 2 */
    int fd;        /* -1: at its end */
    uint64_t pipe; /* its inode */
    GByteArray *kept;
};

struct child {
    struct party party;
    struct sandbox *sandbox;
    unsigned number;
    int pidfd;
    struct stream streams[STREAM_COUNT];
    child_output_fn *output;
    void *output_context;
    struct fiber_queue waiters;
    int exit_code;
    bool is_gone;     /* the process is; not told yet */
    bool has_exited;  /* told */
    bool have_ended;  /* the streams' ends are told */
    bool is_released; /* nobody holds it: drained so that what it left behind can go on */
};

static void tell(struct stream *stream)
{
    struct child *child = stream->child;
    if (stream->kept->len > 0 && !child->is_released && child->output != NULL)
        child->output(child->output_context, stream->number, (const char *)stream->kept->data,
                      stream->kept->len);
    g_byte_array_set_size(stream->kept, 0);
}

static bool are_at_end(const struct child *child)
{
    return child->streams[0].fd < 0 && child->streams[1].fd < 0;
}

struct stream *sandbox_stream_of(const struct sandbox *sandbox, uint64_t pipe)
{
    for (guint i = 0; i < sandbox->children->len; i++) {
        struct child *child = g_ptr_array_index(sandbox->children, i);
        for (int j = 0; j < STREAM_COUNT; j++)
            if (child->streams[j].fd >= 0 && child->streams[j].pipe == pipe)
                return &child->streams[j];
    }
    return NULL;
}

void child_destroy(struct child *child)
{
    household_forget(&child->party);
    for (int i = 0; i < STREAM_COUNT; i++) {
        struct stream *stream = &child->streams[i];
        if (stream->fd >= 0) {
            loop_watch(child->sandbox->loop, stream->fd, 0, NULL, NULL);
            close(stream->fd);
        }
        g_byte_array_unref(stream->kept);
    }
    if (child->pidfd >= 0)
        close(child->pidfd);
    g_ptr_array_remove(child->sandbox->children, child);
    g_free(child);
}

/* Output comes before the end of what wrote it. */
static void deliver(struct party *party)
{
    struct child *child = (struct child *)party;
    for (int i = 0; i < STREAM_COUNT; i++)
        tell(&child->streams[i]);
    child->has_exited = child->is_gone;
    child->have_ended = are_at_end(child);
    if (child->is_released && child->has_exited && child->have_ended)
        child_destroy(child);
    else
        fiber_queue_wake_all(&child->waiters);
}

static void end_stream(struct stream *stream)
{
    loop_watch(stream->child->sandbox->loop, stream->fd, 0, NULL, NULL);
    close(stream->fd);
    stream->fd = -1;
}

static void keep(struct stream *stream, const void *bytes, gsize length_bytes)
{
    struct sandbox *sandbox = stream->child->sandbox;
    g_byte_array_append(stream->kept, bytes, (guint)length_bytes);
    sandbox->output_bytes += (int64_t)length_bytes;
    if (sandbox->output_bytes > sandbox->output_bytes_max) {
        g_autofree char *limit = size_text(sandbox->output_bytes_max);
        sandbox_give_up(sandbox, "processes wrote more than %s", limit);
    }
    if (stream->kept->len > KEPT_BYTES_MAX)
        tell(stream);
}

/* False: there is nothing more at the moment. */
static bool read_some(struct stream *stream)
{
    guint8 bytes[READ_BYTES];
    ssize_t length = stream->fd >= 0 ? read(stream->fd, bytes, sizeof(bytes)) : 0;
    if (length <= 0)
        return false;
    keep(stream, bytes, (gsize)length);
    household_note(&stream->child->party);
    return true;
}

static void on_readable(void *argument, uint32_t events)
{
    struct stream *stream = argument;
    (void)events;
    errno = 0;
    if (read_some(stream) || errno == EAGAIN || errno == EINTR)
        return;
    end_stream(stream);
    household_note(&stream->child->party);
}

/* On a virtual clock all was quiet and has been told before a command could do anything. */
void stream_write(struct stream *stream, const void *bytes, gsize length_bytes)
{
    struct child *child = stream->child;
    while (loop_clock_mode(child->sandbox->loop) != CLOCK_VIRTUAL && read_some(stream))
        continue;
    tell(stream);
    keep(stream, bytes, length_bytes);
    tell(stream);
}

static uint64_t inode_of(int fd)
{
    struct stat status;
    return fstat(fd, &status) == 0 ? status.st_ino : 0;
}

static void stream_open(struct stream *stream, struct child *child, int number, int *writing_fd)
{
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) < 0)
        g_error("pipe2: %s", g_strerror(errno));
    (void)fcntl(ends[0], F_SETFL, O_NONBLOCK);
    *stream = (struct stream){.child = child,
                              .number = number,
                              .fd = ends[0],
                              .pipe = inode_of(ends[0]),
                              .kept = g_byte_array_new()};
    *writing_fd = ends[1];
    loop_watch(child->sandbox->loop, stream->fd, EPOLLIN, on_readable, stream);
}

static char *file_of(const struct sandbox *sandbox, const struct child_options *options)
{
    const char *name = options->arguments[0];
    if (strchr(name, '/') == NULL)
        return g_build_filename(sandbox->path, name, NULL);
    return g_canonicalize_filename(name, options->directory);
}

/* bash asks this function for a command that the PATH has not, in a process of its own: it becomes
   a call of that name, and the command host assumes something, or says what bash would: "script.sh:
   line 3: NAME: command not found" is bash's own, for which only this function knows the place. */
static GStrv with_unknown_commands(const struct sandbox *sandbox, GStrv environment)
{
    g_autofree char *function = g_strdup_printf(
        "() { local n=$1; shift; " COMMAND_PLACE_VARIABLE
        "=\"$0: line ${BASH_LINENO[0]}: \" exec -a \"$n\" '%s/stub' \"$@\"; }",
        sandbox->layers & SANDBOX_NAMESPACES ? "/run/seatrial" : sandbox->run_directory);
    return g_environ_setenv(environment, "BASH_FUNC_command_not_found_handle%%", function, FALSE);
}

/* Without a root of their own processes find these places by variables alone. */
static GStrv with_places(const struct sandbox *sandbox, GStrv environment)
{
    if (sandbox->layers & SANDBOX_NAMESPACES)
        return environment;
    g_autofree char *configuration = g_build_filename(sandbox->run_directory, "gitconfig", NULL);
    if (sandbox->preload != NULL)
        environment = g_environ_setenv(environment, "LD_PRELOAD", sandbox->preload, TRUE);
    if (sandbox->git_folder != NULL)
        environment = g_environ_setenv(environment, "GIT_EXEC_PATH", sandbox->git_folder, TRUE);
    return g_environ_setenv(environment, "GIT_CONFIG_SYSTEM", configuration, TRUE);
}

static GStrv environment_of(const struct sandbox *sandbox, const struct child_options *options)
{
    GStrv environment = g_strdupv((char **)(uintptr_t)options->environment);
    if (environment == NULL)
        environment = g_new0(char *, 1);
    if (options->tracking != NULL)
        environment = g_environ_setenv(environment, "RUNNER_TRACKING_ID", options->tracking, TRUE);
    environment = with_unknown_commands(sandbox, environment);
    return with_places(sandbox, environment);
}

struct child *child_start(struct sandbox *sandbox, const struct child_options *options,
                          GError **error)
{
    struct child *child = g_new0(struct child, 1);
    g_autofree char *file = file_of(sandbox, options);
    g_auto(GStrv) environment = environment_of(sandbox, options);
    g_autoptr(GBytes) description = description_build(options->directory, file, options->arguments,
                                                      (const char *const *)environment);
    int writing[STREAM_COUNT];

    child->sandbox = sandbox;
    child->number = ++sandbox->child_count;
    child->party = (struct party){
        .sandbox = sandbox, .kind = PARTY_CHILD, .number = child->number, .deliver = deliver};
    child->pidfd = -1;
    child->output = options->output;
    child->output_context = options->output_context;
    g_queue_init(&child->waiters.waiters);
    for (int i = 0; i < STREAM_COUNT; i++)
        stream_open(&child->streams[i], child, i + 1, &writing[i]);
    g_ptr_array_add(sandbox->children, child);
    sandbox_disturb(sandbox);
    bool is_started =
        keeper_start(sandbox, child->number, description, writing, &child->pidfd, error);
    close(writing[0]);
    close(writing[1]);
    if (is_started)
        return child;
    g_prefix_error(error, "%s: ", options->arguments[0]);
    child_destroy(child);
    return NULL;
}

void child_free(struct child *child)
{
    if (child == NULL)
        return;
    child->is_released = true;
    if (child->has_exited && child->have_ended)
        child_destroy(child);
}

bool child_wait_exit(struct child *child, GError **error)
{
    while (!child->has_exited)
        if (!fiber_queue_wait(child->sandbox->loop, &child->waiters, "the end of a process", error))
            return false;
    return true;
}

bool child_wait_output_end(struct child *child, GError **error)
{
    while (!child->have_ended)
        if (!fiber_queue_wait(child->sandbox->loop, &child->waiters,
                              "the end of a process's output", error))
            return false;
    return true;
}

bool child_has_exited(const struct child *child)
{
    return child->has_exited;
}

int child_exit_code(const struct child *child)
{
    return child->exit_code;
}

int child_pidfd(const struct child *child)
{
    return child->is_gone || child->is_released ? -1 : child->pidfd;
}

void child_signal(struct child *child, int signal_number)
{
    if (child->is_gone)
        return;
    sandbox_disturb(child->sandbox);
    (void)syscall(SYS_pidfd_send_signal, child->pidfd, signal_number, NULL, 0);
}

static void note_exit(struct child *child, int exit_code)
{
    if (child->is_gone)
        return;
    child->is_gone = true;
    child->exit_code = exit_code;
    household_note(&child->party);
}

void child_on_exit(struct sandbox *sandbox, unsigned number, int exit_code)
{
    for (guint i = 0; i < sandbox->children->len; i++) {
        struct child *child = g_ptr_array_index(sandbox->children, i);
        if (child->number == number)
            note_exit(child, exit_code);
    }
}

void child_on_keeper_gone(struct sandbox *sandbox)
{
    for (guint i = 0; i < sandbox->children->len; i++)
        note_exit(g_ptr_array_index(sandbox->children, i), 128 + SIGKILL);
}
