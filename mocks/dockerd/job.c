/* Long work with a stream of progress. */
#include "mocks/dockerd/job.h"

#include <string.h>

struct job {
    job_fn *run;
    void *context;
    struct outlet *outlet;
    GError *error;
};

static void job_main(void *argument)
{
    struct job *job = argument;
    if (job->run(job->context, job->outlet, &job->error))
        g_clear_error(&job->error);
    outlet_end(job->outlet);
}

void job_tell(struct outlet *outlet, json_t *object)
{
    g_autofree char *text = json_text(object);
    g_autofree char *line = g_strconcat(text, "\r\n", NULL);
    g_autoptr(GError) ignored = NULL;

    /* A job that is being cancelled notices at its next wait. */
    if (!outlet_write(outlet, line, strlen(line), &ignored))
        g_clear_error(&ignored);
    json_decref(object);
}

/* ---- progress objects (captures 07, 09) ---- */

/* go-units HumanSize: four digits, powers of 1000. */
static char *human_size(int64_t bytes)
{
    static const char *const names[] = {"B", "kB", "MB", "GB", "TB"};
    double size = (double)bytes;
    gsize unit = 0;
    while (size >= 1000.0 && unit < G_N_ELEMENTS(names) - 1) {
        size /= 1000.0;
        unit++;
    }
    return g_strdup_printf("%.4g%s", size, names[unit]);
}

/* The deprecated bar, as jsonmessage draws it for 200 columns. */
static char *bar_text(int64_t current, int64_t total)
{
    g_autofree char *current_text = human_size(current);
    g_autofree char *total_text = human_size(total);
    int filled = (int)CLAMP((double)current / (double)total * 100.0, 0.0, 100.0) / 2;
    g_autofree char *bar = g_strnfill((gsize)filled, '=');

    if (current > total)
        return g_strdup_printf("[%s>%*s] %8s", bar, 50 - filled, "", current_text);
    return g_strdup_printf("[%s>%*s] %8s/%s", bar, 50 - filled, "", current_text, total_text);
}

static json_t *detail_of(const struct pull_progress *progress)
{
    json_t *detail = json_object();
    if (progress->current > 0)
        json_object_set_new(detail, "current", json_integer(progress->current));
    if (progress->total > 0)
        json_object_set_new(detail, "total", json_integer(progress->total));
    if (progress->current > 0 && progress->total <= 0) /* the containerd store counts seconds */
        json_object_set_new(detail, "units", json_string("s"));
    return detail;
}

void job_tell_progress(void *outlet, const struct pull_progress *progress)
{
    json_t *object = json_pack("{s:s}", "status", progress->status);
    bool is_message = progress->id == NULL || g_str_has_prefix(progress->status, "Pulling from ");

    if (!is_message)
        json_object_set_new(object, "progressDetail", detail_of(progress));
    if (!is_message && progress->current > 0 && progress->total > 0) {
        g_autofree char *bar = bar_text(progress->current, progress->total);
        json_object_set_new(object, "progress", json_string(bar));
    }
    if (progress->id != NULL)
        json_object_set_new(object, "id", json_string(progress->id));
    job_tell(outlet, object);
}

/* ---- running ---- */

static json_t *error_object(const GError *error)
{
    return json_pack("{s:{s:o}, s:o}", "errorDetail", "message", json_text_or_null(error->message),
                     "error", json_text_or_null(error->message));
}

static bool tell_error(struct request *request, const GError *reason, GError **error)
{
    g_autoptr(json_t) object = error_object(reason);
    g_autofree char *text = json_text(object);
    g_autofree char *line = g_strconcat(text, "\r\n", NULL);
    return exchange_stream_write(request->exchange, line, strlen(line), error);
}

/* The first word is on its way: from now on the status is 200. */
static bool stream(struct request *request, struct job *job, struct fiber_group *group,
                   GError **error)
{
    exchange_set_header(request->exchange, "Content-Type", "application/json");
    exchange_stream_begin(request->exchange, 200);
    if (!outlet_pump(job->outlet, request->exchange, error) || !fiber_group_wait(group, error))
        return false;
    if (job->error != NULL && !tell_error(request, job->error, error))
        return false;
    exchange_stream_end(request->exchange);
    return true;
}

static bool run_job(struct request *request, struct job *job, GError **error)
{
    g_autoptr(GError) gone = NULL;
    FIBER_GROUP(group);
    fiber_group_init(&group, request->dockerd->loop);
    fiber_group_spawn(&group, "job", job_main, job);

    if (outlet_wait(job->outlet, &gone))
        return stream(request, job, &group, error);
    if (gone != NULL) {
        g_propagate_error(error, g_steal_pointer(&gone));
        return false;
    }
    if (job->error == NULL) { /* done without a word */
        api_reply_empty(request, 200);
        return true;
    }
    g_propagate_error(error, g_steal_pointer(&job->error));
    return false;
}

bool job_run(struct request *request, job_fn *run, void *context, GError **error)
{
    AUTO(outlet) outlet = outlet_new(request->dockerd->loop);
    struct job job = {.run = run, .context = context, .outlet = outlet};
    bool is_done = run_job(request, &job, error);
    g_clear_error(&job.error);
    return is_done;
}
