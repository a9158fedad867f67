/* One service: the multi-platform build, its single-platform rescue, and the effects of either. */
#include "base/units.h"
#include "engine/builder.h"

#include <string.h>

#define MULTI_LEAST_US   (2 * MINUTE_US)
#define SINGLE_LEAST_US  (30 * SECOND_US)
#define PUBLISH_US       (2 * MINUTE_US)
#define PUBLISH_LEAST_US (5 * SECOND_US)

void build_result_clear(struct build_result *result)
{
    g_free(result->digest);
    g_free(result->reference);
    *result = (struct build_result){0};
}

const char *build_feature_text(enum build_feature feature)
{
    static const char *const texts[FEATURE_COUNT] = {
        [FEATURE_MULTI_PLATFORM] = "multi-platform",
        [FEATURE_CACHE_IMPORT] = "cache-import",
        [FEATURE_CACHE_EXPORT] = "cache-export",
        [FEATURE_PUSH_BY_DIGEST] = "push-by-digest",
        [FEATURE_FOREIGN_PLATFORM] = "foreign-platform",
    };
    return texts[feature];
}

/* One attempt at a service: which platforms, how long, and what came of it. */
struct attempt {
    const struct policy_service *service;
    struct service_report *report;
    const char *kind; /* "multi" or "single" */
    const struct policy_build *build;
    char **platforms;
    struct build_result result;
};

/* A feature that the backend would silently do without needs the policy's leave, and is reported.
 */
static bool settle_feature(struct leg *leg, struct attempt *attempt, enum build_feature feature,
                           GError **error)
{
    const struct backend *backend = leg->builder->driver->backend;
    const char *name = build_feature_text(feature);
    enum feature_answer answer = backend->features[feature];
    bool has_leave = leg->policy->allow_dropped != NULL &&
                     g_strv_contains((const char *const *)leg->policy->allow_dropped, name);

    if (answer == FEATURE_KEPT)
        return true;
    if (answer == FEATURE_DROPPED && has_leave) {
        g_ptr_array_add(attempt->report->dropped, g_strdup(name));
        return true;
    }
    g_set_error(error, DOCKER_ERROR, DOCKER_ERROR_FORMAT,
                "%s is not supported by the %s backend of tier %s", name, backend->name,
                leg->builder->tier->id);
    return false;
}

static bool settle_features(struct leg *leg, struct attempt *attempt, GError **error)
{
    const struct policy_build *build = attempt->build;
    if (build->cache_from != NULL && !settle_feature(leg, attempt, FEATURE_CACHE_IMPORT, error))
        return false;
    return build->cache_to == NULL || settle_feature(leg, attempt, FEATURE_CACHE_EXPORT, error);
}

static bool attempt_build(struct leg *leg, void *context, GError **error)
{
    struct attempt *attempt = context;
    const struct backend *backend = leg->builder->driver->backend;
    bool keeps_cache = backend->features[FEATURE_CACHE_EXPORT] == FEATURE_KEPT;
    const struct build_request request = {
        .service = attempt->service,
        .platforms = attempt->platforms,
        .cache_from = keeps_cache ? attempt->build->cache_from : NULL,
        .cache_to = keeps_cache ? attempt->build->cache_to : NULL,
        .push = leg->policy->push,
    };
    build_result_clear(&attempt->result);
    leg->builder->is_fresh = false;
    return backend->build(leg->builder, &request, &attempt->result, error);
}

static bool run_build(struct leg *leg, void *context, GError **error)
{
    struct attempt *attempt = context;
    g_autofree char *what = g_strdup_printf("build %s (%s)", attempt->service->id, attempt->kind);
    return settle_features(leg, attempt, error) &&
           retry_run(leg, what, attempt_build, attempt, error);
}

static bool run_publish(struct leg *leg, void *context, GError **error)
{
    struct attempt *attempt = context;
    return publish(leg, attempt->service, attempt->platforms, &attempt->result, attempt->report,
                   error);
}

static bool try_attempt(struct leg *leg, struct attempt *attempt, int64_t limit_us, GError **error)
{
    g_autofree char *build_id = g_strdup_printf("build-%s-%s", attempt->kind, attempt->service->id);
    g_autofree char *publish_id =
        g_strdup_printf("publish-%s-%s", attempt->kind, attempt->service->id);

    if (!step_run(leg, build_id, limit_us, run_build, attempt, error))
        return false;
    int64_t publish_us = budget_grant_us(leg_remaining_us(leg), PUBLISH_US, 0, PUBLISH_LEAST_US);
    return step_run(leg, publish_id, publish_us, run_publish, attempt, error);
}

