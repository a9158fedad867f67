/* What the files of this folder share: the puller, one pull, and how it speaks. */
#pragma once

#include "mocks/puller/content.h"
#include "mocks/puller/remote.h"

#include "base/units.h"

struct puller {
    struct puller_options options; /* strings are its own */
    const struct puller_habits *habits;
    struct loop *loop;
    struct http *http;
    struct fiber_slots downloads;
    struct fiber_slots uploads;
    GHashTable *transfers; /* layer chain -> struct transfer in flight; looked up, never iterated */
    GHashTable *contents;  /* digest -> struct content already here; looked up, never iterated */
    GHashTable *configs;   /* digest -> GBytes; BuildKit's own content store */
    GHashTable *ingests;   /* digest -> struct ingest in flight (fetch.c); never iterated */
};

/* One puller_pull() or puller_resolve(). */
struct pull {
    struct puller *puller;
    const struct reference *reference;
    const char *platform;
    bool is_default_platform; /* nobody asked for it: messages tell it as Go's DefaultSpec() */
    const struct credentials *credentials;
    puller_progress_fn *progress;
    void *context;
    bool needs_layers;        /* false: resolve only */
    const char *layer_digest; /* of the only layer that is wanted; NULL: all of them */
    bool has_streamed;        /* anything told: errors are in-stream from now on */
    bool has_fetched;         /* the image was not here before */
    struct content *top;      /* index or manifest; lent from the puller or owned by kept */
    struct content *manifest;
    GBytes *config;
    struct image_config *parsed;
    GPtrArray *layers; /* struct layer */
    GPtrArray *kept;   /* struct content */
};

/* current and total -1: absent. */
void pull_say(struct pull *pull, const char *status, const char *id, int64_t current,
              int64_t total);
void pull_say_format(struct pull *pull, const char *id, const char *format, ...)
    G_GNUC_PRINTF(3, 4);
/* "Digest: …" and "Status: …". */
void pull_say_status(struct pull *pull);
/* The hosts to ask in order: mirrors, then the registry itself (char*); caller unrefs. */
GPtrArray *puller_hosts(const struct puller *puller, const char *domain);
struct remote *pull_remote(const struct pull *pull, const char *host);
/* A manifest that is here already because its image is; NULL: it must be fetched. Lent. */
struct content *pull_find_content(struct pull *pull, const char *digest);
/* Remembers what was fetched; takes content over and gives it back, lent. */
struct content *puller_keep_content(struct puller *puller, struct content *content);
/* The config of an image that is here with all its layers, or NULL; caller unrefs. */
GBytes *puller_find_config(const struct puller *puller, const char *digest);
/* The platform in messages: "linux/arm64/v8" when it is that of the machine; g_free. */
char *pull_platform_words(const struct pull *pull);
/* The image resolves for a platform (POINT_IMAGE_RESOLVE): the weather may say that it lacks it.
   BuildKit's solver chose the platform when it loaded the metadata: its pull does not ask again. */
bool pull_suffer_resolve(struct pull *pull, const char *missing_words, GError **error) MUST_USE;
/* Matches config and layers; layers that are there already come without bytes. */
bool pull_take_config(struct pull *pull, GBytes *config, GError **error) MUST_USE;
struct layer *layer_new(const struct descriptor *descriptor, const char *diff_id);
void layer_free(struct layer *layer);

/* ---- translate.c: MISHAP_ERROR to PULLER_ERROR ---- */
void pull_translate(const struct pull *pull, GError **error);
void push_translate(const struct pull *voice, bool is_cache, GError **error);

/* ---- the two families ---- */
bool classic_pull(struct pull *pull, GError **error) MUST_USE;
/* Fills top and manifest; tells "Pulling from". */
bool classic_find_manifest(struct pull *pull, struct remote *remote, GError **error) MUST_USE;
bool containerd_pull(struct pull *pull, GError **error) MUST_USE;
bool classic_push(struct puller *puller, const struct push *push,
                  const struct credentials *credentials, struct pull *voice,
                  GError **error) MUST_USE;
bool containerd_push(struct puller *puller, const struct push *push,
                     const struct credentials *credentials, struct pull *voice,
                     GError **error) MUST_USE;

/* ---- space.c: the disk, in the words of who writes there ---- */

/* A file that grows; what it holds is given back by spool_clear(). */
struct spool {
    struct puller *puller;
    char *path;
    GByteArray *bytes;      /* as they came */
    int64_t size_bytes;     /* of the whole on the wire; 0: unknown */
    int64_t declared_bytes; /* of the whole */
    int64_t taken_bytes;    /* declared bytes on the disk now */
};
void spool_init(struct spool *spool, struct puller *puller, const struct descriptor *descriptor);
void spool_clear(struct spool *spool);
/* What real bytes stand for. */
int64_t spool_declared(const struct spool *spool, int64_t real_bytes);
/* "write PATH: no space left on device" */
bool spool_append(struct spool *spool, GBytes *chunk, GError **error) MUST_USE;
void spool_truncate(struct spool *spool);

/* Unpacks a layer: time and disk. step is told how many compressed bytes are done. */
struct unpacking {
    struct puller *puller;
    const struct descriptor *descriptor;
    GBytes *bytes;
    void (*step)(void *context, int64_t current, int64_t total);
    void *context;
};
/* Fails with "write PATH: no space left on device", everything given back. */
bool unpack_layer(const struct unpacking *unpacking, GError **error) MUST_USE;
