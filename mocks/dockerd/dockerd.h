/*
 * A fake Docker Engine on one machine: the Engine API over HTTP, with images, containers, networks,
 * build cache and one virtual disk as its state. Behaviour, order, texts: engine-contract.md
 * sections 0, A, B, D, E and failures.md E-G; versions differ by one table (personality.c).
 */
#pragma once

#include "mocks/disk.h"
#include "mocks/puller/puller.h"
#include "mocks/world.h"

/* ---- machines ---- */

/* What the image of a runner brings and workflows remove to have room for theirs. */
struct machine_folder {
    const char *path; /* no other row's is below it */
    int64_t size_bytes;
    int64_t removal_us; /* what rm takes for it */
};

/* A machine profile as data; profile.c has the table of hosted runners. */
struct machine_profile {
    const char *name; /* "ubuntu-24.04" */
    const char *summary;
    const char *engine_version; /* "28.0.4" */
    const char *api_version;    /* "1.48" */
    const char *api_version_min;
    enum puller_kind puller; /* says the image store as well */
    const char *settings;    /* text of /etc/docker/daemon.json; NULL: there is none */
    const char *platform;    /* "linux/amd64" */
    int cores;
    int64_t disk_bytes;
    int64_t disk_used_bytes;              /* by the image of the runner itself */
    const struct machine_folder *folders; /* part of that; ends with a NULL path; or NULL */
    int64_t memory_bytes;
};
const struct machine_profile *machine_profile_find(const char *name);
const struct machine_profile *const *machine_profiles(gsize *count);

#define DOCKERD_SETTINGS_FOLDER "/etc/docker"
#define DOCKERD_SETTINGS_FILE   DOCKERD_SETTINGS_FOLDER "/daemon.json"

struct dockerd;
struct container_program;
struct dockerd_options {
    struct world *world;
    const char *machine; /* "leg-api"; the socket is the site "leg-api:/var/run/docker.sock" */
    const struct machine_profile *profile;
    struct disk *disk; /* owned by the machine, shared by everything on it */
    const struct container_program *const *programs; /* NULL-terminated, asked in order */
    const struct container_program *engine_builder;  /* its exec() is the Engine's own BuildKit,
                                                        behind POST /grpc; NULL: there is none */
    const char *const *emulators;        /* binfmt platforms of the host kernel, or NULL */
    int64_t emulation_factor;            /* how many times slower foreign platforms run */
    const char *const *registry_mirrors; /* daemon.json registry-mirrors */
};
/* The strings and lists of options are copied. */
struct dockerd *dockerd_new(const struct dockerd_options *options);
/* Cuts its connections, ends its processes and waits for them. Call inside no fiber, before the
   world and the disk are freed. */
void dockerd_free(struct dockerd *dockerd);
CLEANUP(dockerd, dockerd_free)
/*
 * Who is told what is invented of containers, because nobody knows the inside of their images: "run
 * alpine:3.20: what it prints". Where somebody is told, a command that is not known succeeds, and a
 * container that nobody is attached to runs until it is stopped, as servers do; else the one is not
 * found and the other ends at once. A health check that is seen to have passed is told too, once.
 * leaves_gap: something would have come of it that is not there. assume NULL: nobody from now on.
 */
typedef void dockerd_assume_fn(void *context, const char *what, bool touches_images,
                               bool leaves_gap);
void dockerd_on_assumed(struct dockerd *dockerd, dockerd_assume_fn *assume, void *context);
/*
 * Where the machine's files lie, told by whoever runs a command on it, for as long as that runs:
 * containers that bind folders of the machine then read and write them. Several may tell at once;
 * all tell the same. The struct is lent.
 */
struct dockerd_host {
    /* NULL: outside of what may be touched; g_free. */
    char *(*path)(void *self, const char *path);
    /* Whether something was assumed so far that may have left files. */
    bool (*has_gap)(void *self);
    void *self;
    struct dockerd_host *next; /* the Engine's */
};
void dockerd_lend_host(struct dockerd *dockerd, struct dockerd_host *host);
void dockerd_return_host(struct dockerd *dockerd, const struct dockerd_host *host);
struct world *dockerd_world(const struct dockerd *dockerd);
const char *dockerd_machine(const struct dockerd *dockerd);
const struct machine_profile *dockerd_profile(const struct dockerd *dockerd);
struct disk *dockerd_disk(const struct dockerd *dockerd);
const struct dockerd_options *dockerd_options_of(const struct dockerd *dockerd);
/* Whether a binary for this platform runs here, by itself or by an emulator. */
bool dockerd_runs_platform(const struct dockerd *dockerd, const char *platform);

