/* What is inside an image in a fake registry: the files of its layers. An effect like any other. */
#pragma once

#include "mocks/registry/registry.h"

/* Paths of all files in all layers of all platforms, sorted, each once; what is no layer is passed
   over. Caller unrefs. */
GPtrArray *image_files(struct registry *registry, const struct image_facts *facts);
