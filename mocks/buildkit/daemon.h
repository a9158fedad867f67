/*
 * buildkitd inside one container: what its builds share. Lives as the container's program state.
 * Content and cache records are files below /var/lib/buildkit, so they live and die with the
 * builder's volume; what they stand for is taken from the disk on top.
 */
#pragma once

#include "base/json.h"
#include "mocks/buildkit/buildkit.h"
#include "mocks/buildkit/config.h"

#define BUILDKIT_ROOT "/var/lib/buildkit"
/* What lies below came with the client's session: our buildx puts it there (engine_builder.h). */
#define BUILDKIT_SESSION "/tmp/buildx-"
#define BUILDKIT_VERSION "v0.23.2"
#define BUILDKIT_COMMIT  "40b2ae8f6e2b2a7a1d7fd5a0cbd9cf1e6e2f9e6b"

struct buildkitd {
    struct container *container; /* lent: it owns this */
    struct dockerd *dockerd;
    struct world *world;
    struct loop *loop;
    bool is_up;
    bool is_engine; /* the Engine's own, behind POST /grpc: local images count, results go there */
    struct buildkitd_config *config;
    struct puller *puller;        /* NULL before the first boot */
    GPtrArray *old_pullers;       /* of earlier configurations of the Engine */
    unsigned configuration_count; /* the Engine's when the puller was made */
    struct fiber_slots workers;   /* max-parallelism */
    GHashTable *running;          /* step key -> itself; looked up, never iterated */
    struct fiber_queue step_over; /* any step of any build */
    GHashTable *kept;             /* REF -> struct daemon_result; looked up, never iterated */
    int64_t throttle_us;          /* how long the Actions cache waits after a 429; 0: no 429 yet */
    int64_t throttled_until_us;   /* 0: nothing waits */
    int64_t taken_bytes;          /* of the container's own disk, when no volume is mounted */
};

void buildkitd_free(struct buildkitd *daemon);
/* The daemon of a container; made when first asked for. */
struct buildkitd *buildkitd_of(struct container *container);
/* With the daemon's configuration; from now on mirrors count. */
void buildkitd_boot(struct buildkitd *daemon, struct buildkitd_config *config);

/* Whether the machine runs programs of this platform without an emulator. */
bool buildkitd_is_native(const struct buildkitd *daemon, const char *platform);
const char *buildkitd_platform(const struct buildkitd *daemon);
/* "v0.23.2", or what the Engine says of the one inside it. */
const char *buildkitd_version(const struct buildkitd *daemon);
/* Whether what the machine lacks or breaks is told with a gRPC code: v0.23.0 does
   (util/grpcerrors), moby 28 (guacsec/guac#2832), but not moby 24 (docker/cli#4844). */
bool buildkitd_tells_codes(const struct buildkitd *daemon);

/* Whether its BuildKit is v0.MINOR or newer: the Engine's by what it says, a builder's by the tag
   of its image, "moby/buildkit:v0.12.5"; tags that move are the newest. */
bool buildkitd_is_since(const struct buildkitd *daemon, unsigned minor);

/* ---- result.c: results that other builds stand on ---- */

/* One platform of a result. */
struct kept_image {
    char *platform;
    char *digest; /* of all that it is */
    GBytes *config;
    GPtrArray *layers; /* struct stored */
    struct build_files *files;
};
void daemon_result_free(void *result);
/* The image of a platform; a result of one platform serves all; NULL: there is none. */
const struct kept_image *daemon_result_image(const struct buildkitd *daemon, const char *reference,
                                             const char *platform);

/* ---- store.c ---- */

/* A layer that is here: of a base image or made by a step. */
struct stored {
    char *digest;
    char *diff_id;
    int64_t declared_bytes;
    int64_t unpacked_bytes;
    int64_t created_us; /* of the step that made it; 0: came with an image */
    char *source;       /* "docker.io/library/golang": may be mounted from there on push; or NULL */
};
void stored_free(void *stored);
struct stored *stored_copy(const struct stored *stored);

/* Disk for what is no file. The error is "no space left on device" or the weather's words. */
bool store_take(struct buildkitd *daemon, const char *purpose, int64_t bytes,
                GError **error) MUST_USE;
/* Books what the puller has taken already. */
bool store_note_taken(struct buildkitd *daemon, int64_t bytes, GError **error) MUST_USE;
bool store_put_blob(struct buildkitd *daemon, const char *digest, GBytes *bytes,
                    GError **error) MUST_USE;
/* A layer that came from elsewhere: the disk for it, and its blob. */
bool store_adopt(struct buildkitd *daemon, const struct stored *stored, GBytes *bytes,
                 GError **error) MUST_USE;
/* Lent, or NULL. */
GBytes *store_find_blob(const struct buildkitd *daemon, const char *digest);
/* Cache records: what a step with these inputs made. The caller frees what is found. */
bool store_put_record(struct buildkitd *daemon, const char *key, const struct stored *stored,
                      GError **error) MUST_USE;
struct stored *store_find_record(const struct buildkitd *daemon, const char *key);
/* Everything goes; how many bytes that gave back. */
int64_t store_prune(struct buildkitd *daemon);
int64_t store_size_bytes(const struct buildkitd *daemon);
/* {"digest", "diff_id", …}, and back; NULL if it is none. */
json_t *stored_json(const struct stored *stored);
struct stored *stored_read(const json_t *value);
