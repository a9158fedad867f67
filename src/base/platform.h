/* Platforms as people and registries write them: "linux/amd64", "linux/arm/v7". */
#pragma once

#include <stdbool.h>

/* Whether text is os/architecture, or os/architecture/variant, with nothing of it empty. */
bool platform_is_valid(const char *text);
