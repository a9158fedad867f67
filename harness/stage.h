/*
 * The stage of one rehearsal: the world a plan describes, built: registries with their images, and
 * for every leg a machine with its disk and its Docker Engine. One stage, one run.
 */
#pragma once

#include "harness/plan.h"
#include "mocks/cachesvc/cachesvc.h"
#include "mocks/disk.h"
#include "mocks/githubapi/githubapi.h"
#include "mocks/goproxy/goproxy.h"
#include "mocks/registry/registry.h"
#include "mocks/sigstore/sigstore.h"

struct machine {
    const struct plan_leg *leg; /* lent */
    struct disk *disk;
    struct dockerd *dockerd;
    struct http *http; /* the engine's client, as seen from this machine */
    char *misfit;      /* what of the scenario does not fit its disk, and where; or NULL */
};

struct stage {
    const struct plan *plan; /* lent */
    struct loop *loop;       /* lent */
    struct world *world;
    struct faults *faults;
    struct image_cache *images; /* lent */
    GPtrArray *registries;      /* struct registry */
    GPtrArray *machines;        /* struct machine, in the order of the plan's legs */
    /* Of the public world (public_world.h); NULL for a policy. */
    GPtrArray *found_services;   /* struct registry_service of registries nobody described */
    GPtrArray *computed_secrets; /* char*, made up while it runs */
    struct cachesvc *caches;
    struct goproxy *modules;
    struct sigstore *sigstore;
    struct githubapi *api;
};

/* images may be NULL. is_clear: the plan's faults stay away. */
struct stage *stage_new(const struct plan *plan, struct loop *loop, struct trace *trace,
                        struct image_cache *images, bool is_clear, GError **error) MUST_USE;
/* Inside no fiber. */
void stage_free(struct stage *stage);
CLEANUP(stage, stage_free)
/* One more registry; service is lent. */
void stage_add_registry(struct stage *stage, const struct registry_service *service,
                        bool needs_login_to_push);
/* One more machine; leg is lent, as long as the stage. */
struct machine *stage_add_machine(struct stage *stage, const struct plan_leg *leg);
/* The first misfit of its machines, or NULL. */
const char *stage_misfit(const struct stage *stage);
/* The registry that a reference's domain names, or NULL. */
struct registry *stage_registry(const struct stage *stage, const char *domain);
