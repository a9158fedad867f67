/*
 * /etc/docker/daemon.json as dockerd takes it when it starts: what it refuses, what a rehearsal
 * follows, and what it does not. Sources: moby daemon/config/config.go and config_linux.go; texts
 * measured with dockerd 20.10.24. JSON that is none is refused with our own parser's words.
 */
#pragma once

#include "mocks/dockerd/personality.h"

#define DATA_ROOT_DEFAULT "/var/lib/docker"

struct configuration {
    char **registry_mirrors;
    char **insecure_registries;
    char **labels;
    char *data_root;
    char *log_driver;
    char *cgroup_driver;  /* NULL: the version's own */
    char *storage_driver; /* NULL: not said */
    bool says_store;      /* features.containerd-snapshotter is there, and is: */
    bool wants_containerd_store;
    unsigned downloads; /* max-concurrent-downloads */
    unsigned uploads;
    unsigned layer_tries; /* max-download-attempts; 0: the version's own */
    bool is_debug;
    bool is_experimental;
    bool is_live_restore;
    char **unmodelled; /* keys that may change what becomes of images, in the file's order */
};

struct configuration *configuration_default(void);
void configuration_free(struct configuration *configuration);
CLEANUP(configuration, configuration_free)
/* What the daemon was started with, which its file may not say again. */
struct configuration_flag {
    const char *name; /* NULL ends a list */
    const char *text; /* as Go prints the value */
};
struct configuration_source {
    const char *path; /* for errors */
    GBytes *text;
    const struct configuration_flag *flags;
};
/* The error is dockerd's own: "unable to configure the Docker daemon with file …". */
struct configuration *configuration_parse(const struct configuration_source *source,
                                          const struct personality *personality,
                                          GError **error) MUST_USE;
/* Of the packages' unit: `dockerd -H fd:// --containerd=/run/containerd/containerd.sock`. */
extern const struct configuration_flag configuration_unit_flags[];
