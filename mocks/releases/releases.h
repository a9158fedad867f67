/*
 * Where the downloads of releases on github.com lead: programs that actions and scripts install. A
 * table says about how long those of actions are; whatever version is asked for is there, but for
 * none.
 *
 *   https://release-assets.githubusercontent.com/OWNER/REPOSITORY/VERSION/FILE
 */
#pragma once

#include "mocks/world.h"

#define RELEASES_SITE "release-assets.githubusercontent.com"

/* Adds the site to the world. */
void releases_open(struct world *world);
