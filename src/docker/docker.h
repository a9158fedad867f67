/*
 * Docker Engine API client: what the fallback engine needs of a Docker Engine, real or fake. Called
 * from fibers; every call obeys the deadlines in force and closing its connection is how a pull or
 * build is really cancelled (engine-contract.md C). The API version is negotiated, never assumed
 * (engine-contract.md 0): 1.24 to 1.50.
 *
 * Nothing is tried again here. Errors: DOCKER_ERROR with the daemon's own words (failure.h lists
 * the codes), FIBER_ERROR as it came, BASE_ERROR for references and URLs that are none (a build's
 * options travel in the URL, of HTTP_TARGET_BYTES_MAX). No message holds a password.
 */
#pragma once

#include "docker/failure.h"
#include "http/http.h"

struct docker;

/* endpoint: "unix:///var/run/docker.sock" or "tcp://host:port" (plain HTTP). Nothing is sent before
   the first call, which negotiates by HEAD /_ping. */
struct docker *docker_new(struct http *http, const char *endpoint, GError **error) MUST_USE;
void docker_free(struct docker *docker);
CLEANUP(docker, docker_free)
/* For programs that stand for another client: their User-Agent, "Docker-Client/28.0.4 (linux)", and
   the newest API version that they speak, "1.48" (one that is none, or newer than ours, changes
   nothing). As Docker's own client they drop the failure of a ping, for most calls, and ask with
   that version. Before the first call. */
void docker_set_identity(struct docker *docker, const char *user_agent, const char *api_version);
/* The one version to speak, whatever the Engine offers: DOCKER_API_VERSION of Docker's own client,
   which goes on pinging (measured with CLI 28.2.2). Before the first call. */
void docker_pin_version(struct docker *docker, const char *version);
/* The version agreed on, lent; NULL before the first call. */
const char *docker_api_version(const struct docker *docker);

struct docker_engine_facts {
    char *version;             /* "28.0.4" */
    char *api_version;         /* negotiated */
    char *platform;            /* "linux/amd64" */
    char *root_directory;      /* DockerRootDir */
    char *storage_driver;      /* "overlay2", "overlayfs" */
    bool has_containerd_store; /* info DriverStatus driver-type io.containerd.snapshotter.v1 */
};
bool docker_engine(struct docker *docker, struct docker_engine_facts *facts,
                   GError **error) MUST_USE;
void docker_engine_facts_clear(struct docker_engine_facts *facts);

/* Credentials of one registry; strings lent. NULL pointer: anonymous. */
struct docker_credentials {
    const char *registry; /* "ghcr.io" */
    const char *username;
    const char *password;
};

/* ---- images ---- */

/* Called for every status object of a pull, push or build; texts lent. May be NULL. */
typedef void docker_progress_fn(void *context, const char *status, const char *id, int64_t current,
                                int64_t total);

/* POST /images/create. Success only when the stream ended with a "Status:" or "Digest:" line: a
   stream cut short and an error inside HTTP 200 are failures (engine-contract.md B). platform may
   be NULL; what came may yet be of another one (B, "platform trap"): inspect it. */
bool docker_pull(struct docker *docker, const char *reference, const char *platform,
                 const struct docker_credentials *credentials, docker_progress_fn *progress,
                 void *context, GError **error) MUST_USE;
/* *digest (g_free; may be NULL) is what the registry now has under the tag, as the Engine says. A
   stream that ends without it is a failure. */
bool docker_push(struct docker *docker, const char *reference,
                 const struct docker_credentials *credentials, docker_progress_fn *progress,
                 void *context, char **digest, GError **error) MUST_USE;

struct docker_image {
    char *id;
    char *platform;     /* "linux/arm64", with variant if any */
    GPtrArray *tags;    /* char* */
    GPtrArray *digests; /* char*, RepoDigests */
    int64_t size_bytes;
};
/* *image NULL and true: there is no such image. */
bool docker_image_inspect(struct docker *docker, const char *reference, struct docker_image **image,
                          GError **error) MUST_USE;
void docker_image_free(struct docker_image *image);
CLEANUP(docker_image, docker_image_free)
bool docker_image_tag(struct docker *docker, const char *source, const char *target,
                      GError **error) MUST_USE;
/* An image that is not there is success. */
bool docker_image_remove(struct docker *docker, const char *reference, GError **error) MUST_USE;

/* ---- containers ---- */

struct docker_mount {
    const char *volume;
    const char *target;
};
struct docker_container_options {
    const char *name;
    const char *image;
    const char *platform;           /* or NULL */
    const char *const *command;     /* or NULL */
    const char *const *environment; /* or NULL */
    const struct docker_mount *mounts;
    gsize mount_count;
    const char *network;       /* "host", "none", or NULL for the default */
    const char *const *labels; /* "key=value" */
    bool is_privileged;
    bool has_init;
    bool is_removed_on_exit;
};
bool docker_container_create(struct docker *docker, const struct docker_container_options *options,
                             char **id, GError **error) MUST_USE;
