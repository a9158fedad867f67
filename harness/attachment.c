/* Reads from the registries what stands beside an image. */
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

/* platform NULL: the image as a whole. */
static void add_all(GPtrArray *attachments, const GPtrArray *referrers, const char *platform)
{
    for (guint i = 0; i < referrers->len; i++) {
        const struct referrer_facts *each = g_ptr_array_index(referrers, i);
        g_autofree char *what =
            platform != NULL ? g_strconcat(each->kind, " of ", platform, NULL) : NULL;
        add(attachments, plan_leg_of_machine(each->pushed_by_machine),
            what != NULL ? what : each->kind);
    }
}

GPtrArray *attachments_read(struct registry *registry, const char *repository,
                            const struct image_facts *facts)
{
    GPtrArray *attachments = g_ptr_array_new_with_free_func(attachment_free);
    g_autoptr(GPtrArray) whole = registry_referrers(registry, repository, facts->digest);
    add_all(attachments, whole, NULL);
    for (guint i = 0; i < facts->manifests->len; i++) {
        const char *digest = g_ptr_array_index(facts->manifests, i);
        if (strcmp(digest, facts->digest) == 0)
            continue;
        g_autoptr(GPtrArray) part = registry_referrers(registry, repository, digest);
        add_all(attachments, part, g_ptr_array_index(facts->platforms, i));
    }
    return attachments;
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
