/*
 * What earlier jobs left on a machine, as a scenario says under `world: machine:`: local images,
 * dangling ones, stopped containers. It must fit the machine's disk; what does not is an error at
 * its place in the scenario.
 */
#pragma once

#include "harness/setting.h"
#include "mocks/dockerd/dockerd.h"

/* Adds it up before anything is built. */
bool left_behind_check(const struct setting_machine *machine, const struct machine_profile *profile,
                       GError **error) MUST_USE;
/* Puts it there; what came before an error stays. */
bool left_behind_put(const struct setting_machine *machine, struct dockerd *dockerd,
                     const char *platform, GError **error) MUST_USE;
