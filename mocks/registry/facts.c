/* The oracle: what is in the store, as facts. */
#include "mocks/registry/registry_private.h"

#include "mocks/registry/document.h"

#include <string.h>

void image_facts_free(struct image_facts *facts)
{
    if (facts == NULL)
        return;
    g_free(facts->digest);
    g_free(facts->media_type);
    g_free(facts->pushed_by_machine);
    g_ptr_array_unref(facts->platforms);
    g_ptr_array_unref(facts->manifests);
    g_free(facts);
}

/* What is asked about, while the answer grows. */
struct survey {
    struct registry *registry;
    struct repository *repository;
    struct image_facts *facts;
};

/* Sorted by platform; the two arrays go together. */
static void add_platform(struct image_facts *facts, const char *platform, const char *digest)
{
    guint index = 0;
    while (index < facts->platforms->len && strcmp(facts->platforms->pdata[index], platform) <= 0)
        index++;
    g_ptr_array_insert(facts->platforms, (gint)index, g_strdup(platform));
    g_ptr_array_insert(facts->manifests, (gint)index, g_strdup(digest));
}

static bool has_blob(const struct survey *survey, const json_t *descriptor)
{
    return lookup_blob(survey->registry, survey->repository, descriptor_digest(descriptor)) != NULL;
}

static bool has_layers(const struct survey *survey, const struct document *document)
{
    size_t index = 0;
    const json_t *layer = NULL;
    json_array_foreach (document->layers, index, layer)
        if (!descriptor_is_foreign(layer) && !has_blob(survey, layer))
            return false;
    return true;
}

static char *config_platform(const struct survey *survey, const struct document *document)
{
    const struct stored_blob *blob =
        lookup_blob(survey->registry, survey->repository, descriptor_digest(document->config));
    g_autoptr(json_t) config = blob != NULL ? json_parse_gbytes(blob->bytes, NULL) : NULL;
    return platform_text(config);
}

/* platform NULL: as the config says. */
static void survey_manifest(const struct survey *survey, const struct document *document,
                            const char *digest, const char *platform)
{
    g_autofree char *own = platform == NULL ? config_platform(survey, document) : NULL;
    if (!has_blob(survey, document->config) || !has_layers(survey, document))
        survey->facts->is_complete = false;
    if (platform != NULL || own != NULL)
        add_platform(survey->facts, platform != NULL ? platform : own, digest);
}

static void survey_member(const struct survey *survey, const json_t *member)
{
    DOCUMENT(document);
    const char *digest = descriptor_digest(member);
    g_autofree char *platform = descriptor_platform(member);
    const struct stored_manifest *manifest =
        lookup_manifest(survey->registry, survey->repository, digest);
    if (manifest == NULL || !document_parse(manifest->bytes, NULL, &document, NULL)) {
        survey->facts->is_complete = false;
        if (platform != NULL)
            add_platform(survey->facts, platform, digest);
        return;
    }
    if (document.manifests != NULL)
        return; /* an index in an index is no platform */
    bool is_attestation = platform == NULL && json_get_object(member, "platform") != NULL;
    if (!is_attestation)
        survey_manifest(survey, &document, digest, platform);
    else if (!has_blob(survey, document.config) || !has_layers(survey, &document))
        survey->facts->is_complete = false;
}

static void survey_top(const struct survey *survey, const struct stored_manifest *manifest)
{
    size_t index = 0;
    const json_t *member = NULL;
    DOCUMENT(document);
    bool is_read = document_parse(manifest->bytes, NULL, &document, NULL);
    g_assert(is_read); /* it was when it was put */
    if (document.manifests == NULL) {
        survey_manifest(survey, &document, manifest->digest, NULL);
        return;
    }
    json_array_foreach (document.manifests, index, member)
        survey_member(survey, member);
}

