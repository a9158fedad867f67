/*
 * Why a job's GITHUB_TOKEN was refused a push to ghcr.io, or of git to its own repository, and what
 * helps: registries only say "denied" (actions-semantics.md 6.1; docs: publishing a package with
 * GITHUB_TOKEN).
 */
#pragma once

#include "harness/pipeline.h"

struct token_refusal {
    char *cause;
    char *remedy;
};

/* package: "acme/api", which it was to push to. call: that the job is of. */
struct token_refusal *token_refusal_new(const struct pipeline *pipeline, const struct call *call,
                                        const struct job *job, const char *package) MUST_USE;
/* Of git. */
struct token_refusal *token_refusal_of_git(const struct pipeline *pipeline, const struct call *call,
                                           const struct job *job) MUST_USE;
void token_refusal_free(struct token_refusal *refusal);
CLEANUP(token_refusal, token_refusal_free)
