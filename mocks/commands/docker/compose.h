/*
 * The compose plugin of the docker command: reads compose files, and does what it is asked for by
 * docker command lines of its own (build, pull, create, start, rm …), so that the Engine sees what
 * a real compose leaves behind: images, networks, volumes and containers with their names and
 * labels. What it prints is compose's plain progress. Requests are not compose's own one by one.
 *
 * Not modelled: include, secrets, configs, scaling, other networks than the default one,
 * and the commands that compose_is_other() lists, whose outcome is assumed.
 */
#pragma once

#include "mocks/commands/docker/docker_cli.h"

/* A row for a table of plugins; version, "v2.38.2", is lent. */
struct docker_plugin compose_plugin(const char *version);
