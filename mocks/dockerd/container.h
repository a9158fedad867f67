/*
 * Containers and the processes in them. A container is shared by reference count: the Engine's list
 * holds one, every process and every request that waits on it another, so that nothing is freed
 * under a fiber. A process ("task") runs its program in a fiber of its own; a signal cancels that
 * fiber, and its exit code is then 128 + the signal.
 */
#pragma once

#include "mocks/dockerd/dockerd_private.h"
#include "mocks/dockerd/file_tree.h"
#include "mocks/dockerd/outlet.h"

/* A client that gets a copy of the main process's output. */
struct attachment {
    struct outlet *outlet;
    bool wants[3]; /* by stream: 1 stdout, 2 stderr */
};

/* CREATED -> RUNNING -> EXITED -> RUNNING …; RUNNING -> RESTARTING -> RUNNING; any -> REMOVED. */
enum container_state {
    CONTAINER_CREATED,
    CONTAINER_RUNNING,
    CONTAINER_RESTARTING,
    CONTAINER_EXITED,
    CONTAINER_REMOVED,
};

struct mount {
    struct volume *volume; /* lent: a volume in use is never removed */
    char *target;
};

struct log_entry {
    int stream;
    char *text; /* as written, with its newline */
};

struct container {
    struct dockerd *dockerd;
    unsigned reference_count;
    char *id;
    char *name;
    char *image_name; /* as create said */
    char *image_id;
    char *platform;
    json_t *image_config; /* "config" of the image's config, or an empty object */
    json_t *config;       /* create's body without HostConfig and NetworkingConfig */
    json_t *host_config;  /* create's HostConfig */
    json_t *ports;        /* of the last run, as inspect shows them; NULL before the first */
    char **arguments;
    char **environment;
    char *working_directory;
    GPtrArray *mounts; /* struct mount */

    enum container_state state;
    int exit_code;
    char *start_error;
    bool is_out_of_memory;
    bool was_stopped_by_user;
    bool has_told_health;
    bool is_awaited; /* a client has asked for its end, as `docker wait` does */
    int restart_count;
    unsigned exit_count; /* for wait?condition=next-exit */
    int64_t created_us, started_us, finished_us;
    int next_pid;     /* inside */
    unsigned address; /* the last 16 bits of the one it has on its network; 0: none */

    struct file_tree *files;
    struct file_tree *image_files; /* what is known of the image's; NULL: nobody has asked yet */
    struct file_tree *host_files;  /* the machine's, as they were when last looked at; NULL: none */
    GPtrArray *removed; /* char*: paths of the image's that are known to be gone; NULL: none */
    bool was_assumed;   /* a command that nobody knows has run in it */
    const struct container_program *program;
    int64_t session_bytes; /* of its files, those that take no disk */
    void *program_state;
    struct task *main_task; /* of the current or last run; NULL before the first */
    GPtrArray *tasks;       /* execs, in order of creation; each with a reference */
    GPtrArray *log;         /* struct log_entry */
    gsize log_bytes;
    GPtrArray *attachments;     /* struct attachment, until the main process ends */
    struct fiber_queue changed; /* state, tasks or log */
    struct timer restart_timer;
};

/* ---- life ---- */
struct container *container_ref(struct container *container);
void container_unref(struct container *container);
CLEANUP(container, container_unref)
/* By id, name (with or without its slash) or the beginning of an id; ENGINE_ERROR 404. Lent. */
struct container *container_find(struct dockerd *dockerd, const char *name,
                                 GError **error) MUST_USE;
bool container_is_running(const struct container *container); /* restarting counts as well */

/* Starts the main process; 500 with the daemon's text when it cannot be started. */
bool container_start(struct container *container, GError **error) MUST_USE;
/* The main process has ended: told by its task. */
void container_on_exit(struct container *container, struct task *task);
/* Signals the main process; a TERM that is ignored is not modelled. */
void container_kill(struct container *container, int signal);
/* TERM, up to grace_us, then KILL; returns when it has stopped. */
bool container_stop(struct container *container, int64_t grace_us, GError **error) MUST_USE;
/* Takes it out of the list, gives its disk back. has_volumes: its anonymous volumes as well. */
void container_remove(struct container *container, bool has_volumes);
/* The engine goes down: kills it, or ends its waiting for a restart. */
void container_halt(struct container *container);
/* The engine comes up again: starts what its restart policy says (engine restart). */
void container_revive(struct container *container);
const char *container_state_text(const struct container *container);
/* Copies output of the main process to log and attachments. */
bool container_output(struct container *container, int stream, const char *bytes,
                      gsize length_bytes, GError **error) MUST_USE;
/* Copies what the main process writes from now on; ends with it. */
void container_attach(struct container *container, struct outlet *outlet, bool wants_stdout,
                      bool wants_stderr);
/* One piece of output as this container's clients get it: framed, or raw with a terminal. */
bool container_send(const struct container *container, struct outlet *outlet, int stream,
                    const char *bytes, gsize length_bytes, GError **error) MUST_USE;
/* As a client sees it: "starting", "healthy" or "unhealthy"; NULL: it has no health check. Tells of
   a check that is taken to pass (dockerd_on_assumed()). */
const char *container_health(struct container *container);
/* ---- networks ---- */
/* "default", "host", "none", a network's name or id. */
const char *container_network_mode(const struct container *container);
/* NULL: there is none of that name. Lent. */
struct engine_network *container_network(const struct container *container);
/* Gives a container that starts an address; fails as the daemon does when the network is not there
   or a port of the host is another container's. */
