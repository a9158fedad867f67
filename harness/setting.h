/*
 * The setting of a scenario: which machines, which registries with which images, which network, as
 * people write it under `world:`. Read by the tables of setting.c; what is not said comes from the
 * tables of world_default.c.
 */
#pragma once

#include "doc/record.h"

#include <stdint.h>

struct setting_network { /* zero: as the named network says */
    char *name;          /* "clear", "slow", … */
    int64_t round_trip_us;
    int64_t bytes_per_second;
};

struct setting_rate_limit {
    int64_t limit;
    int64_t window_us;
    int64_t used;
};

struct setting_registry {
    char *service; /* "docker.io" */
    struct setting_rate_limit rate_limit;
    bool needs_login_to_pull;
    bool is_push_open; /* pushes need no login */
    struct position position;
};

struct setting_image {
    char *name; /* "ghcr.io/acme/api:main" */
    char **platforms;
    char **layers; /* sizes: "30MiB" */
    char **environment;
    bool is_bare; /* a manifest of its first platform, no index */
    struct position position;
};

struct setting_machine {
    const struct node *node; /* NULL: nothing was said */
    char *profile;           /* "ubuntu-24.04"; NULL: the setting's */
    int64_t disk_bytes;      /* 0: the profile's */
    int64_t disk_used_bytes;
    char **preload;   /* images that are local from the start */
    char **emulators; /* foreign platforms the kernel runs */
    int64_t emulation_factor;
    char **registry_mirrors;
    int64_t dangling_bytes; /* left by earlier jobs: what a prune frees */
    char **containers;      /* likewise, stopped: "NAME IMAGE" */
};

struct setting {
    char *profile;
    int64_t date_s; /* wall clock at time zero */
    struct setting_network network;
    GPtrArray *registries; /* struct setting_registry */
    GPtrArray *images;     /* struct setting_image */
    struct setting_machine machine;
};

extern const struct record_type setting_record;
