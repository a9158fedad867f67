/*
 * The docker command of a fake machine: parses a command line as the CLI does, asks the machine's
 * Engine through src/docker, prints what the CLI prints (engine-contract.md A, captures). Plugins
 * (buildx, compose) are rows that others bring; `docker build` goes to buildx when it is there.
 *
 * What the CLI keeps is where it keeps it: $DOCKER_CONFIG or ~/.docker/config.json in the machine's
 * own files, read and written through the call's host paths. Texts are those of docker 28;
 * tests/clients/docker_cli.sh compares them with the real CLI's.
 *
 * Options in front of the command (--host, --config, --context) are told to whoever answers as the
 * variables that say the same. Every command is a trace event "docker" {machine, command,
 * exit_code}. Not modelled: terminals, stdin of run and exec, contexts but the default
 * one, search, swarm, events, contexts of classic builds from elsewhere; where a command
 * comes to that, its outcome is assumed: it says so on stderr and exits 0.
 */
#pragma once

#include "base/command.h"
#include "base/trace.h"
#include "docker/docker.h"

struct docker_cli;

/* `docker NAME …`. run() is given the call as it came, "docker" first. */
struct docker_plugin {
    const char *name;    /* "buildx" */
    const char *version; /* "v0.26.1" */
    int (*run)(void *self, struct docker_cli *cli, const struct command_call *call);
    void *self;
};

struct docker_cli_options {
    struct loop *loop;
    struct trace *trace; /* or NULL */
    struct http *http;   /* lent: sees the socket and the sites */
    const char *machine;
    const char *version;                 /* "28.0.4" */
    const char *api_version;             /* the newest it speaks: "1.48" */
    const struct docker_plugin *plugins; /* ends with a NULL name; lent; or NULL */
    /* Told of every outcome that is assumed: "docker" and what of it is not modelled; or NULL. */
    void (*assume)(void *self, const char *what, bool touches_images);
    void *assume_self;
};

struct docker_cli *docker_cli_new(const struct docker_cli_options *options);
void docker_cli_free(struct docker_cli *cli);
CLEANUP(docker_cli, docker_cli_free)
int docker_cli_run(struct docker_cli *cli, const struct command_call *call);

/* ---- for plugins ---- */

struct loop *docker_cli_loop(const struct docker_cli *cli);
struct http *docker_cli_http(const struct docker_cli *cli);
const char *docker_cli_machine(const struct docker_cli *cli);
const char *docker_cli_version(const struct docker_cli *cli);
const struct docker_plugin *docker_cli_plugin(const struct docker_cli *cli, const char *name);
/* For what the real program may do and this one does not know: one line on stderr, what ("save") to
   the options' assume. Returns the exit code, 0. */
int docker_cli_assume(const struct docker_cli *cli, const struct command_call *call,
                      const char *what, bool touches_images);
/* A client of the Engine that DOCKER_HOST or the default names, for one command; the caller frees.
 */
struct docker *docker_cli_connect(struct docker_cli *cli, const struct command_call *call,
                                  GError **error) MUST_USE;
/* What the CLI says of an error of src/docker: "Error response from daemon: …", "Cannot connect to
   the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?"; g_free. */
char *docker_cli_error_text(const GError *error);
/* What `docker login` has kept for a registry's host ("ghcr.io", "https://index.docker.io/v1/"), as
   a value of its own; both NULL: nothing. */
struct docker_cli_login {
    char *user;
    char *secret;
};
struct docker_cli_login docker_cli_login_of(const struct command_call *call, const char *registry);
void docker_cli_login_clear(struct docker_cli_login *login);
/* What came by stdin, without one line end; g_free. */
char *docker_cli_read_secret(const struct command_call *call, GError **error) MUST_USE;
/* Keeps a login as `docker login` would, where a registry's host is "ghcr.io" or Docker Hub by any
   of its names, and forgets it again. Warns of where it keeps it. Errors are those
   of writing config.json. */
bool docker_cli_keep_login(const struct command_call *call, const char *registry, const char *user,
                           const char *secret, GError **error) MUST_USE;
bool docker_cli_forget_login(const struct command_call *call, const char *registry,
                             GError **error) MUST_USE;
/* Whether all that config.json says of logins is there to be read: it is JSON, its logins are a
   user and a password, and no helper that is not modelled keeps them. No such file is clear as
   well. */
bool docker_cli_config_is_clear(const struct command_call *call);
/* The folder of the CLI's configuration as the command sees it; g_free. */
char *docker_cli_config_folder(const struct command_call *call);
/* "default" unless DOCKER_CONTEXT or config.json says otherwise; g_free. */
char *docker_cli_current_context(const struct command_call *call);
/* The names of the contexts that `docker context create` made, in order; char *. */
GPtrArray *docker_cli_contexts(const struct command_call *call);
bool docker_cli_has_context(const struct command_call *call, const char *name);
