/* Before any builder: room on the disk, and the BuildKit image already there. */
#include "base/units.h"
#include "engine/leg.h"

#define LEAST_US (5 * SECOND_US)

static int64_t disk_free_bytes(struct leg *leg)
{
    const struct engine_host *host = leg->options->host;
    const char *root = leg->facts.root_directory;
    if (host == NULL || root == NULL)
        return -1;
    return host->disk_free_bytes(host->context, root);
}

static bool is_low(struct leg *leg, int64_t free_bytes)
{
    return free_bytes >= 0 && free_bytes < leg->policy->disk.free_min_bytes;
}

static bool ask_engine(struct leg *leg, void *context, GError **error)
{
    (void)context;
    docker_engine_facts_clear(&leg->facts);
    return docker_engine(leg->docker, &leg->facts, error);
}

static bool prune(struct leg *leg, void *context, GError **error)
{
    int64_t reclaimed_bytes = 0;
    (void)context;
    if (!docker_prune(leg->docker, leg->policy->disk.prune_all_images, &reclaimed_bytes, error))
        return false;
    g_autofree char *text = size_text(reclaimed_bytes);
    leg_note(leg, "reclaimed", text);
    return true;
}

/* The effect counts, not prune's exit: E8, it may free nothing at all. */
static bool check_free(struct leg *leg, void *context, GError **error)
{
    int64_t free_bytes = disk_free_bytes(leg);
    (void)context;
    if (!is_low(leg, free_bytes))
        return true;
    g_autofree char *free_text = size_text(free_bytes);
    g_autofree char *wanted_text = size_text(leg->policy->disk.free_min_bytes);
    g_set_error(error, BASE_ERROR, BASE_ERROR_LIMIT,
                "low disk: %s free on %s, the policy wants %s; no space left on device is to be "
                "expected",
                free_text, leg->facts.root_directory, wanted_text);
    return false;
}

static bool must_prune(struct leg *leg)
{
    switch (leg->policy->disk.prune) {
    case PRUNE_ALWAYS:
        return true;
    case PRUNE_WHEN_LOW:
        return is_low(leg, disk_free_bytes(leg));
    case PRUNE_NEVER:
        return false;
    }
    g_assert_not_reached();
}

static int64_t grant_us(const struct leg *leg, int64_t wanted_us)
{
    int64_t reserve_us = leg_reserve_before_tier_us(leg, 0);
    return budget_grant_us(leg_remaining_us(leg), wanted_us, reserve_us, LEAST_US);
}

void phase_disk(struct leg *leg)
{
    const struct policy_disk *disk = &leg->policy->disk;

    if (!step_try(leg, "engine", grant_us(leg, disk->timeout_us), ask_engine, NULL)) {
        step_skip(leg, "disk-prune", "the Engine does not answer");
        return;
    }
    if (must_prune(leg))
        (void)step_try(leg, "disk-prune", grant_us(leg, disk->timeout_us), prune, NULL);
    else
        step_skip(leg, "disk-prune", "enough room");
    (void)step_try(leg, "disk-check", LEAST_US, check_free, NULL);
}

static bool fetch(struct leg *leg, void *context, GError **error)
{
    const struct policy_pre_pull *pre_pull = context;
    return image_fetch(leg, pre_pull->image, pre_pull->mirrors, error);
}

void phase_pre_pull(struct leg *leg)
{
    struct policy_pre_pull pre_pull = leg->policy->pre_pull;
    if (pre_pull.image == NULL)
        return;
    (void)step_try(leg, "pre-pull", grant_us(leg, pre_pull.timeout_us), fetch, &pre_pull);
}