/* A tag's own push counts, or the manifest's when asked for by digest. */
static void note_push(const struct survey *survey, const struct stored_manifest *manifest,
                      const char *reference)
{
    const struct stored_tag *tag = repository_find_tag(survey->repository, reference);
    survey->facts->pushed_by_exchange =
        tag != NULL ? tag->pushed_by_exchange : manifest->pushed_by_exchange;
    survey->facts->pushed_by_machine =
        g_strdup(tag != NULL ? tag->pushed_by_machine : manifest->pushed_by_machine);
    survey->facts->pushed_at_us = tag != NULL ? tag->pushed_at_us : manifest->pushed_at_us;
}

bool registry_tag_is_pushed(struct registry *registry, const char *repository, const char *tag)
{
    struct repository *found = registry_store_find(registry->store, repository);
    const struct stored_tag *stored = found != NULL ? repository_find_tag(found, tag) : NULL;
    return stored != NULL && stored->pushed_by_exchange != 0;
}

struct image_facts *registry_find(struct registry *registry, const char *repository,
                                  const char *reference)
{
    struct survey survey = {.registry = registry};
    survey.repository = registry_store_find(registry->store, repository);
    if (survey.repository == NULL)
        return NULL;
    const struct stored_manifest *manifest =
        lookup_manifest(registry, survey.repository, reference);
    if (manifest == NULL)
        return NULL;
    survey.facts = g_new0(struct image_facts, 1);
    survey.facts->digest = g_strdup(manifest->digest);
    survey.facts->media_type = g_strdup(manifest->media_type);
    survey.facts->platforms = g_ptr_array_new_with_free_func(g_free);
    survey.facts->manifests = g_ptr_array_new_with_free_func(g_free);
    survey.facts->is_complete = true;
    note_push(&survey, manifest, reference);
    survey_top(&survey, manifest);
    return survey.facts;
}

static GPtrArray *copy_strings(const GPtrArray *strings)
{
    GPtrArray *copies = g_ptr_array_new_with_free_func(g_free);
    for (guint i = 0; i < strings->len; i++)
        g_ptr_array_add(copies, g_strdup(strings->pdata[i]));
    return copies;
}

GPtrArray *registry_repositories(struct registry *registry)
{
    g_autoptr(GPtrArray) names = registry_store_names(registry->store, NULL, G_MAXSIZE);
    return copy_strings(names);
}

GPtrArray *registry_tags(struct registry *registry, const char *repository)
{
    struct repository *found = registry_store_find(registry->store, repository);
    g_autoptr(GPtrArray) tags =
        found != NULL ? repository_tags(found, NULL, G_MAXSIZE) : g_ptr_array_new();
    return copy_strings(tags);
}

/* A blob, or a manifest of any repository. */
static GBytes *find_bytes(struct registry *registry, const char *digest)
{
    const struct stored_blob *blob = registry_store_find_blob(registry->store, digest);
    if (blob != NULL)
        return g_bytes_ref(blob->bytes);
    g_autoptr(GPtrArray) names = registry_store_names(registry->store, NULL, G_MAXSIZE);
    for (guint i = 0; i < names->len; i++) {
        struct repository *repository = registry_store_find(registry->store, names->pdata[i]);
        const struct stored_manifest *manifest = repository_find_manifest(repository, digest);
        if (manifest != NULL)
            return g_bytes_ref(manifest->bytes);
    }
    return NULL;
}

GBytes *registry_blob(struct registry *registry, const char *digest)
{
    GBytes *bytes = find_bytes(registry, digest);
    if (bytes != NULL)
        return bytes;
    lookup_cook_all(registry);
    return find_bytes(registry, digest);
}

GPtrArray *registry_tag_history(struct registry *registry, const char *repository, const char *tag)
{
    struct repository *found = registry_store_find(registry->store, repository);
    if (found == NULL)
        return NULL;
    (void)lookup_tag(registry, found, tag); /* what was there from the start is its first */
    const GPtrArray *history = repository_tag_history(found, tag);
    return history != NULL ? copy_strings(history) : NULL;
}
