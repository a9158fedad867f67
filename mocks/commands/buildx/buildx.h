/*
 * The buildx plugin of a fake machine: builders and which one is current, bootstrap of a BuildKit
 * container over the Engine API, builds, bake, imagetools. What it prints, in which order it asks
 * and what stays behind after a failure are the real plugin's (engine-contract.md E, captures 70 to
 * 80). Its state is where buildx keeps it, in the CLI's configuration folder.
 */
#pragma once

#include "mocks/commands/docker/docker_cli.h"
#include "mocks/dockerd/dockerd.h"

struct buildx;

struct buildx_options {
    struct loop *loop;
    struct trace *trace;
    const char *version;     /* "v0.26.1" */
    struct dockerd *dockerd; /* whose own BuildKit the docker driver uses */
    uint64_t seed;           /* names of builders: "clever_hopper" */
    int64_t date_s;
};

struct buildx *buildx_new(const struct buildx_options *options);
void buildx_free(struct buildx *buildx);
CLEANUP(buildx, buildx_free)
/* For a table of plugins: self is the buildx. */
int buildx_run(void *self, struct docker_cli *cli, const struct command_call *call);