bool container_join_network(struct container *container, GError **error) MUST_USE;
/* NetworkSettings.Networks; the caller owns it. */
json_t *container_networks(const struct container *container);
/* Gives a container that starts the ports of the host that it asked for. */
void container_bind_ports(struct container *container);
/* "5432/tcp" to its bindings, null where it is only exposed; empty while it is down. A reference.
 */
json_t *container_ports(const struct container *container);
/* The same as the list of containers has it. */
json_t *container_port_list(const struct container *container);
/* Files of the container itself, not of its volumes, in bytes. */
int64_t container_size_bytes(const struct container *container);
/* The tree and path inside it where an absolute path leads: a mounted volume's or its own. */
struct file_tree *container_tree_at(const struct container *container, const char *path,
                                    char **inner, struct volume **volume);
/* How long the target of the volume over a clean path is; 0: there is none. */
gsize container_mount_length(const struct container *container, const char *path);

/* What is known of a path. UNKNOWN is the answer where an image that is not looked into, a RUN or a
   folder of the host may have something, and somebody is told what is assumed. */
enum path_fact {
    PATH_UNKNOWN,
    PATH_MISSING,
    PATH_FILE,
    PATH_FOLDER
};
/* *file is lent, NULL unless it is one. */
enum path_fact container_look(struct container *container, const char *path,
                              const struct file **file);
/* The files of the image that are known, at their paths; lent. */
struct file_tree *container_image_tree(struct container *container);
/* Whether nothing is known of its contents but that it is there. */
bool file_is_made_up(const struct file *file);

/* container_write_file() with permission bits. */
bool container_put_file(struct container *container, const char *path, GBytes *bytes, unsigned mode,
                        GError **error) MUST_USE;

/* From now on nothing is known of the file. */
void container_forget_file(struct container *container, const char *path);
/* The same of one that is gone for good. */
void container_note_removed(struct container *container, const char *path);

void container_put_folder(struct container *container, const char *path);

/* ---- processes ---- */
/* Where a stream of a process leads inside a script. */
struct sink {
    GString *text; /* it is kept here; NULL: it goes out */
    int stream;    /* by this stream; 0: by its own */
};

struct task {
    struct process process; /* what programs see */
    struct dockerd *dockerd;
    struct container *container; /* with a reference */
    unsigned reference_count;
    char *id; /* of the exec; NULL: the main process */
    char **arguments;
    char **environment;
    char *working_directory;
    bool has_terminal;
    bool is_attached[3]; /* stdin, stdout, stderr */
    bool is_privileged;
    int host_pid;
    bool was_started;
    bool is_running;
    int exit_code;
    int signal; /* 0, or the one that ended it */
    struct fiber *fiber;
    struct sink sinks[3];
    GBytes *input;          /* lent; NULL: nothing is known of it */
    gsize input_offset;     /* what was read of it */
    bool is_output_unknown; /* something more would have come to stdout */
    struct outlet *outlet;  /* of the client that started the exec; NULL: none */
    struct fiber_queue changed;
};

struct task *task_new(struct container *container, const char *id, const char *const *arguments,
                      const char *const *environment, const char *working_directory);
struct task *task_ref(struct task *task);
void task_unref(struct task *task);
CLEANUP(task, task_unref)
void task_start(struct task *task);
/* 2, 9 and 15 end it; others are noted and ignored. */
void task_signal(struct task *task, int signal);
bool task_wait(struct task *task, GError **error) MUST_USE;
/* The exec of this id, in any container; ENGINE_ERROR 404. Lent. */
struct task *task_find(struct dockerd *dockerd, const char *id, GError **error) MUST_USE;

/* ---- programs ---- */
/* The one that matches the image: the options' first, then dockerd's own, the last of which matches
   everything. */
const struct container_program *program_choose(struct dockerd *dockerd, const char *image_name);
extern const struct container_program binfmt_program;
extern const struct container_program qemu_register_program;
extern const struct container_program generic_program;
/* A row of their tables, which end with a NULL name. */
struct common_program {
    const char *name;
    int (*run)(struct process *process);
};
extern const struct common_program file_programs[];
extern const struct common_program line_programs[];
extern const struct common_program text_programs[];
/* `tail` without -f. */
int tail_run(struct process *process);
/* The small commands of common_programs.c and file_programs.c: -1 if it is none of them, or one of
   which nothing is known. */
int common_program_run(struct process *process);
/* An absolute path of what the process calls so; g_free. */
char *process_path(const struct process *process, const char *path);
/* Somebody is told that more would have come of this command. */
void process_assume(struct process *process);
/* A command by exec in an image that nobody wrote a program for: 0 when it is assumed, -1 when it
   is not there, else as common_program_run(). */
int generic_program_exec(struct process *process);
/* The task behind a process. */
struct task *process_task(const struct process *process);
/* What is left of the standard input, which it takes; NULL: it is not known; the caller unrefs. */
GBytes *process_take_input(struct process *process);
/* Raw bytes instead of text, as process_write(). */
bool process_write_bytes(struct process *process, int stream, const char *bytes, gsize length_bytes,
                         GError **error) MUST_USE;
/* "buildctl debug workers"; g_free. */
char *task_command_line(const struct task *task);
/* 15 for "TERM", "SIGTERM", "15"; 0 if unknown. */
int signal_number(const char *text);
