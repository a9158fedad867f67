/*
 * The buildx plugin of a fake machine: builders and which one is current, bootstrap of a BuildKit
 * container over the Engine API, builds, bake, imagetools. What it prints, in which order it asks
 * and what stays behind after a failure are the real plugin's v0.26.1 (engine-contract.md E,
 * captures 40 to 48 and 70 to 79). Its state is where buildx keeps it, in the CLI's configuration
 * folder.
 *
 * Different from the real one, because there is no gRPC here:
 * - On the docker-container driver a build is an archive of its context and an exec of `buildctl
 *   build` in the builder's container, where the real one talks through `buildctl dial-stdio`. A
 *   killed build kills its buildctl.
 * - On the docker driver it is POST /grpc as mocks/dockerd/engine_builder.h says.
 * - The whole context goes over at once, without what .dockerignore excludes; of .git its name.
 * - Only the first node of a builder builds; targets of a bake are built one after the other, those
 *   that others stand on (`target:NAME` contexts) first; the drivers kubernetes, remote and cloud
 *   are refused; contexts of the CLI other than "default" are not known; --progress tty and rawjson
 *   print plain; of --secret and --ssh only the names reach the builder, and a secret's file must
 *   be there; a build's --check finds nothing.
 * - Of bake, a remote definition is read from the repository's folder without a BuildKit.
 * - Large files of the context go as stand-ins (mocks/dockerfile/files.h): they count with their
 *   sizes, and a `local` output of one holds the stand-in's text. Layers of a local cache are the
 *   few bytes that stand for them.
 * - Not modelled, so that the outcome is assumed (docker_cli_assume()): history, --list of bake,
 *   --call but for checks, `target:` contexts of build and under a check, oci-layout ones,
 *   entitlements that nobody allowed, and what mocks/bakefile does not know; files that a `local`
 * or `tar` output has only in the place of those that a RUN or a base image would have made.
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
    int64_t date_s;          /* wall clock at the loop's time zero */
    /* A folder of this machine that stands for any git context of the own repository
       ($GITHUB_REPOSITORY, when that is set), lent; NULL: no git context can be had. */
    const char *(*repository)(void *self);
    void *repository_self;
};

struct buildx *buildx_new(const struct buildx_options *options);
void buildx_free(struct buildx *buildx);
CLEANUP(buildx, buildx_free)
/* For a table of plugins: self is the buildx. */
int buildx_run(void *self, struct docker_cli *cli, const struct command_call *call);
