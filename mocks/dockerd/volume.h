/*
 * Volumes, networks and the build cache of BuildKit inside the Engine: the state that outlives
 * containers. What prunes free is what the real ones free (engine-contract.md D).
 */
#pragma once

#include "mocks/dockerd/container.h"

struct volume {
    char *name;
    bool is_anonymous;
    json_t *labels;  /* object or null */
    json_t *options; /* object or null */
    int64_t created_us;
    struct file_tree *files;
    int64_t taken_bytes; /* besides files: dockerd_volume_take() */
    unsigned use_count;  /* containers that mount it */
};

struct volume *volume_find(struct dockerd *dockerd, const char *name);
/* The one of this name, made now if there is none; name NULL: an anonymous one. */
struct volume *volume_obtain(struct dockerd *dockerd, const char *name);
/* Gives its disk back. Must not be in use. */
void volume_remove(struct dockerd *dockerd, struct volume *volume);
void volume_free(struct volume *volume);
int64_t volume_size_bytes(const struct volume *volume);

enum {
    NETWORK_PREFIX_LENGTH = 16 /* of 172.N.0.0 */
};
struct engine_network {
    char *id;
    char *name;
    char *driver;
    json_t *labels;
    int64_t created_us;
    bool is_predefined;
    unsigned subnet; /* the N of 172.N.0.0/16; 0: it has no addresses */
};
struct engine_network *network_find(struct dockerd *dockerd, const char *name);
/* labels: an object, or NULL. */
struct engine_network *network_add(struct dockerd *dockerd, const char *name, const char *driver,
                                   json_t *labels, bool is_predefined);
/* Those that every Engine has. */
void network_add_predefined(struct dockerd *dockerd);
void network_free(struct engine_network *network);
/* Containers that are attached to it. */
unsigned network_use_count(struct dockerd *dockerd, const struct engine_network *network);

/* One record of the docker driver's build cache. */
struct build_record {
    char *id;
    char *type; /* "regular", "source.local", … */
    char *description;
    int64_t size_bytes;
    bool is_shared; /* with an image: prune leaves it (capture 26b) */
    int64_t created_us;
};
void build_record_free(struct build_record *record);
