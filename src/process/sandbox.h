/*
 * Where the processes of one machine live: a private directory, a private PATH, no network, the
 * loop's time, a cap on what they may use. Whatever is started here, and whatever that starts,
 * belongs to the sandbox until it is freed; then nothing is left of it.
 *
 * Processes see `directory` as `home` where a mount namespace can be had, and under its own name
 * elsewhere; sandbox_home() says which, and output is the reader's to translate. What the sandbox
 * needs itself (private PATH, /tmp, FIFOs) is in a folder beside it, `directory`.seatrial, which is
 * made and removed here.
 *
 * Protection comes in layers; sandbox_probe() says what this machine gives:
 *
 *     layer       files  host's sockets and network  signals to others
 *     namespaces  yes    yes                         yes
 *     Landlock    yes    TCP and abstract sockets    from ABI 6 (Linux 6.12)
 *     seccomp     -      yes                         to us and to everybody at once
 *
 * Landlock does not mediate connect() to a socket's path (docker.sock), therefore it does not
 * suffice alone: see sandbox_layers_suffice(). In every configuration processes have no privileges,
 * gain none (no_new_privs), and have limits of their own (confine_tables.c). Root without
 * namespaces, as in most containers, is root for the host alone: its processes are an ordinary
 * user's (sandbox_files_begin()).
 *
 * Nor does it mediate chmod() and its like, which then work by descriptor alone: seccomp refuses
 * them by path, and the preloaded library makes them good (preload/metadata.c).
 *
 * With namespaces /usr/bin itself is the private PATH, so that absolute names lead there too, and
 * the clock is preloaded by /etc/ld.so.preload. Without them absolute names of programs reach the
 * real ones, /tmp is not there, and who clears LD_PRELOAD loses the clock and chmod().
 *
 * Time: programs that are linked dynamically see the loop's time and date (SECONDS, date,
 * EPOCHREALTIME), have used no processor time (times, getrusage), and draw seeded numbers (RANDOM,
 * SRANDOM, mktemp, /dev/urandom), other ones on each machine. Files of the rehearsal are from just
 * before it (preload/clock_page.h). Real are: sleeps of real programs, $$, clocks of processor
 * time, statically linked programs, a random device that is another program's stdin and read
 * through stdio, and the order of background jobs that race for a file or a pipe between
 * themselves.
 *
 * While any process of a sandbox computes, the loop's clock stands still (virtual-time.md 8).
 * Commands on the private PATH that the command host answers are stubs which call it; calls of one
 * instant are started together, ordered by their arguments, so that runs repeat. So does bash for a
 * command that is not there at all, by way of an exported command_not_found_handle. Programs that
 * others start by their place in the file system (git-remote-https) are replaced by the command of
 * that name: confine_tables.c lists them.
 *
 * Children are found and killed through the subreaper, which is one a process: no other code may
 * wait for children of its own while a sandbox exists. SIGPIPE is ignored from then on.
 */
#pragma once

#include "base/command.h"
#include "loop/fiber.h"

#include <sys/stat.h>

struct sandbox;

enum sandbox_layer {
    SANDBOX_NAMESPACES = 1 << 0, /* user, mount, network, pid as far as they can be had */
    SANDBOX_LANDLOCK = 1 << 1,
    SANDBOX_SECCOMP = 1 << 2,
    SANDBOX_ORDINARY_USER = 1 << 3, /* root's processes become one where there are no namespaces */
    SANDBOX_ALL = SANDBOX_NAMESPACES | SANDBOX_LANDLOCK | SANDBOX_SECCOMP,
};

/* The layers that work here, tried in a child of their own. *missing says in a sentence what does
   not and why, or is NULL; g_free. */
unsigned sandbox_probe(char **missing);

