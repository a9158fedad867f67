/*
 * What the JavaScript of actions leans on beyond runner/action.h: exceptions, groups and command
 * lines with the usual ways to judge their end (@actions/core and @actions/exec;
 * engine-contract.md F). An exception travels as a GError of CORE_ERROR; core_run() turns it into
 * the failed step that it is, and lets interruptions through.
 */
#pragma once

#include "runner/action.h"

#define CORE_ERROR (core_error_quark())
GQuark core_error_quark(void);

enum core_error {
    CORE_ERROR_THROWN,
    CORE_ERROR_SAID, /* the step has failed already, with its words */
};

/* An exception; always false, so that it can be returned. */
bool core_throw(GError **error, const char *format, ...) G_GNUC_PRINTF(2, 3);
/* Runs a phase: what body throws becomes core.setFailed(). */
bool core_run(struct action_run *run, action_fn *body, GError **error) MUST_USE;
/* As a catch: true and the message (g_free), when thrown is an exception with words; else thrown
   is passed on. Takes thrown over. */
bool core_catch(GError *thrown, char **message, GError **error) MUST_USE;

/* core.getBooleanInput as an exception: false when the value is no boolean. */
bool core_input_boolean(struct action_run *run, const char *name, bool *value,
                        GError **error) MUST_USE;

/* A group of log lines that ends with the scope: CORE_GROUP(run, "Docker info"); */
struct core_group {
    struct action_run *run;
};
struct core_group core_group_begin(struct action_run *run, const char *title);
void core_group_finish(struct core_group *group);
#define CORE_GROUP(run, title)                                                                     \
    __attribute__((cleanup(core_group_finish), unused)) struct core_group group_ =                 \
        core_group_begin(run, title)

/* Command lines as lists of owned texts. Calls end with NULL. */
GPtrArray *core_arguments(const char *first, ...) G_GNUC_NULL_TERMINATED;
void core_arguments_add(GPtrArray *arguments, ...) G_GNUC_NULL_TERMINATED;
/* "--tag", "a", "--tag", "b" for the texts a and b. */
void core_arguments_add_each(GPtrArray *arguments, const char *option, const GPtrArray *values);

enum core_judgement {
    CORE_ANY_END,   /* nothing throws */
    CORE_LAST_LINE, /* a code other than 0 with words on stderr throws the last line */
    CORE_ALL_LINES, /* the same with all of stderr, trimmed */
    CORE_EXIT_CODE, /* "The process '/usr/bin/docker' failed with exit code 1" */
};

struct core_command {
    const GPtrArray *arguments;
    enum core_judgement judgement;
    bool is_silent;
    const char *input;
    const char *directory;
    const char *const *environment;
};
/* Runs it; result may be NULL. */
bool core_exec(struct action_run *run, const struct core_command *command,
               struct action_exec_result *result, GError **error) MUST_USE;
/* A command line as child_process.spawn runs it; throws when there is no such program. */
bool core_spawn(struct action_run *run, const struct action_exec *exec,
                struct action_exec_result *result, GError **error) MUST_USE;
/* Whether the command failed in the sense of "stderr.length > 0 && exitCode != 0". */
bool core_exec_failed(const struct action_exec_result *result);

/* The last line that is not blank, trimmed: what /(.*)\s*$/ finds; g_free. */
char *core_last_line(const char *text);
char *core_trimmed(const char *text); /* g_free */

/* docker/actions-toolkit's Util.parseBool, after Go's strconv.ParseBool. */
bool core_parse_bool(const char *text, bool *value, GError **error) MUST_USE;
/* The variable by the same rule; what is otherwise when it is not set or empty. */
bool core_variable_boolean(const struct action_run *run, const char *name, bool otherwise,
                           bool *value, GError **error) MUST_USE;

/* A random UUID of version 4; g_free. */
char *core_uuid(struct action_run *run);
/* "2020-01-10T00:30:00.000Z"; g_free. */
char *core_iso_date(int64_t date_ms);
/* JSON.stringify(value, null, 2); g_free. */
char *core_pretty_json(const json_t *value);
/* Logs a text line by line. */
void core_log_lines(struct action_run *run, const char *text);
