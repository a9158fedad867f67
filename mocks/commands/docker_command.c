/* The docker command of the machine, wired: the CLI, buildx and compose. */
#include "mocks/commands/buildx/buildx.h"
#include "mocks/commands/commands_private.h"
#include "mocks/commands/docker/compose.h"
#include "mocks/commands/docker/docker_cli.h"

enum {
    PLUGINS_MAX = 2,
};

struct docker_commands {
    struct command_set *set;
    struct docker_cli *cli;
    struct buildx *buildx;                         /* NULL: no plugin */
    struct docker_plugin plugins[PLUGINS_MAX + 1]; /* ends with a NULL name */
};

static void add_plugin(struct docker_commands *docker, const struct docker_plugin *plugin)
{
    struct docker_plugin *place = docker->plugins;
    while (place->name != NULL)
        place++;
    *place = *plugin;
}

static void add_buildx(struct docker_commands *docker)
{
    const struct command_set_options *set = &docker->set->options;
    const struct buildx_options options = {
        .loop = set->loop,
        .trace = set->trace,
        .version = set->buildx_version,
        .dockerd = set->dockerd,
        .seed = set->seed,
        .date_s = set->date_s,
        .repository = set->repository,
        .repository_self = set->repository_self,
    };
    docker->buildx = buildx_new(&options);
    const struct docker_plugin plugin = {"buildx", set->buildx_version, buildx_run, docker->buildx};
    add_plugin(docker, &plugin);
}

static void assume(void *self, const char *what, bool touches_images)
{
    const char *const words[] = {"docker", what, NULL};
    assumed_note(self, words, touches_images);
}

struct docker_commands *docker_commands_new(struct command_set *set)
{
    struct docker_commands *docker;
    if (set->options.docker_version == NULL)
        return NULL;
    docker = g_new0(struct docker_commands, 1);
    docker->set = set;
    if (set->options.buildx_version != NULL)
        add_buildx(docker);
    if (set->options.compose_version != NULL) {
        const struct docker_plugin plugin = compose_plugin(set->options.compose_version);
        add_plugin(docker, &plugin);
    }
    const struct docker_cli_options options = {
        .loop = set->options.loop,
        .trace = set->options.trace,
        .http = set->options.registry_http,
        .machine = set->options.machine,
        .version = set->options.docker_version,
        .api_version = set->options.api_version,
        .plugins = docker->plugins,
        .assume = assume,
        .assume_self = set,
    };
    docker->cli = docker_cli_new(&options);
    return docker;
}

void docker_commands_free(struct docker_commands *docker)
{
    if (docker == NULL)
        return;
    docker_cli_free(docker->cli);
    buildx_free(docker->buildx);
    g_free(docker);
}

/* A config.json that is none, or holds a login that is none, has been made of something that nobody
   knows, such as a secret that was made up; and nobody knows what credential helpers keep. */
static void look_at_config(struct command_set *set, const struct command_call *call)
{
    static const char *const words[] = {"docker", "config.json: what stands in it", NULL};
    if (set->has_unclear_config || docker_cli_config_is_clear(call))
        return;
    set->has_unclear_config = true;
    assumed_note(set, words, /* touches_images= */ false);
}

static char *lend_path(void *self, const char *path)
{
    const struct lending *lending = self;
    return command_host_path(lending->call, path);
}

static bool has_gap(void *self)
{
    const struct lending *lending = self;
    return lending->set->gap_count > 0;
}

void lending_begin(struct lending *lending, struct command_set *set,
                   const struct command_call *call)
{
    lending->set = set;
    lending->call = call;
    lending->host = (struct dockerd_host){.path = lend_path, .has_gap = has_gap, .self = lending};
    if (set->options.dockerd != NULL)
        dockerd_lend_host(set->options.dockerd, &lending->host);
}

void lending_end(struct lending *lending)
{
    if (lending->set->options.dockerd != NULL)
        dockerd_return_host(lending->set->options.dockerd, &lending->host);
}

int row_docker(void *self, const struct command_call *call)
{
    struct command_set *set = self;
    LENDING(lending);

    look_at_config(set, call);
    lending_begin(&lending, set, call);
    int code = docker_cli_run(set->docker->cli, call);
    lending_end(&lending);
    if (code == 0 && g_strcmp0(call->arguments[1], "login") == 0)
        set->has_logged_in = true;
    return code;
}
