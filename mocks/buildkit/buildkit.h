/*
 * BuildKit v0.23 as a container program: what runs in containers of moby/buildkit images, and of
 * any image whose repository ends so.
 *
 * - The main process is buildkitd: reads /etc/buildkit/buildkitd.toml or --config and dies of what
 * is mistyped with the measured text (failures.md G3); boots in 1.2 s or as POINT_CONTAINER_BOOT
 * says; then serves until it is killed.
 * - By exec: `buildctl debug workers`, `build`, `prune`, `du`, `--version`; `buildkitd --version`.
 *   `buildctl build` does what engine-contract.md H tells and prints what captures 51-57 show, all
 * of it on stderr; it ends with "error: failed to solve: …" and exit code 1 when it fails.
 * - A build resolves every base for every platform over HTTP, builds the platforms side by side,
 *   steps in virtual time by the table of mocks/dockerfile/cost.h, emulated ones dockerd's
 *   emulation_factor (8 if 0) times as long, and pushes real OCI images: base layers, and one small
 *   layer a step that really holds the files COPY took and stands for its declared bytes.
 * - Steps are cached by their inputs in files below /var/lib/buildkit, so the cache lives as long
 * as the builder's volume. What they stand for is taken from the machine's disk, on that volume.
 * - Points: POINT_IMAGE_RESOLVE, POINT_BUILD_STEP (subject "RUN go build", detail the platform),
 *   POINT_EMULATION (subject the platform), POINT_PROCESS_MEMORY (subject the step).
 * - Every step leaves an event "build" {machine, builder, platform, step, action} in the trace;
 *   action is run, cached, failed, canceled or push.
 * - A killed buildctl takes its build and its push with it.
 *
 * - Ours, where the real client hands results over through the gateway: --opt keep-result=REF keeps
 *   a result in the daemon, --opt context:NAME=input://REF stands on it.
 * - Outputs: image, docker, oci, tar, local (also a tar: the client unpacks it), to the file "dest"
 * in the container. Attestations (--opt attest:provenance=…, attest:sbom=…) add their manifests to
 * the index, with statements that say little; no scanner image is fetched.
 * - As dockerd_options.engine_builder it is the Engine's own BuildKit (engine_builder.h): local
 * images count as bases, the cache is the Engine's build cache, type=image makes images of the
 * Engine, foreign platforms need the host's emulators.
 * - A git URL as --opt context= asks its site for refs when this world has it; the files themselves
 * are those of --local context.
 *
 * Not here: the gRPC API (`buildctl dial-stdio` tells what ListWorkers would, as JSON), frontends
 * as images (a "# syntax" line fetches nothing), contexts at URLs that are no git, local, s3 and
 * azblob caches; the gha cache is one request to its service.
 */
#pragma once

#include "mocks/dockerd/dockerd.h"

/* In the metadata file of a build beside BuildKit's own keys, for our buildx: true when a client
   got files whose content is not what the real steps would have made. */
#define METADATA_STAND_INS "dev.seatrial.stand-ins"
/* In front of the name of a result that is kept, where it is a named context. */
#define KEPT_RESULT_PREFIX "input://"

extern const struct container_program buildkit_program;
