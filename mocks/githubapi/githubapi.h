/*
 * GitHub's REST API, as far as the actions of the world ask it:
 *
 *   POST /repos/OWNER/NAME/attestations                   201 {"id"}
 *   GET  /repos/OWNER/NAME                                200 {"full_name", "private", "owner"}
 *   POST /orgs/OWNER/artifacts/metadata/storage-record    200 {"storage_records": [{"id"}]}
 *
 * Anything else is answered with 200 and nothing, and the latest release of a repository with a
 * version that nobody knows: scripts ask for it, and have noted that it is assumed.
 *
 * A job's token may do what the job's permissions say; any other token is somebody's own, and taken
 * to be good for all. Texts and statuses are those that users report of actions/attest and
 * actions/attest-build-provenance. What the plan of an organization lets it do nobody here knows.
 */
#pragma once

#include "mocks/world.h"

#define GITHUBAPI_SITE "api.github.com"

struct githubapi;

/* The repository of the run; name is lent. */
struct githubapi_repository {
    const char *name; /* "acme/app" */
    bool is_private;
    bool is_of_organization;
};

/* Adds the site to the world. Free it after world_end_exchanges() and before the world. */
struct githubapi *githubapi_new(struct world *world, const struct githubapi_repository *repository);
void githubapi_free(struct githubapi *api);
CLEANUP(githubapi, githubapi_free)

/* What is kept of one artifact. */
struct githubapi_attestation {
    char *digest;                /* "sha256:…" of the artifact */
    char *kind;                  /* the predicate's type: "https://slsa.dev/provenance/v1" */
    const char *kept_by_machine; /* lent by the world; NULL: nobody knows */
};
/* All that was kept, in order: struct githubapi_attestation, lent. */
const GPtrArray *githubapi_attestations(const struct githubapi *api);

/* The token of a job, and what it may write. */
struct githubapi_token {
    const char *text;
    bool may_attest;        /* attestations: write */
    bool may_write_records; /* artifact-metadata: write */
};
void githubapi_admit(struct githubapi *api, const struct githubapi_token *token);
