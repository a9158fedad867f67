/*
 * The rest of the public world, for pipelines that nobody wrote a setting for: a user's workflow
 * pulls base images and pushes to registries that no table knows. Public images are invented when
 * they are asked for, below the owner's own name only where the repository's files stand on them
 * (harness/repository_facts.h); a registry is founded when a daemon
 * dials it; logins are the workflow's secrets.
 */
#pragma once

#include "harness/stage.h"

/* Before any registry of the stage. */
void public_world_begin(struct stage *stage);
/* After world_end_exchanges(). */
void public_world_end(struct stage *stage);
/* For each registry of the stage. */
void public_world_open(struct stage *stage, struct registry *registry);
/* Whether "acme/app" is below the owner's name, or that of a made-up account. */
bool public_world_is_own(const struct stage *stage, const char *repository);
/* A secret that was made up when its name was computed: good for any registry, as those are that
   the files mention. False when there are COMPUTED_SECRETS_MAX already. */
bool public_world_admit_secret(struct stage *stage, const char *secret) MUST_USE;
/* The token of a leg's job, and what the job's permissions let it do. */
struct job_token {
    const char *text;
    bool may_write_packages; /* to ghcr.io: the owner's; else nothing */
    bool may_attest;
    bool may_write_records; /* of artifacts' metadata */
};
void public_world_admit_token(struct stage *stage, const struct job_token *token);
