/*
 * What a container is configured to be: what its client said, and what it left open as in its image
 * (moby daemon/commit.go merge()).
 */
#pragma once

#include "mocks/dockerd/container.h"

/* Gives config what it leaves open, as it is in the image's. */
void container_config_merge(json_t *config, const json_t *image);
/* The container's own Config with what it has of its image: variables, labels, ports and volumes of
   both, those of the client first; an entrypoint of its own takes the image's command away. The
   caller owns it. */
json_t *container_config(const struct container *container);
/* Its labels, an empty object where there are none; the caller owns them. */
json_t *container_labels(const struct container *container);