/* The oracle on the host's side. */
struct local_image_facts {
    char *id;
    char *platform;
    int64_t size_bytes;
};
struct local_image_facts *dockerd_find_image(struct dockerd *dockerd, const char *reference);
void local_image_facts_free(struct local_image_facts *facts);
CLEANUP(local_image_facts, local_image_facts_free)
/* "name image state" of every container, in order of creation; caller unrefs. */
GPtrArray *dockerd_container_list(struct dockerd *dockerd);
/* Loads an image without the network, as a runner image or an earlier job left it. */
void dockerd_preload(struct dockerd *dockerd, const char *reference, const char *platform,
                     int64_t size_bytes);

/* The same of a size that somebody else chose: false when the disk has no room for it. */
bool dockerd_preload_if_fits(struct dockerd *dockerd, const char *reference, const char *platform,
                             int64_t size_bytes, GError **error) MUST_USE;

/* A container that an earlier job has left: killed, of an image that is there. */
void dockerd_leave_container(struct dockerd *dockerd, const char *name, const char *reference);

/* ---- container programs: what runs inside a container ---- */

struct container; /* opaque here; accessors below */

/* One process to run: an exec or the container's own command. */
struct process {
    struct container *container;
    const char *const *arguments;   /* argv, NULL-terminated */
    const char *const *environment; /* of the exec plus the container's, NULL-terminated */
    const char *working_directory;
    int pid;      /* inside the container, 1 for the main process */
    void *stream; /* private to dockerd */
};
/* Writes to the process's stdout (1) or stderr (2); waits while the reader is slow; dropped, not an
   error, when nobody reads. Fails only on kill (the process fiber is cancelled). */
bool process_write(struct process *process, int stream, const char *text, GError **error) MUST_USE;
bool process_printf(struct process *process, int stream, GError **error, const char *format,
                    ...) MUST_USE G_GNUC_PRINTF(4, 5);

/* A program is chosen by image when a container starts. */
struct container_program {
    const char *name;
    bool (*matches)(const char *image_reference);
    /* The container's own command, in a fiber of its own: returns its exit code; ends when
       cancelled (killed). state is what run() may keep for exec(): set with container_set_state().
     */
    int (*run)(struct process *process);
    /* A command by exec, in a fiber of its own. -1: no such command (dockerd then answers as runc
       does: exit 126/127 with its text). Shared helpers (kill, rm, cat, df, true) are dockerd's. */
    int (*exec)(struct process *process);
    void (*on_remove)(struct container *container); /* frees state; may be NULL */
    /* What lies at paths that begin so stands for what a client's session carries: it takes no disk
       until the program keeps it. NULL: there is none. */
    const char *session_prefix;
};

struct dockerd *container_dockerd(const struct container *container);
const char *container_name(const struct container *container);
const char *container_image(const struct container *container);
void *container_state(const struct container *container);
void container_set_state(struct container *container, void *state);
bool container_is_privileged(const struct container *container);
/* The container's file system as far as PUT archive and programs have written it: absolute paths to
   bytes. NULL: no such file. Writing takes disk and may fail with "no space left on device". */
GBytes *container_file(const struct container *container, const char *path);
bool container_write_file(struct container *container, const char *path, GBytes *bytes,
                          GError **error) MUST_USE;
/* All files below a folder as sorted paths (char*); caller unrefs. */
GPtrArray *container_files_below(const struct container *container, const char *folder);
/* The same of its folders. */
GPtrArray *container_folders_below(const struct container *container, const char *folder);
void container_remove_file(struct container *container, const char *path); /* or a whole folder */
/* Disk inside a volume that is not kept as files (BuildKit's state): counted in its size, given
   back with it. Fails with "no space left on device". */
bool dockerd_volume_take(struct dockerd *dockerd, const char *volume, const char *purpose,
                         int64_t bytes, GError **error) MUST_USE;
/* The same for what the caller has taken from the disk (DISK_VOLUMES) already. */
void dockerd_volume_adopt(struct dockerd *dockerd, const char *volume, int64_t bytes);
void dockerd_volume_give(struct dockerd *dockerd, const char *volume, int64_t bytes);
/* The volume mounted at target, as a disk account that outlives the container, or NULL. */
const char *container_volume_at(const struct container *container, const char *target);

/* ---- classic build: the seam to the Dockerfile machinery ---- */
/* POST /build is classic_build.c; job.h has the stream of progress that it tells. */
/* One built platform image handed to the image store, from a classic build or from BuildKit's
   docker exporter: tags it. layers: struct layer; config: the image config JSON. */
