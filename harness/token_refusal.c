/* From what a job was given to what its token lacks. */
#include "harness/token_refusal.h"

#include <string.h>

static struct token_refusal *refusal_new(char *cause, const char *remedy)
{
    struct token_refusal *refusal = g_new0(struct token_refusal, 1);
    refusal->cause = cause;
    refusal->remedy = g_strdup(remedy);
    return refusal;
}

static bool says_permissions(const struct call *call, const struct job *job)
{
    return job->permissions != NULL || call->workflow->permissions != NULL || call->has_limit;
}

static struct token_refusal *without_right(const struct pipeline *pipeline, const struct call *call,
                                           const struct job *job, const char *package)
{
    if (pipeline->event->is_from_fork)
        return refusal_new(
            g_strdup_printf("GITHUB_TOKEN may not push ghcr.io/%s: for a pull request of a fork "
                            "it writes nothing",
                            package),
            "push in runs for the repository's own branches only, by an `if:` of the step or the "
            "event that starts the run");
    if (says_permissions(call, job))
        return refusal_new(g_strdup_printf("GITHUB_TOKEN may not push ghcr.io/%s: the permissions "
                                           "of job '%s' do not have packages: write",
                                           package, job->id),
                           "packages: write among the permissions of the job, and of the jobs "
                           "that call its workflow");
    return refusal_new(g_strdup_printf("GITHUB_TOKEN may not push ghcr.io/%s: nothing gives job "
                                       "'%s' permissions, and a repository's default is to read",
                                       package, job->id),
                       "permissions: {contents: read, packages: write} in the job; or, if the "
                       "repository's setting is read and write, --workflow-permissions write");
}

struct token_refusal *token_refusal_new(const struct pipeline *pipeline, const struct call *call,
                                        const struct job *job, const char *package)
{
    if (!permissions_allow(call, job, pipeline->event, "packages", "write"))
        return without_right(pipeline, call, job, package);
    g_autofree char *remedy =
        g_strdup_printf("a token of somebody who may push there, in a secret; or, if the "
                        "repository is another's, --repository OWNER/NAME instead of %s",
                        json_get_string(pipeline->event->github, "repository", pipeline->owner));
    return refusal_new(g_strdup_printf("GITHUB_TOKEN may not push ghcr.io/%s: it writes packages "
                                       "of %s only",
                                       package, pipeline->owner),
                       remedy);
}

void token_refusal_free(struct token_refusal *refusal)
{
    if (refusal == NULL)
        return;
    g_free(refusal->cause);
    g_free(refusal->remedy);
    g_free(refusal);
}
