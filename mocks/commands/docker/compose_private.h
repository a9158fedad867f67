/* What the files of the compose plugin share. */
#pragma once

#include "base/json.h"
#include "mocks/commands/docker/compose.h"
#include "mocks/commands/docker/flags.h"

/* One project as its files say, interpolated and merged:
   {"name": …, "services": {NAME: {…}}, "networks": …, "volumes": …}. */
struct project {
    struct docker_cli *cli;
    const struct command_call *call;
    char *directory; /* of the first file, as the command sees it */
    char *name;
    json_t *model;
    json_t *variables; /* of .env, or what stands for it */
};

/* "-" of --file: what stands on standard input. */
#define COMPOSE_STDIN "-"

/* What a command line says of the project; lists end with NULL, texts may be empty. */
struct project_sources {
    const char *const *files;
    const char *name;
    const char *directory;
    const char *const *env_files; /* none: .env of the project's folder */
    const char *const *profiles;
    const char *const *wanted; /* the command's arguments: services named are on */
};
/* Errors are compose's words. */
bool project_load(struct project *project, const struct project_sources *sources,
                  GError **error) MUST_USE;
/* Takes services out whose profiles are off (compose_profiles.c). */
void project_apply_profiles(struct project *project, const struct project_sources *sources,
                            const json_t *variables);
void project_clear(struct project *project);

/* NULL: no such service. Lent. */
json_t *project_service(const struct project *project, const char *name);
/* What comes with a service that is asked for. */
enum order_needs {
    ORDER_ALONE = 0,
    ORDER_NEEDS = 1 << 0,    /* what it depends on */
    ORDER_CONTEXTS = 1 << 1, /* whose images its build takes for contexts */
};
/* Names of services in the order in which they start: what they need goes first. wanted empty: all,
   with what they depend on. Fails on a name that is none; the caller unrefs. */
GPtrArray *project_order(const struct project *project, const char *const *wanted, unsigned needed,
                         GError **error) MUST_USE;
/* "app:1" as the file says, else "PROJECT-SERVICE"; g_free. */
char *project_image(const struct project *project, const char *service);
/* "PROJECT-SERVICE-1"; g_free. */
char *project_container(const struct project *project, const char *service);
/* Names of what a service has in a list or a mapping ("K=V" for pairs); char*, caller unrefs. */
GPtrArray *model_texts(const json_t *value);
/* "K=V" or "K: V" as "K=V"; the caller unrefs. */
GPtrArray *model_pairs(const json_t *value);
/* One file, interpolated; NULL with an error. *resets, the caller's: what it makes forget of the
   files before it (doc/reset.h). */
json_t *compose_read_file(const struct project *project, const char *path, const json_t *variables,
                          json_t **resets, GError **error) MUST_USE;
/* The lines of an env file as an object of texts; empty when it is not there. */
json_t *compose_read_variables(const struct project *project, const char *path);
/* Puts a file with what it extends and includes over the model. way: files that include this one.
 */
bool compose_load_file(const struct project *project, const char *path, const json_t *variables,
                       GPtrArray *way, json_t *model, GError **error) MUST_USE;
/* compose_include.c: takes in the parts of the files that one includes. */
bool compose_include(const struct project *project, const char *path, json_t *read,
                     const json_t *variables, GPtrArray *way, GError **error) MUST_USE;
/* Paths of a service, and files of secrets or configs, as they are seen from anywhere. */
void compose_set_folder(json_t *service, const char *folder);
void compose_set_file_folder(json_t *section, const char *folder);
/* Puts more over base, as a later file over an earlier one. */
void compose_merge(json_t *base, json_t *more);
/* compose_check.c: whether the schema has all that is in one file, and whether what services name
   is there: those that profiles leave out are not looked at, and may be needed by none. */
bool compose_check_schema(const char *file, const json_t *model, GError **error) MUST_USE;
bool compose_check_services(const struct project *project, GError **error) MUST_USE;
/* Whether the files of env_file are there, unless they need not be. */
bool compose_check_env_files(const struct project *project, GError **error) MUST_USE;
/* Resolves `extends` of the services that a file has. */
bool compose_extend(const struct project *project, const char *path, json_t *read,
                    const json_t *variables, const json_t *resets, GError **error) MUST_USE;
/* ${A:-b} and the like in one text; lookup is variables, then the environment. g_free. */
char *compose_interpolate(const char *text, const struct project *project, const json_t *variables,
                          GError **error) MUST_USE;

