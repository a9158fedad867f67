/* Getting an image onto the Engine: retries, a limit on silence, mirrors. */
#include "base/units.h"
#include "engine/leg.h"

#include <string.h>

#define QUESTION_US (10 * SECOND_US)

struct pull {
    const char *reference;
    struct deadline silence;
};

static void on_progress(void *context, const char *status, const char *id, int64_t current,
                        int64_t total)
{
    struct pull *pull = context;
    (void)status, (void)id, (void)current, (void)total;
    deadline_restart(&pull->silence);
}

const struct docker_credentials *leg_credentials(const struct leg *leg, const char *reference,
                                                 struct docker_credentials *place)
{
    for (guint i = 0; i < leg->policy->credentials->len; i++) {
        const struct policy_credentials *each = g_ptr_array_index(leg->policy->credentials, i);
        gsize length = strlen(each->registry);
        if (strncmp(reference, each->registry, length) != 0 || reference[length] != '/')
            continue;
        *place = (struct docker_credentials){each->registry, each->username, each->password};
        return place;
    }
    return NULL;
}

/* Who is silent, the registry or the Engine? The Engine can be asked, even when all time is up. */
static bool engine_answers(struct leg *leg)
{
    struct docker_engine_facts facts = {0};
    DEADLINE(limit);
    deadline_begin_shielded(leg->loop, &limit, "question to the Engine", QUESTION_US);
    bool is_there = docker_engine(leg->docker, &facts, NULL);
    docker_engine_facts_clear(&facts);
    return is_there;
}

static void explain_silence(struct leg *leg, const struct pull *pull, GError **error)
{
    if (engine_answers(leg))
        g_set_error(error, DOCKER_ERROR, 0,
                    "the pull of %s says nothing and the Engine answers: i/o timeout",
                    pull->reference);
    else
        g_set_error(error, DOCKER_ERROR, DOCKER_ERROR_UNREACHABLE,
                    "the pull of %s says nothing and the Engine does not answer", pull->reference);
}

/* The pull was cut by somebody else's limit: what it waited for then explains that time-out. */
static void remember_cut(struct leg *leg, const struct pull *pull)
{
    g_autoptr(GError) reason = NULL;
    explain_silence(leg, pull, &reason);
    leg->last_failure = leg_classify(leg, reason);
}

/*
 * A limit on silence: a healthy daemon is silent for at most 25 s (a dead TLS port, then 15 s for
 * the ping, failures.md 0) and counts its own retries down once a second, so the default of 60 s
 * kills no pull that would still succeed; dockerd itself never gives up on a stalled layer (D11).
 */
static bool attempt_pull(struct leg *leg, void *context, GError **error)
{
    struct pull *pull = context;
    struct docker_credentials place;
    int64_t silence_us = leg->policy->retry.silence_us;
    g_autoptr(GError) pull_error = NULL;
    const struct docker_credentials *credentials = leg_credentials(leg, pull->reference, &place);

    deadline_begin(leg->loop, &pull->silence, "silence of the registry",
                   silence_us > 0 ? silence_us : INT64_MAX);
    bool is_fine = docker_pull(leg->docker, pull->reference, /* platform= */ NULL, credentials,
                               on_progress, pull, &pull_error);
    bool was_silent = pull->silence.has_expired;
    deadline_end(&pull->silence);
    if (was_silent) {
        explain_silence(leg, pull, error);
    } else if (!is_fine) {
        if (g_error_matches(pull_error, FIBER_ERROR, FIBER_ERROR_TIMED_OUT))
            remember_cut(leg, pull);
        g_propagate_error(error, g_steal_pointer(&pull_error));
    }
    return is_fine;
}

bool image_pull(struct leg *leg, const char *reference, GError **error)
{
    struct pull pull = {.reference = reference};
    return retry_run(leg, reference, attempt_pull, &pull, error);
}

bool image_is_local(struct leg *leg, const char *reference)
{
    AUTO(docker_image) image = NULL;
    return docker_image_inspect(leg->docker, reference, &image, NULL) && image != NULL;
}

static bool fetch_from_mirror(struct leg *leg, const char *image, const char *mirror,
                              GError **error)
{
    leg_note(leg, "mirror", mirror);
    return image_pull(leg, mirror, error) && docker_image_tag(leg->docker, mirror, image, error);
}

static bool fetch_from_mirrors(struct leg *leg, const char *image, char *const *mirrors)
{
    for (; mirrors != NULL && *mirrors != NULL && !leg_is_over(leg); mirrors++)
        if (fetch_from_mirror(leg, image, *mirrors, NULL))
            return true;
    return false;
}

bool image_fetch(struct leg *leg, const char *image, char *const *mirrors, GError **error)
{
    g_autoptr(GError) first_error = NULL;
    if (image_pull(leg, image, &first_error))
        return true;
    if (fetch_from_mirrors(leg, image, mirrors))
        return true;
    g_propagate_error(error, g_steal_pointer(&first_error));
    return false;
}

bool image_fetch_elsewhere(struct leg *leg, const char *image, char *const *mirrors, GError **error)
{
    return fetch_from_mirrors(leg, image, mirrors) || image_pull(leg, image, error);
}
