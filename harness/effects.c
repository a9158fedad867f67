/* Reads effects from the registries and daemons, and derives the fates. */
#include "harness/effects.h"

#include "harness/image_files.h"

#include <string.h>

struct registry *effects_registry(const struct stage *stage, const char *image)
{
    AUTO(reference) reference = reference_parse(image, /* default_tag= */ true, NULL);
    return reference != NULL ? stage_registry(stage, reference->domain) : NULL;
}

static struct image_facts *find_image(const struct stage *stage, const char *image)
{
    AUTO(reference) reference = reference_parse(image, /* default_tag= */ true, NULL);
    struct registry *registry = effects_registry(stage, image);
    return registry != NULL ? registry_find(registry, reference->path, reference->tag) : NULL;
}

GPtrArray *effects_copy_texts(const GPtrArray *texts)
{
    GPtrArray *copy = g_ptr_array_new_with_free_func(g_free);
    for (guint i = 0; i < texts->len; i++)
        g_ptr_array_add(copy, g_strdup(g_ptr_array_index(texts, i)));
    return copy;
}

static int compare_texts(const void *left, const void *right)
{
    return strcmp(*(const char *const *)left, *(const char *const *)right);
}

static GPtrArray *sorted_texts(char *const *texts)
{
    GPtrArray *copy = g_ptr_array_new_with_free_func(g_free);
    for (; *texts != NULL; texts++)
        g_ptr_array_add(copy, g_strdup(*texts));
    g_ptr_array_sort(copy, compare_texts);
    return copy;
}

/* A policy says itself what it promises: each service's image for all platforms. */
void effects_begin(struct outcome *outcome, const struct stage *stage)
{
    const struct policy *policy = stage->plan->scenario->policy;
    for (guint i = 0; i < policy->services->len; i++) {
        const struct policy_service *service = g_ptr_array_index(policy->services, i);
        struct effect *effect = g_new0(struct effect, 1);
        AUTO(image_facts) facts = find_image(stage, service->image);
        effect->service = g_strdup(service->id);
        effect->image = g_strdup(service->image);
        effect->promised = policy->push ? sorted_texts(policy->platforms) : NULL;
        effect->before = facts != NULL ? effects_copy_texts(facts->platforms) : NULL;
        g_ptr_array_add(outcome->effects, effect);
    }
}

static const struct service_report *find_service(const struct leg_outcome *leg, const char *id)
{
    if (leg == NULL || leg->report == NULL)
        return NULL;
    for (guint i = 0; i < leg->report->services->len; i++) {
        const struct service_report *service = g_ptr_array_index(leg->report->services, i);
        if (strcmp(service->id, id) == 0)
            return service;
    }
    return NULL;
}

void effect_read_after(struct effect *effect, const struct stage *stage)
{
    AUTO(image_facts) facts = find_image(stage, effect->image);
    if (facts == NULL)
        return;
    effect->digest = g_strdup(facts->digest);
    effect->after = effects_copy_texts(facts->platforms);
    effect->is_complete = facts->is_complete;
    effect->is_from_this_run = facts->pushed_by_exchange > 0;
    if (!effect->is_from_this_run)
        return;
    AUTO(reference) reference = reference_parse(effect->image, /* default_tag= */ true, NULL);
    struct registry *registry = effects_registry(stage, effect->image);
    effect->files = image_files(registry, facts);
    effect->attached = attachments_read(registry, reference->path, facts, stage->api);
}

static void read_side(struct effect *effect, const struct stage *stage,
                      const struct service_report *service)
{
    if (service == NULL || !service->is_side_tag || service->pushed == NULL)
        return;
    AUTO(image_facts) facts = find_image(stage, service->pushed);
    if (facts == NULL || facts->pushed_by_exchange == 0)
        return;
    effect->side_image = g_strdup(service->pushed);
    effect->side = effects_copy_texts(facts->platforms);
    effect->is_side_complete = facts->is_complete;
}

enum fate effect_judge(const struct effect *effect, bool is_green, bool is_cancelled)
{
    const struct promise promise = {
        .image = effect->image,
        .promised = effect->promised,
        .before = effect->before,
        .after = effect->after,
        .side = effect->side,
        .is_from_this_run = effect->is_from_this_run,
        .is_complete = effect->is_complete,
        .is_side_complete = effect->is_side_complete,
    };
    return fate_of_promise(&promise, is_green, is_cancelled);
}

static enum fate judge(const struct effect *effect, const struct leg_outcome *leg)
{
    const struct leg_report *report = leg->report;
    return effect_judge(effect, report != NULL && report->outcome == STEP_SUCCESS,
                        report != NULL && report->outcome == STEP_CANCELLED);
}

static void read_machine(struct leg_outcome *leg, const struct stage *stage, guint index)
{
    const struct policy *policy = stage->plan->scenario->policy;
    struct machine *machine = g_ptr_array_index(stage->machines, index);

    leg->disk_free_bytes = disk_free_bytes(machine->disk);
    leg->containers = dockerd_container_list(machine->dockerd);
    leg->images = g_ptr_array_new_with_free_func(g_free);
    for (guint i = 0; i < policy->services->len; i++) {
        const struct policy_service *service = g_ptr_array_index(policy->services, i);
        AUTO(local_image_facts) facts = dockerd_find_image(machine->dockerd, service->image);
        if (facts != NULL)
            g_ptr_array_add(leg->images, g_strdup(service->image));
    }
}

void effects_finish(struct outcome *outcome, const struct stage *stage)
{
    bool is_serial = stage->plan->scenario->policy->job.is_serial;

    for (guint i = 0; i < outcome->legs->len; i++)
        read_machine(g_ptr_array_index(outcome->legs, i), stage, i);
    for (guint i = 0; i < outcome->effects->len; i++) {
        struct effect *effect = g_ptr_array_index(outcome->effects, i);
        struct leg_outcome *leg = g_ptr_array_index(outcome->legs, is_serial ? 0 : i);
        effect_read_after(effect, stage);
        read_side(effect, stage, find_service(leg, effect->service));
        effect->fate = judge(effect, leg);
        leg->fate = fate_worse(leg->fate, effect->fate);
        outcome->fate = fate_worse(outcome->fate, leg->fate);
    }
}
