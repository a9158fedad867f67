/* Reads promises from a run in clear weather. */
#include "harness/promise.h"

#include <string.h>

static void owed_image_free(void *memory)
{
    struct owed_image *owed = memory;
    g_free(owed->leg);
    g_free(owed->image);
    g_ptr_array_unref(owed->platforms);
    g_ptr_array_unref(owed->attachments);
    g_free(owed);
}

static gpointer copy_text(const void *text, void *unused)
{
    (void)unused;
    return g_strdup(text);
}

static int compare_texts(const void *left, const void *right)
{
    return strcmp(*(const char *const *)left, *(const char *const *)right);
}

static struct owed_image *find(const GPtrArray *promises, const char *image)
{
    for (guint i = 0; i < promises->len; i++) {
        struct owed_image *owed = g_ptr_array_index(promises, i);
        if (strcmp(owed->image, image) == 0)
            return owed;
    }
    return NULL;
}

static void add(GPtrArray *promises, const char *leg, const char *image, GPtrArray *platforms,
                const GPtrArray *attachments)
{
    struct owed_image *owed = g_new0(struct owed_image, 1);
    owed->leg = g_strdup(leg);
    owed->image = g_strdup(image);
    owed->platforms = platforms;
    owed->attachments = attachments_copy(attachments);
    g_ptr_array_add(promises, owed);
}

static void add_declared(GPtrArray *promises, const struct promise_rule *rule)
{
    GPtrArray *platforms = g_ptr_array_new_with_free_func(g_free);
    for (char **each = rule->platforms; *each != NULL; each++)
        g_ptr_array_add(platforms, g_strdup(*each));
    g_ptr_array_sort(platforms, compare_texts);
    struct owed_image *known = find(promises, rule->image);
    if (known == NULL) {
        add(promises, rule->leg, rule->image, platforms, NULL);
        return;
    }
    g_ptr_array_unref(known->platforms);
    known->platforms = platforms;
}

static GPtrArray *images_of(const struct outcome *clear)
{
    const GPtrArray *declared = clear->plan->scenario->promise_records;
    GPtrArray *promises = g_ptr_array_new_with_free_func(owed_image_free);

    for (guint i = 0; i < clear->effects->len; i++) {
        const struct effect *effect = g_ptr_array_index(clear->effects, i);
        if (effect->is_from_this_run && effect->after != NULL && effect->after->len > 0)
            add(promises, effect->service, effect->image,
                g_ptr_array_copy(effect->after, copy_text, NULL), effect->attached);
    }
    for (guint i = 0; i < promises->len; i++)
        g_ptr_array_set_free_func(((struct owed_image *)promises->pdata[i])->platforms, g_free);
    for (guint i = 0; declared != NULL && i < declared->len; i++)
        add_declared(promises, g_ptr_array_index(declared, i));
    return promises;
}

/* A green leg whose image nobody can name is in doubt, too, but no red of it under a fault is. */
static bool is_red_in_doubt(const struct leg_outcome *leg)
{
    return leg->doubt != NULL && leg->server->result->result != RESULT_SUCCESS;
}

static void doubtful_leg_free(void *pointer)
{
    struct doubtful_leg *leg = pointer;
    g_free(leg->id);
    g_free(leg);
}

static GPtrArray *doubtful_legs_of(const struct outcome *clear)
{
    GPtrArray *legs = g_ptr_array_new_with_free_func(doubtful_leg_free);
    for (guint i = 0; i < clear->legs->len; i++) {
        const struct leg_outcome *leg = g_ptr_array_index(clear->legs, i);
        if (!is_red_in_doubt(leg))
            continue;
        struct doubtful_leg *doubtful = g_new0(struct doubtful_leg, 1);
        doubtful->id = g_strdup(leg->id);
        if (!leg_result_broken_step(leg->server->result, &doubtful->broken_step))
            doubtful->broken_step = 0;
        g_ptr_array_add(legs, doubtful);
    }
    return legs;
}

struct promises *promises_of(const struct outcome *clear)
{
    struct promises *promises = g_new0(struct promises, 1);
    promises->images = images_of(clear);
    promises->doubtful_legs = doubtful_legs_of(clear);
    return promises;
}

void promises_free(struct promises *promises)
{
    if (promises == NULL)
        return;
    g_ptr_array_unref(promises->images);
    g_ptr_array_unref(promises->doubtful_legs);
    g_free(promises);
}
