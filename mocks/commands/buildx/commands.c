/* The table of commands, with their flags (buildx v0.26.1, commands/). */
#include "mocks/commands/buildx/commands.h"

#define BUILDER                                                                                    \
    {"builder", FLAG_TEXT, 0},                                                                     \
    {                                                                                              \
        "debug", FLAG_SWITCH, 'D'                                                                  \
    }
#define END                                                                                        \
    {                                                                                              \
        NULL, FLAG_SWITCH, 0                                                                       \
    }

static const struct flag_row plain_flags[] = {BUILDER, END};

static const struct flag_row create_flags[] = {
    BUILDER,
    {"name", FLAG_TEXT, 0},
    {"driver", FLAG_TEXT, 0},
    {"node", FLAG_TEXT, 0},
    {"platform", FLAG_LIST, 0},
    {"driver-opt", FLAG_LIST, 0},
    {"buildkitd-flags", FLAG_TEXT, 0},
    {"buildkitd-config", FLAG_TEXT, 0},
    {"config", FLAG_TEXT, 0},
    {"bootstrap", FLAG_SWITCH, 0},
    {"append", FLAG_SWITCH, 0},
    {"leave", FLAG_SWITCH, 0},
    {"use", FLAG_SWITCH, 0},
    END,
};

static const struct flag_row use_flags[] = {
    BUILDER, {"global", FLAG_SWITCH, 0}, {"default", FLAG_SWITCH, 0}, END};

static const struct flag_row rm_flags[] = {
    BUILDER,
    {"keep-state", FLAG_SWITCH, 0},
    {"keep-daemon", FLAG_SWITCH, 0},
    {"all-inactive", FLAG_SWITCH, 0},
    {"force", FLAG_SWITCH, 'f'},
    END,
};

static const struct flag_row ls_flags[] = {
    BUILDER, {"format", FLAG_TEXT, 0}, {"no-trunc", FLAG_SWITCH, 0}, END};

static const struct flag_row inspect_flags[] = {BUILDER, {"bootstrap", FLAG_SWITCH, 0}, END};

static const struct flag_row prune_flags[] = {
    BUILDER,
    {"all", FLAG_SWITCH, 'a'},
    {"filter", FLAG_LIST, 0},
    {"reserved-space", FLAG_TEXT, 0},
    {"min-free-space", FLAG_TEXT, 0},
    {"max-used-space", FLAG_TEXT, 0},
    {"keep-storage", FLAG_TEXT, 0},
    {"verbose", FLAG_SWITCH, 0},
    {"force", FLAG_SWITCH, 'f'},
    END,
};

static const struct flag_row du_flags[] = {
    BUILDER, {"filter", FLAG_LIST, 0}, {"verbose", FLAG_SWITCH, 0}, END};

static const struct flag_row build_flags[] = {
    BUILDER,
    {"add-host", FLAG_LIST, 0},
    {"allow", FLAG_LIST, 0},
    {"annotation", FLAG_LIST, 0},
    {"attest", FLAG_LIST, 0},
    {"build-arg", FLAG_LIST, 0},
    {"build-context", FLAG_LIST, 0},
    {"cache-from", FLAG_LIST, 0},
    {"cache-to", FLAG_LIST, 0},
    {"call", FLAG_TEXT, 0},
    {"cgroup-parent", FLAG_TEXT, 0},
    {"check", FLAG_SWITCH, 0},
    {"compress", FLAG_SWITCH, 0},
    {"cpu-period", FLAG_TEXT, 0},
    {"cpu-quota", FLAG_TEXT, 0},
    {"cpu-shares", FLAG_TEXT, 'c'},
    {"cpuset-cpus", FLAG_TEXT, 0},
    {"cpuset-mems", FLAG_TEXT, 0},
    {"file", FLAG_TEXT, 'f'},
    {"force-rm", FLAG_SWITCH, 0},
    {"iidfile", FLAG_TEXT, 0},
    {"isolation", FLAG_TEXT, 0},
    {"label", FLAG_LIST, 0},
    {"load", FLAG_SWITCH, 0},
    {"memory", FLAG_TEXT, 'm'},
    {"memory-swap", FLAG_TEXT, 0},
    {"metadata-file", FLAG_TEXT, 0},
    {"network", FLAG_TEXT, 0},
    {"no-cache", FLAG_SWITCH, 0},
    {"no-cache-filter", FLAG_LIST, 0},
    {"output", FLAG_LIST, 'o'},
    {"platform", FLAG_LIST, 0},
    {"print", FLAG_TEXT, 0},
    {"progress", FLAG_TEXT, 0},
    {"provenance", FLAG_TEXT, 0},
    {"pull", FLAG_SWITCH, 0},
    {"push", FLAG_SWITCH, 0},
    {"quiet", FLAG_SWITCH, 'q'},
    {"rm", FLAG_SWITCH, 0},
    {"sbom", FLAG_TEXT, 0},
    {"secret", FLAG_LIST, 0},
    {"security-opt", FLAG_LIST, 0},
    {"shm-size", FLAG_TEXT, 0},
    {"squash", FLAG_SWITCH, 0},
    {"ssh", FLAG_LIST, 0},
    {"tag", FLAG_LIST, 't'},
    {"target", FLAG_TEXT, 0},
    {"ulimit", FLAG_LIST, 0},
    END,
};

