/* Fetching the actions of a job in its set-up, with the runner's retries (actions-semantics.md 1.9;
   the runner's ActionManager.cs; failures.md M8). */
#include "runner/action.h"
#include "runner/use.h"
#include "workflow/literal.h"

#include <string.h>

enum {
    ATTEMPTS = 3,
    BACK_OFF_MS_MIN = 10 * 1000,
    BACK_OFF_MS_SPAN = 20 * 1000,
    US_PER_MS = 1000,
    MS_PER_SECOND = 1000,
    /* Of .NET's HttpClient, which comes before the runner's own twenty minutes. */
    TIMEOUT_US = 100 * 1000 * 1000,
};

/* Of "owner/repo/path@ref"; g_free. */
static char *archive_url(const char *uses)
{
    g_auto(GStrv) halves = g_strsplit(uses, "@", 2);
    g_auto(GStrv) names = g_strsplit(halves[0], "/", 3);
    return g_strdup_printf("https://api.github.com/repos/%s/%s/tarball/%s", names[0],
                           names[1] != NULL ? names[1] : "", halves[1] != NULL ? halves[1] : "");
}

/* False: the job is cancelled meanwhile, which ends set-up whatever else holds, or its runner goes
   (JobExtension.cs). */
static bool wait_for(struct step_run *step, int64_t duration_us)
{
    struct leg_run *leg = step->leg;
    if (!leg_wait(leg, &leg->is_cancelled, step, duration_us, "an action to come"))
        return false;
    if (!leg->is_cancelled)
        return true;
    step_error(step, "The operation was canceled.");
    step->outcome = RESULT_CANCELLED;
    return false;
}

/* Whether the archive is there; *problem is in .NET's words, g_free, or NULL when nobody wants it
   any more. */
static bool attempt(struct step_run *step, const char *uses, char **problem)
{
    const struct leg_options *options = &step->leg->options;
    struct fetch_attempt download = {0};
    if (options->action_download != NULL)
        options->action_download(options->self, step->leg->machine->name, uses, &download);
    if (download.is_silent && wait_for(step, TIMEOUT_US))
        *problem = g_strdup("The request was canceled due to the configured HttpClient.Timeout of "
                            "100 seconds elapsing.");
    else if (!download.is_silent)
        *problem = g_strdup(download.error);
    return !download.is_silent && download.error == NULL;
}

/* HttpClient tells the status in these words; the runner tries neither of the two again. */
static bool is_not_found(const char *problem)
{
    return strstr(problem, " 404 (") != NULL;
}

static bool is_denied(const char *problem)
{
    return strstr(problem, " 403 (") != NULL;
}

static bool give_up(struct step_run *step, const char *url, const char *problem, int count)
{
    if (is_denied(problem))
        step_error(step, "Access denied to '%s' ()", url);
    else
        step_error(step, "Failed to download archive '%s' after %d attempts.", url, count);
    step->outcome = RESULT_FAILURE;
    return false;
}

static bool back_off(struct step_run *step)
{
    const uint64_t pause_ms = BACK_OFF_MS_MIN + rng_below(&step->leg->rng, BACK_OFF_MS_SPAN);
    step_warning(step, "Back off %.5g seconds before retry.", (double)pause_ms / MS_PER_SECOND);
    return wait_for(step, (int64_t)pause_ms * US_PER_MS);
}

static bool fetch(struct step_run *step, const char *uses)
{
    g_autofree char *url = archive_url(uses);
    step_print(step, "Download action repository '%s'", uses);
    for (int count = 1;; count++) {
        g_autofree char *problem = NULL;
        if (attempt(step, uses, &problem))
            return true;
        if (problem == NULL)
            return false;
        if (count == ATTEMPTS || is_not_found(problem) || is_denied(problem))
            return give_up(step, url, problem, count);
        step_warning(step, "Failed to download action '%s'. Error: %s ", url, problem);
        if (!back_off(step))
            return false;
    }
}

/* Each action is fetched once in a job, however often it is used. */
static bool fetch_all(struct step_run *step, const GPtrArray *steps)
{
    GHashTable *fetched = step->leg->fetched_actions;
    bool is_told = false;
    for (guint i = 0; i < steps->len; i++) {
        const struct step *file = steps->pdata[i];
        if (file->kind != STEP_USES || use_is_local(file))
            continue;
        g_autofree char *text = literal_text(file->uses);
        if (g_str_has_prefix(text, "docker://"))
            continue;
        if (!is_told)
            step_print(step, "Getting action download info");
        is_told = true;
        if (g_hash_table_add(fetched, g_strdup(text)) && !fetch(step, text))
            return false;
    }
    return true;
}

bool job_download_actions(struct step_run *step)
{
    step_print(step, "Prepare all required actions");
    return fetch_all(step, step->leg->options.job->steps);
}

bool composite_download_actions(struct step_run *step)
{
    step_print(step, "Prepare all required actions");
    return fetch_all(step, step->use->manifest->steps);
}
