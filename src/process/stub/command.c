/* A command that is answered elsewhere: describes itself to the sandbox, then does as it is told.
 */
#include "process/stub/stub.h"
#include "process/wire.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    BODY_BYTES_MAX = WIRE_FRAME_BYTES_MAX - (int)sizeof(struct wire_header),
    NAMES_TRIED_MAX = 1000,
};

struct stub {
    int up_fd, down_fd;
    bool is_reading; /* a chunk of stdin was asked for */
    pid_t child;     /* 0: none */
    int child_fd;
    char *description; /* of the child to start */
    size_t description_bytes;
};

struct frame {
    struct wire_header header;
    char body[BODY_BYTES_MAX];
};

static _Noreturn void give_up(void)
{
    _exit(WIRE_ABANDONED_EXIT);
}

/* Whatever a frame answers, the sandbox that is gone does not want it: SIGPIPE cannot come, because
   the stub holds the reading end as well. */
static void send_up(struct stub *stub, enum wire_up type, const void *body, size_t length_bytes)
{
    struct frame frame = {.header = {type, (uint32_t)length_bytes}};
    if (length_bytes > 0)
        memcpy(frame.body, body, length_bytes);
    size_t total = sizeof(frame.header) + length_bytes;
    while (write(stub->up_fd, &frame, total) < 0)
        if (errno != EINTR)
            give_up();
}

static void send_number(struct stub *stub, enum wire_up type, int32_t number)
{
    send_up(stub, type, &number, sizeof(number));
}

static void send_bytes(struct stub *stub, const char *bytes, size_t length_bytes)
{
    while (length_bytes > 0) {
        size_t part = length_bytes < BODY_BYTES_MAX ? length_bytes : BODY_BYTES_MAX;
        send_up(stub, UP_BYTES, bytes, part);
        bytes += part;
        length_bytes -= part;
    }
}

static uint32_t count(char *const *texts)
{
    uint32_t number = 0;
    while (texts[number] != NULL)
        number++;
    return number;
}

/* Its number, which no other pipe has; 0: the stream is none. */
static uint64_t pipe_at(int fd)
{
    struct stat status;
    return fstat(fd, &status) == 0 && S_ISFIFO(status.st_mode) ? status.st_ino : 0;
}

static void send_description(struct stub *stub, char **arguments, char **environment)
{
    struct wire_counts counts = {count(arguments), count(environment)};
    char directory[4096];
    if (getcwd(directory, sizeof(directory)) == NULL)
        memcpy(directory, "/", sizeof("/"));
    send_bytes(stub, (const char *)&counts, sizeof(counts));
    send_bytes(stub, directory, strlen(directory) + 1);
    for (uint32_t i = 0; i < counts.argument_count; i++)
        send_bytes(stub, arguments[i], strlen(arguments[i]) + 1);
    for (uint32_t i = 0; i < counts.variable_count; i++)
        send_bytes(stub, environment[i], strlen(environment[i]) + 1);
    const struct wire_outputs outputs = {{pipe_at(1), pipe_at(2)}};
    send_up(stub, UP_CALL, &outputs, sizeof(outputs));
}

/* The sandbox's folder is where the executable itself lies, whatever argv and PATH say. In a root
   of its own it may also be laid over another program: there the folder has a fixed place. */
