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

/* What a push goes to and what it takes. */
struct right {
    const char *target; /* "ghcr.io/acme/api" */
    const char *scope;  /* "packages" */
    const char *remedy; /* where nothing says any permissions */
};

static struct token_refusal *without_right(const struct pipeline *pipeline, const struct call *call,
                                           const struct job *job, const struct right *right)
{
    g_autofree char *head = g_strdup_printf("GITHUB_TOKEN may not push %s", right->target);
    if (pipeline->event->is_from_fork)
        return refusal_new(
            g_strdup_printf("%s: for a pull request of a fork it writes nothing", head),
            "push in runs for the repository's own branches only, by an `if:` of the step or the "
            "event that starts the run");
    if (says_permissions(call, job)) {
        g_autofree char *remedy = g_strdup_printf("%s: write among the permissions of the job, and "
                                                  "of the jobs that call its workflow",
                                                  right->scope);
        return refusal_new(g_strdup_printf("%s: the permissions of job '%s' do not have %s: write",
                                           head, job->id, right->scope),
                           remedy);
    }
    g_autofree char *remedy =
        g_strdup_printf("permissions: {%s} in the job; or, if the repository's setting is read and "
                        "write, --workflow-permissions write",
                        right->remedy);
    return refusal_new(g_strdup_printf("%s: nothing gives job '%s' permissions, and a repository's "
                                       "default is to read",
                                       head, job->id),
                       remedy);
}

struct token_refusal *token_refusal_new(const struct pipeline *pipeline, const struct call *call,
                                        const struct job *job, const char *package)
{
    g_autofree char *target = g_strconcat("ghcr.io/", package, NULL);
    const struct right right = {target, "packages", "contents: read, packages: write"};
    if (!permissions_allow(call, job, pipeline->event, right.scope, "write"))
        return without_right(pipeline, call, job, &right);
    g_autofree char *remedy =
        g_strdup_printf("a token of somebody who may push there, in a secret; or, if the "
                        "repository is another's, --repository OWNER/NAME instead of %s",
                        json_get_string(pipeline->event->github, "repository", pipeline->owner));
    return refusal_new(g_strdup_printf("GITHUB_TOKEN may not push ghcr.io/%s: it writes packages "
                                       "of %s only",
                                       package, pipeline->owner),
                       remedy);
}

struct token_refusal *token_refusal_of_git(const struct pipeline *pipeline, const struct call *call,
                                           const struct job *job)
{
    const struct right right = {"to the repository", "contents", "contents: write"};
    return without_right(pipeline, call, job, &right);
}

void token_refusal_free(struct token_refusal *refusal)
{
    if (refusal == NULL)
        return;
    g_free(refusal->cause);
    g_free(refusal->remedy);
    g_free(refusal);
}
