/*
 * The Engine's own BuildKit: what the docker driver of buildx talks to by POST /grpc and POST
 * /session (engine-contract.md E, capture 70). There is no gRPC here. Our own buildx sends with
 * POST /grpc, as its body, a tar whose member "request.json" is
 *
 *     {"command": ["buildctl", …], "environment": ["A=b"], "folder": "/tmp/x", "results":
 * ["m.json"]}
 *
 * and whose other members come to lie below the folder. After the 101 the command's output comes as
 * multiplexed frames, and at its end one frame of stream 1 that begins with ENGINE_BUILDER_MARK and
 * holds {"exit_code": N, "files": {"m.json": base64}}. Requests, their order and what a client sees
 * when an exchange is cut, refused or silent are the real ones. A client that goes away cancels its
 * build, as a gRPC stream that closes does.
 *
 * The command is run by the program that dockerd_options.engine_builder names, inside a container
 * that no list shows.
 */
#pragma once

#include "mocks/dockerd/container.h"

/* The container that stands for it, made when first asked for; NULL without a program. */
struct container *engine_builder_container(struct dockerd *dockerd);
void engine_builder_free(struct dockerd *dockerd);
/* The build cache was pruned: its content goes as well. */
void engine_builder_forget(struct dockerd *dockerd);
