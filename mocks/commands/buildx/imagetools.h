/* What the files of `buildx imagetools` share. */
#pragma once

#include "mocks/commands/buildx/registry.h"

#define DOCKER_LIST "application/vnd.docker.distribution.manifest.list.v2+json"
#define OCI_INDEX   "application/vnd.oci.image.index.v1+json"

bool registry_is_index(const char *media_type);
/* The command's exit code, or 1 with an error. */
int imagetools_inspect(struct plugin_run *run, GError **error);
