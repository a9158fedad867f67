/*
 * Where the downloads of releases on github.com lead: programs that actions install. A table says
 * of which there are any and about how long they are; whatever version is asked for is there.
 *
 *   https://release-assets.githubusercontent.com/OWNER/REPOSITORY/VERSION/FILE
 */
#pragma once

#include "mocks/world.h"

#define RELEASES_SITE "release-assets.githubusercontent.com"

/* Adds the site to the world. */
void releases_open(struct world *world);