static bool try_multi(struct leg *leg, struct attempt *attempt, GError **error)
{
    int64_t reserve_us = leg_reserve_us(leg, leg->services_left);
    int64_t limit_us = budget_grant_us(leg_remaining_us(leg), leg->policy->multi.timeout_us,
                                       reserve_us, MULTI_LEAST_US);
    attempt->kind = "multi";
    attempt->build = &leg->policy->multi;
    attempt->platforms = leg->policy->platforms;
    return try_attempt(leg, attempt, limit_us, error);
}

/* The rescue's platform: the policy's first, or the machine's own where the backend knows no other.
 */
static const char *rescue_platform(const struct leg *leg)
{
    const struct backend *backend = leg->builder->driver->backend;
    const char *native = leg->facts.platform;
    bool is_wanted =
        native != NULL && g_strv_contains((const char *const *)leg->policy->platforms, native);
    if (backend->features[FEATURE_FOREIGN_PLATFORM] == FEATURE_KEPT || !is_wanted)
        return leg->policy->platforms[0];
    return native;
}

static bool try_single(struct leg *leg, struct attempt *attempt, GError **error)
{
    char *platforms[] = {(char *)rescue_platform(leg), NULL};
    int64_t reserve_us = leg_reserve_us(leg, leg->services_left - 1);
    int64_t limit_us = budget_grant_us(leg_remaining_us(leg), leg->policy->single.timeout_us,
                                       reserve_us, SINGLE_LEAST_US);
    attempt->kind = "single";
    attempt->build = &leg->policy->single;
    attempt->platforms = platforms;
    attempt->report->is_rescue = g_strv_length(leg->policy->platforms) > 1;
    bool is_fine = try_attempt(leg, attempt, limit_us, error);
    attempt->platforms = NULL;
    return is_fine;
}

static bool wants_multi(struct leg *leg, const struct policy_service *service)
{
    const struct backend *backend = leg->builder->driver->backend;
    if (g_strv_length(leg->policy->platforms) < 2)
        return false;
    if (backend->features[FEATURE_MULTI_PLATFORM] == FEATURE_KEPT)
        return true;
    g_autofree char *id = g_strdup_printf("build-multi-%s", service->id);
    g_autofree char *why =
        g_strdup_printf("Multi-platform build is not supported by tier %s", leg->builder->tier->id);
    step_skip(leg, id, why);
    return false;
}

static struct service_report *report_add(struct leg *leg, const struct policy_service *service)
{
    struct service_report *report = g_new0(struct service_report, 1);
    report->id = g_strdup(service->id);
    report->image = g_strdup(service->image);
    report->platforms = g_ptr_array_new_with_free_func(g_free);
    report->dropped = g_ptr_array_new_with_free_func(g_free);
    g_ptr_array_add(leg->report->services, report);
    return report;
}

/* A rescued multi-platform step is no failure of the leg: mark what the rescue made good. */
static void tolerate_multi(struct leg *leg, const char *service)
{
    static const char *const prefixes[] = {"build-multi-", "publish-multi-"};
    for (guint i = 0; i < leg->report->steps->len; i++) {
        struct step_report *step = g_ptr_array_index(leg->report->steps, i);
        for (gsize k = 0; k < G_N_ELEMENTS(prefixes); k++)
            if (g_str_has_prefix(step->id, prefixes[k]) &&
                strcmp(step->id + strlen(prefixes[k]), service) == 0)
                step->is_tolerated = true;
    }
}

bool phase_service(struct leg *leg, const struct policy_service *service, GError **error)
{
    struct attempt attempt = {.service = service, .report = report_add(leg, service)};
    g_autoptr(GError) multi_error = NULL;
    bool is_fine = false;

    if (wants_multi(leg, service))
        is_fine = try_multi(leg, &attempt, &multi_error);
    if (!is_fine && !leg_is_over(leg) && phase_builder_again(leg, error)) {
        is_fine = try_single(leg, &attempt, error);
        if (is_fine)
            tolerate_multi(leg, service->id);
    } else if (!is_fine && multi_error != NULL && (error == NULL || *error == NULL)) {
        g_propagate_error(error, g_steal_pointer(&multi_error));
    }
    build_result_clear(&attempt.result);
    return is_fine;
}
