/* The table of compose's commands and their options (docker compose v2.38 COMMAND --help). */
#include "mocks/commands/docker/compose_private.h"

#include <string.h>

static const struct flag_row up_flags[] = {
    {"abort-on-container-exit", 0, FLAG_BOOLEAN, NULL},
    {"abort-on-container-failure", 0, FLAG_BOOLEAN, NULL},
    {"always-recreate-deps", 0, FLAG_BOOLEAN, NULL},
    {"attach", 0, FLAG_LIST, NULL},
    {"attach-dependencies", 0, FLAG_BOOLEAN, NULL},
    {"build", 0, FLAG_BOOLEAN, NULL},
    {"detach", 'd', FLAG_BOOLEAN, NULL},
    {"exit-code-from", 0, FLAG_TEXT, NULL},
    {"force-recreate", 0, FLAG_BOOLEAN, NULL},
    {"menu", 0, FLAG_BOOLEAN, NULL},
    {"no-attach", 0, FLAG_LIST, NULL},
    {"no-build", 0, FLAG_BOOLEAN, NULL},
    {"no-color", 0, FLAG_BOOLEAN, NULL},
    {"no-deps", 0, FLAG_BOOLEAN, NULL},
    {"no-log-prefix", 0, FLAG_BOOLEAN, NULL},
    {"no-recreate", 0, FLAG_BOOLEAN, NULL},
    {"no-start", 0, FLAG_BOOLEAN, NULL},
    {"pull", 0, FLAG_TEXT, "policy"},
    {"quiet-build", 0, FLAG_BOOLEAN, NULL},
    {"quiet-pull", 0, FLAG_BOOLEAN, NULL},
    {"remove-orphans", 0, FLAG_BOOLEAN, NULL},
    {"renew-anon-volumes", 'V', FLAG_BOOLEAN, NULL},
    {"scale", 0, FLAG_LIST, NULL},
    {"timeout", 't', FLAG_INTEGER, "0"},
    {"timestamps", 0, FLAG_BOOLEAN, NULL},
    {"wait", 0, FLAG_BOOLEAN, NULL},
    {"wait-timeout", 0, FLAG_INTEGER, "0"},
    {"yes", 'y', FLAG_BOOLEAN, NULL},
    {0},
};
static const struct flag_row create_flags[] = {
    {"build", 0, FLAG_BOOLEAN, NULL},          {"force-recreate", 0, FLAG_BOOLEAN, NULL},
    {"no-build", 0, FLAG_BOOLEAN, NULL},       {"no-recreate", 0, FLAG_BOOLEAN, NULL},
    {"pull", 0, FLAG_TEXT, "policy"},          {"quiet-pull", 0, FLAG_BOOLEAN, NULL},
    {"remove-orphans", 0, FLAG_BOOLEAN, NULL}, {"scale", 0, FLAG_LIST, NULL},
    {"yes", 'y', FLAG_BOOLEAN, NULL},          {0},
};
static const struct flag_row down_flags[] = {
    {"remove-orphans", 0, FLAG_BOOLEAN, NULL},
    {"rmi", 0, FLAG_TEXT, NULL},
    {"timeout", 't', FLAG_INTEGER, "0"},
    {"volumes", 'v', FLAG_BOOLEAN, NULL},
    {0},
};
static const struct flag_row build_flags[] = {
    {"build-arg", 0, FLAG_LIST, NULL},
    {"builder", 0, FLAG_TEXT, NULL},
    {"check", 0, FLAG_BOOLEAN, NULL},
    {"compress", 0, FLAG_BOOLEAN, NULL},
    {"force-rm", 0, FLAG_BOOLEAN, NULL},
    {"memory", 'm', FLAG_TEXT, NULL},
    {"no-cache", 0, FLAG_BOOLEAN, NULL},
    {"no-rm", 0, FLAG_BOOLEAN, NULL},
    {"parallel", 0, FLAG_BOOLEAN, NULL},
    {"progress", 0, FLAG_TEXT, NULL},
    {"pull", 0, FLAG_BOOLEAN, NULL},
    {"push", 0, FLAG_BOOLEAN, NULL},
    {"quiet", 'q', FLAG_BOOLEAN, NULL},
    {"ssh", 0, FLAG_TEXT, NULL},
    {"with-dependencies", 0, FLAG_BOOLEAN, NULL},
    {0},
};
static const struct flag_row transfer_flags[] = {
    {"ignore-buildable", 0, FLAG_BOOLEAN, NULL},
    {"ignore-pull-failures", 0, FLAG_BOOLEAN, NULL},
    {"ignore-push-failures", 0, FLAG_BOOLEAN, NULL},
    {"include-deps", 0, FLAG_BOOLEAN, NULL},
    {"no-parallel", 0, FLAG_BOOLEAN, NULL},
    {"parallel", 0, FLAG_BOOLEAN, NULL},
    {"policy", 0, FLAG_TEXT, NULL},
    {"quiet", 'q', FLAG_BOOLEAN, NULL},
    {0},
};
static const struct flag_row ps_flags[] = {
    {"all", 'a', FLAG_BOOLEAN, NULL},
    {"filter", 0, FLAG_LIST, NULL},
    {"format", 0, FLAG_TEXT, "table"},
    {"no-trunc", 0, FLAG_BOOLEAN, NULL},
    {"orphans", 0, FLAG_BOOLEAN, "true"},
    {"quiet", 'q', FLAG_BOOLEAN, NULL},
    {"services", 0, FLAG_BOOLEAN, NULL},
    {"status", 0, FLAG_LIST, NULL},
    {0},
};
static const struct flag_row logs_flags[] = {
    {"follow", 'f', FLAG_BOOLEAN, NULL},
    {"index", 0, FLAG_INTEGER, "0"},
    {"no-color", 0, FLAG_BOOLEAN, NULL},
    {"no-log-prefix", 0, FLAG_BOOLEAN, NULL},
    {"since", 0, FLAG_TEXT, NULL},
    {"tail", 'n', FLAG_TEXT, "all"},
    {"timestamps", 't', FLAG_BOOLEAN, NULL},
    {"until", 0, FLAG_TEXT, NULL},
    {0},
};
static const struct flag_row run_flags[] = {
    {"build", 0, FLAG_BOOLEAN, NULL},
    {"cap-add", 0, FLAG_LIST, NULL},
    {"cap-drop", 0, FLAG_LIST, NULL},
    {"detach", 'd', FLAG_BOOLEAN, NULL},
    {"entrypoint", 0, FLAG_TEXT, NULL},
    {"env", 'e', FLAG_LIST, NULL},
    {"env-from-file", 0, FLAG_LIST, NULL},
    {"index", 0, FLAG_INTEGER, "0"},
    {"interactive", 'i', FLAG_BOOLEAN, NULL},
    {"label", 'l', FLAG_LIST, NULL},
    {"name", 0, FLAG_TEXT, NULL},
    {"no-deps", 0, FLAG_BOOLEAN, NULL},
    {"no-TTY", 'T', FLAG_BOOLEAN, NULL},
    {"privileged", 0, FLAG_BOOLEAN, NULL},
    {"publish", 'p', FLAG_LIST, NULL},
    {"pull", 0, FLAG_TEXT, "policy"},
    {"quiet", 'q', FLAG_BOOLEAN, NULL},
    {"quiet-build", 0, FLAG_BOOLEAN, NULL},
    {"quiet-pull", 0, FLAG_BOOLEAN, NULL},
    {"remove-orphans", 0, FLAG_BOOLEAN, NULL},
    {"rm", 0, FLAG_BOOLEAN, NULL},
    {"service-ports", 'P', FLAG_BOOLEAN, NULL},
    {"tty", 't', FLAG_BOOLEAN, NULL},
    {"use-aliases", 0, FLAG_BOOLEAN, NULL},
    {"user", 'u', FLAG_TEXT, NULL},
    {"volume", 'v', FLAG_LIST, NULL},
    {"workdir", 'w', FLAG_TEXT, NULL},
    {0},
};
static const struct flag_row config_flags[] = {
    {"format", 0, FLAG_TEXT, NULL},
    {"images", 0, FLAG_BOOLEAN, NULL},
    {"lock-image-digests", 0, FLAG_BOOLEAN, NULL},
    {"no-consistency", 0, FLAG_BOOLEAN, NULL},
    {"no-env-resolution", 0, FLAG_BOOLEAN, NULL},
    {"no-interpolate", 0, FLAG_BOOLEAN, NULL},
    {"no-normalize", 0, FLAG_BOOLEAN, NULL},
    {"no-path-resolution", 0, FLAG_BOOLEAN, NULL},
    {"output", 'o', FLAG_TEXT, NULL},
    {"profiles", 0, FLAG_BOOLEAN, NULL},
    {"quiet", 'q', FLAG_BOOLEAN, NULL},
    {"resolve-image-digests", 0, FLAG_BOOLEAN, NULL},
    {"services", 0, FLAG_BOOLEAN, NULL},
    {"volumes", 0, FLAG_BOOLEAN, NULL},
    {0},
};
static const struct flag_row life_flags[] = {
    {"force", 'f', FLAG_BOOLEAN, NULL},
    {"no-deps", 0, FLAG_BOOLEAN, NULL},
    {"signal", 's', FLAG_TEXT, NULL},
    {"timeout", 't', FLAG_TEXT, NULL},
    {"volumes", 'v', FLAG_BOOLEAN, NULL},
    {"wait", 0, FLAG_BOOLEAN, NULL},
    {0},
};
static const struct flag_row rm_flags[] = {
    {"force", 'f', FLAG_BOOLEAN, NULL},
    {"stop", 's', FLAG_BOOLEAN, NULL},
    {"volumes", 'v', FLAG_BOOLEAN, NULL},
    {0},
};
static const struct flag_row port_flags[] = {
    {"index", 0, FLAG_INTEGER, "0"},
    {"protocol", 0, FLAG_TEXT, "tcp"},
    {0},
};

