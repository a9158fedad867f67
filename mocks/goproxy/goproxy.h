/*
 * A fake Go module proxy (https://go.dev/ref/mod#goproxy-protocol) with the checksum database
 * beside it: lists, versions, go.mod files, small valid zips, toolchains. What is there is the
 * bundled table of mocks/golang and what a scenario adds; what "latest" is depends on the world's
 * date, so that a pipeline that installs @latest meets the day on which that stops to build.
 *
 * A module nobody has heard of is served all the same, for a rehearsal does not know what is
 * published: any version that is asked for, with a go.mod without a go line, and v1.0.0 as its
 * latest; the same goes for a version that the table, which is a selection, leaves out, with the go
 * line of the one before it. The trace says so, in an event "goproxy" with action "assumed". A path
 * inside a module is not found, as go's search for the module of a package needs it.
 *
 * Toolchains are golang.org/toolchain@v0.0.1-goVERSION.OS-ARCH, of some 70 MB declared size.
 */
#pragma once

#include "mocks/golang/golang.h"
#include "mocks/world.h"

#define GOPROXY_SITE "proxy.golang.org"
#define GOSUM_SITE   "sum.golang.org"

/* What the zip of a module, and of a toolchain, stands for. */
#define GOPROXY_MODULE_BYTES    (INT64_C(3) * 1024 * 1024)
#define GOPROXY_TOOLCHAIN_BYTES (INT64_C(70) * 1024 * 1024)

struct goproxy;

/* Adds the two sites to the world. Free it after world_end_exchanges() and before the world. */
struct goproxy *goproxy_new(struct world *world);
void goproxy_free(struct goproxy *proxy);
CLEANUP(goproxy, goproxy_free)

/* Who else knows modules: a path for which is_module says so is one, wherever it lies. */
void goproxy_trust(struct goproxy *proxy, bool (*is_module)(void *context, const char *path),
                   void *context);
/* Publishes a version, from its date on; one that is there already is replaced. Strings are copied.
   BASE_ERROR_INVALID for what is no semantic version, BASE_ERROR_LIMIT above
   PROXY_ADDED_VERSIONS_MAX. */
bool goproxy_add(struct goproxy *proxy, const struct go_module_version *version,
                 GError **error) MUST_USE;
/* Takes a module's version away (is_known stays): a retracted or deleted release, asked for with
   404. NULL version: the whole module. */
void goproxy_remove(struct goproxy *proxy, const char *path, const char *version);
