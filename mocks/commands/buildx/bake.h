/*
 * Bake files as targets. One row a format (bake_files.c); HCL is not read yet: its reader becomes a
 * row. What files say is JSON to everything behind the readers: {"group": {NAME: {"targets": […]}},
 * "target": {NAME: {…}}, "variable": {NAME: {"default": …}}}, as docker-bake.json has it.
 */
#pragma once

#include "mocks/commands/buildx/request.h"

/* The files of a call put together, the usual ones when none is named; later ones win. */
json_t *bake_files(struct plugin_run *run, const GPtrArray *paths, GError **error) MUST_USE;

/* A reader of one format: bytes to the JSON shape above. */
typedef json_t *bake_reader(struct plugin_run *run, const char *name, GBytes *bytes,
                            GError **error);
bake_reader bake_read_json;
bake_reader bake_read_compose;

/* Struct build_request of the named targets and groups ("default" when none is named), each once,
   with inherits, variables and `--set` overrides ("app.tags=x") applied. */
GPtrArray *bake_targets(struct plugin_run *run, const json_t *files, const GPtrArray *names,
                        const GPtrArray *overrides, GError **error) MUST_USE;
