/*
 * A policy: what the fallback engine is told to do, as plain data. Read from a file that opens with
 * `seatrial: policy/1`; every field, its default and its summary stand in the tables of policy.c,
 * from which the JSON Schema comes too. The three tiers of the seed are
 * scenarios/policies/three-tier.yaml.
 */
#pragma once

#include "doc/doc.h"
#include "doc/record.h"

#include <stdint.h>

enum policy_prune {
    PRUNE_ALWAYS,
    PRUNE_WHEN_LOW, /* less free than disk.free_min */
    PRUNE_NEVER,
};

enum policy_driver {
    DRIVER_CONTAINER, /* a BuildKit container, as buildx's docker-container driver boots it */
    DRIVER_DOCKER,    /* the Engine's own builder */
    DRIVER_MANUAL, /* a bare BuildKit container that shares as little as possible with the others */
};

enum policy_pull {
    PULL_ALWAYS,     /* ask the registry each time, go on with the local image if that fails */
    PULL_IF_MISSING, /* a local image is enough */
};

struct policy_job {
    int64_t timeout_us;
    bool is_serial;  /* all services on one machine, one after the other, under one job clock */
    bool has_budget; /* never start what cannot finish, keep the last fallback its time */
};

struct policy_disk {
    enum policy_prune prune;
    bool prune_all_images; /* `-a`: also deletes a pre-pulled image that no container uses */
    int64_t free_min_bytes;
    int64_t timeout_us;
};

struct policy_retry {
    int64_t attempts;
    int64_t wait_us; /* before the second try; doubles after each */
    int64_t wait_us_max;
    int64_t silence_us; /* a pull that says nothing for so long has failed; 0: no limit */
};

struct policy_pre_pull {
    char *image; /* NULL: no pre-pull */
    char **
        mirrors; /* full references of the same image elsewhere, tried on rate limits and outages */
    int64_t timeout_us;
};

struct policy_tier {
    char *id;
    enum policy_driver driver;
    int64_t timeout_us;
    char *image;
    char **mirrors;
    enum policy_pull pull;
    char *config;  /* text of buildkitd.toml, or NULL */
    char *network; /* "host", or NULL for the Engine's default */
    struct position position;
};

struct policy_build {
    int64_t timeout_us;
    char *cache_from; /* buildctl's --import-cache, or NULL */
    char *cache_to;   /* buildctl's --export-cache, or NULL */
};

struct policy_service {
    char *id;
    char *context; /* folder, relative to the policy file */
    char *dockerfile;
    char *image; /* "ghcr.io/acme/api:main" */
    char *target;
    char **build_arguments;
    char **labels;
    struct position position;
};

struct policy_credentials {
    char *registry;
    char *username;
    char *password;     /* given in the file: for rehearsals */
    char *password_env; /* name of an environment variable: for production */
};

struct policy {
    char *name;
    struct policy_job job;
    struct policy_disk disk;
    struct policy_retry retry;
    struct policy_pre_pull pre_pull;
    GPtrArray *tiers; /* struct policy_tier */
    char **platforms; /* of the multi-platform attempt; the first is the rescue's */
    struct policy_build multi;
    struct policy_build single;
    bool push;
    bool allow_shrink;      /* a rescue may narrow an existing multi-platform tag */
    char **allow_dropped;   /* features a backend may drop: "cache", … */
    GPtrArray *services;    /* struct policy_service */
    GPtrArray *credentials; /* struct policy_credentials */
    char **plain_http;      /* registries without TLS */
    char *endpoint;         /* of the Engine, for `up` */
    char *directory;        /* of the policy file: contexts are relative to it */
    struct doc *doc; /* holds the sources that positions point into; NULL after policy_read() */
};

struct policy *policy_load(const char *path, GError **error) MUST_USE;
/* node is a policy mapping inside another document (a scenario), which must outlive the policy. */
struct policy *policy_read(const struct node *node, const char *directory, GError **error) MUST_USE;
void policy_free(struct policy *policy);
CLEANUP(policy, policy_free)
/* The type of a policy file, for its schema; policy_inline_record() is the same without
 * `seatrial:`. */
const struct record_type *policy_record(void);
const struct record_type *policy_inline_record(void);
/* A check for fields: every text of the list is a platform such as linux/amd64. */
bool policy_check_platforms(const struct field *field, const struct node *node, const void *place,
                            GError **error);
