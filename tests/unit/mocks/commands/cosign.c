/* What the tests of cosign share. */
#include "cosign.h"

const struct plan with_sigstore = {.has_registry = true, .has_sigstore = true};
const struct plan without_sigstore = {.has_registry = true};

void cosign_install(struct bench *bench, const char *version)
{
    put_file(bench, ".cosign/.cosign-release", version);
    bench->environment[0] = "PATH=/home/runner/.cosign:/usr/bin";
    bench->environment[4] = "COSIGN_PASSWORD=x";
}

void cosign_identify(struct bench *bench)
{
    g_autofree char *token =
        sigstore_request_token("acme/app/.github/workflows/a.yml@refs/heads/b");
    g_autofree char *variable = g_strconcat("ACTIONS_ID_TOKEN_REQUEST_TOKEN=", token, NULL);
    bench->environment[4] = "ACTIONS_ID_TOKEN_REQUEST_URL=" SIGSTORE_REQUEST_URL;
    bench->environment[5] = g_intern_string(variable);
}