static const struct flag_row bake_flags[] = {
    BUILDER,
    {"file", FLAG_LIST, 'f'},
    {"load", FLAG_SWITCH, 0},
    {"push", FLAG_SWITCH, 0},
    {"print", FLAG_SWITCH, 0},
    {"list", FLAG_TEXT, 0},
    {"set", FLAG_LIST, 0},
    {"no-cache", FLAG_SWITCH, 0},
    {"pull", FLAG_SWITCH, 0},
    {"progress", FLAG_TEXT, 0},
    {"provenance", FLAG_TEXT, 0},
    {"sbom", FLAG_TEXT, 0},
    {"allow", FLAG_LIST, 0},
    {"call", FLAG_TEXT, 0},
    {"check", FLAG_SWITCH, 0},
    {"metadata-file", FLAG_TEXT, 0},
    END,
};

static const struct flag_row imagetools_flags[] = {
    BUILDER,
    {"raw", FLAG_SWITCH, 0},
    {"format", FLAG_TEXT, 0},
    {"file", FLAG_LIST, 'f'},
    {"tag", FLAG_LIST, 't'},
    {"dry-run", FLAG_SWITCH, 0},
    {"append", FLAG_SWITCH, 0},
    {"annotation", FLAG_LIST, 0},
    {"prefer-index", FLAG_SWITCH, 0},
    {"progress", FLAG_TEXT, 0},
    END,
};

static const struct flag_row dial_flags[] = {
    BUILDER,
    {"platform", FLAG_TEXT, 0},
    {"progress", FLAG_TEXT, 0},
    END,
};

const struct plugin_command plugin_commands[] = {
    {"imagetools", "imagetools COMMAND", "Commands to work on images in registry", 0, -1,
     imagetools_flags, command_imagetools},
    {"history", "history COMMAND", "Commands to work on build records", 0, -1, plain_flags,
     command_history},
    {"bake", "bake [OPTIONS] [TARGET...]", "Build from a file", 0, -1, bake_flags, command_bake},
    {"build", "build [OPTIONS] PATH | URL | -", "Start a build", 1, 1, build_flags, command_build},
    {"create", "create [OPTIONS] [CONTEXT|ENDPOINT]", "Create a new builder instance", 0, 1,
     create_flags, command_create},
    {"dial-stdio", "dial-stdio", "Proxy current stdio streams to builder instance", 0, 0,
     dial_flags, command_dial},
    {"du", "du", "Disk usage", 0, 0, du_flags, command_du},
    {"inspect", "inspect [NAME]", "Inspect current builder instance", 0, 1, inspect_flags,
     command_inspect},
    {"install", "install", "Install buildx as a 'docker builder' alias", 0, 0, plain_flags,
     command_install},
    {"ls", "ls", "List builder instances", 0, 0, ls_flags, command_ls},
    {"prune", "prune", "Remove build cache", 0, 0, prune_flags, command_prune},
    {"rm", "rm [OPTIONS] [NAME...]", "Remove one or more builder instances", 0, -1, rm_flags,
     command_rm},
    {"stop", "stop [NAME]", "Stop builder instance", 0, 1, plain_flags, command_stop},
    {"uninstall", "uninstall", "Uninstall the 'docker builder' alias", 0, 0, plain_flags,
     command_uninstall},
    {"use", "use [OPTIONS] NAME", "Set the current builder instance", 0, 1, use_flags, command_use},
    {"version", "version", "Show buildx version information", 0, 0, plain_flags, command_version},
    {0},
};
