/* Runs the legs of a policy against a real Docker Engine. */
#include "harness/up.h"

#include <string.h>

struct up {
    struct session *session;
    const struct up_options *options;
    struct http *http;
    struct fiber *fiber; /* until its end */
    GPtrArray *reports;
};

/* The ids of a policy's legs, as char*, lent. */
static GPtrArray *leg_ids(const struct policy *policy)
{
    GPtrArray *ids = g_ptr_array_new();
    if (policy->job.is_serial) {
        g_ptr_array_add(ids, (char *)"all");
        return ids;
    }
    for (guint i = 0; i < policy->services->len; i++) {
        const struct policy_service *service = g_ptr_array_index(policy->services, i);
        g_ptr_array_add(ids, service->id);
    }
    return ids;
}

bool up_check_leg(const struct policy *policy, const char *leg, GError **error)
{
    g_autoptr(GPtrArray) ids = leg_ids(policy);
    g_autoptr(GString) names = g_string_new(NULL);
    for (guint i = 0; i < ids->len; i++) {
        const char *id = g_ptr_array_index(ids, i);
        if (leg == NULL || strcmp(id, leg) == 0)
            return true;
        g_string_append_printf(names, "%s%s", i > 0 ? ", " : "", id);
    }
    g_set_error(error, BASE_ERROR, BASE_ERROR_USAGE, "the policy has no leg '%s'; there are %s",
                leg, names->str);
    return false;
}

static void run_leg(struct up *up, const char *id)
{
    const struct up_options *options = up->options;
    const struct engine_options engine = {
        .http = up->http,
        .policy = options->policy,
        .endpoint = options->endpoint,
        .leg = id,
        .run_id = options->run_id,
        .host = engine_host_real(),
        .trace = options->trace,
        .on_step = options->on_step,
        .on_step_context = options->on_step_context,
    };
    g_ptr_array_add(up->reports, engine_run_leg(&engine));
}

static void up_main(void *argument)
{
    struct up *up = argument;
    g_autoptr(GPtrArray) ids = leg_ids(up->options->policy);
    for (guint i = 0; i < ids->len && !up->session->is_interrupted; i++) {
        const char *id = g_ptr_array_index(ids, i);
        if (up->options->leg == NULL || strcmp(up->options->leg, id) == 0)
            run_leg(up, id);
    }
    up->fiber = NULL;
    up->session->is_over = true;
}

static void on_interrupt(void *argument)
{
    struct up *up = argument;
    if (up->fiber != NULL)
        fiber_cancel(up->fiber);
}

static void free_report(void *report)
{
    leg_report_free(report);
}

GPtrArray *up_run(struct session *session, const struct up_options *options, GError **error)
{
    struct up up = {
        .session = session,
        .options = options,
        .http = http_new(session->loop, /* opener= */ NULL, "engine"),
        .reports = g_ptr_array_new_with_free_func(free_report),
    };
    session->on_interrupt = on_interrupt;
    session->argument = &up;
    up.fiber = fiber_spawn(session->loop, "up", up_main, &up);
    bool is_fine = session_run(session, error);
    session->on_interrupt = NULL;
    http_free(up.http);
    if (!is_fine)
        g_clear_pointer(&up.reports, g_ptr_array_unref);
    return up.reports;
}
