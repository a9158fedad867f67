/* BuildKit as a container program: what runs in containers of moby/buildkit images. */
#pragma once

#include "mocks/dockerd/dockerd.h"

extern const struct container_program buildkit_program;