const struct compose_row compose_rows[] = {
    {"build", "Build or rebuild services", build_flags, compose_build, true},
    {"config", "Parse, resolve and render compose file in canonical format", config_flags,
     compose_config, true},
    {"convert", "Parse, resolve and render compose file in canonical format", config_flags,
     compose_config, true},
    {"create", "Creates containers for a service", create_flags, compose_create, true},
    {"down", "Stop and remove containers, networks", down_flags, compose_down, true},
    {"exec", "Execute a command in a running container", run_flags, compose_exec, false},
    {"kill", "Force stop service containers", life_flags, compose_kill, true},
    {"logs", "View output from containers", logs_flags, compose_logs, true},
    {"port", "Print the public port for a port binding", port_flags, compose_port, true},
    {"ps", "List containers", ps_flags, compose_ps, true},
    {"pull", "Pull service images", transfer_flags, compose_pull, true},
    {"push", "Push service images", transfer_flags, compose_push, true},
    {"restart", "Restart service containers", life_flags, compose_restart, true},
    {"rm", "Removes stopped service containers", rm_flags, compose_rm, true},
    {"run", "Run a one-off command on a service", run_flags, compose_run_service, false},
    {"start", "Start services", life_flags, compose_start, true},
    {"stop", "Stop services", life_flags, compose_stop, true},
    {"up", "Create and start containers", up_flags, compose_up, true},
    {0},
};

const struct compose_row *compose_row_find(const char *name)
{
    for (const struct compose_row *row = compose_rows; row->name != NULL; row++)
        if (g_str_equal(row->name, name))
            return row;
    return NULL;
}

bool compose_is_other(const char *name)
{
    static const char *const names[] = {
        "attach",  "bridge", "commit", "cp",  "events",  "export",  "images", "ls",    "pause",
        "publish", "scale",  "stats",  "top", "unpause", "volumes", "wait",   "watch", NULL};
    return g_strv_contains(names, name);
}
