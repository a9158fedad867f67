/* Docker Hub's official images: the names without a user, "alpine" for docker.io/library/alpine. */
#pragma once

#include <stdbool.h>

/* Whether Docker Hub has, or had, an official image of this name. */
bool official_image_is_known(const char *name);
