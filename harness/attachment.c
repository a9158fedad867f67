/* Reads what stands beside an image. */
#include "harness/attachment.h"

#include "harness/plan.h"

#include <string.h>

static void attachment_free(void *memory)
{
    struct attachment *attachment = memory;
    g_free(attachment->leg);
    g_free(attachment->what);
    g_free(attachment);
}

static void add(GPtrArray *attachments, const char *leg, const char *what)
{
    struct attachment *attachment = g_new0(struct attachment, 1);
    attachment->leg = g_strdup(leg);
    attachment->what = g_strdup(what);
    g_ptr_array_add(attachments, attachment);
}

/* What is read, and where from. */
struct reading {
    struct registry *registry;
    const char *repository;
    const struct githubapi *api;
    GPtrArray *found;
};

static void add_of(struct reading *reading, const char *machine, const char *kind,
                   const char *place, const char *platform)
{
    g_autofree char *what = g_strconcat(kind, place, platform != NULL ? " of " : "",
                                        platform != NULL ? platform : "", NULL);
    add(reading->found, plan_leg_of_machine(machine), what);
}

/* platform NULL: the image as a whole. */
static void read_manifest(struct reading *reading, const char *digest, const char *platform)
{
    g_autoptr(GPtrArray) referrers =
        registry_referrers(reading->registry, reading->repository, digest);
    const GPtrArray *kept = reading->api != NULL ? githubapi_attestations(reading->api) : NULL;
    for (guint i = 0; i < referrers->len; i++) {
        const struct referrer_facts *each = g_ptr_array_index(referrers, i);
        add_of(reading, each->pushed_by_machine, each->kind, "", platform);
    }
    for (guint i = 0; kept != NULL && i < kept->len; i++) {
        const struct githubapi_attestation *each = g_ptr_array_index(kept, i);
        if (strcmp(each->digest, digest) == 0)
            add_of(reading, each->kept_by_machine, each->kind, " at GitHub", platform);
    }
}

GPtrArray *attachments_read(struct registry *registry, const char *repository,
                            const struct image_facts *facts, const struct githubapi *api)
{
    struct reading reading = {registry, repository, api,
                              g_ptr_array_new_with_free_func(attachment_free)};
    read_manifest(&reading, facts->digest, NULL);
    for (guint i = 0; i < facts->manifests->len; i++) {
        const char *digest = g_ptr_array_index(facts->manifests, i);
        if (strcmp(digest, facts->digest) != 0)
            read_manifest(&reading, digest, g_ptr_array_index(facts->platforms, i));
    }
    return reading.found;
}

GPtrArray *attachments_copy(const GPtrArray *attachments)
{
    GPtrArray *copy = g_ptr_array_new_with_free_func(attachment_free);
    for (guint i = 0; attachments != NULL && i < attachments->len; i++) {
        const struct attachment *each = g_ptr_array_index(attachments, i);
        add(copy, each->leg, each->what);
    }
    return copy;
}

bool attachments_have(const GPtrArray *attachments, const char *what)
{
    for (guint i = 0; attachments != NULL && i < attachments->len; i++)
        if (strcmp(((const struct attachment *)g_ptr_array_index(attachments, i))->what, what) == 0)
            return true;
    return false;
}