struct sandbox_options {
    const char *machine;             /* orders what several sandboxes do at one instant; traced */
    const char *directory;           /* exists, absolute; all that processes may write is below */
    const char *home;                /* "/home/runner" */
    const char *stub;                /* path of the stub executable that stands for commands */
    const char *preload_library;     /* its path, or NULL: time is real */
    const struct command_host *host; /* answers commands; lent */
    const char *git_configuration;   /* text of git's system configuration, or NULL */
    const char *settings_folder;     /* "/etc/docker": one of root's that processes read; or NULL */
    bool has_open_folders;           /* where everybody may write on GitHub's images */
    const char *shared_directory;    /* for what all sandboxes of a run can share; or NULL */
    unsigned layers;                 /* of enum sandbox_layer; what cannot be had is an error */
    uint64_t seed;                   /* of what is drawn; machines draw differently */
    int64_t real_time_us_max;        /* for all processes together; 0: SANDBOX_REAL_TIME_US_MAX */
    int64_t output_bytes_max;        /* of all children together; 0: SANDBOX_OUTPUT_BYTES_MAX */
    int64_t date_s;                  /* wall clock at the loop's time zero; 0: VCLOCK_EPOCH_S */
};

/* Whether these layers keep scripts of strangers from the machine's files, sockets, network and
   other processes, and keep their number within bounds: of root's, without namespaces, only when
   they become an ordinary user's. */
bool sandbox_layers_suffice(unsigned layers);
/* Whether these layers do not suffice here, but would if the program were not run as root. */
bool sandbox_root_is_the_trouble(unsigned layers);
/*
 * Between the two calls files that this process makes belong to the user its processes will be,
 * where these layers make that another one than root, and root reads and writes what it could
 * before. Everything that a sandbox's processes are to find is made between them.
 */
void sandbox_files_begin(unsigned layers);
void sandbox_files_end(unsigned layers);
/* Where the stub and the preloaded library are: beside the running program, in the two folders
   above it, or in ../lib/seatrial. NULL when not found; g_free. */
char *sandbox_find_stub(void);
char *sandbox_find_preload_library(void);

struct sandbox *sandbox_new(struct loop *loop, const struct sandbox_options *options,
                            GError **error) MUST_USE;
/* Kills what is left, waits for it and frees; files are the caller's. Inside no fiber. */
void sandbox_free(struct sandbox *sandbox);
CLEANUP(sandbox, sandbox_free)

/* What processes call the private directory. */
const char *sandbox_home(const struct sandbox *sandbox);
/*
 * A path as processes see it, on this machine, or NULL when it is outside; g_free. Symbolic links
 * on the way, but for the last part, are followed now as processes would follow them, and NULL is
 * the answer when they lead out. /root, the home of what sudo runs, is inside: commands keep their
 * settings there; processes are an ordinary user's and do not get there. Processes can change links
 * afterwards: who reads or writes what processes may be changing uses sandbox_open(), which leaves
 * no gap.
 */
char *sandbox_host_path(const struct sandbox *sandbox, const char *path);
/* Makes of a file's status, as the host has read it, what processes see: its owner, its times. */
void sandbox_show_status(const struct sandbox *sandbox, struct stat *status);
/* open() of a path as processes see it; links that lead out of the sandbox are errors. O_CLOEXEC is
   added. */
int sandbox_open(const struct sandbox *sandbox, const char *path, int flags, unsigned mode,
                 GError **error) MUST_USE;
/* Puts a command that the host answers into a folder, as processes see it, over what has its name
   there. */
bool sandbox_put_command(const struct sandbox *sandbox, const char *folder, const char *name,
                         GError **error) MUST_USE;
/*
 * What runs from now on may write the folder of settings, as what sudo starts may; and no more.
 * Pairs of calls may overlap. Only where there are namespaces do processes see that folder;
 * commands have it everywhere.
 */
bool sandbox_shows_settings(const struct sandbox *sandbox);
void sandbox_let_root_write(struct sandbox *sandbox, bool is_root);
/* The PATH of processes: the private one, and before it the open folder that is on it. */
const char *sandbox_path(const struct sandbox *sandbox);
/* NULL, or why the sandbox gave up: "processes used more than 30 s of real time", "more than 512
   processes". Everything in it has been killed then. */
const char *sandbox_complaint(const struct sandbox *sandbox);

/* A process whose starter is gone. */
struct leftover {
    unsigned number; /* counted from 1 in the order of their start; for texts that show a pid */
    char *name;      /* "sleep" */
    int pid;         /* on this machine: not for texts */
};
/* Everything that still runs but the children that are held and what these started; of struct
   leftover, caller unrefs. */
GPtrArray *sandbox_leftovers(struct sandbox *sandbox);
/* Kills them and waits until they are gone. */
bool sandbox_kill_leftovers(struct sandbox *sandbox, GError **error) MUST_USE;