static int open_calls(void)
{
    char path[4096];
    ssize_t length = readlink("/proc/self/exe", path, sizeof(path) - sizeof("/calls"));
    if (length <= 0)
        give_up();
    path[length] = '\0';
    char *slash = strrchr(path, '/');
    if (slash == NULL)
        give_up();
    memcpy(slash, "/calls", sizeof("/calls"));
    int calls = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (calls < 0)
        calls = open("/run/seatrial/calls", O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (calls < 0)
        give_up();
    return calls;
}

static void make_fifos(struct stub *stub, int calls, char *name)
{
    char up[WIRE_NAME_BYTES_MAX + 8], down[WIRE_NAME_BYTES_MAX + 8];
    for (int i = 0; i < NAMES_TRIED_MAX; i++) {
        snprintf(name, WIRE_NAME_BYTES_MAX, "%d.%d\n", (int)getpid(), i);
        snprintf(up, sizeof(up), "%d.%d.up", (int)getpid(), i);
        snprintf(down, sizeof(down), "%d.%d.down", (int)getpid(), i);
        if (mkfifoat(calls, up, 0600) == 0)
            break;
        if (errno != EEXIST)
            give_up();
    }
    if (mkfifoat(calls, down, 0600) < 0)
        give_up();
    stub->down_fd = openat(calls, down, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    stub->up_fd = openat(calls, up, O_RDWR | O_CLOEXEC);
    if (stub->down_fd < 0 || stub->up_fd < 0)
        give_up();
}

static void call(struct stub *stub, char **arguments, char **environment)
{
    char name[WIRE_NAME_BYTES_MAX];
    int calls = open_calls();
    make_fifos(stub, calls, name);
    int door = openat(calls, "door", O_WRONLY | O_NONBLOCK | O_CLOEXEC);
    if (door < 0 || write(door, name, strlen(name)) < 0)
        give_up();
    close(door);
    close(calls);
    send_description(stub, arguments, environment);
}

/* Blocks in poll() alone, so that a sandbox that is gone is noticed in every wait. */
static void write_out(struct stub *stub, int fd, const char *bytes, size_t length_bytes)
{
    while (length_bytes > 0) {
        struct pollfd ends[] = {{.fd = fd, .events = POLLOUT}, {.fd = stub->down_fd}};
        if (poll(ends, 2, -1) < 0)
            continue;
        if (ends[1].revents & POLLHUP)
            give_up();
        ssize_t written = ends[0].revents & POLLNVAL ? -1 : write(fd, bytes, length_bytes);
        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0) {
            send_number(stub, UP_BROKEN, fd);
            return;
        }
        bytes += written;
        length_bytes -= (size_t)written;
    }
}

static void append(struct stub *stub, const char *bytes, size_t length_bytes)
{
    if (length_bytes == 0)
        return;
    stub->description = realloc(stub->description, stub->description_bytes + length_bytes);
    if (stub->description == NULL)
        give_up();
    memcpy(stub->description + stub->description_bytes, bytes, length_bytes);
    stub->description_bytes += length_bytes;
}

/* Points into the description; the sandbox ends every text with NUL. */
static char **split(char **cursor, uint32_t number)
{
    char **texts = calloc(number + 1, sizeof(*texts));
    if (texts == NULL)
        give_up();
    for (uint32_t i = 0; i < number; i++) {
        texts[i] = *cursor;
        *cursor += strlen(*cursor) + 1;
    }
    return texts;
}

/* The child shares memory until its exec, so that its errno is ours to read. */
static void start_child(struct stub *stub)
{
    struct wire_counts counts;
    if (stub->description_bytes < sizeof(counts))
        give_up();
    memcpy(&counts, stub->description, sizeof(counts));
    if (counts.argument_count == 0)
        give_up();
    char *cursor = stub->description + sizeof(counts);
    cursor += strlen(cursor) + 1; /* the directory: it stays ours */
    char **arguments = split(&cursor, counts.argument_count);
    char **environment = split(&cursor, counts.variable_count);
    char **own = environ;
    volatile int problem = 0;

    environ = environment; /* its PATH is the one to search */
    pid_t child = vfork();
    if (child == 0) {
        execvp(arguments[0], arguments);
        problem = errno;
        _exit(127);
    }
    environ = own;
    if (child < 0)
        problem = errno;
    else if (problem != 0)
        waitpid(child, NULL, 0);
    else
        stub->child = child;
    if (stub->child > 0)
        stub->child_fd = (int)syscall(SYS_pidfd_open, child, 0);
    send_number(stub, UP_STARTED, problem);
    free(arguments);
    free(environment);
    free(stub->description);
    stub->description = NULL;
    stub->description_bytes = 0;
}

static void end_child(struct stub *stub)
{
    int status = 0;
    if (waitpid(stub->child, &status, 0) < 0)
        give_up();
    stub->child = 0;
    close(stub->child_fd);
    send_number(stub, UP_CHILD_EXIT,
                WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status));
}

static void read_in(struct stub *stub)
{
    char bytes[BODY_BYTES_MAX];
    ssize_t length = read(0, bytes, sizeof(bytes));
    if (length < 0 && errno == EINTR)
        return;
    stub->is_reading = false;
    send_up(stub, UP_INPUT, bytes, length > 0 ? (size_t)length : 0);
}

static int number_of(const struct frame *frame)
{
    int32_t number;
    memcpy(&number, frame->body, sizeof(number));
    return number;
}

static void obey(struct stub *stub, const struct frame *frame)
{
    switch ((enum wire_down)frame->header.type) {
    case DOWN_READ:
        stub->is_reading = true;
        break;
    case DOWN_OUT:
        write_out(stub, 1, frame->body, frame->header.length_bytes);
        break;
    case DOWN_ERR:
        write_out(stub, 2, frame->body, frame->header.length_bytes);
        break;
    case DOWN_BYTES:
        append(stub, frame->body, frame->header.length_bytes);
        break;
    case DOWN_START:
        start_child(stub);
        break;
    case DOWN_SIGNAL:
        if (stub->child > 0)
            kill(stub->child, number_of(frame));
        break;
    case DOWN_EXIT:
        _exit(number_of(frame));
    }
}

/* Frames are written at once, so a header that is there has its body with it. */
static void take_frame(struct stub *stub)
{
    struct frame frame;
    ssize_t length = read(stub->down_fd, &frame.header, sizeof(frame.header));
    if (length < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (length != sizeof(frame.header) || frame.header.length_bytes > BODY_BYTES_MAX)
        give_up();
    if (frame.header.length_bytes > 0 &&
        read(stub->down_fd, frame.body, frame.header.length_bytes) != frame.header.length_bytes)
        give_up();
    obey(stub, &frame);
}

int command_main(char **arguments, char **environment)
{
    struct stub stub = {.child_fd = -1};
    call(&stub, arguments, environment);
    for (;;) {
        struct pollfd ends[] = {
            {.fd = stub.down_fd, .events = POLLIN},
            {.fd = stub.is_reading ? 0 : -1, .events = POLLIN},
            {.fd = stub.child > 0 ? stub.child_fd : -1, .events = POLLIN},
        };
        if (poll(ends, 3, -1) < 0)
            continue;
        if (ends[2].revents != 0)
            end_child(&stub);
        if (ends[1].revents != 0)
            read_in(&stub);
        /* poll() looks at a FIFO without its lock, and for a moment takes one that is being opened
           for one whose writer is gone (fs/pipe.c): read() knows. */
        if (ends[0].revents & (POLLIN | POLLHUP))
            take_frame(&stub);
    }
}
