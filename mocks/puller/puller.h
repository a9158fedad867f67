/*
 * How the real programs fetch and push images, as clients of the (fake) registries over HTTP:
 * dockerd's classic store, dockerd's containerd store, and BuildKit. Order of requests,
 * concurrency, retries, waits, resume, digest checks and error texts are theirs (engine-contract.md
 * C, failures.md 0, A-D, K). Called from fibers.
 */
#pragma once

#include "http/http.h"
#include "mocks/disk.h"
#include "mocks/world.h"

/* Which program pulls. The differences are one table in habits.c. */
enum puller_kind {
    PULLER_DOCKER_20_10, /* classic store: 6 tries a layer, resume by Range */
    PULLER_DOCKER_24,    /* classic store: 5 tries */
    PULLER_DOCKER_28,    /* classic store: 5 tries, newer words */
    PULLER_CONTAINERD,   /* dockerd 29 with the containerd store */
    PULLER_BUILDKIT,
};

/* ---- references: docker.io/library/x:latest and friends ---- */
struct reference {
    char *domain; /* "docker.io" */
    char *path;   /* "library/golang" */
    char *tag;    /* or NULL */
    char *digest; /* or NULL */
};
/* Docker's normalisation; error text as the docker CLI words it (failures.md K13). tag stays NULL
   if absent unless default_tag. */
struct reference *reference_parse(const char *text, bool default_tag, GError **error) MUST_USE;
void reference_free(struct reference *reference);
CLEANUP(reference, reference_free)
/* "golang:1.22" for docker.io/library/golang:1.22; g_free. */
char *reference_familiar(const struct reference *reference);
/* "docker.io/library/golang"; g_free. */
char *reference_name(const struct reference *reference);
/* "golang", "o/r", "ghcr.io/o/r": the familiar name without tag and digest; g_free. */
char *reference_familiar_name(const struct reference *reference);
/* "docker.io/library/golang:1.22@sha256:…", all of it; g_free. */
char *reference_text(const struct reference *reference);
struct reference *reference_copy(const struct reference *reference);

struct credentials { /* of X-Registry-Auth; all may be NULL */
    const char *username;
    const char *password;
};

/* ---- what a pull yields ---- */
struct layer {
    char *digest;
    char *diff_id;
    int64_t declared_bytes; /* compressed, as the manifest's annotation or size says */
    int64_t unpacked_bytes;
    GBytes *bytes; /* compressed, as it came off the wire (few when virtual): dockerd pushes them
                      again; NULL: not kept */
};
struct pulled_image {
    struct reference *reference;
    char *top_digest;      /* of the index, or of the manifest */
    char *manifest_digest; /* of this platform */
    char *config_digest;   /* the image id of the classic store */
    char *platform;        /* as the config says: "linux/amd64" */
    GBytes *index;         /* when top_digest names an index: dockerd's containerd store keeps it */
    GBytes *manifest;
    GBytes *config;
    GPtrArray *layers; /* struct layer */
};
void pulled_image_free(struct pulled_image *image);
CLEANUP(pulled_image, pulled_image_free)

/* One progress object of the Engine's JSON stream: {"status","id","progressDetail"}. */
struct pull_progress {
    const char *status;     /* "Downloading" */
    const char *id;         /* "98303c3d5845" or NULL */
    int64_t current, total; /* -1: absent */
};

struct puller;
struct puller_options {
    struct world *world;
    const char *machine; /* whose puller: name in traces, in disk faults */
    const char *role;    /* "dockerd", "buildkit" */
    enum puller_kind kind;
    struct disk *disk;
    const char *data_root;      /* "/var/lib/docker", "/var/lib/buildkit": in ENOSPC texts */
    const char *ingest_folder;  /* below it, where downloads go; NULL: as the kind has it */
    unsigned download_slots;    /* 3 in dockerd, shared by all pulls of the daemon */
    unsigned upload_slots;      /* 5 */
    unsigned layer_tries;       /* of the classic store; 0: as many as the kind has */
    const char *const *mirrors; /* "docker.io=mirror.gcr.io" or, as in daemon.json, just the mirror
                                   of Docker Hub; NULL-terminated, or NULL */
    enum disk_account account;  /* where layers count for good; DISK_IMAGES if left out */
    void *context;
    /* Whether a layer is already there; may be NULL. dockerd's own stores ask only from the bottom
       up to the first that is missing. */
    bool (*has_layer)(void *context, const char *digest);
    /* The config of an image whose config digest is already in the store, with all its layers: then
       neither config nor layers are fetched (capture 10). NULL result: not there; the member may be
       NULL. The puller unrefs the bytes. */
    GBytes *(*find_config)(void *context, const char *config_digest);
    /* What a reference names in the store before the pull: the config's digest in the classic one,
       that of the index or manifest in containerd's; g_free, NULL: nothing. The last word of a pull
       goes by it ("Image is up to date"). The member may be NULL. */
    char *(*find_named)(void *context, const struct reference *reference);
    /* Unpacked and kept from now on; disk has been taken for it by the puller. */
    void (*on_layer)(void *context, const struct layer *layer);
};
/* Strings and lists are copied, world and disk lent. */
struct puller *puller_new(const struct puller_options *options);
/* Only when no pull or push is going on: cancel their fibers and let them end first. */
void puller_free(struct puller *puller);
CLEANUP(puller, puller_free)

