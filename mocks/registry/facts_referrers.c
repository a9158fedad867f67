/* The oracle: what was pushed to stand beside an image. */
#include "mocks/registry/registry_private.h"

#include "mocks/registry/document.h"

#include <string.h>

#define SIGN_TYPE "https://sigstore.dev/cosign/sign/v1" /* of cosign 3, as a predicate type */

struct referrers_of {
    struct repository *repository;
    GPtrArray *found; /* struct referrer_facts */
};

void referrer_facts_free(struct referrer_facts *facts)
{
    if (facts == NULL)
        return;
    g_free(facts->kind);
    g_free(facts);
}

static void free_facts(void *memory)
{
    referrer_facts_free(memory);
}

/* In order of kind, and each from one machine once. */
static void add(struct referrers_of *of, const char *kind, const char *machine)
{
    guint index = 0;
    for (; index < of->found->len; index++) {
        const struct referrer_facts *other = g_ptr_array_index(of->found, index);
        int order = strcmp(other->kind, kind);
        if (order == 0 && g_strcmp0(other->pushed_by_machine, machine) == 0)
            return;
        if (order > 0)
            break;
    }
    struct referrer_facts *facts = g_new0(struct referrer_facts, 1);
    facts->kind = g_strdup(kind);
    facts->pushed_by_machine = machine;
    g_ptr_array_insert(of->found, (gint)index, facts);
}

/* ---- manifests with a subject ---- */

static const char *kind_of_referrer(const json_t *referrer)
{
    const json_t *annotations = json_get_object(referrer, "annotations");
    const char *predicate = json_get_string(annotations, "dev.sigstore.bundle.predicateType", NULL);
    if (predicate == NULL)
        return json_get_string(referrer, "artifactType", "artifact");
    return strcmp(predicate, SIGN_TYPE) == 0 ? "signature" : predicate;
}

static void add_referrer(struct referrers_of *of, const char *digest)
{
    const struct stored_manifest *manifest = repository_find_manifest(of->repository, digest);
    if (manifest != NULL && manifest->pushed_by_exchange != 0 && manifest->referrer != NULL)
        add(of, kind_of_referrer(manifest->referrer), manifest->pushed_by_machine);
}

static void add_by_subject(struct referrers_of *of, const char *digest)
{
    const GPtrArray *digests = repository_referrers(of->repository, digest);
    for (guint i = 0; digests != NULL && i < digests->len; i++)
        add_referrer(of, g_ptr_array_index(digests, i));
}

/* ---- tags that stand for a subject ---- */

/* "sha256-…" and the suffix. NULL: nobody pushed it. */
static const struct stored_manifest *find_by_tag(const struct referrers_of *of, const char *digest,
                                                 const char *suffix, const char **machine)
{
    g_autofree char *name = g_strconcat(digest, suffix, NULL);
    const struct stored_tag *tag =
        repository_find_tag(of->repository, g_strdelimit(name, ":", '-'));
    if (tag == NULL || tag->pushed_by_exchange == 0)
        return NULL;
    *machine = tag->pushed_by_machine;
    return repository_find_manifest(of->repository, tag->digest);
}

/* OCI's referrers tag schema: without the API, what the list does not name cannot be found. */
static void add_by_tag_schema(struct referrers_of *of, const char *digest)
{
    DOCUMENT(document);
    size_t index = 0;
    const json_t *member = NULL;
    const char *machine = NULL;
    const struct stored_manifest *list = find_by_tag(of, digest, "", &machine);
    if (list == NULL || !document_parse(list->bytes, NULL, &document, NULL))
        return;
    json_array_foreach (document.manifests, index, member)
        add_referrer(of, descriptor_digest(member));
}

/* cosign's own tags; kind NULL: each layer's predicate type. */
static const struct {
    const char *suffix;
    const char *kind;
} cosign_tags[] = {{".att", NULL}, {".sbom", "SBOM"}, {".sig", "signature"}};

static void add_layers(struct referrers_of *of, const struct stored_manifest *manifest,
                       const char *kind, const char *machine)
{
    DOCUMENT(document);
    size_t index = 0;
    const json_t *layer = NULL;
    if (manifest == NULL || !document_parse(manifest->bytes, NULL, &document, NULL))
        return;
    json_array_foreach (document.layers, index, layer) {
        const json_t *annotations = json_get_object(layer, "annotations");
        const char *predicate = json_get_string(annotations, "predicateType", "attestation");
        add(of, kind != NULL ? kind : predicate, machine);
    }
}

GPtrArray *registry_referrers(struct registry *registry, const char *repository, const char *digest)
{
    struct referrers_of of = {.repository = registry_store_find(registry->store, repository),
                              .found = g_ptr_array_new_with_free_func(free_facts)};
    if (of.repository == NULL)
        return of.found;
    if (registry->service->lacks_referrers)
        add_by_tag_schema(&of, digest);
    else
        add_by_subject(&of, digest);
    for (gsize i = 0; i < G_N_ELEMENTS(cosign_tags); i++) {
        const char *machine = NULL;
        const struct stored_manifest *manifest =
            find_by_tag(&of, digest, cosign_tags[i].suffix, &machine);
        add_layers(&of, manifest, cosign_tags[i].kind, machine);
    }
    return of.found;
}
