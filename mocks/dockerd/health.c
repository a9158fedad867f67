/* Health checks of containers: they follow from what create asked for and from the time since the
   start, because nothing is known of what a check would find. One that is made is taken to pass,
   and whoever is told what is assumed hears of it when a client first sees it. */
#include "mocks/dockerd/container.h"

#include "base/units.h"

/* moby daemon/health.go: defaultProbeInterval and defaultStartInterval. */
#define INTERVAL_US       (30 * SECOND_US)
#define START_INTERVAL_US (5 * SECOND_US)

static json_t *health_check(const struct container *container)
{
    json_t *own = json_get_object(container->config, "Healthcheck");
    if (json_array_size(json_get_array(own, "Test")) > 0)
        return own;
    return json_get_object(container->image_config, "Healthcheck");
}

static bool has_health_check(const struct container *container)
{
    json_t *test = json_get_array(health_check(container), "Test");
    const char *first = json_string_value(json_array_get(test, 0));
    return first != NULL && !g_str_equal(first, "NONE");
}

/* Nanoseconds, as the API has them; 0: not said. */
static int64_t period_us(const struct container *container, const char *key)
{
    json_t *own = json_get_object(container->config, "Healthcheck");
    json_t *of_image = json_get_object(container->image_config, "Healthcheck");
    int64_t period_ns = json_get_integer(own, key, 0);
    if (period_ns == 0)
        period_ns = json_get_integer(of_image, key, 0);
    return period_ns / 1000;
}

/* The first probe comes an interval after the start; while a start period runs, the shorter start
   interval counts. */
static int64_t first_probe_us(const struct container *container)
{
    int64_t interval_us = period_us(container, "Interval");
    int64_t start_us = period_us(container, "StartInterval");
    if (interval_us == 0)
        interval_us = INTERVAL_US;
    if (start_us == 0)
        start_us = START_INTERVAL_US;
    return period_us(container, "StartPeriod") >= start_us ? MIN(start_us, interval_us)
                                                           : interval_us;
}

static const char *health_of(const struct container *container)
{
    if (!has_health_check(container))
        return NULL;
    if (container->main_task == NULL || container->state != CONTAINER_RUNNING)
        return container->main_task == NULL ? "starting" : "unhealthy";
    int64_t age_us = dockerd_now_us(container->dockerd) - container->started_us;
    return age_us < first_probe_us(container) ? "starting" : "healthy";
}

/* Nothing is missing that a check would have left behind: it only says that the server is there. */
static void tell(struct container *container)
{
    const struct dockerd *dockerd = container->dockerd;
    if (container->has_told_health || dockerd->assume == NULL)
        return;
    g_autofree char *what =
        g_strdup_printf("inspect %s: that its health check passes", container->image_name);
    container->has_told_health = true;
    dockerd->assume(dockerd->assume_context, what, /* touches_images= */ false,
                    /* leaves_gap= */ false);
}

const char *container_health(struct container *container)
{
    const char *health = health_of(container);
    if (g_strcmp0(health, "healthy") == 0)
        tell(container);
    return health;
}
