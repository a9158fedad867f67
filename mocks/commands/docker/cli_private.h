/*
 * What the files of the fake docker command share: one command line under way, the table of
 * commands, and the words of the CLI. Nobody outside includes this.
 */
#pragma once

#include "base/json.h"
#include "docker/call.h"
#include "mocks/commands/docker/docker_cli.h"
#include "mocks/commands/docker/flags.h"
#include "mocks/commands/docker/image_reference.h"

struct docker_cli {
    struct docker_cli_options options;
    struct docker_plugin *plugins; /* a copy of the list, ends with a NULL name */
    const struct client_words *words;
};

/* What differs between releases of the CLI. */
struct client_words {
    const char *version; /* "28.0.4" */
    const char *git_commit;
    const char *go_version;
    const char *build_time;
    const char *platform_name; /* "Docker Engine - Community", or "" */
};

/* ---- one command line ---- */

/* The command being run. It ends with its fiber's frame. */
struct invocation {
    struct docker_cli *cli;
    const struct command_call *call;
    const struct command_row *row;
    const char *path; /* "image ls": the name it was called by, its alias resolved */
    struct flags *flags;
    const char *const *arguments; /* NULL-terminated */
    gsize argument_count;
    struct docker *docker; /* after invocation_docker() */
};

enum argument_rule {
    ARGUMENTS_EXACT,
    ARGUMENTS_AT_LEAST,
    ARGUMENTS_AT_MOST,
    ARGUMENTS_OR_ONE_MORE, /* the count, or one above it */
};

/* One command: its names, its options, what runs it. */
struct command_row {
    const char *names; /* "pull|image pull|image list=image ls": '=' marks a mere alias */
    const char *usage; /* "[OPTIONS] NAME[:TAG|@DIGEST]" */
    const char *summary;
    enum argument_rule rule;
    gsize argument_count;
    const struct flag_row *const *flags; /* tables, NULL-terminated */
    int (*run)(struct invocation *invocation);
    bool is_interspersed;
};

/* Tables of the commands, by file; each ends with NULL names. */
extern const struct command_row system_commands[];
extern const struct command_row info_commands[];
extern const struct command_row usage_commands[];
extern const struct command_row archive_commands[];
extern const struct command_row change_commands[];
extern const struct command_row image_commands[];
extern const struct command_row image_list_commands[];
extern const struct command_row transfer_commands[];
extern const struct command_row container_commands[];
extern const struct command_row list_commands[];
extern const struct command_row run_commands[];
extern const struct command_row exec_commands[];
extern const struct command_row copy_commands[];
extern const struct command_row inspect_commands[];
extern const struct command_row prune_commands[];
extern const struct command_row volume_commands[];
extern const struct command_row network_commands[];
extern const struct command_row login_commands[];
extern const struct command_row build_commands[];
extern const struct command_row manifest_commands[];
extern const struct command_row context_commands[];
extern const struct command_row port_commands[];

/* Whether docker has the command, though it is not in the tables: its name, and whether it is about
   images. */
bool command_is_other(const char *const *words, const char **name, bool *touches_images);

/* Looks "image ls" up at the start of words; *length is how many of them it takes. NULL: none. */
const struct command_row *command_find(const char *const *words, gsize *length, const char **path);
/* Whether there are commands "NAME …". */
bool command_is_group(const char *name);
/* Help of one command, of a group, of all; g_free. */
char *command_help(const struct command_row *row, const char *path);
char *command_group_help(const char *name);
char *command_root_help(void);
/* Options or arguments that make no sense, the CLI's way: "TEXT\n\nUsage:  …". Returns code. */
int command_usage_error(struct invocation *invocation, int code, const char *text,
                        const char *last_line);
bool command_check_arguments(struct invocation *invocation);

/* Gives a build to buildx; false, after a word about the old builder, when it is not for buildx. */
bool forward_build(struct docker_cli *cli, const struct command_call *call,
                   const char *const *words, int *code);

/* ---- for commands ---- */

/* The client of the Engine; NULL with an error. Lent. */
struct docker *invocation_docker(struct invocation *invocation, GError **error);
/* Fills error with words of the CLI; false. */
bool cli_refuse(GError **error, const char *format, ...) G_GNUC_PRINTF(2, 3);
/* Says what went wrong; returns 1. */
int invocation_fail(struct invocation *invocation, const GError *error);
/* Says a text; returns code. */
int invocation_end(struct invocation *invocation, int code, const char *format, ...)
    G_GNUC_PRINTF(3, 4);
/* GET, or another method with a body (NULL: none) that it takes over; the answer as JSON. path
   needs no version. */
bool invocation_ask(struct invocation *invocation, const char *method, const char *path,
                    json_t *body, json_t **answer, GError **error) MUST_USE;
/* The same without interest in the answer. */
bool invocation_tell(struct invocation *invocation, const char *method, const char *path,
                     json_t *body, GError **error) MUST_USE;