/* One command line of docker under way: its words. */
struct words {
    GPtrArray *list; /* char* */
};
void words_init(struct words *words, const char *first, ...) G_GNUC_NULL_TERMINATED;
void words_add(struct words *words, ...) G_GNUC_NULL_TERMINATED;
void words_clear(struct words *words);
#define WORDS(variable) __attribute__((cleanup(words_clear))) struct words variable = {0}
/* Runs it. output and errors, unless NULL, get what it prints instead of the user. */
int project_docker(const struct project *project, const struct words *words, GString *output,
                   GString *errors);
/* " Container x-web-1  Started": one line of compose's plain progress. */
void project_say(const struct project *project, const char *kind, const char *name,
                 const char *text);

/* The image of a service on the machine: built or pulled when it is missing or that is asked for.
   Complains itself. */
bool project_obtain_image(const struct project *project, const char *service, bool is_built,
                          bool is_quiet);
/* Its network, and the volumes it names; complains itself. */
bool project_make_networks(const struct project *project);
/* "create" or "run" with all that a service says of its containers, up to the image. */
void project_add_service(const struct project *project, const char *service, const char *name,
                         bool is_one_off, struct words *words);

/* Says a text; 1. */
int project_fail(const struct project *project, const char *text);
/* A question to docker: its output without the line's end; NULL: it failed. g_free. */
char *project_ask(const struct project *project, struct words *words);
/* "running", "exited", …; NULL: there is no such container. g_free. */
char *project_state_of(const struct project *project, const char *container);
/* One docker command for a container, told as progress: "Starting", "Started". */
bool project_step(const struct project *project, struct words *words, const char *container,
                  const char *before, const char *after);
/* The words of a service's own command. */
void project_add_command(const struct project *project, const char *service, struct words *words);
bool project_create_container(const struct project *project, const char *service,
                              const char *container);
/* Lines with the service in front: "web-1  | text". */
void project_print_log(const struct project *project, const char *service, const GString *text,
                       int stream, bool has_prefix);

/* ---- waiting ---- */

/* Until it is healthy or, without a check, runs; false: it has ended or is sick. Complains. */
bool project_await_health(const struct project *project, const char *container);
/* Until all that a service depends on is as it says; complains. */
bool project_await_needs(const struct project *project, const char *service);
/* Whether another service waits for this one's end. */
bool project_may_end(const struct project *project, const char *service);
/* Until one of these services ends; lent. After a minute it waits for the end of the wanted one, ""
   for that of any. NULL: the command is to end. */
const char *project_await_any_end(const struct project *project, const GPtrArray *order,
                                  const char *wanted, bool is_failure_only);
int project_exit_code(const struct project *project, const char *container);

/* The model as compose prints it: YAML; g_free. */
char *project_yaml(const struct project *project);

/* ---- commands ---- */

struct compose_call {
    struct project *project;
    struct flags *flags;
    const char *const *arguments;
};
/* compose_build.c: makes a service's image. asked: the call whose own options count, or NULL.
   Complains itself. */
bool project_build(const struct project *project, const char *service,
                   const struct compose_call *asked);
/* One command of compose. */
struct compose_row {
    const char *name;
    const char *summary;
    const struct flag_row *flags;
    int (*run)(struct compose_call *compose);
    bool is_interspersed;
};
extern const struct compose_row compose_rows[]; /* ends with a NULL name */
const struct compose_row *compose_row_find(const char *name);
/* Whether compose has the command, though it is not modelled. */
bool compose_is_other(const char *name);

int compose_up(struct compose_call *compose);
int compose_down(struct compose_call *compose);
int compose_build(struct compose_call *compose);
int compose_pull(struct compose_call *compose);
int compose_push(struct compose_call *compose);
int compose_ps(struct compose_call *compose);
int compose_logs(struct compose_call *compose);
int compose_run_service(struct compose_call *compose);
int compose_exec(struct compose_call *compose);
int compose_config(struct compose_call *compose);
int compose_create(struct compose_call *compose);
int compose_start(struct compose_call *compose);
int compose_stop(struct compose_call *compose);
int compose_restart(struct compose_call *compose);
int compose_kill(struct compose_call *compose);
int compose_rm(struct compose_call *compose);
int compose_port(struct compose_call *compose);
