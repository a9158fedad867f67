/*
 * The public services that signing in a workflow stands on, as sites of the world: GitHub's issuer
 * of identity tokens, and Sigstore's public good instance.
 *
 *   https://run-actions-1-azure-eastus.actions.githubusercontent.com/idtoken   a token for the job
 *   https://tuf-repo-cdn.sigstore.dev/       metadata of the trust root: whatever is asked for
 *   https://token.actions.githubusercontent.com/     the issuer's keys
 *   https://fulcio.sigstore.dev/api/v1/signingCert   a certificate for an identity token
 *   https://fulcio.sigstore.dev/api/v2/signingCert   the same, asked for and given as JSON
 *   https://rekor.sigstore.dev/api/v1/log/entries    an entry of the transparency log
 *   https://timestamp.sigstore.dev/api/v1/timestamp  a timestamp
 *   https://fulcio.githubapp.com/            GitHub's own, for repositories that are not public
 *   https://timestamp.githubapp.com/api/v1/timestamp   a timestamp, in place of the log
 *   https://oauth2.sigstore.dev/auth/        the device flow, in which nobody ever enters the code
 *
 * There is no cryptography: a token is a JWT that nobody has signed, and a certificate holds its
 * identity and issuer as JSON between the lines of a PEM block, so that what one cosign of the
 * world has signed another one recognises, and nobody else would. Requests, statuses and the order
 * in which cosign makes them are the real ones (cosign 2.5.3 against recording servers; sigstore
 * 1.9.5, pkg/oauthflow/device.go).
 */
#pragma once

#include "mocks/world.h"

#define SIGSTORE_TOKEN_SITE            "run-actions-1-azure-eastus.actions.githubusercontent.com"
#define SIGSTORE_TUF_SITE              "tuf-repo-cdn.sigstore.dev"
#define SIGSTORE_ISSUER_SITE           "token.actions.githubusercontent.com"
#define SIGSTORE_FULCIO_SITE           "fulcio.sigstore.dev"
#define SIGSTORE_REKOR_SITE            "rekor.sigstore.dev"
#define SIGSTORE_OAUTH_SITE            "oauth2.sigstore.dev"
#define SIGSTORE_TIMESTAMP_SITE        "timestamp.sigstore.dev"
#define SIGSTORE_GITHUB_FULCIO_SITE    "fulcio.githubapp.com"
#define SIGSTORE_GITHUB_TIMESTAMP_SITE "timestamp.githubapp.com"

#define SIGSTORE_GITHUB_ISSUER "https://" SIGSTORE_ISSUER_SITE

struct sigstore;

/* Adds the sites to the world. Free it after world_end_exchanges() and before the world. */
struct sigstore *sigstore_new(struct world *world);
void sigstore_free(struct sigstore *sigstore);
CLEANUP(sigstore, sigstore_free)

/* ACTIONS_ID_TOKEN_REQUEST_URL of every job that may ask. */
#define SIGSTORE_REQUEST_URL "https://" SIGSTORE_TOKEN_SITE "/idtoken?api-version=2.0"
/* ACTIONS_ID_TOKEN_REQUEST_TOKEN of a job: it becomes its certificates' identity,
   "https://github.com/acme/api/.github/workflows/ci.yml@refs/heads/main" for the workflow_ref
   "acme/api/.github/workflows/ci.yml@refs/heads/main"; g_free. */
char *sigstore_request_token(const char *workflow_ref);
