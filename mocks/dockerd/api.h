/*
 * The Engine API over HTTP: one request is routed, checked against the API versions, answered by
 * its handler. A handler returns false with an error while nothing was sent; the error's text then
 * goes out as {"message": …} with its status (engine-contract.md 0).
 */
#pragma once

#include "mocks/dockerd/container.h"

struct request {
    struct dockerd *dockerd;
    struct exchange *exchange;
    const struct route_row *row;
    char *name;    /* the variable part of the path, decoded; "" if there is none */
    int api_minor; /* 41 for v1.41 */
};

/* A row of the route table; a path is prefix, name, suffix. */
struct route_row {
    const char *method;
    const char *prefix; /* "/containers/" */
    const char *suffix; /* "/start"; NULL: the prefix is the whole path */
    bool (*answer)(struct request *request, GError **error);
    bool has_fiber; /* it reads a body or waits */
};
/* path is without version. *name: the decoded variable part. NULL: page not found. */
const struct route_row *route_row_find(const char *method, const char *path, char **name);

/* The site's handler; context is the dockerd. */
void api_handle(void *context, struct exchange *exchange);

/* ---- for handlers ---- */
/* Takes value over. */
void api_reply_json(struct request *request, unsigned status, json_t *value);
void api_reply_empty(struct request *request, unsigned status);
/* The JSON body, an empty object if there is none; 400 when it is no JSON. */
json_t *api_read_json(struct request *request, GError **error) MUST_USE;
/* A query flag as Go's httputils reads it: all but "", 0, no, false, none is true. */
bool api_query_flag(struct request *request, const char *key);
/* Whether ?filters={"key":{"value":true}} or {"key":["value"]} holds it. */
bool api_filter_has(struct request *request, const char *key, const char *value);
/* The values of one filter (char*), or an empty list; caller unrefs. */
GPtrArray *api_filter_values(struct request *request, const char *key);
/* Whether all filters are of these keys, which end with NULL; ENGINE_ERROR 400. */
bool api_filters_check(struct request *request, const char *const *keys, GError **error) MUST_USE;
/* Whether any value of a filter is a pattern that fits text, or equals it; true without values. */
bool api_filter_matches(struct request *request, const char *key, const char *text);
bool api_filter_is(struct request *request, const char *key, const char *text);
/* Whether every "label" ("K", "K=V") is among these; labels may be NULL. */
bool api_filter_labels(struct request *request, const json_t *labels);
/* A filter that is true or false, or not there. */
bool api_filter_truth(struct request *request, const char *key, bool truth);
/* {"username","password"} of the header X-Registry-Auth; empty strings are left out. */
struct credentials *api_credentials(struct request *request);
void api_credentials_free(struct credentials *credentials);
/* The content type of raw streams: multiplexed from API 1.42 on when there is no terminal. */
const char *api_stream_type(const struct request *request, bool has_terminal);

/* What /info tells of daemon.json. */
void info_add_configuration(const struct dockerd *dockerd, json_t *info);

/* ---- handlers, by file ---- */
#define HANDLER(name) bool name(struct request *request, GError **error)
HANDLER(system_ping);
HANDLER(system_version);
HANDLER(system_info);
HANDLER(system_df);
HANDLER(system_events);
HANDLER(auth_login);
HANDLER(images_create);
HANDLER(images_list);
HANDLER(images_inspect);
HANDLER(images_history);
HANDLER(images_tag);
HANDLER(images_push);
HANDLER(images_delete);
HANDLER(images_prune);
HANDLER(containers_create);
HANDLER(containers_list);
HANDLER(containers_inspect);
HANDLER(containers_start);
HANDLER(containers_stop);
HANDLER(containers_restart);
HANDLER(containers_kill);
HANDLER(containers_wait);
HANDLER(containers_attach);
HANDLER(containers_logs);
HANDLER(containers_delete);
HANDLER(containers_rename);
HANDLER(containers_prune);
HANDLER(containers_commit);
HANDLER(containers_changes);
HANDLER(containers_export);
HANDLER(archive_put);
HANDLER(archive_get);
HANDLER(exec_create);
HANDLER(exec_start);
HANDLER(exec_inspect);
HANDLER(volumes_list);
HANDLER(volumes_create);
HANDLER(volumes_inspect);
HANDLER(volumes_delete);
HANDLER(volumes_prune);
HANDLER(networks_list);
HANDLER(networks_create);
HANDLER(networks_inspect);
HANDLER(networks_delete);
HANDLER(networks_prune);
HANDLER(build_prune);
HANDLER(build_start);
HANDLER(engine_grpc);
HANDLER(engine_session);
HANDLER(images_load);
HANDLER(images_save);
HANDLER(images_save_one);
HANDLER(distribution_inspect);

/* API 1.44 dropped VirtualSize of images, 1.45 Container and ContainerConfig. */
enum {
    API_WITHOUT_VIRTUAL_SIZE = 44,
    API_WITHOUT_CONTAINER = 45
};

/* Shapes shared by several answers; the caller owns them. */
json_t *container_summary(struct container *container, bool has_size);
json_t *image_summary(struct dockerd *dockerd, const struct image *image, int api_minor,
                      bool is_for_usage);
/* null when empty, as Go prints a nil slice. */
json_t *image_names_or_null(const GPtrArray *names);
/* "name@sha256:…" of all its names that have one; char*, caller unrefs. */
GPtrArray *image_repo_digests(const struct dockerd *dockerd, const struct image *image);
json_t *image_json_config(const struct image *image);
json_t *volume_shape(const struct dockerd *dockerd, const struct volume *volume, bool is_for_usage);
/* A container configuration with every member that the Engine shows, set where config sets it. */
json_t *whole_config(json_t *config_or_null);
unsigned image_container_count(struct dockerd *dockerd, const struct image *image);
/* [{"Untagged"|"Deleted": …}] of an image that goes for good; disk is given back. */
int64_t image_delete_whole(struct dockerd *dockerd, struct image *image, json_t *deleted);
