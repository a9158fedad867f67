/* What the files of this folder share. Nobody else includes this. */
#pragma once

#include "base/units.h"
#include "process/child.h"
#include "process/confine_tables.h"
#include "process/household.h"
#include "process/tasks.h"
#include "process/wire.h"

#include <sys/types.h>

struct clock_page;

/* The host's end of a keeper. */
struct keeper {
    int control_fd;
    pid_t pid; /* a child of ours, by way of the subreaper; 0: none or gone */
};

struct sandbox {
    struct loop *loop;
    struct household *household;
    char *machine;
    char *directory;
    char *home; /* as processes see it */
    char *run_directory;
    char *path;              /* as processes see it */
    char *stub;              /* on this machine */
    char *preload_library;   /* "": none is needed */
    char *preload;           /* for LD_PRELOAD, or NULL */
    char *git_folder;        /* for GIT_EXEC_PATH, or NULL */
    char *git_configuration; /* text, or NULL */
    char *settings_folder;   /* as processes see it; "": none */
    unsigned root_count;     /* of what runs and may write there */
    char *shared_directory;  /* or NULL */
    int home_fd, tmp_fd;     /* where paths of processes begin; tmp_fd of a root of their own */
    int root_home_fd;        /* of root's home, which commands have and processes do not */
    bool has_open_folders;
    int open_fds[CONFINE_OPEN_FOLDERS]; /* -1: processes have no such folders */
    char *search_path;                  /* the PATH of processes */
    int settings_fd;                    /* -1: processes have no such folder */
    struct command_host host;
    unsigned layers;
    int64_t real_time_us_max;
    int64_t output_bytes_max;

    struct keeper keeper;
    struct tasks *tasks;
    GPtrArray *children; /* struct child that live or are drained */
    GPtrArray *calls;    /* struct call */
    unsigned child_count;
    unsigned call_count;
    int door_fd;
    int calls_fd;   /* the folder of the FIFOs */
    bool has_clock; /* not when time is real */
    struct clock_page *clock;
    bool is_disturbed; /* its processes are to be looked at before time moves */
    int64_t busy_us;
    uint64_t doubted_pulse; /* tasks_pulse() when it was last doubted that they hang; 0: never */
    int64_t doubted_us;     /* real time of that */
    int64_t looked_at_us;   /* real time of the last look that found it busy; 0: it was quiet */
    int64_t free_bytes_min; /* of the file system it writes to */
    int64_t output_bytes;
    char *complaint;
    bool is_closing;
    bool have_calls_ended; /* what sandbox_free() waits for */
};

/* Processes may go on because of what the sandbox does next: time is looked at anew, and they are
   shown the present. Called before every act that a process can notice. */
void sandbox_disturb(struct sandbox *sandbox);
/* Whether these layers make the processes another user's than the host is. */
bool sandbox_has_ordinary_user(unsigned layers);
/* What is free where its processes write, and how much there is at all; INT64_MAX and 0 when nobody
   knows. */
int64_t sandbox_free_bytes(const struct sandbox *sandbox, int64_t *all_bytes);
/* Kills everything and remembers why; the first reason stays. */
void sandbox_give_up(struct sandbox *sandbox, const char *format, ...) G_GNUC_PRINTF(2, 3);

/* keeper_client.c */
bool keeper_open(struct sandbox *sandbox, GError **error) MUST_USE;
void keeper_kill_all(struct sandbox *sandbox);
void keeper_close(struct sandbox *sandbox);
/* fds are stdout and stderr of the child. *pidfd is the caller's. */
bool keeper_start(struct sandbox *sandbox, unsigned number, GBytes *description, const int *fds,
                  int *pidfd, GError **error) MUST_USE;

/* description.c: as wire.h has it; file is an argument before the others, or NULL. */
GBytes *description_build(const char *directory, const char *file, const char *const *arguments,
                          const char *const *environment);
struct description {
    char *directory;
    char **arguments, **environment;
};
/* False when the bytes are none. */
bool description_parse(const GByteArray *bytes, struct description *description) MUST_USE;
void description_finish(struct description *description);

/* child.c */
void child_on_exit(struct sandbox *sandbox, unsigned number, int exit_code);
void child_on_keeper_gone(struct sandbox *sandbox);
void child_destroy(struct child *child);
int child_pidfd(const struct child *child);
struct stream;
/* That of a child whose pipe has this inode, or NULL. */
struct stream *sandbox_stream_of(const struct sandbox *sandbox, uint64_t pipe);
/* What a command writes into it is told at once, behind all that came before: the pipe would tell
   its two streams of one instant in no order, what the script wrote after the command among them.
 */
void stream_write(struct stream *stream, const void *bytes, gsize length_bytes);

/* call.c */
void call_on_door(void *sandbox, uint32_t events);
void call_abandon(struct sandbox *sandbox);
/* Whether a command waits for what the host does next, an answer or some time. */
bool call_is_owed(const struct sandbox *sandbox);

/* seccomp.c: a file with the program, or -1. */
int seccomp_program(bool is_socket_allowed, GError **error) MUST_USE;

/* layout.c */
/* Whether processes have a root of their own. */
bool sandbox_has_root(const struct sandbox *sandbox);
/* "PATH: " and what errno says; always false. */
bool sandbox_fail(const char *path, GError **error);
/* Makes the folder and fills it: what processes without a root of their own have in PATH. */
bool private_path_make(const struct sandbox *sandbox, const char *folder, GError **error) MUST_USE;
/* The same for those with a root of their own, who see it as /usr/bin: folder may become a link to
   one that sandboxes share, because its links are the same for all. */
bool private_path_show(const struct sandbox *sandbox, const char *folder, GError **error) MUST_USE;
bool layout_make(struct sandbox *sandbox, GError **error) MUST_USE;
void layout_remove(const char *directory);

/* settings.c: makes the folder, closed. */
bool settings_make(struct sandbox *sandbox, GError **error) MUST_USE;

/* clock_page.c */
struct clock_page *clock_page_new(const char *path, int64_t date_s, uint64_t seed,
                                  GError **error) MUST_USE;
void clock_page_set(struct clock_page *page, int64_t now_us);
/* A file's stamp as programs see it. */
struct timespec clock_page_stamp(const struct clock_page *page, struct timespec stamp);
void clock_page_free(struct clock_page *page);
