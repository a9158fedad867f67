/* Layers of files, packed once for all machines of a world: the legs of a matrix copy the same
   folder into their images, and to compress it takes longer than all the rest of a build. */
#pragma once

#include "mocks/dockerfile/files.h"
#include "mocks/world.h"

/* As build_files_pack(); the layer is the caller's, its bytes are shared. */
void packed_layer_get(struct world *world, const struct build_files *files,
                      struct packed_layer *layer);