/* Whether the Engine and the CLI speak API 1.minor or newer. */
bool invocation_speaks(struct invocation *invocation, int minor);
/* "/containers/NAME" + rest with the name escaped; g_free. */
char *api_path(const char *kind, const char *name, const char *rest);
/* Seconds since 1970. */
int64_t invocation_now_s(const struct invocation *invocation);
/* Repeats one thing for each argument; errors are said at the end, as errors.Join has them. */
int invocation_each(struct invocation *invocation,
                    bool (*act)(struct invocation *invocation, const char *argument,
                                GError **error));

/* "K=V" texts as an object; a text without '=' has an empty value. The caller owns it. */
json_t *flags_pairs(const char *const *texts);
/* "label=a" texts of a FLAG_FILTER as {"label":{"a":true}}; the caller owns them. */
json_t *filters_parse(const char *const *texts);
void filters_add(json_t *filters, const char *key, const char *value);
/* "&filters=…" unless there are none. */
void filters_append(GString *path, const json_t *filters);

/* ---- progress of pull, push, build ---- */

/* Prints the messages of a stream as the CLI does without a terminal. */
struct progress {
    struct invocation *invocation;
    int stream; /* 1, 2; 0: silent */
    int64_t failure_code;
    char *image_id; /* aux.ID, of a build */
};
void progress_receive(void *progress, const struct message *message);
bool progress_run(struct progress *progress, const char *path, GBytes *body, const char *header,
                  GError **error) MUST_USE;

/* ---- archives ---- */

/* The bytes that the Engine answers with, to a file that takes its name when it is whole, or to
   stdout where path is "". what: how an error of the path begins. */
bool archive_receive(struct invocation *invocation, const char *api, const char *path,
                     const char *what, GError **error) MUST_USE;

/* ---- tables and templates ---- */

struct view_column {
    const char *field;
    const char *header;
};
/* One list: rows are objects whose members are the columns. */
struct view {
    const char *type_name;             /* Go's, for errors: "*formatter.ContainerContext" */
    const struct view_column *columns; /* ends with NULL */
};
/* A list of rows that owns them (json_t *). */
GPtrArray *view_rows_new(void);
/* format: "table {{.ID}}", "json" or any template. */
bool view_print(struct invocation *invocation, const struct view *view, const char *format,
                const GPtrArray *rows, GError **error) MUST_USE;
/* Adds one value through a template, for inspect, version, info. type_name is Go's, for what it has
   no member for; NULL: a map. */
bool view_execute(const char *name, const char *type_name, const char *format, json_t *value,
                  GString *output, GError **error) MUST_USE;
/* With four blanks a level, as inspect prints; g_free. */
char *view_indented(const json_t *value);
/* Rows of `docker ps` and `docker images`, also for `system df -v`; the caller owns them. */
json_t *container_row(struct invocation *invocation, const json_t *container, bool is_cut);
json_t *image_row(struct invocation *invocation, const json_t *image, const char *repository,
                  const char *tag, const char *digest, bool is_cut);
extern const struct view container_view;
extern const struct view image_view;
extern const struct view volume_view;
json_t *volume_row(const json_t *volume);

/* ---- configuration and registries ---- */

/* config.json, an empty object if there is none; the caller owns it. */
json_t *config_read(const struct command_call *call);
bool config_write(const struct command_call *call, const json_t *config, GError **error) MUST_USE;
/* The path of config.json as the command sees it; g_free. */
char *config_path(const struct command_call *call);
/* Below which key of "auths" the login for this registry's domain is kept. */
const char *config_auth_key(const char *domain);
/* X-Registry-Auth for an image of this domain; g_free. */
char *config_auth_header(const struct command_call *call, const char *domain);
/* Files in the command's own world. NULL: not there (or not to be touched). */
GBytes *world_read_file(const struct command_call *call, const char *path, gsize bytes_max,
                        GError **error) MUST_USE;
bool world_write_file(const struct command_call *call, const char *path, const char *bytes,
                      gsize length_bytes, int mode, GError **error) MUST_USE;

/* ---- context_store.c: contexts but the default one, whose Engine is this machine's ---- */

/* "open …/meta.json"; g_free. */
char *context_meta_path(const struct command_call *call, const char *name);
/* {"Name": …, "Metadata": …, "Endpoints": …}; NULL: there is none. The caller owns it. */
json_t *context_read(const struct command_call *call, const char *name);
bool context_write(const struct command_call *call, const char *name, const char *description,
                   const char *host, GError **error) MUST_USE;
void context_remove(const struct command_call *call, const char *name);

/* ---- families that use each other ---- */

/* "linux/arm64/v8" as queries have it: {"os":"linux","architecture":"arm64","variant":"v8"};
 * g_free.
 */
char *platform_json(const char *platform);
/* Pulls an image; out is 1, 2 or 0 for silence. */
bool pull_image(struct invocation *invocation, const struct image_reference *reference,
                const char *platform, bool is_all, int out, GError **error) MUST_USE;
/* A call with other arguments (copied) and, unless NULL, one more variable "NAME=value". */
struct changed_call {
    struct command_call call;
    GPtrArray *arguments;
    GPtrArray *environment;
};
void changed_call_init(struct changed_call *changed, const struct command_call *call);
void changed_call_clear(struct changed_call *changed);
/* Both lent lists end up NULL-terminated. */
void changed_call_finish(struct changed_call *changed);
