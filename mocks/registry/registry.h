/*
 * A fake OCI registry: pull, push, tags, referrers, deletes over real HTTP, with token service,
 * rate limits and a blob CDN, under the host names of the service it plays. Contract: OCI
 * distribution 1.1 and reference registry.md. The store is also the oracle: effects are read here,
 * never from what a client says of itself.
 *
 * - A service with a token service wants a token for every request, `GET /v2/` included; without
 *   one, needs_login_* is asked for as Basic. A token lives 300 s and allows what its scopes say.
 * - GET of a blob is a 307 to blob_site where there is one; HEAD of it is answered in place.
 * - Manifests come back as the bytes and the type they were put with, whatever Accept says.
 * - The layers of virtual images, generated or pushed, have few bytes; the annotations
 *   dev.seatrial.declared-bytes and dev.seatrial.unpacked-bytes of their descriptors say what they
 *   stand for, and replies count as that.
 * - Every change of state is an event "registry" in the trace: service, action (blob-put, mount,
 *   manifest-put, tag, delete), repository, and reference and digest where there are any.
 * - All is kept in memory, at most REGISTRY_MEMORY_BYTES_MAX: what goes over it is a 413.
 */
#pragma once

#include "mocks/world.h"

struct registry;

/* The services of the world, as data: which hosts, which names for the same thing. service.c has
   the table; a plain registry that is not in it ("registry.example:5000") is a struct of the
   caller's with name and api_site only. */
struct registry_service {
    const char *name;          /* "docker.io", "ghcr.io", … as image references write it */
    const char *api_site;      /* "registry-1.docker.io" */
    const char *token_site;    /* "auth.docker.io"; NULL: no token service */
    const char *token_path;    /* "/token" */
    const char *token_service; /* "registry.docker.io" */
    const char *blob_site;     /* where blobs are redirected to with 307; NULL: nowhere */
    bool hides_missing; /* anonymous pulls of repositories that are not there are denied (C6) */
    /* What a user without the right to push is told with 403 (failures.md K1, K2); NULL: 401 again,
       with insufficient_scope, as the distribution project does. */
    const char *write_denial;
    /* With what message the token service denies (403, DENIED) credentials that it does not know;
       it denies pulls that nobody who has not logged in may have, too. NULL: it answers 401, and
       gives tokens that are good for nothing. */
    const char *login_denial;
    /* There is no referrers API: clients keep the list under a tag of their own. */
    bool lacks_referrers;
};
const struct registry_service *registry_service_find(const char *name);

struct registry_rate_limit {
    int64_t limit;     /* manifest GETs a window; 0: no limit */
    int64_t window_us; /* 6 h for Docker Hub */
    int64_t used;      /* already spent when the rehearsal begins */
};

/*
 * Generated images that registries of one process share, so that the ten-thousandth rehearsal does
 * not generate them again. Only virtual images are kept, at most IMAGE_CACHE_IMAGES_MAX; what an
 * image is never depends on the cache.
 */
struct image_cache;
struct image_cache *image_cache_new(void);
void image_cache_free(struct image_cache *cache);
CLEANUP(image_cache, image_cache_free)
gsize image_cache_count(const struct image_cache *cache);

struct registry_options {
    const struct registry_service *service;
    struct registry_rate_limit rate_limit;
    bool needs_login_to_pull;
    bool needs_login_to_push;
    const char *user; /* accepted credentials; NULL: any */
    const char *secret;
    bool is_virtual; /* images of declared size with few real bytes (rehearsals); serve: false */
    struct image_cache *image_cache; /* lent, outlives the registry; NULL: none */
};

/* Adds the service's sites to the world. Copies options but for service. Free it after
   world_end_exchanges() and before the world. */
struct registry *registry_new(struct world *world, const struct registry_options *options);
void registry_free(struct registry *registry);
CLEANUP(registry, registry_free)

/*
 * Whom a registry lets in. Once a login was added, a name and secret that fit none are wrong, and a
 * login may pull everything but push only what it was given.
 */
struct registry_login {
    const char *user;   /* NULL: any name */
    const char *secret; /* NULL: any secret but an empty one */
    const char *pushes; /* glob over repositories, as in glob.h; NULL: none */
    const char *spares; /* the same of those that it may not push all the same; NULL: none */
};
/* Copies. At most REGISTRY_LOGINS_MAX are kept: later ones are the caller's fault. */
void registry_add_login(struct registry *registry, const struct registry_login *login);
/* The first repository that this secret wanted to push to and may not, where the registry says so
   (ghcr.io); lent. NULL: none. */
const char *registry_refused_push(const struct registry *registry, const char *secret);

/* ---- images generated on demand ---- */

