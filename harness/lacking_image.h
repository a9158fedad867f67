/*
 * Images that a leg asked for below the name of the repository's owner, and that nothing in the run
 * has made. Other repositories of the owner, or earlier runs, may well have: the public world does
 * not make them up, for a workflow that pulls what it failed to push must not be helped, so that a
 * leg that is red by the want of one says nothing.
 */
#pragma once

#include "harness/stage.h"

/* The name in an error of the leg's log, "ghcr.io/acme/base"; NULL: none. g_free. */
char *lacking_image_find(const struct stage *stage, struct dockerd *dockerd, const char *log);