bool dockerd_store_image(struct dockerd *dockerd, const char *const *tags, GBytes *config,
                         GPtrArray *layers, char **image_id, GError **error) MUST_USE;
/* What a local image is made of, for FROM: *config and *layers (struct stored_layer of
   image_store.h, lent) of the platform, else of whatever platform is there. false: no such image.
 */
bool dockerd_image_content(struct dockerd *dockerd, const char *reference, const char *platform,
                           GBytes **config, GPtrArray **layers);
/* Pulls and keeps an image, from a fiber; progress as puller_pull() tells it. */
bool dockerd_pull(struct dockerd *dockerd, const char *reference, const char *platform,
                  const struct credentials *credentials, puller_progress_fn *progress,
                  void *context, GError **error) MUST_USE;
/* One record of the build cache of the Engine's own BuildKit; takes disk for it. is_shared: its
   content is part of an image, so that prune leaves it. */
bool dockerd_build_cache_add(struct dockerd *dockerd, const char *type, const char *description,
                             int64_t size_bytes, bool is_shared, GError **error) MUST_USE;

/* One or more platforms under one index, in the containerd store. images: struct pulled_image, all
   with that index as their top and the first of the tags as their reference; tags may be empty. */
bool dockerd_store_index(struct dockerd *dockerd, const char *const *tags, const GPtrArray *images,
                         char **image_id, GError **error) MUST_USE;
/* The record of this description is part of an image from now on, which has taken, or takes next,
   the disk for it. */
void dockerd_build_cache_share(struct dockerd *dockerd, const char *description);
/* Whether the Engine keeps indexes and OCI content (engine-contract.md H). */
bool dockerd_has_containerd_store(const struct dockerd *dockerd);

/* ---- the Engine's own BuildKit: the seam to whoever implements it (engine_builder.h) ---- */

#define ENGINE_BUILDER_MARK '\x1e'
/* Whether a process's container stands for it. */
bool dockerd_is_engine_builder(const struct container *container);

/* The image of the running container that has this TCP port of the host, as create said; NULL: none
   has. Lent. */
const char *dockerd_port_holder(const struct dockerd *dockerd, int port);

/* ---- the service ---- */

/* The daemon goes down now. keeps_socket: whoever comes to its socket starts it again, as the
   packages' docker.socket has it. */
void dockerd_stop(struct dockerd *dockerd, bool keeps_socket);
/* Starts it with the machine's daemon.json, as far as somebody tells where that lies
   (dockerd_lend_host()); with what it had otherwise. Waits until it takes connections. Refused:
   why, in its own words; it stays down then, with its socket closed. */
bool dockerd_start(struct dockerd *dockerd, GError **error) MUST_USE;
bool dockerd_is_up(const struct dockerd *dockerd);
/* Why it refused to start the last time; NULL: it did not. Lent. */
const char *dockerd_refusal(const struct dockerd *dockerd);
/* SIGHUP: takes up what can change in a daemon that runs; a file that it would refuse changes
   nothing. */
void dockerd_reload(struct dockerd *dockerd);
/*
 * A daemon of a step's own, as docker/setup-docker-action starts one, with another version, folder
 * and socket. There is one Engine on a machine here: the new one takes its place, at the usual
 * socket too, and what the machine's own holds is not seen from then on; where containers run in
 * that, it is told as assumed.
 */
struct dockerd_own {
    const char *version;       /* "28.5.2" */
    const char *socket;        /* absolute */
    const char *data_root;     /* absolute */
    const char *settings_path; /* of its file, for errors */
    GBytes *settings;
};
/* Whether a version is modelled. */
bool dockerd_knows_version(const char *version);
/* Waits until it takes connections. Refused: why; the machine's own goes on. The version is one
   that is modelled. What becomes of two daemons at one socket is not: that is assumed. */
bool dockerd_replace(struct dockerd *dockerd, const struct dockerd_own *own,
                     GError **error) MUST_USE;
/* "/var/lib/docker"; lent until it starts again. */
const char *dockerd_data_root(const struct dockerd *dockerd);
/* Another one after each start or reload that has read the settings. */
unsigned dockerd_configuration_count(const struct dockerd *dockerd);

/* ---- faults ---- */

/* The daemon goes down now, for down_us: connections are cut and refused, pulls and processes die;
   then containers come back as their restart policy says (unless-stopped, always). Its settings are
   read again. */
void dockerd_restart(struct dockerd *dockerd, int64_t down_us);