bool docker_container_start(struct docker *docker, const char *id, GError **error) MUST_USE;
/* Waits until it has stopped. */
bool docker_container_wait(struct docker *docker, const char *id, int *exit_code,
                           GError **error) MUST_USE;
bool docker_container_kill(struct docker *docker, const char *id, const char *signal,
                           GError **error) MUST_USE;
/* Forced, with its anonymous volumes; a container that is not there, or is just being removed, is
   success. */
bool docker_container_remove(struct docker *docker, const char *id, GError **error) MUST_USE;
/* A volume that is not there is success. */
bool docker_volume_remove(struct docker *docker, const char *name, GError **error) MUST_USE;
struct docker_container {
    char *id;
    char *name;
    char *image;
    char *state; /* created, running, exited, … */
    int exit_code;
    bool is_out_of_memory;
};
/* *container NULL and true: there is no such container. */
bool docker_container_inspect(struct docker *docker, const char *id,
                              struct docker_container **container, GError **error) MUST_USE;
/* Running and stopped ones. filters: "label=seatrial.leg=api", or NULL; struct docker_container, in
   the Engine's order. The list does not say is_out_of_memory. */
bool docker_container_list(struct docker *docker, const char *const *filters,
                           GPtrArray **containers, GError **error) MUST_USE;
void docker_container_free(struct docker_container *container);
CLEANUP(docker_container, docker_container_free)
/* Of a container without a terminal: the last 1000 lines of its log, both streams, at most
 * EXEC_OUTPUT_BYTES_MAX; g_free. */
bool docker_container_logs(struct docker *docker, const char *id, char **text,
                           GError **error) MUST_USE;
/* tar is unpacked at path, which must exist. */
bool docker_archive_put(struct docker *docker, const char *id, const char *path, GBytes *tar,
                        GError **error) MUST_USE;
/* The tar of path, of at most HTTP_BODY_BYTES_MAX; *tar NULL and true: no such path. */
bool docker_archive_get(struct docker *docker, const char *id, const char *path, GBytes **tar,
                        GError **error) MUST_USE;

/* ---- exec ---- */

/* Lines of output as they come, stderr included; stream 1 or 2. May be NULL. */
typedef void docker_output_fn(void *context, int stream, const char *line);
struct docker_exec_options {
    const char *const *command;
    const char *const *environment; /* or NULL */
    const char *working_directory;  /* or NULL */
    docker_output_fn *output;
    void *output_context;
};
struct docker_exec_result {
    int exit_code;
    char *output; /* the last EXEC_OUTPUT_BYTES_MAX of both streams; g_free */
};
/*
 * Runs a command to its end. When the calling fiber is cancelled or times out, the connection is
 * closed but the process goes on (engine-contract.md H): the caller must kill it with
 * docker_exec_kill(), by something its command line holds.
 */
bool docker_exec(struct docker *docker, const char *container,
                 const struct docker_exec_options *options, struct docker_exec_result *result,
                 GError **error) MUST_USE;
/* Kills, by `pkill -KILL -f` in another exec, every process of the container whose command line
   holds marker: letters, digits, '/', '-' and '_'. Nothing to kill is success. */
bool docker_exec_kill(struct docker *docker, const char *container, const char *marker,
                      GError **error) MUST_USE;

/* ---- classic build: silently wrong in measured ways (engine-contract.md H), see the engine ----
 */
struct docker_build_options {
    GBytes *context_tar;
    const char *dockerfile; /* inside the context */
    const char *const *tags;
    const char *platform;               /* or NULL */
    const char *target;                 /* or NULL */
    const char *const *build_arguments; /* "K=V" or NULL */
    const char *const *labels;
    const struct docker_credentials *credentials;
    gsize credential_count;
    docker_output_fn *output;
    void *output_context;
};
/* output gets the lines of the build as stream 1. *image_id (g_free; may be NULL) is "sha256:…". A
   step that fails is DOCKER_ERROR with code 0 and the daemon's text. */
bool docker_build(struct docker *docker, const struct docker_build_options *options,
                  char **image_id, GError **error) MUST_USE;

/* ---- housekeeping ---- */
struct docker_usage { /* GET /system/df, in bytes */
    int64_t images_bytes, images_reclaimable_bytes;
    int64_t containers_bytes, containers_reclaimable_bytes;
    int64_t volumes_bytes;
    int64_t build_cache_bytes, build_cache_reclaimable_bytes;
};
bool docker_usage(struct docker *docker, struct docker_usage *usage, GError **error) MUST_USE;
/* The four prunes of `docker system prune -f`, in the CLI's order; the first error ends them.
   all_images is `-a`. */
bool docker_prune(struct docker *docker, bool all_images, int64_t *reclaimed_bytes,
                  GError **error) MUST_USE;