/* Platforms are "linux/amd64", "linux/arm64", "linux/arm/v7": at least os and architecture, or it
   is the caller's fault. Layer sizes are compressed bytes, not negative. */
struct image_spec {
    const char *repository; /* "library/golang" */
    const char *tag;
    const char *const *platforms; /* NULL-terminated; one platform: still an index if is_index */
    const int64_t *layer_bytes;
    gsize layer_count;
    const char *const *entrypoint;  /* or NULL */
    const char *const *environment; /* "GOLANG_VERSION=1.22.5", or NULL */
    bool is_index;                  /* false: a bare manifest of the first platform */
    bool is_docker_types;           /* Docker's media types instead of OCI's */
    bool has_attestations;          /* adds unknown/unknown entries as buildx does */
};
/*
 * Copies the spec. The image is made when a request or the oracle first asks for it, so adding
 * costs next to nothing; equal specs give equal digests, whatever else the registry holds. A tag
 * added again is replaced. An image that does not fit under REGISTRY_MEMORY_BYTES_MAX is not there,
 * and an event "image-does-not-fit" in the trace says so.
 */
void registry_add_image(struct registry *registry, const struct image_spec *spec);

/* "linux/amd64", "linux/arm/v5", …: what Docker's official images are there for; NULL-terminated.
 */
extern const char *const official_platforms[];

/*
 * The rest of the public world: a repository that nobody described is asked about here when a
 * request for a tag of it comes in, and if wants() says so, an image with a layer of 30 MiB is
 * generated there, for every platform that official images have; in Docker Hub's namespaces of one
 * architecture ("arm32v7/node") for that one. The oracle never invents. Takes the place of an
 * earlier one.
 */
struct registry_inventor {
    void *context;
    /* tag NULL: whether any of its tags would do. */
    bool (*wants)(void *context, const struct registry_service *service, const char *repository,
                  const char *tag);
    /* Whether an image that is asked for by this digest is made up too: what comes has another
       digest, which stands for it (world_set_stand_in()). NULL: none. */
    bool (*pins)(void *context, const char *digest);
};
void registry_set_inventor(struct registry *registry, const struct registry_inventor *inventor);
/* Whether the tag's first image was made up: nobody knows which platforms it really had. */
bool registry_has_invented(const struct registry *registry, const char *repository,
                           const char *tag);

/* ---- the oracle ---- */

struct image_facts {
    char *digest; /* of what the reference names */
    char *media_type;
    GPtrArray *platforms; /* char*, sorted, attestations left out; of a manifest: its config's */
    GPtrArray *manifests; /* char*, digests of the platforms' manifests, same order */
    bool is_complete;     /* every manifest, config and layer it names is in the store */
    uint64_t pushed_by_exchange; /* exchange_number of the manifest PUT; 0: there from the start */
    char *pushed_by_machine;     /* who asked for it, as far as the world knows; or NULL */
    int64_t pushed_at_us;
};
/* Whether somebody pushed what the tag names: asking makes no image. */
bool registry_tag_is_pushed(struct registry *registry, const char *repository, const char *tag);
/* reference is a tag or a digest. NULL: not there. */
struct image_facts *registry_find(struct registry *registry, const char *repository,
                                  const char *reference);
void image_facts_free(struct image_facts *facts);
CLEANUP(image_facts, image_facts_free)
/* What was pushed to stand beside an image. */
struct referrer_facts {
    /* "signature", "SBOM", or the type of what is attested: "https://slsa.dev/provenance/v1"; else
       the artifact's own type. */
    char *kind;
    const char *pushed_by_machine; /* lent by the world; NULL: nobody knows */
};
/* Of a manifest, in order of kind, each kind of a machine once (struct referrer_facts, for
   g_ptr_array_unref): by subject, by OCI's tag schema where a registry has no referrers API
   ("sha256-…"), and under cosign's tags ("sha256-….sig", ".att", ".sbom"). What was there from the
   start, and what BuildKit attests within an index, is left out. */
GPtrArray *registry_referrers(struct registry *registry, const char *repository,
                              const char *digest);
void referrer_facts_free(struct referrer_facts *facts);
/* Repositories and tags, sorted; free with g_ptr_array_unref. */
GPtrArray *registry_repositories(struct registry *registry);
GPtrArray *registry_tags(struct registry *registry, const char *repository);
/* A blob's or manifest's bytes as stored, for the caller to unref, or NULL; for reading configs. */
GBytes *registry_blob(struct registry *registry, const char *digest);
/* The history of a tag: every digest it has had, in order (char*); NULL if never there. */
GPtrArray *registry_tag_history(struct registry *registry, const char *repository, const char *tag);
const struct registry_service *registry_service_of(const struct registry *registry);
