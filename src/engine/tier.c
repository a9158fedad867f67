/* The builder tiers, one after the other until a builder stands. */
#include "base/units.h"
#include "engine/builder.h"

#define LEAST_US    (10 * SECOND_US)
#define CLEAN_UP_US (60 * SECOND_US)
#define PROBE_US    (30 * SECOND_US)

const struct driver *driver_find(enum policy_driver driver)
{
    static const struct driver *const drivers[] = {&driver_container, &driver_docker,
                                                   &driver_manual};
    for (gsize i = 0; i < G_N_ELEMENTS(drivers); i++)
        if (drivers[i]->driver == driver)
            return drivers[i];
    g_assert_not_reached();
}

static struct builder *builder_new(struct leg *leg, const struct policy_tier *tier)
{
    struct builder *builder = g_new0(struct builder, 1);
    builder->leg = leg;
    builder->tier = tier;
    builder->driver = driver_find(tier->driver);
    builder->name = g_strdup_printf("seatrial-%s-%s-%u", leg->options->run_id, leg->report->leg,
                                    ++leg->builder_count);
    return builder;
}

static void builder_free(struct builder *builder)
{
    g_free(builder->name);
    g_free(builder->container);
    g_free(builder->volume);
    g_free(builder);
}

/* Cleaning up must not be cut short by the very time-out that made it necessary. */
static void builder_destroy(struct builder *builder)
{
    struct leg *leg = builder->leg;
    g_autoptr(GError) error = NULL;
    DEADLINE(shield);

    deadline_begin_shielded(leg->loop, &shield, "clean-up", CLEAN_UP_US);
    if (!builder->driver->destroy(builder, &error))
        leg_note(leg, "left behind", error->message);
    deadline_end(&shield);
    builder_free(builder);
}

static void make_current(struct leg *leg, struct builder *builder)
{
    leg->builder = builder;
    g_free(leg->report->builder_tier);
    leg->report->builder_tier = builder != NULL ? g_strdup(builder->tier->id) : NULL;
    trace_note(leg->options->trace, "builder", "leg", leg->report->leg, "current",
               builder != NULL ? builder->name : NULL, "tier", leg->report->builder_tier, NULL);
}

static void drop_current(struct leg *leg)
{
    struct builder *builder = leg->builder;
    make_current(leg, NULL);
    builder_destroy(builder);
}

static bool boot_and_probe(struct leg *leg, void *context, GError **error)
{
    struct builder *builder = context;
    if (leg->facts.version == NULL && !docker_engine(leg->docker, &leg->facts, error))
        return false;
    builder->is_fresh =
        builder->driver->boot(builder, error) && builder->driver->probe(builder, error);
    return builder->is_fresh;
}

static bool try_tier(struct leg *leg, guint index, GError **error)
{
    const struct policy_tier *tier = g_ptr_array_index(leg->policy->tiers, index);
    g_autofree char *id = g_strconcat("builder-", tier->id, NULL);
    int64_t reserve_us = leg_reserve_before_tier_us(leg, index + 1);
    int64_t limit_us =
        budget_grant_us(leg_remaining_us(leg), tier->timeout_us, reserve_us, LEAST_US);
    struct builder *builder = builder_new(leg, tier);

    make_current(leg, builder);
    if (step_run(leg, id, limit_us, boot_and_probe, builder, error))
        return true;
    drop_current(leg);
    return false;
}

bool phase_builder(struct leg *leg, GError **error)
{
    g_autoptr(GError) first_error = NULL;

    for (guint i = 0; i < leg->policy->tiers->len && !leg_is_over(leg); i++) {
        g_autoptr(GError) tier_error = NULL;
        if (try_tier(leg, i, &tier_error))
            return true;
        if (first_error == NULL)
            first_error = g_steal_pointer(&tier_error);
    }
    if (first_error == NULL)
        g_set_error(&first_error, BASE_ERROR, BASE_ERROR_INVALID, "no builder tier was tried");
    g_propagate_error(error, g_steal_pointer(&first_error));
    return false;
}

static bool probe_current(struct leg *leg)
{
    DEADLINE(limit);
    deadline_begin(leg->loop, &limit, "probe of the builder", PROBE_US);
    return leg->builder->driver->probe(leg->builder, NULL);
}

bool phase_builder_again(struct leg *leg, GError **error)
{
    if (leg->builder != NULL) {
        if (leg->builder->is_fresh || probe_current(leg))
            return true;
        leg_note(leg, "builder is dead", leg->builder->name);
        drop_current(leg);
    }
    return phase_builder(leg, error);
}

void leg_release_builder(struct leg *leg)
{
    if (leg->builder == NULL)
        return;
    struct builder *builder = leg->builder;
    leg->builder = NULL; /* the report keeps the tier that stood */
    builder_destroy(builder);
}