/*
 * A failed pull or push. The GError's message is the real program's own text. When the daemon would
 * answer with an HTTP status (nothing flushed yet) the domain is PULLER_ERROR and the code that
 * status (404, 500, 403…); what happens after the first progress object has code 0 (in-stream).
 */
#define PULLER_ERROR (puller_error_quark())
GQuark puller_error_quark(void);

typedef void puller_progress_fn(void *context, const struct pull_progress *progress);

/*
 * platform is always given ("linux/amd64"): the caller knows its machine. Progress comes in the
 * order of engine-contract.md B. BuildKit's pull tells layers by whole digests and, when its
 * handler tries again, "error: …" and "retrying in 1s" without an id. Temporary files are gone from
 * the disk afterwards; a layer keeps its unpacked bytes, in the containerd store and in BuildKit
 * its compressed ones too. Cancelling the calling fiber ends everything that no other pull waits
 * for. BuildKit's errors come without the solver's "failed to resolve source metadata for R: ".
 */
bool puller_pull(struct puller *puller, const struct reference *reference, const char *platform,
                 const struct credentials *credentials, puller_progress_fn *progress, void *context,
                 struct pulled_image **image, GError **error) MUST_USE;

/* The same of an image's one layer, as BuildKit fetches what a cache holds; NULL: all of them. */
struct puller_wish {
    const struct reference *reference;
    const char *platform;
    bool is_default_platform; /* the machine's, which nobody asked for: failures name it with its
                                 variant, "linux/arm64/v8" */
    const char *layer_digest;
};
bool puller_pull_wish(struct puller *puller, const struct puller_wish *wish,
                      const struct credentials *credentials, puller_progress_fn *progress,
                      void *context, struct pulled_image **image, GError **error) MUST_USE;

/* Only finds out what a reference is for a platform, as BuildKit does for FROM: HEAD or GET
   manifest, child manifest, config. Layers are not fetched. */
bool puller_resolve(struct puller *puller, const struct reference *reference, const char *platform,
                    const struct credentials *credentials, struct pulled_image **image,
                    GError **error) MUST_USE;

/* ---- pushing ---- */
struct push_blob {
    char *digest;
    GBytes *bytes;
    int64_t declared_bytes;
    char *mount_from;  /* repository of the same registry to mount from, or NULL */
    char *progress_id; /* diff id prefix shown by dockerd */
};
struct push_manifest {
    GBytes *bytes;
    char *media_type;
    char *reference; /* tag or digest to PUT it under */
};
struct push {
    const struct reference *reference;
    GPtrArray *blobs;     /* struct push_blob; layers first, config last; dockerd: at least it */
    GPtrArray *manifests; /* struct push_manifest, in order of PUT: children first, the tag last */
    bool is_cache; /* BuildKit's cache: one blob after the other, and of them layers alone are tried
                      again (cache/remotecache/export.go) */
};
/* The aux object at the end of dockerd's stream is the caller's (tag, digest, size: it knows them).
   BuildKit's errors begin with "failed to push R: ". */
bool puller_push(struct puller *puller, const struct push *push,
                 const struct credentials *credentials, puller_progress_fn *progress, void *context,
                 GError **error) MUST_USE;

/* ---- logging in ---- */

/* POST /auth: whether a registry ("docker.io", "ghcr.io") lets these credentials in. The error is
   PULLER_ERROR with the Engine's status: a transport failure, what the token service answers, or
   "login attempt to URL failed with status: …" (failures.md B1-B6). */
bool puller_login(struct puller *puller, const char *domain, const struct credentials *credentials,
                  GError **error) MUST_USE;
