/*
 * A command line being run, as whoever answers it sees it: its arguments, environment, directory
 * and streams. A step's process, a script's child or an action starts it; a command host such as
 * the fake docker answers it, in a fiber of its own, and returns the exit code. When the command is
 * killed its fiber is cancelled: every later wait fails, and what is returned does not count.
 */
#pragma once

#include "base/error.h"

struct command_call {
    const char *const *arguments;   /* argv, NULL-terminated; the first is the name: "docker" */
    const char *const *environment; /* "NAME=value", NULL-terminated; the last of a name counts */
    const char *directory;          /* absolute, as the command itself sees it */
    const struct command_seam *seam;
    void *self;
};

/* What the starter of the command does for it. Calls that may wait are marked so. */
struct command_seam {
    /* Waits. The next bytes of stdin are added to chunk; *is_end without any at the end. */
    bool (*read)(void *self, GByteArray *chunk, bool *is_end, GError **error);
    /* Waits while the reader is slow. stream 1 is stdout, 2 stderr. */
    bool (*write)(void *self, int stream, const void *bytes, gsize length_bytes, GError **error);
    /* Where an absolute path of the command's world is on this machine; NULL: outside what it may
       touch. g_free. */
    char *(*host_path)(void *self, const char *path);
    /* Starts a program as the command's own child with the command's streams, as `timeout` and
       `sudo` do. NULL where there are no processes. */
    bool (*start_child)(void *self, const char *const *arguments, const char *const *environment,
                        GError **error);
    void (*signal_child)(void *self, int signal_number);
    /* Waits. The exit code as a shell has it: 128 + signal for a killed child. */
    bool (*wait_child)(void *self, int *exit_code, GError **error);
    /* What it starts between true and false is root's. NULL: nothing is root's alone. */
    void (*let_root_write)(void *self, bool is_root);
    /* Whether what it starts sees root's settings too, as it does itself. NULL: it does not. */
    bool (*shows_settings)(void *self);
    /* Whether stdout goes to a script or to another program, and nothing has come so far. NULL: it
       does not. */
    bool (*is_awaited)(void *self);
};

/* What a command prints that is assumed and whose word a script waits for. It may stand in a tag, a
   path or a version, and whoever meets it knows that nobody knows what should be there. It has no
   dot at which a version would be cut, its beginning alone tells it, and no shell takes it for a
   number. */
#define COMMAND_UNKNOWN_STEM "0nobody"
#define COMMAND_UNKNOWN_WORD COMMAND_UNKNOWN_STEM "-knows"

/* Of a command that is not on bash's PATH, the beginning of what bash says of it: "script.sh: line
   3: ". Not set: whoever called is no script of bash's. */
#define COMMAND_PLACE_VARIABLE "SEATRIAL_SHELL_PLACE"

/* Answers a command and returns its exit code. Runs in a fiber. */
typedef int command_fn(void *self, const struct command_call *call);

/* Who answers commands on one machine. */
struct command_host {
    const char *const *names; /* commands there are, NULL-terminated, sorted */
    command_fn *run;          /* asked for any name: one that is not in names is assumed */
    /* Answered as well, but not on the PATH before something puts them there; NULL: none. */
    const char *const *apart;
    /* From now on they may be there, by something that is no command; NULL: nobody asks. */
    void (*may_bring)(void *self);
    /* Commands that come from here on are of this step; NULL: nobody asks. Does not wait. */
    void (*begin_step)(void *self, guint step);
    /* How many commands have ended with another code than 0 so far, but for those that a wrong
       password ends so; NULL: nobody counts. */
    guint64 (*failure_count)(void *self);
    /* How many were assumed so far of which something would have come; NULL: nobody counts. */
    guint64 (*gap_count)(void *self);
    /* How often a script that waited got COMMAND_UNKNOWN_WORD; NULL: nobody counts. */
    guint64 (*unknown_word_count)(void *self);
    /* How many commands were called that build, move or run images; NULL: nobody counts. */
    guint64 (*image_command_count)(void *self);
    void *self;
};

/* NULL when not set. */
const char *command_variable(const struct command_call *call, const char *name);
/* Adds to stdout or stderr; false when the command was killed or its reader is gone. */
bool command_print(const struct command_call *call, const char *format, ...) G_GNUC_PRINTF(2, 3);
bool command_complain(const struct command_call *call, const char *format, ...) G_GNUC_PRINTF(2, 3);
bool command_write(const struct command_call *call, int stream, const char *bytes,
                   gssize length_bytes);
/* All of stdin, of at most bytes_max: BASE_ERROR_LIMIT above. Waits. */
GBytes *command_read_all(const struct command_call *call, gsize bytes_max, GError **error) MUST_USE;
/* A path, absolute or relative to the command's directory, on this machine; NULL: not to be
   touched. g_free. */
char *command_host_path(const struct command_call *call, const char *path);
/* The absolute path as the command sees it, "." and ".." resolved by text alone; g_free. */
char *command_absolute_path(const struct command_call *call, const char *path);
