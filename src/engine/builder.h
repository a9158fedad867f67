/*
 * Builders: what a tier makes and builds are made with. A tier's driver boots one and verifies it
 * by using it; a backend turns a request into an image. A failed builder is destroyed and never
 * stays the leg's current one.
 */
#pragma once

#include "engine/leg.h"

struct build_request {
    const struct policy_service *service;
    char *const *platforms; /* NULL-terminated */
    const char *cache_from; /* or NULL */
    const char *cache_to;
    bool push;
};

struct build_result {
    char *digest;    /* in the registry, when pushed; else the local image id */
    char *reference; /* what it was pushed to by a backend that cannot push by digest, or NULL */
    bool is_side_tag;
};
void build_result_clear(struct build_result *result);

/* What a request may ask of a backend beyond a plain build. */
enum build_feature {
    FEATURE_MULTI_PLATFORM,
    FEATURE_CACHE_IMPORT,
    FEATURE_CACHE_EXPORT,
    FEATURE_PUSH_BY_DIGEST,
    FEATURE_FOREIGN_PLATFORM,
    FEATURE_COUNT
};
const char *build_feature_text(enum build_feature feature);

enum feature_answer {
    FEATURE_REFUSED, /* the backend says no */
    FEATURE_DROPPED, /* it would build without it: only with the policy's leave */
    FEATURE_KEPT,
};

struct backend {
    const char *name; /* "buildkit-exec", "classic"; "buildx" is to come */
    const char *summary;
    enum feature_answer features[FEATURE_COUNT];
    bool (*build)(struct builder *builder, const struct build_request *request,
                  struct build_result *result, GError **error);
};
extern const struct backend backend_buildkit;
extern const struct backend backend_classic;

struct driver {
    enum policy_driver driver;
    const char *name;
    const char *summary;
    const struct backend *backend;
    bool (*boot)(struct builder *builder, GError **error);
    /* Whether it answers, shown by use. */
    bool (*probe)(struct builder *builder, GError **error);
    /* Leaves nothing behind: container, volume, name. */
    bool (*destroy)(struct builder *builder, GError **error);
};
const struct driver *driver_find(enum policy_driver driver);
extern const struct driver driver_container;
extern const struct driver driver_docker;
extern const struct driver driver_manual;

struct builder {
    struct leg *leg;
    const struct policy_tier *tier;
    const struct driver *driver;
    char *name;      /* of the builder */
    char *container; /* of its BuildKit container, or NULL */
    char *volume;
    bool is_fresh; /* it answered, and nothing was built with it since */
};
